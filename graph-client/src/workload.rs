//! Which part of the service a request counts against.

use std::fmt;

use url::Url;

use crate::path::pattern;

/// A part of Microsoft Graph with throttling limits of its own. One that throttles does not hold
/// up the others.
///
/// <https://learn.microsoft.com/graph/throttling-limits>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Workload {
    /// Directory objects and policies, and whatever has no entry of its own.
    Identity,
    /// Audit logs, authentication method reports and methods of single users.
    IdentityReports,
    /// Users with `signInActivity`.
    SignInActivity,
    /// Conditional access policies, named locations and identity protection.
    ConditionalAccess,
    /// Usage reports.
    Reports,
    /// Device and app management.
    Intune,
    /// Mail, calendars and contacts.
    Outlook,
    /// Teams, channels and chats.
    Teams,
    /// Security alerts, incidents and scores.
    Security,
    /// Service health and messages.
    ServiceCommunications,
    /// Drives and sites.
    Files,
    /// Change notification subscriptions.
    Subscriptions,
    /// The token endpoint, which is not Graph but is throttled all the same.
    Token,
    /// Files that Graph hands over links for; they are elsewhere.
    Download,
}

use Workload::{
    ConditionalAccess, Download, Files, Identity, IdentityReports, Intune, Outlook, Reports,
    Security, ServiceCommunications, SignInActivity, Subscriptions, Teams, Token,
};

/// Path prefixes and what they count against; `*` is any one segment, a final `*` any ending of
/// that segment. The first that fits decides.
const PREFIXES: &[(&str, Workload)] = &[
    ("auditlogs", IdentityReports),
    ("reports/authenticationmethods", IdentityReports),
    ("reports/credentialuserregistration*", IdentityReports),
    ("reports/userregistration*", IdentityReports),
    ("reports", Reports),
    ("users/*/authentication/methods", IdentityReports),
    ("identityprotection", ConditionalAccess),
    ("identity/conditionalaccess/policies", ConditionalAccess),
    (
        "identity/conditionalaccess/namedlocations",
        ConditionalAccess,
    ),
    ("devicemanagement", Intune),
    ("deviceappmanagement", Intune),
    ("users/*/manageddevices", Intune),
    ("users/*/messages", Outlook),
    ("users/*/mail*", Outlook),
    ("users/*/event*", Outlook),
    ("users/*/calendar*", Outlook),
    ("users/*/contact*", Outlook),
    ("users/*/photo*", Outlook),
    ("groups/*/threads", Outlook),
    ("groups/*/conversations", Outlook),
    ("groups/*/event*", Outlook),
    ("groups/*/calendar*", Outlook),
    ("users/*/joinedteams", Teams),
    ("users/*/teamwork", Teams),
    ("users/*/chats", Teams),
    ("groups/*/team", Teams),
    ("teams", Teams),
    ("teamwork", Teams),
    ("chats", Teams),
    ("appcatalogs", Teams),
    ("users/*/drive*", Files),
    ("groups/*/drive*", Files),
    ("groups/*/sites", Files),
    ("drives", Files),
    ("sites", Files),
    ("shares", Files),
    ("security", Security),
    ("admin/serviceannouncement", ServiceCommunications),
    ("subscriptions", Subscriptions),
];

impl Workload {
    /// The workload of a Graph URL.
    ///
    /// ```
    /// use graph_client::Workload;
    /// let url = "https://graph.microsoft.com/v1.0/auditLogs/signIns".parse()?;
    /// assert_eq!(Workload::of(&url), Workload::IdentityReports);
    /// # Ok::<(), url::ParseError>(())
    /// ```
    pub fn of(url: &Url) -> Self {
        let path = pattern::segments(url);
        if path.first().is_some_and(|first| first == "users") && asks_for_sign_in_activity(url) {
            return SignInActivity;
        }
        PREFIXES
            .iter()
            .find(|(prefix, _)| pattern::fits(prefix, &path))
            .map_or(Identity, |(_, workload)| *workload)
    }

    /// A stable name, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Identity => "identity",
            IdentityReports => "identityReports",
            SignInActivity => "signInActivity",
            ConditionalAccess => "conditionalAccess",
            Reports => "reports",
            Intune => "intune",
            Outlook => "outlook",
            Teams => "teams",
            Security => "security",
            ServiceCommunications => "serviceCommunications",
            Files => "files",
            Subscriptions => "subscriptions",
            Token => "token",
            Download => "download",
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn asks_for_sign_in_activity(url: &Url) -> bool {
    url.query_pairs().any(|(key, value)| {
        matches!(key.as_ref(), "$select" | "$filter" | "$orderby")
            && value.to_ascii_lowercase().contains("signinactivity")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_paths_to_the_documented_workloads() {
        for (path, workload) in [
            ("users", Identity),
            ("users/delta", Identity),
            ("users?$select=id,signInActivity", SignInActivity),
            (
                "users?$filter=signInActivity/lastSignInDateTime%20le%202024-01-01",
                SignInActivity,
            ),
            ("users/1/authentication/methods", IdentityReports),
            ("users/1/authentication/requirements", Identity),
            ("auditLogs/signIns", IdentityReports),
            (
                "reports/authenticationMethods/userRegistrationDetails",
                IdentityReports,
            ),
            ("reports/getOffice365ActiveUserDetail(period='D7')", Reports),
            ("identity/conditionalAccess/policies", ConditionalAccess),
            (
                "identity/conditionalAccess/namedLocations",
                ConditionalAccess,
            ),
            (
                "identity/conditionalAccess/authenticationStrength/policies",
                Identity,
            ),
            ("identityProtection/riskyUsers", ConditionalAccess),
            (
                "policies/identitySecurityDefaultsEnforcementPolicy",
                Identity,
            ),
            ("users/1/messages", Outlook),
            ("users/1/mailFolders/2/messages", Outlook),
            ("deviceManagement/managedDevices", Intune),
            ("teams/1/channels", Teams),
            ("groups/1/members", Identity),
            ("sites/root", Files),
            ("security/secureScores", Security),
        ] {
            let url = Url::parse(&format!("https://graph.microsoft.com/v1.0/{path}")).unwrap();
            assert_eq!(Workload::of(&url), workload, "{path}");
        }
    }
}
