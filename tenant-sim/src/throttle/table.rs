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
    ConditionalAccess,
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
    pub(crate) allowed: BySize,
    pub(crate) seconds: u64,
    pub(crate) unit: Unit,
    /// Whether a 429 carries `Retry-After`; the page names the services that do not.
    pub(crate) retry_after: bool,
}

/// `#global-limit`, `#identity-and-access-service-limits` (per app and tenant; per app over all tenants),
/// `#identity-and-access-reports-service-limits` (the same two), sign-in activity, and
/// `#identity-protection-and-conditional-access-service-limits` of the page above.
pub(crate) const LIMITS: &[Limit] = &[
    Limit {
        kind: Kind::Global,
        allowed: BySize::any(130_000),
        seconds: 10,
        unit: Unit::Requests,
        retry_after: true,
    },
    Limit {
        kind: Kind::Directory,
        allowed: BySize(3_500, 5_000, 8_000),
        seconds: 10,
        unit: Unit::ResourceUnits,
        retry_after: true,
    },
    Limit {
        kind: Kind::Directory,
        allowed: BySize::any(150_000),
        seconds: 20,
        unit: Unit::ResourceUnits,
        retry_after: true,
    },
    Limit {
        kind: Kind::Reports,
        allowed: BySize::any(5),
        seconds: 10,
        unit: Unit::Requests,
        retry_after: true,
    },
    Limit {
        kind: Kind::Reports,
        allowed: BySize::any(122),
        seconds: 10,
        unit: Unit::Requests,
        retry_after: true,
    },
    Limit {
        kind: Kind::SignInActivity,
        allowed: BySize::any(10),
        seconds: 60,
        unit: Unit::Requests,
        retry_after: true,
    },
    Limit {
        kind: Kind::ConditionalAccess,
        allowed: BySize::any(1),
        seconds: 1,
        unit: Unit::Requests,
        retry_after: false,
    },
];

/// The kinds of limit a request falls under.
pub(crate) fn kind(template: &str, query: &Query) -> Vec<Kind> {
    let mut kinds = vec![Kind::Global];
    if template.starts_with("identity/conditionalAccess/") {
        kinds.push(Kind::ConditionalAccess);
    } else if template.starts_with("reports/authenticationMethods/")
        || template.ends_with("authentication/methods")
    {
        kinds.push(Kind::Reports);
    } else {
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
        "users" => 2,
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
        ] {
            assert_eq!(cost(template, &query(raw)), expected, "{template}?{raw}");
        }
    }

    #[test]
    fn identity_limit_grows_with_the_tenant() {
        let identity = LIMITS
            .iter()
            .find(|limit| limit.kind == Kind::Directory)
            .unwrap();
        assert_eq!(
            [49, 50, 500, 501].map(|users| identity.allowed.of(users)),
            [3_500, 5_000, 5_000, 8_000]
        );
    }
}
