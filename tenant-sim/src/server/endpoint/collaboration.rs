//! Teams, mailboxes, sites and labels.

use crate::area::Area;
use crate::resource::collaboration;
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("teams", collaboration::teams, Area::Teams),
    row("teams/{id}", collaboration::team, Area::TeamSettings),
    row(
        "teams/{id}/channels",
        collaboration::channels,
        Area::Channels,
    ),
    row(
        "teams/{id}/members",
        collaboration::members,
        Area::TeamMembers,
    ),
    row(
        "users/{id}/mailboxSettings",
        collaboration::mailbox_settings,
        Area::MailboxSettings,
    ),
    row(
        "admin/sharepoint/settings",
        collaboration::share_point_settings,
        Area::SharePointSettings,
    ),
    row("sites/getAllSites", collaboration::sites, Area::Sites),
    row(
        "security/dataSecurityAndGovernance/sensitivityLabels",
        collaboration::sensitivity_labels,
        Area::SensitivityLabels,
    ),
];
