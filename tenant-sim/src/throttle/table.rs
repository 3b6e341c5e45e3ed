//! The documented limits as data.
//! <https://learn.microsoft.com/graph/throttling-limits>

use crate::odata::query::Query;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Requests,
    ResourceUnits,
}

/// Which requests a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything of one app.
    Global,
    /// Identity and access.
    Directory,
    /// Identity and access reports.
    Reports,
    SignInActivity,
    /// Conditional access and identity protection.
    ConditionalAccess,
    /// Microsoft 365 usage reports.
    UsageReports,
    /// Intune: devices.
    IntuneDevices,
    /// Intune: everything else.
    IntuneOther,
    /// A team by its id.
    Team,
    /// What a team has: channels, members.
    TeamLists,
    TeamsOther,
    Security,
    SecureScore,
    ServiceCommunications,
    /// A mailbox.
    Outlook,
}

/// What a limit is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Per {
    /// All requests of the kind together.
    Kind,
    /// Each path of the kind, whatever its id.
    Path,
    /// Each path with each id.
    Object,
}

/// The limit by size of the tenant: under 50 users, up to 500, above.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BySize(u32, u32, u32);

impl BySize {
    const fn any(limit: u32) -> Self {
        Self(limit, limit, limit)
    }

    pub(crate) fn of(self, users: usize) -> u32 {
        match users {
            0..50 => self.0,
            50..=500 => self.1,
            _ => self.2,
        }
    }
}

/// A row of the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) kind: Kind,
    pub(crate) per: Per,
    pub(crate) allowed: BySize,
    pub(crate) seconds: u64,
    pub(crate) unit: Unit,
    /// Whether a 429 carries `Retry-After`; the page names the services that do not.
    pub(crate) retry_after: bool,
}

/// So many requests in so many seconds.
const fn requests(kind: Kind, per: Per, allowed: u32, seconds: u64) -> Limit {
    Limit {
        kind,
        per,
        allowed: BySize::any(allowed),
        seconds,
        unit: Unit::Requests,
        retry_after: true,
    }
}

/// So many resource units of the directory in so many seconds.
const fn units(allowed: BySize, seconds: u64) -> Limit {
    Limit {
        kind: Kind::Directory,
        per: Per::Kind,
        allowed,
        seconds,
        unit: Unit::ResourceUnits,
        retry_after: true,
    }
}

/// The rows of the page above that hold for reads of one app in one tenant, and for what it may do over all of them.
pub(crate) const LIMITS: &[Limit] = &[
    // #global-limit
    requests(Kind::Global, Per::Kind, 130_000, 10),
    // #identity-and-access-service-limits: per app and tenant; per app over all tenants
    units(BySize(3_500, 5_000, 8_000), 10),
    units(BySize::any(150_000), 20),
    // #identity-and-access-reports-service-limits: the same two
    requests(Kind::Reports, Per::Kind, 5, 10),
    requests(Kind::Reports, Per::Kind, 122, 10),
    requests(Kind::SignInActivity, Per::Kind, 10, 60),
    // #identity-protection-and-conditional-access-service-limits
    Limit {
        retry_after: false,
        ..requests(Kind::ConditionalAccess, Per::Kind, 1, 1)
    },
    // #reports-service-limits: per app and tenant; per tenant
    requests(Kind::UsageReports, Per::Path, 14, 600),
    requests(Kind::UsageReports, Per::Path, 40, 600),
    // #intune-service-limits: per tenant; per app and tenant
    requests(Kind::IntuneDevices, Per::Kind, 4_000, 20),
    requests(Kind::IntuneDevices, Per::Kind, 2_000, 20),
    requests(Kind::IntuneOther, Per::Kind, 2_000, 20),
    requests(Kind::IntuneOther, Per::Kind, 1_000, 20),
    // #microsoft-teams-service-limits: per app and tenant; per team
    requests(Kind::Team, Per::Kind, 30, 1),
    requests(Kind::Team, Per::Object, 4, 1),
    requests(Kind::TeamLists, Per::Path, 60, 1),
    requests(Kind::TeamLists, Per::Object, 4, 1),
    requests(Kind::TeamsOther, Per::Kind, 30, 1),
    // #security-service-limits
    requests(Kind::Security, Per::Kind, 150, 60),
    requests(Kind::SecureScore, Per::Kind, 10_000, 600),
    // #service-communications-service-limits
    requests(Kind::ServiceCommunications, Per::Kind, 240, 60),
    requests(Kind::ServiceCommunications, Per::Kind, 800, 3_600),
    // #outlook-service-limits
    requests(Kind::Outlook, Per::Object, 10_000, 600),
];

