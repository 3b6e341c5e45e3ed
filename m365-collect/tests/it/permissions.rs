//! What our sources ask for is what the reference lists: paths, permissions, properties.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;
use std::path::Path;

use m365_collect::{Descriptor, Endpoint, Source, sources};
use serde_json::Value;

/// Paths that the reference does not list, each documented on the page that its source names.
const WITHOUT_ROW: &[&str] = &[
    "contacts",
    "deviceManagement",
    "deviceManagement/managedDevices/{id}/windowsProtectionState",
    "directory/administrativeUnits/{id}/members",
    "identityGovernance/accessReviews/definitions",
    "identityGovernance/accessReviews/definitions/{id}/instances",
    "policies/activityBasedTimeoutPolicies",
];

/// A property of users, with the permission that
/// <https://learn.microsoft.com/graph/api/resources/signinactivity> names beside theirs.
const FOR_A_PROPERTY: &[(&str, &str)] = &[("sign_in_activity", "AuditLog.Read.All")];

fn reference(file: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/graph")
        .join(file);
    let text = std::fs::read_to_string(path);
    if text.is_err() {
        eprintln!("SKIPPED: there is no reference data beside the project");
    }
    Some(serde_json::from_str(&text.ok()?).unwrap())
}

/// The path as the reference spells it: reports by their function.
fn spelled(endpoint: &Endpoint) -> String {
    let path = endpoint.path.as_ref();
    match path.split_once("(period='") {
        Some((function, _)) => format!("/{function}(period={{value}})"),
        None => format!("/{path}"),
    }
}

fn row<'a>(reference: &'a Value, endpoint: &Endpoint) -> Option<&'a Value> {
    let path = spelled(endpoint);
    reference["endpoints"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["path"] == path && row["method"] == "GET")
}

fn accepted(row: &Value) -> BTreeSet<&str> {
    row["application"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|permission| permission["rsc"] != true)
        .filter_map(|permission| permission["name"].as_str())
        .collect()
}

fn all() -> Vec<std::sync::Arc<dyn Source>> {
    sources::catalogue()
}

#[test]
fn every_path_is_listed_in_its_version_and_accepts_its_permissions() {
    let Some(reference) = reference("permissions.json") else {
        return;
    };
    let mut unlisted = BTreeSet::new();
    let mut compared = 0;
    for source in all() {
        let descriptor = source.descriptor();
        let id = descriptor.id.as_str();
        for (number, endpoint) in descriptor.endpoints.iter().enumerate() {
            let Some(row) = row(&reference, endpoint) else {
                unlisted.insert(endpoint.path.to_string());
                continue;
            };
            let version = if endpoint.beta { "beta" } else { "v1.0" };
            assert_ne!(row[version], false, "{id}: {endpoint} is not in {version}");
            let accepted = accepted(row);
            let needed = if number == 0 {
                &descriptor.permissions
            } else {
                &descriptor.optional_permissions
            };
            for permission in needed {
                if FOR_A_PROPERTY.contains(&(id, permission.as_ref())) {
                    continue;
                }
                compared += 1;
                assert!(
                    accepted.contains(permission.as_ref()),
                    "{id}: {endpoint} does not accept {permission}, but {accepted:?}"
                );
            }
        }
    }
    let known: BTreeSet<String> = WITHOUT_ROW.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(unlisted, known, "paths that the reference does not list");
    println!(
        "{compared} permissions compared, {} paths are not listed",
        known.len()
    );
}

/// Where the reference recommends something else, and why ours is the less.
const OTHERWISE: &[(&str, &str)] = &[
    // Devices' and apps' permissions open it too; this one is about the tenant.
    ("organization", "Organization.Read.All"),
    // Shows all that a listing of channels has, and no settings of them.
    ("channels", "Channel.ReadBasic.All"),
    // The listing shows the basics all the same; the rest is an optional permission.
    ("teams", "Team.ReadBasic.All"),
    // For directory roles alone.
    (
        "role_management_policy_assignments",
        "RoleManagement.Read.Directory",
    ),
];

