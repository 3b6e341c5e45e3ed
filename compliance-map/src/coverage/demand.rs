//! What a conditional access policy asks for, and in which sign-ins.

use serde_json::Value;

use super::method::{self, MethodSet};
use crate::evidence::Evidence;
use crate::facts::{CaApps, CaConditions, CaGrant};

/// The kinds of client an un-narrowed policy covers, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Clients(u8);

impl Clients {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0b1111);

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Empty and `all` mean every client; `easSupported` is only a part of `exchangeActiveSync`.
    fn read(names: &[String]) -> Self {
        if names.is_empty() {
            return Self::ALL;
        }
        names.iter().fold(Self::NONE, |clients, name| {
            clients.or(match name.to_ascii_lowercase().as_str() {
                "all" => Self::ALL,
                "browser" => Self(1),
                "mobileappsanddesktopclients" => Self(1 << 1),
                "exchangeactivesync" => Self(1 << 2),
                "other" => Self(1 << 3),
                _ => Self::NONE,
            })
        })
    }
}

/// What a policy demands of whoever it binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// MFA with one of these methods.
    Mfa(MethodSet),
    /// No access at all.
    Block,
    /// Perhaps MFA: the authentication strength is not known.
    Unclear,
    /// Nothing that makes MFA unavoidable.
    Other,
}

/// In which sign-ins a policy applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All sign-ins of these clients.
    Every(Clients),
    /// Only some sign-ins, because of these conditions.
    Some(Vec<&'static str>),
    /// The policy does not tell.
    Untold,
    /// No sign-in.
    None,
}

/// Whether a kept member holds anything at all.
pub(crate) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => members.values().any(says_something),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

/// Whether the grant makes MFA unavoidable.
pub(crate) fn demand(grant: Option<&CaGrant>, evidence: Evidence<'_>) -> Demand {
    let Some(grant) = grant else {
        return Demand::Other;
    };
    let is = |control: &String, word: &str| control.eq_ignore_ascii_case(word);
    if grant.controls.iter().any(|c| is(c, "block")) {
        return Demand::Block;
    }
    let plain = grant.controls.iter().any(|c| is(c, "mfa"));
    let strength = grant
        .authentication_strength
        .as_ref()
        .filter(|s| says_something(s));
    let others =
        grant.controls.iter().any(|c| !is(c, "mfa")) || grant.extra.values().any(says_something);
    let and = grant
        .operator
        .as_ref()
        .is_some_and(|o| o.eq_ignore_ascii_case("and"));
    if (others && !and) || (!plain && strength.is_none()) {
        return Demand::Other;
    }
    let Some(strength) = strength else {
        return Demand::Mfa(MethodSet::ANY);
    };
    match (method::accepted_by(strength, evidence), plain) {
        (Some(accepted), false) => Demand::Mfa(accepted),
        (Some(accepted), true) if and => Demand::Mfa(accepted),
        (Some(_), true) => Demand::Mfa(MethodSet::ANY),
        (None, true) if and => Demand::Mfa(MethodSet::ANY),
        (None, _) => Demand::Unclear,
    }
}

/// In which sign-ins the policy applies.
pub(crate) fn scope(apps: Option<&CaApps>, conditions: Option<&CaConditions>) -> Scope {
    let (Some(apps), Some(conditions)) = (apps, conditions) else {
        return Scope::Untold;
    };
    let all = |names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case("all"));
    let mut narrowed = Vec::new();
    let mut narrow = |yes: bool, word: &'static str| {
        if yes {
            narrowed.push(word);
        }
    };
    narrow(!apps.user_actions.is_empty(), "user actions");
    narrow(
        apps.user_actions.is_empty() && !all(&apps.include),
        "some applications only",
    );
    narrow(!apps.exclude.is_empty(), "applications left out");
    narrow(
        apps.extra.values().any(says_something),
        "an application condition",
    );
    narrow(
        !conditions.platforms.is_empty() && !all(&conditions.platforms),
        "device platforms",
    );
    narrow(
        !conditions.locations_exclude.is_empty()
            || !(conditions.locations_include.is_empty() || all(&conditions.locations_include)),
        "locations",
    );
    narrow(!conditions.sign_in_risk.is_empty(), "sign-in risk");
    narrow(!conditions.user_risk.is_empty(), "user risk");
    narrow(
        conditions
            .device_filter
            .as_ref()
            .is_some_and(says_something),
        "a device filter",
    );
    narrow(
        conditions
            .authentication_flows
            .as_ref()
            .is_some_and(says_something),
        "authentication flows",
    );
    narrow(
        conditions.extra.values().any(says_something),
        "another condition",
    );

    let targets_nothing = apps.user_actions.is_empty()
        && apps
            .include
            .iter()
            .all(|name| name.eq_ignore_ascii_case("none"))
        && !apps.extra.values().any(says_something);
    if targets_nothing {
        Scope::None
    } else if narrowed.is_empty() {
        Scope::Every(Clients::read(&conditions.client_apps))
    } else {
        Scope::Some(narrowed)
    }
}