/// The kinds of limit a request falls under.
pub(crate) fn kind(template: &str, query: &Query) -> Vec<Kind> {
    let mut kinds = vec![Kind::Global];
    let within = |paths: &[&str]| paths.iter().any(|path| template.starts_with(path));
    if within(&["identity/conditionalAccess/", "identityProtection/"]) {
        kinds.push(Kind::ConditionalAccess);
    } else if within(&["reports/authenticationMethods/", "auditLogs/"])
        || template.ends_with("authentication/methods")
    {
        kinds.push(Kind::Reports);
    } else if within(&["reports/get"]) {
        kinds.push(Kind::UsageReports);
    } else if within(&[
        "deviceManagement/managedDevices",
        "deviceManagement/detectedApps",
    ]) {
        kinds.push(Kind::IntuneDevices);
    } else if within(&["deviceManagement", "deviceAppManagement"]) {
        kinds.push(Kind::IntuneOther);
    } else if template == "teams/{id}" {
        kinds.push(Kind::Team);
    } else if within(&["teams/{id}/"]) {
        kinds.push(Kind::TeamLists);
    } else if template == "teams" {
        kinds.push(Kind::TeamsOther);
    } else if within(&["security/secureScore"]) {
        kinds.extend([Kind::Security, Kind::SecureScore]);
    } else if within(&["security/alerts", "security/incidents"]) {
        kinds.push(Kind::Security);
    } else if within(&["admin/serviceAnnouncement/"]) {
        kinds.push(Kind::ServiceCommunications);
    } else if template.ends_with("/mailboxSettings") {
        kinds.push(Kind::Outlook);
    } else if !within(&["admin/", "sites", "security/"]) {
        kinds.push(Kind::Directory);
    }
    if template.starts_with("users") && query.selects("signInActivity") {
        kinds.push(Kind::SignInActivity);
    }
    kinds
}

/// Resource units of a read: the base cost of the path, less one with `$select`, less one with `$top` under 20,
/// one more with `$expand`, at least one.
pub(crate) fn cost(template: &str, query: &Query) -> u32 {
    let base = match template {
        "groups/{id}/transitiveMembers" => 5,
        "subscribedSkus" => 3,
        path if path.starts_with("groups/{id}/members") => 3,
        "users" | "applications" | "oauth2PermissionGrants" => 2,
        _ => 1,
    };
    let more = u32::from(!query.expand.is_empty());
    let less = u32::from(query.select.is_some()) + u32::from(query.top.is_some_and(|top| top < 20));
    (base + more).saturating_sub(less).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(raw: &str) -> Query {
        Query::parse(raw, &http::HeaderMap::new()).unwrap()
    }

    #[test]
    fn costs_follow_the_documented_table() {
        for (template, raw, expected) in [
            ("users", "", 2),
            ("users", "$select=id", 1),
            ("users", "$select=id&$top=5", 1),
            ("groups/{id}/members", "", 3),
            ("groups/{id}/members", "$select=id&$top=5", 1),
            ("groups/{id}/transitiveMembers", "$select=id", 4),
            ("subscribedSkus", "", 3),
            ("groups", "", 1),
            ("applications", "", 2),
            ("applications", "$select=id&$expand=owners", 2),
            ("oauth2PermissionGrants", "$top=999", 2),
        ] {
            assert_eq!(cost(template, &query(raw)), expected, "{template}?{raw}");
        }
    }

    #[test]
    fn the_identity_limit_grows_with_the_tenant() {
        let identity = LIMITS
            .iter()
            .find(|limit| limit.kind == Kind::Directory)
            .unwrap();
        assert_eq!(
            [49, 50, 500, 501].map(|users| identity.allowed.of(users)),
            [3_500, 5_000, 5_000, 8_000]
        );
    }

    #[test]
    fn each_service_has_its_own_limits() {
        for (template, expected) in [
            ("devices", Some(Kind::Directory)),
            ("policies/authorizationPolicy", Some(Kind::Directory)),
            ("auditLogs/signIns", Some(Kind::Reports)),
            (
                "identityProtection/riskyUsers",
                Some(Kind::ConditionalAccess),
            ),
            (
                "reports/getMailboxUsageDetail(period='{id}')",
                Some(Kind::UsageReports),
            ),
            (
                "deviceManagement/managedDevices/{id}/windowsProtectionState",
                Some(Kind::IntuneDevices),
            ),
            ("deviceManagement", Some(Kind::IntuneOther)),
            ("teams/{id}/channels", Some(Kind::TeamLists)),
            ("users/{id}/mailboxSettings", Some(Kind::Outlook)),
            (
                "admin/serviceAnnouncement/issues",
                Some(Kind::ServiceCommunications),
            ),
            ("admin/reportSettings", None),
        ] {
            assert_eq!(
                kind(template, &query("")).get(1).copied(),
                expected,
                "{template}"
            );
        }
    }
}
