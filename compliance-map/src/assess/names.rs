//! Whom and what results mention, and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::result::{Names, People};
use crate::directory::Ids;
use crate::evidence::EvidenceGrade;
use crate::facts::{DeviceFact, Facts};
use crate::framework::Rule;
use crate::population::{Person, Population};
use crate::rules::Finding;

/// Whom and what the findings list.
pub(super) fn mentioned(findings: &BTreeMap<Rule, Finding>) -> Ids {
    let mut mentioned = Ids::default();
    for finding in findings.values() {
        for list in [
            &finding.failing,
            &finding.conditional,
            &finding.unknown,
            &finding.excluded,
        ] {
            list.by_reason().for_each(|(_, ids)| mentioned.add(ids));
        }
    }
    mentioned
}

pub(super) fn people(population: &Population<'_>, mentioned: &Ids) -> People {
    let enabled = || {
        population
            .able_to_sign_in()
            .filter(|p| p.profile.enabled == Some(true))
    };
    People {
        known: population.users == EvidenceGrade::Whole,
        enabled: enabled().count(),
        guests: enabled().filter(|p| p.profile.guest).count(),
        administrators: (population.roles != EvidenceGrade::Absent)
            .then(|| enabled().filter(Person::is_admin).count()),
        disabled: population.disabled().count(),
        names: Names::new(mentioned),
    }
}

/// The names of those among the `mentioned` that are no people, by id. However old a fact is, the
/// name that it gives is the best there is.
pub(super) fn of_objects(
    facts: &Facts,
    population: &Population<'_>,
    mentioned: &Ids,
) -> BTreeMap<String, String> {
    let mentioned: BTreeSet<&str> = mentioned.others().collect();
    let mut names = BTreeMap::new();
    let mut note = |id: &str, name: Option<String>| {
        if let Some(name) = name.filter(|name| name != id && mentioned.contains(id)) {
            names.insert(id.to_owned(), name);
        }
    };
    let written = |extra: &BTreeMap<String, Value>| Some(extra.get("name")?.as_str()?.to_owned());
    macro_rules! named {
        ($($field:ident),*) => { $( for row in &facts.$field.items { note(&row.id, row.name.clone()); } )* };
    }
    named!(
        identity_groups,
        identity_service_principals,
        identity_access_reviews
    );
    named!(auth_ca_policies, org_partners);
    for row in &facts.device_apps.items {
        note(&row.app, row.name.clone());
    }
    for row in &facts.device_compliance.items {
        note(&row.policy, written(&row.extra));
    }
    for row in &facts.device_config.items {
        note(&row.profile, written(&row.extra));
    }
    for row in &facts.email_mailbox_audit.items {
        note(
            row.mailbox.as_deref().unwrap_or_default(),
            written(&row.extra),
        );
    }
    for row in &facts.device_inventory.items {
        note(&row.device, device(row, population));
    }
    names
}

/// A device by its name and its owner's.
fn device(row: &DeviceFact, population: &Population<'_>) -> Option<String> {
    let owner = row.owner.as_deref().filter(|owner| !owner.is_empty());
    let owner = owner.map(|id| {
        let upn = population
            .position(id)
            .and_then(|at| population.directory().upn(at));
        upn.unwrap_or(id)
    });
    let name = row.extra.get("name").and_then(Value::as_str);
    match (name, owner) {
        (Some(name), Some(owner)) => Some(format!("{name}, owned by {owner}")),
        (Some(name), None) => Some(name.to_owned()),
        (None, owner) => owner.map(|owner| format!("a device of {owner}")),
    }
}
