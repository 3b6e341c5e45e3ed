//! In which sign-ins a conditional access policy applies.

use serde_json::Value;

use super::grant::GrantRequirement;
use crate::facts::{
    CaApps, CaConditions, CaPolicyFact, is_annotation, narrowing, not_modelled, says_something,
};

/// The kinds of client an un-narrowed policy covers, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Clients(u8);

impl Clients {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0b1111);
    /// Protocols that know no MFA.
    pub(crate) const LEGACY: Self = Self(0b1100);
    /// Those of them that cannot do anything a grant requires.
    const MUTE: Self = Self(0b1000);

    pub(crate) const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Which of these clients cannot do what the grant requires, and so are blocked. See
    /// <https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-block-legacy-authentication>.
    pub(crate) const fn kept_out(self, requirement: GrantRequirement) -> Self {
        let unable = match requirement {
            GrantRequirement::Block => Self::ALL,
            GrantRequirement::Mfa(_) => Self::LEGACY,
            GrantRequirement::Unclear
            | GrantRequirement::CustomControl
            | GrantRequirement::Other => Self::MUTE,
        };
        Self(self.0 & unable.0)
    }

    /// Empty and `all` mean every client; `easSupported` is only a part of `exchangeActiveSync`.
    pub(crate) fn read(names: &[String]) -> Self {
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

/// In which sign-ins a policy applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All sign-ins of these clients.
    Every(Clients),
    /// Only some sign-ins, because of these conditions.
    Some(Vec<String>),
    /// The policy does not tell.
    Untold,
    /// No sign-in.
    None,
}

/// In which sign-ins the policy applies.
///
/// The members and their meaning:
/// <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessconditionset>.
pub(crate) fn scope(policy: &CaPolicyFact) -> Scope {
    let (Some(apps), Some(conditions)) = (&policy.apps, &policy.conditions) else {
        return Scope::Untold;
    };
    let narrowed = narrowed_by(policy, apps, conditions);
    let targets_nothing = apps.user_actions.is_empty()
        && apps
            .include
            .iter()
            .all(|name| name.eq_ignore_ascii_case("none"))
        && not_modelled(&apps.extra).next().is_none();
    if targets_nothing {
        Scope::None
    } else if narrowed.is_empty() {
        Scope::Every(Clients::read(&conditions.client_apps))
    } else {
        Scope::Some(narrowed)
    }
}

/// Everything because of which the policy applies to some sign-ins only.
fn narrowed_by(policy: &CaPolicyFact, apps: &CaApps, conditions: &CaConditions) -> Vec<String> {
    let all = |names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case("all"));
    let picks =
        |value: &Option<Value>, picks: fn(&Value) -> bool| value.as_ref().is_some_and(picks);
    let known = [
        (!apps.user_actions.is_empty(), "user actions"),
        (
            apps.user_actions.is_empty() && !all(&apps.include),
            "some applications only",
        ),
        (!apps.exclude.is_empty(), "applications left out"),
        (
            !conditions.platforms.is_empty() && !all(&conditions.platforms),
            "device platforms",
        ),
        (
            !conditions.locations_exclude.is_empty()
                || !(conditions.locations_include.is_empty() || all(&conditions.locations_include)),
            "locations",
        ),
        (!conditions.sign_in_risk.is_empty(), "sign-in risk"),
        (!conditions.user_risk.is_empty(), "user risk"),
        (
            picks(&conditions.device_filter, picks_devices),
            "a device filter",
        ),
        (
            picks(&conditions.authentication_flows, picks_flows),
            "authentication flows",
        ),
    ];
    let known = known.into_iter().filter(|(narrowed, _)| *narrowed);
    let known = known.map(|(_, words)| words.to_owned());
    let further = not_modelled(&apps.extra)
        .chain(not_modelled(&conditions.extra))
        .chain(narrowing(&policy.extra, &["template_id"]));
    known
        .chain(further.map(|name| format!("the condition {name}")))
        .collect()
}

/// Whether a devices condition picks out devices; naming all of them and leaving none out does not.
fn picks_devices(devices: &Value) -> bool {
    let Value::Object(members) = devices else {
        return says_something(devices);
    };
    let all = |value: &Value| {
        let list = value.as_array().filter(|list| list.len() == 1);
        let only = list.and_then(|list| list.first()).and_then(Value::as_str);
        only.is_some_and(|word| word.eq_ignore_ascii_case("all"))
    };
    members.iter().any(|(name, value)| {
        let harmless = match name.as_str() {
            "includeDevices" | "includeDeviceStates" => all(value),
            _ => is_annotation(name),
        };
        !harmless && says_something(value)
    })
}

/// Whether an authentication flows condition names a flow.
fn picks_flows(flows: &Value) -> bool {
    let methods = ["transferMethods", "transfer_methods"]
        .into_iter()
        .find_map(|name| flows.get(name)?.as_str());
    match methods {
        Some("none") => flows.as_object().is_some_and(|members| {
            let others = |(name, value): (&String, &Value)| {
                !name.starts_with("transfer") && !is_annotation(name) && says_something(value)
            };
            members.iter().any(others)
        }),
        _ => says_something(flows),
    }
}
