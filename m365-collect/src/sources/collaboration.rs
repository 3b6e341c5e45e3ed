//! Where people work together: teams, mailboxes, sites and labels.

use std::sync::Arc;

use serde::Deserialize;

use super::shape::{FanOutSource, ListSource, Parents, SingletonSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::{Record, Relation};

const TEAMS: SourceId = SourceId::new("teams");
/// What people write to those who write to them.
const REPLIES: &[&[&str]] = &[
    &["automaticRepliesSetting", "internalReplyMessage"],
    &["automaticRepliesSetting", "externalReplyMessage"],
];

pub(super) fn sources() -> Family {
    vec![
        Arc::new(
            ListSource::new(
                Descriptor::full("teams", "teams with their settings")
                    .permission("Team.ReadBasic.All")
                    .every(SOMETIMES)
                    .page("https://learn.microsoft.com/graph/api/teams-list")
                    .remark("the listing has name and visibility alone; the rest is asked for team by team"),
                Kind::TEAM,
                "teams",
            )
            .detail("teams/{id}", "TeamSettings.Read.All"),
        ),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("channels", "channels of teams")
                    .permission("Channel.ReadBasic.All")
                    .after(TEAMS)
                    .every(DAILY)
                    .page("https://learn.microsoft.com/graph/api/channel-list")
                    .leaves_out(
                        "shared channels that another team hosts: \
                         https://learn.microsoft.com/graph/api/team-list-incomingchannels",
                    ),
                Kind::CHANNEL,
                Kind::TEAM,
                "teams/{id}/channels",
            )
            .collection()
            .related(Relation::CHANNEL),
        ),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("team_members", "members, owners and guests of teams")
                    .permission("TeamMember.Read.All")
                    .after(TEAMS)
                    .every(DAILY)
                    .privacy(Privacy::Identity)
                    .page("https://learn.microsoft.com/graph/api/team-list-members"),
                Kind::TEAM_MEMBER,
                Kind::TEAM,
                "teams/{id}/members",
            )
            .collection()
            .related(Relation::TEAM_MEMBER)
            .end("userId"),
        ),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("mailbox_settings", "what mailboxes are for, and their settings")
                    .permission("MailboxSettings.Read")
                    .after(SourceId::new("users"))
                    .every(DAILY)
                    .privacy(Privacy::Identity)
                    .page("https://learn.microsoft.com/graph/api/user-get-mailboxsettings")
                    .remark("asked of those who have an address; who has no mailbox in the cloud has no settings; the texts of automatic replies, which no documented request leaves out, are dropped before anything is stored"),
                Kind::MAILBOX_SETTINGS,
                Parents::filtered(Kind::USER, has_address),
                "users/{id}/mailboxSettings",
            )
            .nothing(&["MailboxNotEnabledForRESTAPI"])
            .without(REPLIES),
        ),
        Arc::new(SingletonSource::new(
            Descriptor::full("share_point_settings", "sharing and other settings of SharePoint and OneDrive")
                .permission("SharePointTenantSettings.Read.All")
                .page("https://learn.microsoft.com/graph/api/sharepointsettings-get")
                .remark("what a link offers by default and when guests expire are not in Graph"),
            Kind::SHARE_POINT_SETTINGS,
            "admin/sharepoint/settings",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("sites", "sites of SharePoint")
                .permission("Sites.Read.All")
                .every(DAILY)
                .page("https://learn.microsoft.com/graph/api/site-getallsites"),
            Kind::SITE,
            "sites/getAllSites",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("sensitivity_labels", "sensitivity labels")
                .permission("SensitivityLabel.Read")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/tenantdatasecurityandgovernance-list-sensitivitylabels"),
            Kind::SENSITIVITY_LABEL,
            "security/dataSecurityAndGovernance/sensitivityLabels",
        )),
    ]
}

/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    mail: Option<String>,
    user_type: Option<String>,
}

/// Guests have their mailboxes elsewhere. Whoever cannot be understood is asked about.
fn has_address(user: &Record) -> bool {
    user.view::<Account>().map_or(true, |account| {
        account.mail.is_some() && account.user_type.as_deref() != Some("Guest")
    })
}
