//! What a conditional access policy asks for, and in which sign-ins.

use serde_json::Value;

use super::method::{self, Accepts, MethodSet};
use crate::evidence::Evidence;
use crate::facts::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, is_annotation, narrowing, not_modelled,
    says_something,
};

/// The kinds of client an un-narrowed policy covers, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Clients(u8);

impl Clients {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(0b1111);
    /// Protocols that know no MFA.
    pub(crate) const LEGACY: Self = Self(0b1100);
    /// Those of them that cannot answer any demand at all.
    const MUTE: Self = Self(0b1000);

    pub(crate) const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Which of these a demand other than a block keeps out: legacy protocols cannot answer it. See
    /// <https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-block-legacy-authentication>.
    pub(crate) const fn kept_out(self, demand: Demand) -> Self {
        let unable = match demand {
            Demand::Block => Self::ALL,
            Demand::Mfa(_) => Self::LEGACY,
            Demand::Unclear | Demand::Elsewhere | Demand::Other => Self::MUTE,
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

/// What a policy demands of whoever it binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// MFA with one of these methods.
    Mfa(MethodSet),
    /// No access at all.
    Block,
    /// Perhaps MFA: the authentication strength is not known.
    Unclear,
    /// Perhaps MFA: a control of another provider, of which the service sees only that it passed.
    Elsewhere,
    /// Nothing that makes MFA unavoidable.
    Other,
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

/// Whether the grant makes MFA unavoidable.
pub(crate) fn demand(grant: Option<&CaGrant>, evidence: Evidence<'_>) -> Demand {
    let Some(grant) = grant else {
        return Demand::Other;
    };
    let is = |control: &String, word: &str| control.eq_ignore_ascii_case(word);
    let further = || {
        let known = |name: &&str| FACTORS.contains(name) || TERMS.contains(name);
        not_modelled(&grant.extra).filter(move |name| !known(name))
    };
    let is_more = further().next().is_some();
    if grant.controls.iter().any(|c| is(c, "block")) {
        return if is_more {
            Demand::Unclear
        } else {
            Demand::Block
        };
    }
    let plain = grant.controls.iter().any(|c| is(c, "mfa"));
    let strength = grant
        .authentication_strength
        .as_ref()
        .filter(|s| says_something(s));
    let has_factors = not_modelled(&grant.extra).any(|name| FACTORS.contains(&name));
    let elsewhere = has_factors || grant.controls.iter().any(|c| is_elsewhere(c.as_str()));
    let others = grant
        .controls
        .iter()
        .any(|c| !is(c, "mfa") && !is_elsewhere(c))
        || not_modelled(&grant.extra).any(|name| TERMS.contains(&name));
    let and = is_and(grant);
    if others && !and {
        return Demand::Other;
    }
    if !plain && strength.is_none() && !elsewhere {
        return if is_more {
            Demand::Unclear
        } else {
            Demand::Other
        };
    }
    // What more is said of the strength may let in less, or something else.
    let is_strange = further().any(|name| name.starts_with("authentication_strength"));
    let strength = strength.map(|strength| match method::accepted_by(strength, evidence) {
        Accepts::Mfa(_) if is_strange => Accepts::Unknown,
        accepts => accepts,
    });
    if !and && (strength == Some(Accepts::SingleFactor)) {
        return Demand::Other;
    }
    // With OR, what another provider asks is a way past the rest.
    if elsewhere && (!and || (!plain && !matches!(strength, Some(Accepts::Mfa(_))))) {
        return Demand::Elsewhere;
    }
    if is_more && strength != Some(Accepts::SingleFactor) {
        return Demand::Unclear;
    }
    match (strength, plain) {
        (Some(Accepts::Unknown), _) => Demand::Unclear,
        (Some(Accepts::Mfa(accepted)), plain) if and || !plain => Demand::Mfa(accepted),
        (None | Some(Accepts::Mfa(_)), _) => Demand::Mfa(MethodSet::ANY),
        (Some(_), true) if and => Demand::Mfa(MethodSet::ANY),
        (Some(Accepts::SingleFactor), _) => Demand::Other,
    }
}

/// Where Graph lists the controls of other providers:
/// <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessgrantcontrols>.
const FACTORS: [&str; 2] = [
    "customAuthenticationFactors",
    "custom_authentication_factors",
];

/// Where Graph lists terms of use, which are accepted without any factor.
const TERMS: [&str; 2] = ["termsOfUse", "terms_of_use"];

/// Whether MFA is named at all, or may be: whoever is left out of such a policy is left out of MFA.
pub(crate) fn names_mfa(grant: &CaGrant) -> bool {
    grant
        .controls
        .iter()
        .any(|control| control.eq_ignore_ascii_case("mfa") || is_elsewhere(control))
        || grant
            .authentication_strength
            .as_ref()
            .is_some_and(says_something)
        || not_modelled(&grant.extra).next().is_some()
}

/// Whether the grant demands anything at all.
pub(crate) fn demands_something(grant: &CaGrant) -> bool {
    let strength = grant.authentication_strength.as_ref();
    !grant.controls.is_empty()
        || strength.is_some_and(says_something)
        || not_modelled(&grant.extra).any(|name| FACTORS.contains(&name))
}

pub(crate) fn is_and(grant: &CaGrant) -> bool {
    let operator = grant.operator.as_deref().unwrap_or_default();
    operator.eq_ignore_ascii_case("and")
}

/// Whether a control is none of those that the service carries out itself:
/// <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessgrantcontrols>.
fn is_elsewhere(control: &str) -> bool {
    const BUILT_IN: [&str; 9] = [
        "approvedApplication",
        "block",
        "compliantApplication",
        "compliantDevice",
        "domainJoinedDevice",
        "mfa",
        "passwordChange",
        "riskRemediation",
        "termsOfUse",
    ];
    !BUILT_IN
        .iter()
        .any(|known| control.eq_ignore_ascii_case(known))
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
