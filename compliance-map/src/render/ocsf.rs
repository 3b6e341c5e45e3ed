//! OCSF compliance findings, for security data lakes.

use serde::Serialize;
use uuid::Uuid;

use super::id;
use super::json::indented;
use super::printable::printable;
use super::subjects::{listed, name};
use crate::assess::{Assessment, ControlResult};
use crate::evidence::EvidenceUse;
use crate::summary::{FrameworkSummary, Summary};
use crate::verdict::{Missing, Status};

const OCSF_VERSION: &str = "1.5.0";
/// Findings, category 2.
const CATEGORY: u32 = 2;
/// Compliance Finding.
const CLASS: u32 = 2003;
/// Create: the finding is reported as new; consumers that follow findings join them by `finding_info.uid`.
const ACTIVITY: u32 = 1;

/// The assessment as a JSON array of OCSF 1.5.0 Compliance Findings (class 2003), one per control.
///
/// `compliance.status_id` is 1, Pass, for `satisfied` alone; 3, Fail, for a proven lack; 2, Warning,
/// which OCSF defines as "did not yield a result due to missing information", for `unknown`; 99,
/// Other, for `manual` and `not_applicable`, which `compliance.status` names. The severity is always
/// 0, Unknown: no framework weighs its controls, and this crate invents no weight.
///
/// `finding_info.uid` is a UUID of version 5 over tenant and control: the same in every assessment,
/// so that findings can be followed. `metadata.uid` is one over the content.
///
/// See <https://schema.ocsf.io/1.5.0/classes/compliance_finding>.
pub fn ocsf(assessment: &Assessment, summary: &Summary) -> String {
    let findings = assessment.results.iter().map(|result| {
        let id = result.control.framework();
        let framework = summary.frameworks.iter().find(|f| f.id == id);
        finding(assessment, framework, result)
    });
    indented(&findings.collect::<Vec<_>>())
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are OCSF's")]
struct Finding<'a> {
    activity_id: u32,
    activity_name: &'static str,
    category_name: &'static str,
    category_uid: u32,
    class_name: &'static str,
    class_uid: u32,
    compliance: Compliance<'a>,
    finding_info: FindingInfo<'a>,
    message: String,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource<'a>>,
    severity: &'static str,
    severity_id: u32,
    status: &'static str,
    status_id: u32,
    time: i64,
    time_dt: String,
    type_name: &'static str,
    type_uid: u32,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Compliance<'a> {
    control: &'a str,
    desc: &'a str,
    requirements: [String; 1],
    standards: [String; 1],
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    status_details: [&'a str; 1],
    status_id: u32,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    created_time: i64,
    data_sources: Vec<&'a str>,
    desc: &'a str,
    title: String,
    types: [&'static str; 1],
    uid: Uuid,
}

#[derive(Serialize)]
struct Metadata<'a> {
    event_code: String,
    product: Product,
    profiles: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_uid: Option<&'a str>,
    uid: Uuid,
    version: &'static str,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Remediation<'a> {
    desc: &'a str,
}

#[derive(Serialize)]
struct Resource<'a> {
    uid: &'a str,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    labels: [String; 2],
}

/// What OCSF has no member for.
#[derive(Serialize)]
struct Unmapped<'a> {
    ratio: Option<&'a str>,
    incomplete: bool,
    assumptions: &'a [String],
    evidence: &'a [EvidenceUse],
    missing: &'a [Missing],
}

fn finding<'a>(
    assessment: &'a Assessment,
    framework: Option<&'a FrameworkSummary>,
    result: &'a ControlResult,
) -> Finding<'a> {
    let reference = result.control.to_string();
    let tenant = assessment.tenant.as_ref().map(|tenant| tenant.id.as_str());
    let finding = ["finding", tenant.unwrap_or_default(), &reference];
    let content = serde_json::to_string(result).unwrap_or_default();
    let as_of = assessment.as_of.to_string();
    let milliseconds = assessment.as_of.unix_seconds().saturating_mul(1000);
    Finding {
        activity_id: ACTIVITY,
        activity_name: "Create",
        category_name: "Findings",
        category_uid: CATEGORY,
        class_name: "Compliance Finding",
        class_uid: CLASS,
        compliance: compliance(framework, result),
        finding_info: FindingInfo {
            created_time: milliseconds,
            data_sources: result.evidence.iter().map(|e| e.fact.as_str()).collect(),
            desc: &result.why,
            title: printable(&format!("{reference} {}", result.title)).into_owned(),
            types: ["Microsoft 365 compliance"],
            uid: id::uuid(id::own_namespace(), &finding),
        },
        message: printable(&format!("{}: {}", result.status.as_str(), result.why)).into_owned(),
        metadata: Metadata {
            event_code: reference.clone(),
            product: Product {
                name: env!("CARGO_PKG_NAME"),
                vendor_name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            profiles: ["datetime"],
            tenant_uid: tenant,
            uid: id::uuid(
                id::own_namespace(),
                &["event", tenant.unwrap_or_default(), &as_of, &content],
            ),
            version: OCSF_VERSION,
        },
        remediation: result
            .recommendation
            .as_deref()
            .map(|desc| Remediation { desc }),
        resources: resources(assessment, result),
        severity: "Unknown",
        severity_id: 0,
        status: "New",
        status_id: 1,
        time: milliseconds,
        time_dt: as_of,
        type_name: "Compliance Finding: Create",
        type_uid: CLASS * 100 + ACTIVITY,
        unmapped: Unmapped {
            ratio: result.ratio.as_deref(),
            incomplete: result.incomplete,
            assumptions: &result.assumptions,
            evidence: &result.evidence,
            missing: &result.missing,
        },
    }
}

fn compliance<'a>(
    framework: Option<&'a FrameworkSummary>,
    result: &'a ControlResult,
) -> Compliance<'a> {
    let (status_id, status) = match result.status {
        Status::Satisfied => (1, "Pass"),
        Status::Unknown => (2, "Warning"),
        Status::PartiallySatisfied | Status::NotSatisfied => (3, "Fail"),
        other @ (Status::Manual | Status::NotApplicable) => (99, other.as_str()),
    };
    Compliance {
        control: result.control.control(),
        desc: &result.title,
        requirements: [format!("{} {}", result.control.control(), result.title)],
        standards: [match framework {
            Some(FrameworkSummary {
                name,
                version: Some(version),
                ..
            }) => format!("{name} {version}"),
            _ => result.control.framework().to_owned(),
        }],
        status,
        status_code: result.native.as_deref(),
        status_details: [&result.why],
        status_id,
    }
}

/// Everybody and everything that does not pass, each with the list and the reason as labels.
fn resources<'a>(assessment: &'a Assessment, result: &'a ControlResult) -> Vec<Resource<'a>> {
    let mut resources = Vec::new();
    for (list, why, ids) in listed(&result.subjects) {
        resources.extend(ids.into_iter().map(|subject| Resource {
            uid: subject,
            name: printable(&name(assessment, subject)).into_owned(),
            kind: if assessment.people.names.contains(subject) {
                "User"
            } else {
                "Object"
            },
            labels: [format!("list:{list}"), format!("reason:{why}")],
        }));
    }
    resources
}
