//! What people work together with: teams, mailboxes, sites and labels.

mod mailbox;
mod site;
mod team;

pub(crate) use mailbox::mailbox_settings;
pub(crate) use site::{sensitivity_labels, share_point_settings, sites};
pub(crate) use team::{channels, members, team, teams};

use std::collections::BTreeMap;

use crate::tenant::Tenant;

/// How many objects of each kind an undisturbed reader must end with.
pub(crate) fn counts(tenant: &Tenant) -> BTreeMap<&'static str, usize> {
    let mut counts = team::counts(tenant);
    counts.extend(site::counts(tenant));
    counts.insert("mailboxSettings", mailbox::count(tenant));
    counts
}
