//! Contacts of the organisation: people outside it who are in its address list.
//! <https://learn.microsoft.com/graph/api/resources/orgcontact>

use serde_json::{Value, json};

use crate::call::Call;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::name::{GIVEN, PARTNERS, SURNAME};

const CONTACT: &str = "#microsoft.graph.orgContact";

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    list::documents(call, "contacts", CONTACT, 0..count(call.tenant), |number| {
        describe(call.tenant, number)
    })
}

pub(crate) fn count(tenant: &Tenant) -> u64 {
    3 + tenant.users.len() as u64 / 40
}

pub(crate) fn describe(tenant: &Tenant, number: u64) -> Value {
    let pick = |what, list: &[&'static str]| {
        tenant
            .draw_from(what, number, list)
            .copied()
            .unwrap_or_default()
    };
    let given = pick("contact given", &GIVEN);
    let surname = pick("contact surname", &SURNAME);
    let partner = pick("contact partner", &PARTNERS);
    let mail = format!("{given}.{surname}@{partner}").to_lowercase();
    let company = partner.split('.').next().unwrap_or_default();
    json!({
        "id": tenant.derived_text("contact", number),
        "deletedDateTime": null,
        "addresses": [{
            "city": "Hamburg", "countryOrRegion": "Germany", "officeLocation": null, "postalCode": "20095",
            "state": null, "street": null,
        }],
        "companyName": company,
        "department": null,
        "displayName": format!("{given} {surname}"),
        "givenName": given,
        "jobTitle": "Consultant",
        "mail": mail,
        "mailNickname": format!("{given}{surname}{number}").to_lowercase(),
        "onPremisesLastSyncDateTime": null,
        "onPremisesProvisioningErrors": [],
        "onPremisesSyncEnabled": null,
        "phones": [{"number": format!("+1 425 555 0{:03}", number % 1_000), "type": "business"}],
        "proxyAddresses": [format!("SMTP:{mail}")],
        "serviceProvisioningErrors": [],
        "surname": surname,
    })
}
