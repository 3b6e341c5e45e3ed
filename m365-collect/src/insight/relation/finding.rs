//! Findings: that a device fails a policy or a configuration.

use std::collections::BTreeSet;

use serde_json::json;

use super::item::{End, Entity, EntityType, Relationship, RelationshipClass};
use super::key::{Ids, Key};
use super::out::{Section, Stop};
use super::read::Fields;
use super::target::Targets;
use crate::evidence::is_under_policy;
use crate::kind::Kind;
use crate::record::{Record, Relation};

/// Statuses of devices and what they are statuses under.
struct Family {
    /// What the ids of its findings begin with, so that they are unique over both.
    name: &'static str,
    status: Kind,
    relation: Relation,
    policy: EntityType,
}

const FAMILIES: [Family; 2] = [
    Family {
        name: "compliance",
        status: Kind::COMPLIANCE_STATUS,
        relation: Relation::COMPLIANCE_STATUS,
        policy: EntityType::CompliancePolicy,
    },
    Family {
        name: "configuration",
        status: Kind::CONFIGURATION_STATUS,
        relation: Relation::CONFIGURATION_STATUS,
        policy: EntityType::DeviceConfiguration,
    },
];

pub(super) async fn emit(section: &mut Section<'_>, targets: &Targets) -> Result<(), Stop> {
    let by_name = by_name(section).await?;
    for family in &FAMILIES {
        let mut named: Ids<Key> = Ids::default();
        let mut failing: Ids<()> = Ids::default();
        let mut outside: Ids<()> = Ids::default();
        let mut records = section.records(&family.status);
        while let Some(record) = records.next().await? {
            let fields = Fields::of(&record);
            let device = match of_id(section, &record.id) {
                Some(device) => Some((device.to_owned(), "id")),
                None => by_name
                    .get(&name_and_user(&fields))
                    .and_then(Option::as_ref)
                    .map(|key| (key.to_string(), "name_and_user")),
            };
            if let Some((device, "name_and_user")) = &device {
                named.insert(&record.id, Key::of(device));
            }
            if !is_under_policy(fields.text("status").as_deref()) {
                outside.insert(&record.id, ());
            }
            if is_failing(&fields) {
                failing.insert(&record.id, ());
                finding(section, family, &record, &fields, device).await?;
            }
        }
        let statuses = Statuses {
            named,
            failing,
            outside,
        };
        under(section, family, targets, &statuses).await?;
    }
    Ok(())
}

/// The managed device that the last part of a status's id names: in the field ids are
/// `{user}_{policy}_{device}`.
fn of_id<'a>(section: &Section<'_>, id: &'a str) -> Option<&'a str> {
    let (_, device) = id.rsplit_once('_')?;
    section.known.device(device).is_some().then_some(device)
}

fn is_failing(status: &Fields<'_>) -> bool {
    let status = status.text("status").unwrap_or_default().to_lowercase();
    matches!(status.as_str(), "noncompliant" | "error" | "conflict")
}

fn name_and_user(status: &Fields<'_>) -> String {
    let part = |name: &str| status.text(name).unwrap_or_default().to_lowercase();
    format!(
        "{}\n{}",
        part("deviceDisplayName"),
        part("userPrincipalName")
    )
}

/// The devices by name and user, as far as statuses ask for them; `None` where there are several.
async fn by_name(section: &Section<'_>) -> Result<Ids<Option<Key>>, Stop> {
    let mut asked: Ids<()> = Ids::default();
    for family in &FAMILIES {
        let mut records = section.records(&family.status);
        while let Some(record) = records.next().await? {
            if of_id(section, &record.id).is_none() {
                asked.insert(&name_and_user(&Fields::of(&record)), ());
            }
        }
    }
    let mut found: Ids<Option<Key>> = Ids::default();
    if asked.is_empty() {
        return Ok(found);
    }
    let mut records = section.records(&Kind::MANAGED_DEVICE);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let part = |name: &str| fields.text(name).unwrap_or_default().to_lowercase();
        let name = format!("{}\n{}", part("deviceName"), part("userPrincipalName"));
        if name.len() > 1 && asked.contains(&name) {
            let key = Key::of(&record.id);
            let entry = found.entry(&name);
            entry
                .and_modify(|device| *device = None)
                .or_insert(Some(key));
        }
    }
    Ok(found)
}

const STATUS: &[&str] = &[
    "status",
    "deviceDisplayName",
    "deviceModel",
    "userPrincipalName",
    "userName",
    "lastReportedDateTime",
    "complianceGracePeriodExpirationDateTime",
];

async fn finding(
    section: &mut Section<'_>,
    family: &Family,
    status: &Record,
    fields: &Fields<'_>,
    device: Option<(String, &'static str)>,
) -> Result<(), Stop> {
    let id = finding_id(family, &status.id);
    let mut entity = Entity::new(EntityType::NoncomplianceFinding, &id)
        .named(fields.text("deviceDisplayName"))
        .with("about", family.name);
    fields.copy(STATUS, &mut entity.properties);
    let Some((device, joined_by)) = device else {
        return section.entity(entity.with("device", "unknown")).await;
    };
    section
        .entity(entity.with("device", device.as_str()))
        .await?;
    let device = section.known.device_end(&device);
    let finding = End::new(EntityType::NoncomplianceFinding, id);
    let has = Relationship::new(RelationshipClass::Has, device, finding);
    section.relationship(has.with("joined_by", joined_by)).await
}

fn finding_id(family: &Family, status: &str) -> String {
    format!("{}:{status}", family.name)
}

/// What is known of the statuses of a family, by id.
struct Statuses {
    /// The devices of those that do not name one.
    named: Ids<Key>,
    failing: Ids<()>,
    /// Those of devices that are not under the policy.
    outside: Ids<()>,
}

/// What policies found, and whom they are for where only a status says so.
async fn under(
    section: &mut Section<'_>,
    family: &Family,
    targets: &Targets,
    statuses: &Statuses,
) -> Result<(), Stop> {
    let mut edges = section.edges(&family.relation);
    // Edges come policy by policy: it is enough to remember the devices of one.
    let mut told: (String, BTreeSet<String>) = Default::default();
    let mut item = None;
    while let Some(edge) = edges.next().await? {
        let policy = section.known.other(family.policy, &edge.from);
        if statuses.outside.contains(&edge.to) {
            continue;
        }
        if statuses.failing.contains(&edge.to) {
            let id = finding_id(family, &edge.to);
            let finding = End::new(EntityType::NoncomplianceFinding, id);
            section
                .link(RelationshipClass::Identified, policy.clone(), finding)
                .await?;
        }
        let device = of_id(section, &edge.to).map(str::to_owned);
        let device = device.or_else(|| statuses.named.get(&edge.to).map(Key::to_string));
        let Some(device) = device else { continue };
        if told.0 != edge.from {
            told = (edge.from.clone(), BTreeSet::new());
            item = targets.find(family.policy, &edge.from);
        }
        let is_targeted = section.known.device(&device).is_some_and(|known| {
            item.is_some_and(|item| !targets.derived(item, &device, known).is_empty())
        });
        if !is_targeted && told.1.insert(device.clone()) {
            let agent = End::new(EntityType::HostAgent, device);
            let assigned = Relationship::new(RelationshipClass::Assigned, agent, policy);
            let assigned = assigned.with("derived", json!([{"by": "status"}]));
            section.relationship(assigned).await?;
        }
    }
    Ok(())
}
