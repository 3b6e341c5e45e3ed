//! Rows about accounts, groups, roles and sign-ins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::further::says_more;
use crate::Timestamp;

/// An account, key `identity.users`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserFact {
    /// Object id.
    pub id: String,
    /// User principal name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// Whether the account can sign in; `None` when it was not read, which is not "no".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `Member` or `Guest`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// When the account was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether the account is mastered on premises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_synced: Option<bool>,
    /// Department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Employee id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<String>,
    /// Object id of the manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// Subscriptions assigned to the account, by SKU part number or id as in `org.licenses`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licenses: Option<Vec<String>>,
    /// When the person leaves or left the organisation, as the directory holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<Timestamp>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl UserFact {
    /// Whether the account is a guest.
    pub fn is_guest(&self) -> bool {
        self.is_of_kind("guest")
    }

    /// Whether the account is a member's. Of an account without a type it is neither known that it is
    /// a guest's nor that it is a member's.
    pub fn is_member(&self) -> bool {
        self.is_of_kind("member")
    }

    fn is_of_kind(&self, wanted: &str) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(wanted)
    }
}

/// A group and its direct members, key `identity.groups`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupFact {
    /// Object id.
    pub id: String,
    /// Object ids of the direct members: users, groups or anything else that can be a member.
    pub members: Vec<String>,
    /// Whether the service hides members from who read the group, so that there may be more than
    /// `members` names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub members_withheld: bool,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind of group, for example `security` or `microsoft365`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Object ids of the owners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<Vec<String>>,
    /// Whether directory roles may be assigned to the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_assignable: Option<bool>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl GroupFact {
    /// Whether there may be more members than are listed: the service withholds some, or more is said
    /// of the group.
    pub(crate) fn is_open(&self) -> bool {
        self.members_withheld || says_more(&self.extra, &BESIDE_MEMBERS)
    }
}

/// What else Graph tells of a group, on 2026-11-29:
/// <https://learn.microsoft.com/en-us/graph/api/resources/group>.
const BESIDE_MEMBERS: [&str; 48] = [
    "allow_external_senders",
    "assigned_labels",
    "assigned_licenses",
    "auto_subscribe_new_members",
    "classification",
    "created_by_app_id",
    "dynamic",
    "expiration_date_time",
    "group_types",
    "has_members_with_license_errors",
    "hide_from_address_lists",
    "hide_from_outlook_clients",
    "info_catalogs",
    "is_archived",
    "is_assignable_to_role",
    "is_management_restricted",
    "is_subscribed_by_mail",
    "license_processing_state",
    "mail",
    "mail_enabled",
    "mail_nickname",
    "membership_rule",
    "membership_rule_processing_state",
    "on_premises_domain_name",
    "on_premises_last_sync_date_time",
    "on_premises_net_bios_name",
    "on_premises_provisioning_errors",
    "on_premises_sam_account_name",
    "on_premises_security_identifier",
    "on_premises_sync_enabled",
    "organization_id",
    "preferred_data_location",
    "preferred_language",
    "proxy_addresses",
    "renewed_date_time",
    "resource_behavior_options",
    "resource_provisioning_options",
    "security_enabled",
    "security_identifier",
    "service_provisioning_errors",
    "source_id",
    "team",
    "theme",
    "unique_name",
    "unseen_conversations_count",
    "unseen_count",
    "unseen_messages_count",
    "visibility",
];

/// A directory role held by a user or group, key `identity.role_assignments`.
///
/// Eligible assignments of Privileged Identity Management belong here too. A collector that could
/// not read them must not call this fact complete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleAssignmentFact {
    /// Object id of the user or group.
    pub principal: String,
    /// Display name or template id of the role.
    pub role: String,
    /// `active` or `eligible`; anything else is treated as active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Directory scope: `/` or absent for the whole tenant, else for example an administrative unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// When the assignment ends; none for one without an end, see
    /// [`is_for_good`](Self::is_for_good).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
    /// `user`, `group` or `servicePrincipal`, when the collector knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_type: Option<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl RoleAssignmentFact {
    /// Whether the assignment has no end. `None` where the member `ends_read` says that nobody looked
    /// for one, or `assignment` that it is only activated: an activated role ends, but its plain
    /// assignment does not tell.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/unifiedroleassignmentscheduleinstance>.
    pub fn is_for_good(&self) -> Option<bool> {
        let was_read = self.extra.get("ends_read").and_then(Value::as_bool);
        let names = ["assignment", "assignment_type", "assignmentType"];
        let kind = names
            .iter()
            .find_map(|name| self.extra.get(*name)?.as_str());
        let is_activated = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("activated"));
        let is_told = was_read != Some(false) && !is_activated;
        (self.ends.is_some() || is_told).then_some(self.ends.is_none())
    }
}

/// The last sign-ins of an account, key `identity.signin_activity`.
///
/// See <https://learn.microsoft.com/en-us/graph/api/resources/signinactivity>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SignInFact {
    /// Object id of the user.
    pub user: String,
    /// Last interactive sign-in, successful or not.
    #[serde(default)]
    pub last_interactive: Option<Timestamp>,
    /// Last sign-in by a client on the user's behalf.
    #[serde(default)]
    pub last_noninteractive: Option<Timestamp>,
    /// Last successful sign-in of either kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl SignInFact {
    /// Whether more is said of the sign-ins, so that they may not have been the person's.
    pub(crate) fn is_narrowed(&self) -> bool {
        says_more(&self.extra, &BESIDE_TIMES)
    }
}

/// What is told beside the times, on 2026-11-29:
/// <https://learn.microsoft.com/en-us/graph/api/resources/signinactivity>.
const BESIDE_TIMES: [&str; 3] = [
    "last_non_interactive_sign_in_request_id",
    "last_sign_in_request_id",
    "last_successful_sign_in_request_id",
];
