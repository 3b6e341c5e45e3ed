//! Rows about data: sharing, loss, labels, retention, and Teams.

use super::row::row;

row! {
    /// Sharing in `SharePoint` and `OneDrive`, key `data.sharing`; one row.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/sharepointsettings>.
    SharingFact of TENANT {
        /// `disabled`, `existingExternalUserSharingOnly`, `externalUserSharingOnly` or
        /// `externalUserAndGuestSharing`.
        sharing_capability: String,
        /// After how many days the access of people outside ends; 0 when it does not.
        guest_expiry_days: u32,
        /// What a link offers unless the sharer chooses: `direct`, `internal` or `anonymousAccess`.
        default_link: String,
    }
}

row! {
    /// A policy against loss of data, key `data.dlp`.
    DlpPolicyFact by policy {
        /// `Enable`, `TestWithNotifications`, `TestWithoutNotifications`, `Disable` or
        /// `PendingDeletion`.
        mode: String,
        /// Whether it is in force, whatever its mode.
        enabled: bool,
        /// Where it applies, by service (`exchange`, `sharepoint`, `teams` and so on): `all`, `some` or
        /// `none`.
        locations: std::collections::BTreeMap<String, String>,
    }
}

row! {
    /// A sensitivity label, key `data.labels`.
    LabelFact by label {
        /// Whether a policy offers it to people.
        published: bool,
    }
}

row! {
    /// A retention policy, key `data.retention`.
    RetentionPolicyFact by policy {
        /// Whether it is in force.
        enabled: bool,
    }
}

row! {
    /// A policy of Teams, key `collab.teams`.
    ///
    /// See <https://learn.microsoft.com/en-us/microsoftteams/settings-policies-reference>.
    TeamsFact by policy {
        /// `federation`, `meeting` or `messaging`: what of the other members it can hold.
        kind: String,
        /// Federation: organisations that people can talk to: `all`, `listed` or `none`.
        allowed_organizations: String,
        /// Federation: whether people can talk to personal accounts.
        consumers_allowed: bool,
        /// Meeting: who comes in without waiting, in the service's words, for example
        /// `EveryoneInCompanyExcludingGuests` or `Everyone`.
        lobby_bypass: String,
        /// Meeting: whether people outside can be given or take control of what is shown.
        outside_control: bool,
    }
}
