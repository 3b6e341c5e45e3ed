//! Our sources ask for permissions that the reference lists for their endpoints.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;
use std::path::Path;

use m365_collect::sources;
use serde_json::Value;

/// The endpoint of each source, as the reference spells it.
const ENDPOINTS: &[(&str, &str)] = &[
    ("organization", "/organization"),
    ("domains", "/domains"),
    ("subscribed_skus", "/subscribedSkus"),
    ("users", "/users/delta"),
    ("groups", "/groups/delta"),
    (
        "role_definitions",
        "/roleManagement/directory/roleDefinitions",
    ),
    (
        "role_assignments",
        "/roleManagement/directory/roleAssignments",
    ),
    (
        "role_eligibilities",
        "/roleManagement/directory/roleEligibilityScheduleInstances",
    ),
    (
        "registration_details",
        "/reports/authenticationMethods/userRegistrationDetails",
    ),
    ("per_user_mfa", "/users/{id}/authentication/requirements"),
    (
        "conditional_access_policies",
        "/identity/conditionalAccess/policies",
    ),
    (
        "named_locations",
        "/identity/conditionalAccess/namedLocations",
    ),
    (
        "security_defaults",
        "/policies/identitySecurityDefaultsEnforcementPolicy",
    ),
];

/// Not an endpoint of its own in the reference: a property of users, with the permission that
/// <https://learn.microsoft.com/graph/api/resources/signinactivity> names beside theirs.
const WITHOUT_ENDPOINT: &[&str] = &["sign_in_activity"];

#[test]
fn every_permission_is_accepted_by_its_endpoint() {
    let catalogue = sources::catalogue();
    let listed: BTreeSet<&str> = ENDPOINTS
        .iter()
        .map(|(id, _)| *id)
        .chain(WITHOUT_ENDPOINT.iter().copied())
        .collect();
    let ours: BTreeSet<&str> = catalogue
        .iter()
        .map(|s| s.descriptor().id.as_str())
        .collect();
    assert_eq!(listed, ours, "this test knows every source");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/permissions.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: there is no reference data beside the project");
        return;
    };
    let reference: Value = serde_json::from_str(&text).unwrap();
    for (id, endpoint) in ENDPOINTS {
        let accepted: BTreeSet<&str> = reference["endpoints"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["path"] == *endpoint && row["method"] == "GET")
            .flat_map(|row| row["application"].as_array().into_iter().flatten())
            .filter_map(|permission| permission["name"].as_str())
            .collect();
        assert!(
            !accepted.is_empty(),
            "the reference does not know {endpoint}"
        );
        let source = catalogue
            .iter()
            .find(|s| s.descriptor().id.as_str() == *id)
            .unwrap();
        for permission in &source.descriptor().permissions {
            assert!(
                accepted.contains(permission.as_ref()),
                "{id}: {endpoint} does not accept {permission}"
            );
        }
    }
    println!("{} endpoints compared", ENDPOINTS.len());
}
