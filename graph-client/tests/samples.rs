//! The models against example answers of the public documentation, where those are at hand.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::path::{Path, PathBuf};

use graph_client::model::{
    AppRoleAssignment, Application, ConditionalAccessPolicy, DelegatedAdminRelationship, Device,
    DirectoryAudit, Domain, Group, IdentitySecurityDefaultsEnforcementPolicy, ManagedDevice,
    NamedLocation, OAuth2PermissionGrant, Organization, SecureScore, ServicePrincipal, SignIn,
    SubscribedSku, UnifiedRoleAssignment, UnifiedRoleDefinition,
    UnifiedRoleEligibilityScheduleInstance, User, UserRegistrationDetails,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

type Check = fn(Value) -> Result<(), String>;

/// Beginnings of file names and the model of what is in them.
const SAMPLES: &[(&str, Check)] = &[
    ("application-delta", decodes::<Application>),
    ("application-list", decodes::<Application>),
    (
        "serviceprincipal-list-approleassignments",
        decodes::<AppRoleAssignment>,
    ),
    (
        "serviceprincipal-list-oauth2",
        decodes::<OAuth2PermissionGrant>,
    ),
    (
        "oauth2permissiongrant-delta",
        decodes::<OAuth2PermissionGrant>,
    ),
    ("serviceprincipal-", decodes::<ServicePrincipal>),
    ("device-", decodes::<Device>),
    ("intune-devices-manageddevice-get", decodes::<ManagedDevice>),
    ("signin-list", decodes::<SignIn>),
    ("directoryaudit-", decodes::<DirectoryAudit>),
    ("security-list-securescores", decodes::<SecureScore>),
    (
        "delegatedadminrelationship-get",
        decodes::<DelegatedAdminRelationship>,
    ),
    ("organization-", decodes::<Organization>),
    ("domain-get", decodes::<Domain>),
    ("domain-list.", decodes::<Domain>),
    ("subscribedsku-", decodes::<SubscribedSku>),
    ("user-get", decodes::<User>),
    ("user-delta", decodes::<User>),
    ("group-get", decodes::<Group>),
    ("group-delta", decodes::<Group>),
    ("group-list.", decodes::<Group>),
    ("group-list-2", decodes::<Group>),
    ("group-list-3", decodes::<Group>),
    ("group-list-4", decodes::<Group>),
    ("delta-query-groups", decodes::<Group>),
    ("unifiedroledefinition-", decodes::<UnifiedRoleDefinition>),
    (
        "rbacapplication-list-roledefinitions",
        decodes::<UnifiedRoleDefinition>,
    ),
    (
        "rbacapplication-list-roleassignments",
        decodes::<UnifiedRoleAssignment>,
    ),
    (
        "rbacapplication-list-roleeligibilityscheduleinstances",
        decodes::<UnifiedRoleEligibilityScheduleInstance>,
    ),
    (
        "authenticationmethodsroot-list-userregistrationdetails",
        decodes::<UserRegistrationDetails>,
    ),
    (
        "userregistrationdetails-get",
        decodes::<UserRegistrationDetails>,
    ),
    (
        "conditionalaccesspolicy-get",
        decodes::<ConditionalAccessPolicy>,
    ),
    (
        "conditionalaccessroot-list-policies",
        decodes::<ConditionalAccessPolicy>,
    ),
    ("countrynamedlocation-get", decodes::<NamedLocation>),
    ("ipnamedlocation-get", decodes::<NamedLocation>),
    (
        "identitysecuritydefaultsenforcementpolicy-get",
        decodes::<IdentitySecurityDefaultsEnforcementPolicy>,
    ),
];

/// Decodes an object or each of a page; what it takes from it must be written back as it was.
fn decodes<T: DeserializeOwned + serde::Serialize>(sample: Value) -> Result<(), String> {
    let items = match sample.get("value") {
        Some(Value::Array(items)) => items.clone(),
        Some(single @ Value::Object(_)) => vec![single.clone()],
        _ => vec![sample],
    };
    for item in items {
        let model: T = serde_json::from_value(item.clone()).map_err(|error| error.to_string())?;
        let written = serde_json::to_value(&model).map_err(|error| error.to_string())?;
        contained(&written, &item)?;
    }
    Ok(())
}

/// Everything in `part` is in `whole`; names of enumerations may differ in case.
fn contained(part: &Value, whole: &Value) -> Result<(), String> {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part.iter().try_for_each(|(key, value)| {
            let other = whole
                .get(key)
                .ok_or_else(|| format!("{key} was not in the sample"))?;
            contained(value, other).map_err(|error| format!("{key}: {error}"))
        }),
        (Value::Array(part), Value::Array(whole)) if part.len() == whole.len() => part
            .iter()
            .zip(whole)
            .try_for_each(|(part, whole)| contained(part, whole)),
        (Value::String(part), Value::String(whole)) if part.eq_ignore_ascii_case(whole) => Ok(()),
        (part, whole) if part == whole => Ok(()),
        (part, whole) => Err(format!("{part} is not {whole}")),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/samples")
}

#[test]
fn models_decode_documented_samples() {
    let Ok(files) = std::fs::read_dir(folder()) else {
        println!("skipped: the samples are not beside this checkout");
        return;
    };
    let mut checked = 0;
    let mut failures = Vec::new();
    for file in files.map(|file| file.unwrap().path()) {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        let Some((_, check)) = SAMPLES.iter().find(|(start, _)| name.starts_with(start)) else {
            continue;
        };
        let sample = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        checked += 1;
        if let Err(error) = check(sample) {
            failures.push(format!("{name}: {error}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(
        checked >= SAMPLES.len(),
        "only {checked} samples were found"
    );
    println!("{checked} samples decoded");
}
