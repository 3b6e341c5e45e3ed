//! Every property that is served exists in the published metadata, where a copy of it is at hand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::common::Reader;
use crate::common::served::{self, Answer};
use serde_json::Value;
use tenant_sim::{Sim, SimHandle};

/// Types by name, beside the checkout.
fn metadata() -> Option<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/types.json");
    let text = std::fs::read_to_string(&file).ok()?;
    let types: Value = serde_json::from_str(&text).unwrap();
    Some(types["types"].clone())
}

/// Types that the copy does not hold, and that are served all the same: nothing is known against them, nor for them.
const NOT_HELD: &[&str] = &[
    "accessReviewInstance",
    "accessReviewScheduleDefinition",
    "activityBasedTimeoutPolicy",
    "advancedConfigState",
    "androidGeneralDeviceConfiguration",
    "androidStoreApp",
    "androidWorkProfileGeneralDeviceConfiguration",
    "appCredentialRestrictionType",
    "appManagementRestrictionState",
    "authenticationDetail",
    "authenticationMethodTarget",
    "authenticationMethodsRegistrationCampaignIncludeTarget",
    "crossTenantAccessPolicyTarget",
    "crossTenantAccessPolicyTargetConfigurationAccessType",
    "deviceManagementConfigurationChoiceSettingInstance",
    "deviceManagementConfigurationPlatforms",
    "deviceManagementConfigurationPolicyAssignment",
    "deviceManagementConfigurationSimpleSettingInstance",
    "deviceManagementConfigurationTechnologies",
    "deviceManagementConfigurationTemplateFamily",
    "expirationPatternType",
    "featureTarget",
    "iosGeneralDeviceConfiguration",
    "iosStoreApp",
    "macOSGeneralDeviceConfiguration",
    "macOSMicrosoftEdgeApp",
    "macOSOfficeSuiteApp",
    "mfaDetail",
    "microsoftAuthenticatorAuthenticationMethodTarget",
    "orgContact",
    "passkeyAuthenticationMethodTarget",
    "signInAccessType",
    "singleUser",
    "smsAuthenticationMethodTarget",
    "webApp",
    "windowsMicrosoftEdgeApp",
    "windowsProtectionState",
    "windowsUpdateForBusinessConfiguration",
    "windowsWebApp",
];

/// Property types of an entity, its bases included, what can be expanded, and those that are in beta only if that is
/// asked for.
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
            .chain(kind["navigation"].as_object())
            .chain(beta_only)
            .flatten()
        {
            let of = of
                .as_str()
                .or_else(|| of["type"].as_str())
                .unwrap_or_default();
            found.insert(property.clone(), primitive(of));
        }
        next = kind["base"].as_str().map(ToOwned::to_owned);
    }
    found.insert("id".to_owned(), "Edm.String".to_owned());
    found
}

/// Types that come from a page of the documentation are named there without their namespace.
fn primitive(of: &str) -> String {
    let (list, name) = match of.strip_prefix("Collection(") {
        Some(rest) => (true, rest.trim_end_matches(')')),
        None => (false, of),
    };
    let plain = ["String", "Boolean", "Int32", "DateTimeOffset"].contains(&name);
    match (plain, list) {
        (false, _) => of.to_owned(),
        (true, false) => format!("Edm.{name}"),
        (true, true) => format!("Collection(Edm.{name})"),
    }
}

struct Check<'t> {
    types: &'t Value,
    beta: bool,
    wrong: BTreeSet<String>,
    not_held: BTreeSet<String>,
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
            self.not_held.insert(name.to_owned());
            self.checked += value.as_object().map_or(0, serde_json::Map::len);
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
            "Edm.Double" | "Edm.Single" => value.is_number(),
            "Edm.DateTimeOffset" => value
                .as_str()
                .is_some_and(|text| text.ends_with('Z') && text.contains('T')),
            kind if kind.starts_with("Edm.") => value.is_string(),
            // Some take several members at once.
            _ if members.is_some() => value.as_str().is_some_and(|text| {
                text.split(',')
                    .all(|member| members.unwrap().contains_key(member))
            }),
            _ if value.is_object() => {
                self.object(value, kind, path);
                true
            }
            _ if self.types.get(kind).is_none() => {
                self.not_held.insert(kind.to_owned());
                true
            }
            _ => false,
        };
        if !fits {
            self.wrong.insert(format!("{path}: {value} is no {kind}"));
        }
    }
}

/// Somebody who has registered every method, and a group.
fn everything_registered(sim: &SimHandle) -> (String, String) {
    sim.edit(|tenant| {
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
    })
}

#[tokio::test]
async fn every_property_that_is_served_is_in_the_metadata() {
    let Some(types) = metadata() else {
        eprintln!("skipped: there is no copy of the metadata beside the checkout");
        return;
    };
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let (user, group) = everything_registered(&sim);
    let truth = sim.truth();
    let all = |object: &Value| {
        let names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
        names.join(",")
    };
    let mut asked: Vec<(String, &str)> = Vec::new();
    for served in served::all(&reader, &user, &group).await {
        if let Answer::List(kind) | Answer::One(kind) = served.answer {
            asked.push((served.path, kind));
        }
    }
    for version in ["v1.0", "beta"] {
        asked.extend([
            (
                format!("{version}/users?$select={}", all(&truth.users[&user])),
                "user",
            ),
            (
                format!("{version}/groups?$select={}", all(&truth.groups[&group])),
                "group",
            ),
            (
                format!("{version}/users?$select=id&$expand=manager($select=id)"),
                "user",
            ),
            (
                format!("{version}/devices?$expand=registeredOwners($select=id)"),
                "device",
            ),
            (
                format!("{version}/applications?$expand=owners($select=id)"),
                "application",
            ),
            (
                format!("{version}/servicePrincipals?$expand=owners($select=id)"),
                "servicePrincipal",
            ),
        ]);
    }
    let in_log = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser' or t eq 'servicePrincipal')";
    asked.push((format!("beta/auditLogs/signIns?$filter={in_log}"), "signIn"));
    let (mut wrong, mut not_held) = (BTreeSet::new(), BTreeSet::new());
    let mut checked = 0;
    for (path, kind) in &asked {
        let mut check = Check {
            types: &types,
            beta: path.starts_with("beta"),
            wrong: BTreeSet::new(),
            not_held: BTreeSet::new(),
            checked: 0,
        };
        let answer = reader
            .get_with(path, &[("consistencylevel", "eventual")])
            .await;
        for item in served::items(&answer) {
            check.object(item, kind, kind);
        }
        let may_be_empty = [
            "deletedItems",
            "owners",
            "registeredOwners",
            "appRoleAssignedTo",
            "graph.group",
        ];
        assert!(
            check.checked > 0 || may_be_empty.iter().any(|part| path.contains(part)),
            "{path} served something"
        );
        checked += check.checked;
        wrong.extend(check.wrong);
        not_held.extend(check.not_held);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(checked > 30_000, "{checked} properties checked");
    let unlisted: Vec<&String> = not_held
        .iter()
        .filter(|name| !NOT_HELD.contains(&name.as_str()))
        .collect();
    assert!(
        unlisted.is_empty(),
        "not in the copy, nor listed: {unlisted:#?}"
    );
}
