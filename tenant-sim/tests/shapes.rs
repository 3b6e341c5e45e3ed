//! Every property that is served exists in the published metadata, where a copy of it is at hand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::Reader;
use serde_json::Value;
use tenant_sim::Sim;

/// Types by name, beside the checkout.
fn metadata() -> Option<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/types.json");
    let text = std::fs::read_to_string(&file).ok()?;
    let types: Value = serde_json::from_str(&text).unwrap();
    Some(types["types"].clone())
}

/// Property types of an entity, its bases included, and those that are in beta only if that is asked for.
fn properties(types: &Value, name: &str, beta: bool) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next {
        let kind = &types[&name];
        let beta_only = beta
            .then(|| kind["betaOnlyProperties"].as_object())
            .flatten();
        for (property, of) in kind["properties"]
            .as_object()
            .into_iter()
            .chain(beta_only)
            .flatten()
        {
            let of = of
                .as_str()
                .or_else(|| of["type"].as_str())
                .unwrap_or_default();
            found.insert(property.clone(), of.to_owned());
        }
        next = kind["base"].as_str().map(ToOwned::to_owned);
    }
    found.insert("id".to_owned(), "Edm.String".to_owned());
    found
}

struct Check<'t> {
    types: &'t Value,
    beta: bool,
    wrong: BTreeSet<String>,
    checked: usize,
}

impl Check<'_> {
    fn fail(&mut self, what: String) {
        self.wrong.insert(what);
    }

    fn object(&mut self, value: &Value, name: &str, path: &str) {
        let name = value["@odata.type"]
            .as_str()
            .map_or(name, |name| name.trim_start_matches("#microsoft.graph."));
        if self.types.get(name).is_none() {
            self.wrong.insert(format!("{path}: no type {name}"));
            return;
        }
        let known = properties(self.types, name, self.beta);
        for (property, value) in value
            .as_object()
            .unwrap()
            .iter()
            .filter(|(property, _)| !property.contains('@'))
        {
            self.checked += 1;
            match known.get(property) {
                Some(kind) => self.value(value, kind, &format!("{path}.{property}")),
                None => self.fail(format!("{path}.{property} is no property of {name}")),
            }
        }
    }

    fn value(&mut self, value: &Value, kind: &str, path: &str) {
        if value.is_null() {
            return;
        }
        if let Some(inner) = kind
            .strip_prefix("Collection(")
            .and_then(|kind| kind.strip_suffix(')'))
        {
            match value.as_array() {
                Some(items) => items.iter().for_each(|item| self.value(item, inner, path)),
                None => self.fail(format!("{path} is no list")),
            }
            return;
        }
        let members = self.types[kind]["members"].as_object();
        let fits = match kind {
            "Edm.Boolean" => value.is_boolean(),
            "Edm.Int32" | "Edm.Int64" => value.is_i64(),
            "Edm.DateTimeOffset" => value
                .as_str()
                .is_some_and(|text| text.ends_with('Z') && text.contains('T')),
            kind if kind.starts_with("Edm.") => value.is_string(),
            _ if members.is_some() => value
                .as_str()
                .is_some_and(|text| members.unwrap().contains_key(text)),
            _ if value.is_object() => {
                self.object(value, kind, path);
                true
            }
            // A type that the copy does not hold.
            _ => self.types.get(kind).is_none(),
        };
        if !fits {
            self.wrong.insert(format!("{path}: {value} is no {kind}"));
        }
    }
}

/// What is read, and the type it should have.
fn paths(user: &str, group: &str, all_user: &str, all_group: &str) -> Vec<(String, &'static str)> {
    vec![
        ("organization".to_owned(), "organization"),
        ("domains".to_owned(), "domain"),
        ("subscribedSkus".to_owned(), "subscribedSku"),
        ("users".to_owned(), "user"),
        (format!("users?$select={all_user}"), "user"),
        ("users/delta".to_owned(), "user"),
        ("groups".to_owned(), "group"),
        (format!("groups?$select={all_group}"), "group"),
        ("groups/delta".to_owned(), "group"),
        (format!("groups/{group}/members"), "directoryObject"),
        (
            format!("groups/{group}/transitiveMembers"),
            "directoryObject",
        ),
        (format!("groups/{group}/owners"), "directoryObject"),
        (
            "roleManagement/directory/roleDefinitions".to_owned(),
            "unifiedRoleDefinition",
        ),
        (
            "roleManagement/directory/roleAssignments".to_owned(),
            "unifiedRoleAssignment",
        ),
        (
            "roleManagement/directory/roleAssignmentScheduleInstances".to_owned(),
            "unifiedRoleAssignmentScheduleInstance",
        ),
        (
            "roleManagement/directory/roleEligibilityScheduleInstances".to_owned(),
            "unifiedRoleEligibilityScheduleInstance",
        ),
        (
            "roleManagement/directory/roleEligibilitySchedules".to_owned(),
            "unifiedRoleEligibilitySchedule",
        ),
        (
            "reports/authenticationMethods/userRegistrationDetails".to_owned(),
            "userRegistrationDetails",
        ),
        (
            format!("users/{user}/authentication/methods"),
            "authenticationMethod",
        ),
        (
            "identity/conditionalAccess/policies".to_owned(),
            "conditionalAccessPolicy",
        ),
        (
            "identity/conditionalAccess/namedLocations".to_owned(),
            "namedLocation",
        ),
        (
            "policies/identitySecurityDefaultsEnforcementPolicy".to_owned(),
            "identitySecurityDefaultsEnforcementPolicy",
        ),
    ]
}

#[tokio::test]
async fn every_property_that_is_served_is_in_the_metadata() {
    let Some(types) = metadata() else {
        eprintln!("skipped: there is no copy of the metadata beside the checkout");
        return;
    };
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let (user, group) = sim.edit(|tenant| {
        let user = tenant.find_user("Adele Vance").unwrap();
        assert!(tenant.set_methods(
            &user,
            &[
                "microsoftAuthenticatorPush",
                "softwareOneTimePasscode",
                "mobilePhone",
                "email",
                "fido2",
                "windowsHelloForBusiness"
            ]
        ));
        (user, tenant.find_group("Europe").unwrap())
    });
    let truth = sim.truth();
    let all_user = truth.users[&user]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>()
        .join(",");
    let all_group = truth.groups[&group]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>()
        .join(",");
    let mut wrong = BTreeSet::new();
    let mut checked = 0;
    for (path, kind) in paths(&user, &group, &all_user, &all_group) {
        for version in ["v1.0", "beta"] {
            let mut check = Check {
                types: &types,
                beta: version == "beta",
                wrong: BTreeSet::new(),
                checked: 0,
            };
            let answer = reader.get(&format!("{version}/{path}")).await;
            match answer["value"].as_array() {
                Some(items) => items.iter().for_each(|item| check.object(item, kind, kind)),
                None => check.object(&answer, kind, kind),
            }
            assert!(check.checked > 0, "{path} served something");
            checked += check.checked;
            wrong.extend(check.wrong);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 10_000, "{checked} properties checked");
}
