//! Teams: the Microsoft 365 groups that were made into one.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::estate::{among, choose, roll};
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::user::User;

/// Whether a group is a team: what an edit said, or most Microsoft 365 groups.
pub(crate) fn is_team(group: &Group) -> bool {
    let unified = matches!(group.kind, GroupKind::Microsoft365 | GroupKind::Dynamic);
    let said = group.set.get("resourceProvisioningOptions");
    let listed = |options: &Value| {
        let mut options = options.as_array().into_iter().flatten();
        options.any(|option| option == "Team")
    };
    group.live() && unified && said.map_or_else(|| among(group.id, 45, 850), listed)
}

/// The people of a team: members and owners of the group who still exist, each with whether they own it.
pub(crate) fn people<'t>(tenant: &'t Tenant, group: &'t Group) -> Vec<(&'t User, bool)> {
    let ids: BTreeSet<Guid> = group.members.union(&group.owners).copied().collect();
    let people = ids
        .into_iter()
        .filter_map(|id| tenant.user(id).filter(|user| user.live()));
    people
        .map(|user| (user, group.owners.contains(&user.id)))
        .collect()
}

/// A channel of a team.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channel {
    pub(crate) name: &'static str,
    /// `membershipType`. `shared` came after `unknownFutureValue` and is only told to those who ask for it by
    /// `Prefer: include-unknown-enum-members`, which nobody is heard to do here.
    pub(crate) kind: &'static str,
    number: u64,
}

const NAMES: [&str; 8] = [
    "Announcements",
    "Planning",
    "Projects",
    "Questions",
    "Reports",
    "Social",
    "Suppliers",
    "Training",
];

/// General, which every team has, and a few others.
pub(crate) fn channels(group: &Group) -> Vec<Channel> {
    let general = Channel {
        name: "General",
        kind: "standard",
        number: 0,
    };
    let more = roll(group.id, 50) % 5;
    let start = roll(group.id, 51);
    let others = (1..=more).filter_map(|number| {
        // Names follow each other in the list, so that a team has none twice.
        let name = choose(&NAMES, start.wrapping_add(number))?;
        let kind = if among(group.id, 60 + number, 120) {
            "private"
        } else if among(group.id, 70 + number, 40) {
            "unknownFutureValue"
        } else {
            "standard"
        };
        Some(Channel { name, kind, number })
    });
    std::iter::once(general).chain(others).collect()
}

impl Channel {
    pub(crate) fn id(&self, group: &Group) -> String {
        let id = guid::guid((group.id >> 64) as u64, 80 + self.number);
        format!("19:{id:032x}@thread.tacv2")
    }
}
