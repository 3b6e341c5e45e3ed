//! The models against the metadata of the service, where that is at hand: every property that a
//! model reads exists by that name.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::path::Path;

use graph_client::fields;
use graph_client::model::*;
use serde_json::Value;

type Fields = fn() -> Option<Vec<&'static str>>;

const MODELS: &[(&str, Fields)] = &[
    ("appRoleAssignment", fields::<AppRoleAssignment>),
    ("application", fields::<Application>),
    ("assignedLicense", fields::<AssignedLicense>),
    ("conditionalAccessPolicy", fields::<ConditionalAccessPolicy>),
    (
        "conditionalAccessConditionSet",
        fields::<ConditionalAccessConditionSet>,
    ),
    ("conditionalAccessUsers", fields::<ConditionalAccessUsers>),
    (
        "conditionalAccessApplications",
        fields::<ConditionalAccessApplications>,
    ),
    (
        "conditionalAccessGrantControls",
        fields::<ConditionalAccessGrantControls>,
    ),
    (
        "conditionalAccessSessionControls",
        fields::<ConditionalAccessSessionControls>,
    ),
    ("controlScore", fields::<ControlScore>),
    (
        "delegatedAdminRelationship",
        fields::<DelegatedAdminRelationship>,
    ),
    (
        "delegatedAdminRelationshipCustomerParticipant",
        fields::<DelegatedAdminRelationshipCustomerParticipant>,
    ),
    ("device", fields::<Device>),
    ("directoryAudit", fields::<DirectoryAudit>),
    ("domain", fields::<Domain>),
    ("group", fields::<Group>),
    (
        "identitySecurityDefaultsEnforcementPolicy",
        fields::<IdentitySecurityDefaultsEnforcementPolicy>,
    ),
    ("keyCredential", fields::<KeyCredential>),
    ("licenseUnitsDetail", fields::<LicenseUnitsDetail>),
    ("managedDevice", fields::<ManagedDevice>),
    ("oAuth2PermissionGrant", fields::<OAuth2PermissionGrant>),
    ("organization", fields::<Organization>),
    ("passwordCredential", fields::<PasswordCredential>),
    ("riskyUser", fields::<RiskyUser>),
    ("secureScore", fields::<SecureScore>),
    ("servicePlanInfo", fields::<ServicePlanInfo>),
    ("servicePrincipal", fields::<ServicePrincipal>),
    ("signIn", fields::<SignIn>),
    ("signInStatus", fields::<SignInStatus>),
    ("subscribedSku", fields::<SubscribedSku>),
    ("unifiedRoleAssignment", fields::<UnifiedRoleAssignment>),
    ("unifiedRoleDefinition", fields::<UnifiedRoleDefinition>),
    (
        "unifiedRoleEligibilityScheduleInstance",
        fields::<UnifiedRoleEligibilityScheduleInstance>,
    ),
    ("user", fields::<User>),
    ("userRegistrationDetails", fields::<UserRegistrationDetails>),
];

/// Whether a type, or one that it is derived from, has a property or relation of this name.
fn has(types: &Value, name: &str, property: &str) -> bool {
    let Some(of) = types.get(name) else {
        return name == "entity" && property == "id";
    };
    property == "id"
        || ["properties", "navigation", "betaOnlyProperties"]
            .iter()
            .any(|part| of[*part].get(property).is_some())
        || of["base"]
            .as_str()
            .is_some_and(|base| has(types, base, property))
}

#[test]
fn every_property_of_a_model_is_in_the_metadata() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/types.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the metadata is not beside this checkout");
        return;
    };
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let types = &metadata["types"];
    let mut strangers = Vec::new();
    for (name, fields) in MODELS {
        assert!(types.get(*name).is_some(), "{name} is not in the metadata");
        for field in fields().unwrap() {
            if !has(types, name, field) {
                strangers.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(strangers.is_empty(), "{strangers:?}");
    // The check itself can fail.
    assert!(!has(types, "user", "displayname"));
}