#[test]
fn each_permission_is_the_least_that_shows_the_fields_we_need() {
    let Some(reference) = reference("permissions.json") else {
        return;
    };
    for source in all() {
        let descriptor: &Descriptor = source.descriptor();
        let id = descriptor.id.as_str();
        let Some(row) = descriptor
            .endpoints
            .first()
            .and_then(|endpoint| row(&reference, endpoint))
        else {
            continue;
        };
        let full = row["recommendedFull"].as_str();
        let Some(recommended) = full.or(row["recommended"].as_str()) else {
            continue;
        };
        let ours = OTHERWISE.iter().find(|(source, _)| *source == id);
        let expected = ours.map_or(recommended, |(_, permission)| *permission);
        assert!(
            descriptor.permissions.iter().any(|name| name == expected),
            "{id} asks for {:?}, and not for {expected}",
            descriptor.permissions
        );
    }
}

/// The properties of a type and of those that it derives from, beta's with them.
fn properties(types: &Value, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from(["id".to_owned()]);
    let mut next = Some(name.to_owned());
    while let Some(name) = next {
        let kind = &types["types"][&name];
        for group in ["properties", "navigation", "betaOnlyProperties"] {
            found.extend(
                kind[group]
                    .as_object()
                    .into_iter()
                    .flat_map(|o| o.keys().cloned()),
            );
        }
        next = kind["base"].as_str().map(str::to_owned);
    }
    found
}

#[test]
fn every_property_that_is_selected_expanded_or_filtered_by_is_in_the_metadata() {
    let Some(types) = reference("types.json") else {
        return;
    };
    let mut compared = 0;
    for source in all() {
        let descriptor = source.descriptor();
        let Some(endpoint) = descriptor.endpoints.first() else {
            continue;
        };
        // What the collection holds; of a relation alone, by the last segment of its path.
        let kind = match endpoint.path.as_ref() {
            "users" | "users/delta" => "user",
            "directory/administrativeUnits/{id}/members" => "directoryObject",
            "deviceManagement/detectedApps/{id}/managedDevices" => "managedDevice",
            _ => descriptor.kinds.first().map_or("", |kind| kind.as_str()),
        };
        if types["types"].get(kind).is_none() {
            continue;
        }
        let known = properties(&types, kind);
        for (option, value) in &endpoint.query {
            let names: Vec<&str> = match *option {
                "$select" => value.split(',').collect(),
                "$expand" => value.split('(').take(1).collect(),
                "$filter" => value
                    .split(" and ")
                    .filter_map(|part| part.split(' ').next())
                    .collect(),
                _ => continue,
            };
            for name in names {
                compared += 1;
                assert!(
                    known.contains(name),
                    "{}: {kind} has no {name}",
                    descriptor.id
                );
            }
        }
    }
    assert!(compared > 100, "{compared}");
    println!("{compared} properties compared");
}

/// Page sizes as documented: <https://learn.microsoft.com/graph/paging>, and the pages of the
/// collections.
#[test]
fn no_page_is_asked_to_be_larger_than_the_service_sends() {
    for source in all() {
        let descriptor = source.descriptor();
        for endpoint in &descriptor.endpoints {
            let Some((_, top)) = endpoint.query.iter().find(|(name, _)| *name == "$top") else {
                continue;
            };
            let top: u32 = top.parse().unwrap();
            let selects = |name: &str| endpoint.query.iter().any(|(_, value)| value.contains(name));
            let most = if selects("signInActivity") {
                500
            } else if endpoint.path == "auditLogs/signIns" {
                1000
            } else {
                999
            };
            assert!(top <= most, "{}: {endpoint}", descriptor.id);
            assert!(
                !endpoint.path.starts_with("deviceAppManagement"),
                "{}: answers 500 to $top",
                descriptor.id
            );
        }
    }
}
