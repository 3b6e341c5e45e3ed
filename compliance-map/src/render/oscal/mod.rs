//! OSCAL assessment results, the form in which governance tools exchange what was found.

mod model;

use std::collections::BTreeSet;

use uuid::Uuid;

use self::model::{
    AssessmentResult, AssessmentResults, BackMatter, ControlSelection, Definitions, Document,
    Finding, ImplementationStatus, InventoryItem, Link, Metadata, ObjectiveStatus, Observation,
    Property, RelatedObservation, RelatedRisk, RelevantEvidence, Resource, ReviewedControls, Risk,
    SelectedControl, Subject, Target, User,
};
use super::id;
use super::json::indented;
use super::printable::printable;
use super::subjects::{listed, lists, name};
use super::words::headline;
use crate::Timestamp;
use crate::assess::{Assessment, ControlResult};
use crate::framework::ControlRef;
use crate::summary::{AcceptedRisk, FrameworkSummary, Summary};
use crate::verdict::Status;

/// The edition of the OSCAL models that is written.
const OSCAL_VERSION: &str = "1.2.1";
/// Where the names of our own properties are defined: here.
const NAMESPACE: &str = "urn:compliance-map:oscal";

/// The assessment as OSCAL assessment results, JSON with a final newline: one result per framework,
/// with one observation and one finding for each control.
///
/// OSCAL knows two states. Only `satisfied` becomes `satisfied`; a proven lack is `not-satisfied` for
/// the reason `fail`; what is unknown, manual or not applicable is `not-satisfied` for the reason
/// `other`, and the property `status` tells which. Exceptions that apply are risks whose status is
/// `deviation-approved`, with their expiry as deadline.
///
/// Ids are UUIDs of version 5 over the content, and times are those of the assessment and its
/// evidence: equal assessments give equal bytes. OSCAL wants ids of controls to begin with a letter;
/// where one does not, the framework stands before it: `pci-dss-4.0.1-8.4.2`. The property
/// `control-reference` always holds ours, `pci-dss-4.0.1:8.4.2`.
///
/// See <https://pages.nist.gov/OSCAL/reference/latest/assessment-results/json-reference/>.
pub fn oscal(assessment: &Assessment, summary: &Summary) -> String {
    let content = serde_json::to_string(assessment).unwrap_or_default();
    let document = id::uuid(id::own_namespace(), &["assessment", &content]);
    let plan = id::uuid(document, &["plan"]);
    let tenant = assessment.tenant.as_ref();
    let called = tenant.map_or("an unnamed tenant", |t| t.name.as_deref().unwrap_or(&t.id));
    indented(&Document {
        assessment_results: AssessmentResults {
            uuid: document,
            metadata: Metadata {
                title: line(&format!("Assessment of {called}")),
                last_modified: assessment.as_of,
                version: env!("CARGO_PKG_VERSION"),
                oscal_version: OSCAL_VERSION,
                props: tenant
                    .map(|t| property("tenant-id", &t.id))
                    .into_iter()
                    .collect(),
            },
            import_ap: Link {
                href: format!("#{plan}"),
            },
            results: summary
                .frameworks
                .iter()
                .map(|framework| Writer::new(assessment, summary, framework, document).outcome())
                .collect(),
            back_matter: BackMatter {
                resources: vec![Resource {
                    uuid: plan,
                    title: "Plan of the assessment".to_owned(),
                    description: format!(
                        "Every control in scope of Microsoft 365 evidence is evaluated from collected facts by compliance-map {}. No plan of the organisation's own was imported.",
                        env!("CARGO_PKG_VERSION")
                    ),
                }],
            },
        },
    })
}

/// Writes the result of one framework.
struct Writer<'a> {
    assessment: &'a Assessment,
    framework: &'a FrameworkSummary,
    results: Vec<&'a ControlResult>,
    exceptions: Vec<(usize, &'a AcceptedRisk)>,
    document: Uuid,
}

impl<'a> Writer<'a> {
    fn new(
        assessment: &'a Assessment,
        summary: &'a Summary,
        framework: &'a FrameworkSummary,
        document: Uuid,
    ) -> Self {
        let own = |control: &ControlRef| control.framework() == framework.id;
        let results = assessment.results.iter().filter(|r| own(&r.control));
        let exceptions = summary.exceptions.iter().enumerate();
        Self {
            assessment,
            framework,
            results: results.collect(),
            exceptions: exceptions
                .filter(|(_, e)| e.applied.iter().any(own))
                .collect(),
            document,
        }
    }

