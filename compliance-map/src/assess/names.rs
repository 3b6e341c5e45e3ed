//! What the objects are called that results mention.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::facts::{DeviceFact, Facts};
use crate::population::Population;

/// The names of those among the `mentioned` that are no people, by id. However old a fact is, the
/// name that it gives is the best there is.
pub(super) fn of_objects(
    facts: &Facts,
    population: &Population<'_>,
    mentioned: &BTreeSet<&str>,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut note = |id: &str, name: Option<String>| {
        if let Some(name) = name.filter(|name| name != id && mentioned.contains(id)) {
            names.insert(id.to_owned(), name);
        }
    };
    let written = |extra: &BTreeMap<String, Value>| Some(extra.get("name")?.as_str()?.to_owned());
    for row in &facts.identity_groups.items {
        note(&row.id, row.name.clone());
    }
    for row in &facts.identity_service_principals.items {
        note(&row.id, row.name.clone());
    }
    for row in &facts.identity_access_reviews.items {
        note(&row.id, row.name.clone());
    }
    for row in &facts.auth_ca_policies.items {
        note(&row.id, row.name.clone());
    }
    for row in &facts.org_partners.items {
        note(&row.id, row.name.clone());
    }
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
        let person = population.person(id).map(|person| person.fact);
        person.and_then(|fact| fact.upn.as_deref()).unwrap_or(id)
    });
    let name = row.extra.get("name").and_then(Value::as_str);
    match (name, owner) {
        (Some(name), Some(owner)) => Some(format!("{name}, owned by {owner}")),
        (Some(name), None) => Some(name.to_owned()),
        (None, owner) => owner.map(|owner| format!("a device of {owner}")),
    }
}
