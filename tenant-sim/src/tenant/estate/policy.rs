//! What compliance policies and device configurations have in common.

use serde_json::{Map, Value, json};

use crate::clock::{DAY, iso};
use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::estate::managed::Platform;
use crate::tenant::estate::roll;
use crate::tenant::estate::target::Target;

/// A policy for the devices of one platform.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) id: Guid,
    pub(crate) platform: Platform,
    pub(crate) targets: &'static [Target],
    /// As Graph shows it, without assignments.
    pub(crate) body: Value,
}

/// Name, type, platform, to whom it is assigned, and the settings.
pub(crate) type Spec = (
    &'static str,
    &'static str,
    Platform,
    &'static [Target],
    fn() -> Value,
);

/// The policies of a table, in its order.
pub(crate) fn all(tenant: &Tenant, namespace: &str, specs: &[Spec]) -> Vec<Policy> {
    let all = specs.iter().enumerate();
    all.map(|(number, (name, kind, platform, targets, settings))| {
        let id = tenant.derived_id(namespace, number as u64);
        let mut body = heading(tenant, id, kind, name);
        body.extend(settings().as_object().cloned().unwrap_or_default());
        Policy {
            id,
            platform: *platform,
            targets,
            body: Value::Object(body),
        }
    })
    .collect()
}

/// What every policy has.
fn heading(tenant: &Tenant, id: Guid, kind: &str, name: &str) -> Map<String, Value> {
    let age = i64::try_from(roll(id, 1) % 400).unwrap_or(0);
    let created = tenant.base - (age + 200) * DAY;
    let modified = tenant.base - (age / 2 + 10) * DAY;
    let heading = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "id": guid::text(id),
        "createdDateTime": iso(created),
        "description": null,
        "lastModifiedDateTime": iso(modified),
        "displayName": name,
        "version": 1 + roll(id, 2) % 6,
    });
    heading.as_object().cloned().unwrap_or_default()
}