    fn outcome(&self) -> AssessmentResult {
        let edition = self.framework.version.as_deref().unwrap_or_default();
        let selected = self.results.iter().map(|result| SelectedControl {
            control_id: control_id(&result.control),
        });
        let mut assumptions: Vec<&str> = Vec::new();
        for assumption in self.results.iter().flat_map(|result| &result.assumptions) {
            if !assumptions.contains(&assumption.as_str()) {
                assumptions.push(assumption);
            }
        }
        AssessmentResult {
            uuid: self.id(&["result"]),
            title: line(&format!("{} {edition}", self.framework.name)),
            description: format!(
                "{} controls in scope of Microsoft 365 evidence.",
                self.results.len()
            ),
            start: self.assessment.as_of,
            end: self.assessment.as_of,
            local_definitions: self.definitions(),
            reviewed_controls: ReviewedControls {
                control_selections: vec![ControlSelection {
                    include_controls: selected.collect(),
                }],
            },
            observations: self.results.iter().map(|r| self.observation(r)).collect(),
            risks: self
                .exceptions
                .iter()
                .map(|(n, e)| self.risk(*n, e))
                .collect(),
            findings: self.results.iter().map(|r| self.finding(r)).collect(),
            remarks: (!assumptions.is_empty()).then(|| assumptions.join(" ")),
        }
    }

    /// An id that stands once in the document.
    fn id(&self, parts: &[&str]) -> Uuid {
        let namespace = id::uuid(self.document, &["framework", &self.framework.id]);
        id::uuid(namespace, parts)
    }

    fn observation_id(&self, control: &ControlRef) -> Uuid {
        self.id(&["observation", control.control()])
    }

    fn risk_id(&self, number: usize) -> Uuid {
        self.id(&["risk", &number.to_string()])
    }

    /// The id of a person or object: the same in every assessment of the tenant by this framework.
    fn subject_id(&self, subject: &str) -> Uuid {
        let tenant = self
            .assessment
            .tenant
            .as_ref()
            .map_or("", |t| t.id.as_str());
        let parts = ["subject", tenant, &self.framework.id, subject];
        id::uuid(id::own_namespace(), &parts)
    }

    /// Everybody and everything that an observation of this framework is about.
    fn definitions(&self) -> Option<Definitions> {
        let concerned: BTreeSet<&str> = self
            .results
            .iter()
            .flat_map(|result| lists(&result.subjects))
            .flat_map(|(_, ids)| ids)
            .collect();
        let (mut users, mut inventory_items) = (Vec::new(), Vec::new());
        for subject in concerned {
            let uuid = self.subject_id(subject);
            let title = line(&name(self.assessment, subject));
            let mut props = vec![property("object-id", subject)];
            match self.assessment.people.names.get(subject) {
                Some(person) => {
                    props.extend(
                        person
                            .upn
                            .iter()
                            .map(|upn| property("user-principal-name", upn)),
                    );
                    users.push(User { uuid, title, props });
                }
                None => inventory_items.push(InventoryItem {
                    uuid,
                    description: title,
                    props,
                }),
            }
        }
        let any = !users.is_empty() || !inventory_items.is_empty();
        any.then_some(Definitions {
            inventory_items,
            users,
        })
    }

    fn observation(&self, result: &ControlResult) -> Observation {
        let mut subjects = Vec::new();
        for (list, why, ids) in listed(&result.subjects) {
            for subject in ids {
                subjects.push(Subject {
                    subject_uuid: self.subject_id(subject),
                    kind: if self.assessment.people.names.contains(subject) {
                        "user"
                    } else {
                        "inventory-item"
                    },
                    props: vec![property("list", list)],
                    remarks: Some(why.to_owned()),
                });
            }
        }
        let evidence = result.evidence.iter().map(|usage| {
            let mut props = vec![
                property("fact", &usage.fact),
                property("state", usage.state.as_str()),
                property("complete", if usage.complete { "true" } else { "false" }),
            ];
            props.extend(
                usage
                    .collected_at
                    .map(|at| property("collected", &at.to_string())),
            );
            RelevantEvidence {
                description: match usage.age_hours {
                    Some(hours) => format!("{}, {hours} hours old", usage.fact),
                    None => format!("{}, without a time", usage.fact),
                },
                props,
            }
        });
        // The oldest time, so that the observation is not taken for newer than its evidence.
        let times = result
            .evidence
            .iter()
            .filter_map(|usage| usage.collected_at);
        Observation {
            uuid: self.observation_id(&result.control),
            title: line(&result.title),
            description: line(&result.why),
            methods: [if result.clauses.is_empty() {
                "EXAMINE"
            } else {
                "TEST"
            }],
            subjects,
            relevant_evidence: evidence.collect(),
            collected: times.min().unwrap_or(self.assessment.as_of),
        }
    }

