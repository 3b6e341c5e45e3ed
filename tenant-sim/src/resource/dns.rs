//! The DNS records that a domain should have.
//! <https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords>,
//! <https://learn.microsoft.com/graph/api/domain-list-verificationdnsrecords>

use serde_json::{Value, json};

use crate::call::Call;
use crate::list;
use crate::reply::{Reply, Result};
use crate::resource::organization;
use crate::tenant::Tenant;

const RECORD: &str = "#microsoft.graph.domainDnsRecord";

pub(crate) fn service(call: &Call<'_>) -> Result<Reply> {
    serve(call, "serviceConfigurationRecords", service_records)
}

pub(crate) fn verification(call: &Call<'_>) -> Result<Reply> {
    serve(call, "verificationDnsRecords", verification_records)
}

fn serve(
    call: &Call<'_>,
    relation: &str,
    records: fn(&Tenant, &str) -> Vec<Value>,
) -> Result<Reply> {
    let domain = organization::find_domain(call)?;
    let name = domain["id"].as_str().unwrap_or_default();
    let set = format!("domains('{name}')/{relation}");
    let records = records(call.tenant, name);
    list::documents(call, &set, RECORD, records.iter(), Value::clone)
}

/// What makes each service find its way.
pub(crate) fn service_records(tenant: &Tenant, domain: &str) -> Vec<Value> {
    let dashed = domain.replace('.', "-");
    let mut records = vec![
        json!({
            "@odata.type": "#microsoft.graph.domainDnsMxRecord", "recordType": "Mx", "label": domain,
            "supportedService": "Email", "preference": 0,
            "mailExchange": format!("{dashed}.mail.protection.outlook.com"),
        }),
        json!({
            "@odata.type": "#microsoft.graph.domainDnsTxtRecord", "recordType": "Txt", "label": domain,
            "supportedService": "Email", "text": "v=spf1 include:spf.protection.outlook.com -all",
        }),
        json!({
            "@odata.type": "#microsoft.graph.domainDnsCnameRecord", "recordType": "CName",
            "label": format!("autodiscover.{domain}"), "supportedService": "Email",
            "canonicalName": "autodiscover.outlook.com",
        }),
        json!({
            "@odata.type": "#microsoft.graph.domainDnsSrvRecord", "recordType": "Srv",
            "label": format!("_sipfederationtls._tcp.{domain}"), "supportedService": "OfficeCommunicationsOnline",
            "nameTarget": "sipfed.online.lync.com", "port": 5061, "priority": 100, "protocol": "_tcp",
            "service": "_sipfederationtls", "weight": 1,
        }),
        json!({
            "@odata.type": "#microsoft.graph.domainDnsCnameRecord", "recordType": "CName",
            "label": format!("enterpriseregistration.{domain}"), "supportedService": "Intune",
            "canonicalName": "enterpriseregistration.windows.net",
        }),
    ];
    // The domain that comes with the tenant is run by the service.
    if domain == tenant.initial_domain {
        records.truncate(1);
    }
    finished(tenant, &format!("service {domain}"), records)
}

/// What proves that the domain is the organisation's.
pub(crate) fn verification_records(tenant: &Tenant, domain: &str) -> Vec<Value> {
    if domain == tenant.initial_domain {
        return Vec::new();
    }
    let proof = tenant.draw_below("domain proof", 0, 90_000_000) + 10_000_000;
    let records = vec![
        json!({
            "@odata.type": "#microsoft.graph.domainDnsTxtRecord", "recordType": "Txt", "label": domain,
            "supportedService": null, "text": format!("MS=ms{proof}"),
        }),
        json!({
            "@odata.type": "#microsoft.graph.domainDnsMxRecord", "recordType": "Mx", "label": domain,
            "supportedService": null, "preference": 32767,
            "mailExchange": format!("ms{proof}.msv1.invalid"),
        }),
    ];
    finished(tenant, &format!("verification {domain}"), records)
}

fn finished(tenant: &Tenant, what: &str, mut records: Vec<Value>) -> Vec<Value> {
    for (number, record) in (0_u64..).zip(&mut records) {
        record["id"] = json!(tenant.derived_text(what, number));
        record["isOptional"] = json!(false);
        record["ttl"] = json!(3_600);
    }
    records
}
