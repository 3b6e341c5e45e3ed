//! Whom a policy or an app is for.
//! <https://learn.microsoft.com/graph/api/resources/intune-shared-deviceandappmanagementassignmenttarget>

use serde_json::{Value, json};

use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::group::GroupKind;

/// The ids that Intune uses for everybody and everything.
const ALL_USERS: &str = "acacacac-9df4-4c7d-9d50-4ef0226f57a9";
const ALL_DEVICES: &str = "adadadad-808e-44e2-905a-0b7873a8a531";

/// Whom something is for. Groups are named by their number among the security groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    AllDevices,
    AllUsers,
    Group(usize),
    /// Not for this group.
    Except(usize),
}

impl Target {
    /// The target and the last part of the assignment's id; `None` if there is no such group.
    fn describe(self, tenant: &Tenant) -> Option<(Value, String)> {
        let kind = |name: &str| format!("#microsoft.graph.{name}AssignmentTarget");
        Some(match self {
            Self::AllDevices => (
                json!({"@odata.type": kind("allDevices")}),
                ALL_DEVICES.to_owned(),
            ),
            Self::AllUsers => (
                json!({"@odata.type": kind("allLicensedUsers")}),
                ALL_USERS.to_owned(),
            ),
            Self::Group(number) => {
                let group = security_group(tenant, number)?;
                (
                    json!({"@odata.type": kind("group"), "groupId": group}),
                    group,
                )
            }
            Self::Except(number) => {
                let group = security_group(tenant, number)?;
                (
                    json!({"@odata.type": kind("exclusionGroup"), "groupId": group}),
                    group,
                )
            }
        })
    }
}

fn security_group(tenant: &Tenant, number: usize) -> Option<String> {
    let mut groups = tenant
        .live_groups()
        .filter(|group| group.kind == GroupKind::Security);
    groups.nth(number).map(|group| guid::text(group.id))
}

/// The assignments of something: `{ownId}_{targetId}`, each with its target.
pub(crate) fn assignments(tenant: &Tenant, owner: Guid, targets: &[Target]) -> Vec<Value> {
    let described = targets.iter().filter_map(|target| target.describe(tenant));
    described
        .map(|(target, id)| json!({"id": format!("{}_{id}", guid::text(owner)), "target": target}))
        .collect()
}