    fn finding(&self, result: &ControlResult) -> Finding {
        let applied =
            |(_, exception): &&(usize, &AcceptedRisk)| exception.applied.contains(&result.control);
        let mut props = vec![
            property("status", result.status.as_str()),
            property("control-reference", &result.control.to_string()),
        ];
        props.extend(
            result
                .native
                .iter()
                .map(|word| property("native-status", word)),
        );
        props.extend(result.ratio.iter().map(|ratio| property("ratio", ratio)));
        if result.incomplete {
            props.push(property("incomplete", "true"));
        }
        Finding {
            uuid: self.id(&["finding", result.control.control()]),
            title: line(&format!("{} {}", result.control, headline(result.status))),
            description: line(&result.why),
            props,
            target: Target {
                kind: "objective-id",
                target_id: control_id(&result.control),
                status: objective_status(result.status),
                implementation_status: (result.status == Status::NotApplicable).then_some(
                    ImplementationStatus {
                        state: "not-applicable",
                    },
                ),
            },
            related_observations: vec![RelatedObservation {
                observation_uuid: self.observation_id(&result.control),
            }],
            related_risks: (self.exceptions.iter().filter(applied))
                .map(|(number, _)| RelatedRisk {
                    risk_uuid: self.risk_id(*number),
                })
                .collect(),
            remarks: result.recommendation.clone(),
        }
    }

    fn risk(&self, number: usize, exception: &AcceptedRisk) -> Risk {
        let own = |control: &&ControlRef| control.framework() == self.framework.id;
        let told = |member: &Option<String>| line(member.as_deref().unwrap_or_default());
        let expires = exception.term.expires.as_deref();
        Risk {
            uuid: self.risk_id(number),
            title: match &exception.id {
                Some(id) => line(&format!("Accepted risk {id}")),
                None => "Accepted risk without an id".to_owned(),
            },
            description: told(&exception.reason),
            statement: format!(
                "{} is excepted, approved by {}",
                told(&exception.subject),
                told(&exception.approved_by)
            ),
            status: "deviation-approved",
            deadline: expires.and_then(|text| Timestamp::parse(text.trim()).ok()),
            related_observations: (exception.applied.iter().filter(own))
                .map(|control| RelatedObservation {
                    observation_uuid: self.observation_id(control),
                })
                .collect(),
        }
    }
}

fn objective_status(status: Status) -> ObjectiveStatus {
    let (state, reason) = match status {
        Status::Satisfied => ("satisfied", "pass"),
        Status::PartiallySatisfied | Status::NotSatisfied => ("not-satisfied", "fail"),
        Status::Unknown | Status::Manual | Status::NotApplicable => ("not-satisfied", "other"),
    };
    ObjectiveStatus { state, reason }
}

/// The id of a control as an OSCAL token: it begins with a letter and holds letters, digits, `.`, `-`
/// and `_` alone.
fn control_id(control: &ControlRef) -> String {
    let token = |id: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let mapped: String = (id.replace(')', ""))
            .chars()
            .map(|c| if is_part(c) { c } else { '-' })
            .collect();
        mapped
    };
    let id = token(control.control());
    if id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return id;
    }
    let framework = token(control.framework());
    let letter = framework.starts_with(|c: char| c.is_ascii_alphabetic());
    format!("{}{framework}-{id}", if letter { "" } else { "_" })
}

fn property(name: &'static str, value: &str) -> Property {
    Property {
        name,
        ns: NAMESPACE,
        value: line(value),
    }
}

/// A text on one line that neither is empty nor begins or ends with a blank.
fn line(text: &str) -> String {
    match printable(text).trim() {
        "" => "–".to_owned(),
        text => text.to_owned(),
    }
}
