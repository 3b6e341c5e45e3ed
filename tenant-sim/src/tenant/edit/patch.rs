//! Which properties an edit may set.

use serde_json::{Map, Value};

use crate::tenant::property::Entity;

/// Properties that follow from other edits and cannot be patched.
pub(super) const DERIVED: [&str; 11] = [
    "id",
    "assignedLicenses",
    "assignedPlans",
    "licenseAssignmentStates",
    "signInActivity",
    "deletedDateTime",
    "createdDateTime",
    "groupTypes",
    "securityEnabled",
    "mailEnabled",
    "isAssignableToRole",
];

/// The patch with its names made static; `None` if one cannot be patched.
pub(super) fn known<T: Entity>(patch: &Value) -> Option<Vec<(&'static str, &Value)>> {
    let map: &Map<String, Value> = patch.as_object()?;
    map.iter()
        .filter(|(name, _)| !name.starts_with('@'))
        .map(|(name, value)| {
            let property =
                T::property(name).filter(|property| !DERIVED.contains(&property.name))?;
            Some((property.name, value))
        })
        .collect()
}
