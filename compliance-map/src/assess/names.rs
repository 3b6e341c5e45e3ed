//! Whom and what results mention, and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::result::{People, PersonName};
use crate::evidence::EvidenceGrade;
use crate::facts::{DeviceFact, Facts};
use crate::framework::Rule;
use crate::index::Positions;
use crate::population::Population;
use crate::rules::Finding;

/// Whom the findings list, and what else.
#[derive(Debug)]
pub(super) struct Mentioned<'f> {
    pub(super) people: Positions,
    pub(super) objects: BTreeSet<&'f str>,
}

impl<'f> Mentioned<'f> {
    pub(super) fn by(findings: &'f BTreeMap<Rule, Finding>, population: &Population<'_>) -> Self {
        let mut people = Positions::below(population.people.len());
        let mut objects = BTreeSet::new();
        for finding in findings.values() {
            let ids = [&finding.failing, &finding.conditional, &finding.unknown];
            let ids = ids.into_iter().flat_map(BTreeMap::keys);
            // Rules that ask about people ask about the same people: each is noted once.
            for id in ids.chain(finding.excluded.iter().map(|excluded| &excluded.id)) {
                match population.position(id) {
                    Some(position) => people.insert(position),
                    None => drop(objects.insert(id.as_str())),
                }
            }
        }
        Self { people, objects }
    }
}

pub(super) fn people(population: &Population<'_>, mentioned: &Positions) -> People {
    let people = population.people.iter();
    let names = people
        .filter(|person| mentioned.contains(person.position))
        .map(|person| {
            let fact = person.fact;
            let (upn, display_name) = (fact.upn.clone(), fact.display_name.clone());
            (person.id.to_owned(), PersonName { upn, display_name })
        });
    let enabled = || {
        population
            .able_to_sign_in()
            .filter(|p| p.fact.enabled == Some(true))
    };
    People {
        known: population.users == EvidenceGrade::Whole,
        enabled: enabled().count(),
        guests: enabled().filter(|p| p.guest).count(),
        administrators: (population.roles != EvidenceGrade::Absent)
            .then(|| enabled().filter(|p| p.is_admin()).count()),
        disabled: population.disabled().count(),
        names: names.collect(),
    }
}

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
