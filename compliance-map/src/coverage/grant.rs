//! What the grant of a conditional access policy asks for.

use super::method::{self, Accepts, MethodSet};
use crate::evidence::Evidence;
use crate::facts::{CaGrant, not_modelled, says_something};

/// What the grant of a policy asks of whoever it binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantRequirement {
    /// MFA with one of these methods.
    Mfa(MethodSet),
    /// No access at all.
    Block,
    /// Perhaps MFA: the authentication strength is not known.
    Unclear,
    /// Perhaps MFA: a control of another provider, of which the service sees only that it passed.
    CustomControl,
    /// Nothing that makes MFA unavoidable.
    Other,
}

/// Whether the grant makes MFA unavoidable.
pub(crate) fn requirement(grant: Option<&CaGrant>, evidence: Evidence<'_>) -> GrantRequirement {
    let Some(grant) = grant else {
        return GrantRequirement::Other;
    };
    let is = |control: &String, word: &str| control.eq_ignore_ascii_case(word);
    let further = || {
        let known = |name: &&str| FACTORS.contains(name) || TERMS.contains(name);
        not_modelled(&grant.extra).filter(move |name| !known(name))
    };
    let is_more = further().next().is_some();
    if grant.controls.iter().any(|c| is(c, "block")) {
        return if is_more {
            GrantRequirement::Unclear
        } else {
            GrantRequirement::Block
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
        return GrantRequirement::Other;
    }
    if !plain && strength.is_none() && !elsewhere {
        return if is_more {
            GrantRequirement::Unclear
        } else {
            GrantRequirement::Other
        };
    }
    // A member of the strength that is not modelled may change which methods it accepts.
    let is_strange = further().any(|name| name.starts_with("authentication_strength"));
    let strength = strength.map(|strength| match method::accepted_by(strength, evidence) {
        Accepts::Mfa(_) if is_strange => Accepts::Unknown,
        accepts => accepts,
    });
    if !and && (strength == Some(Accepts::SingleFactor)) {
        return GrantRequirement::Other;
    }
    // With OR, the custom control alone lets a person in.
    if elsewhere && (!and || (!plain && !matches!(strength, Some(Accepts::Mfa(_))))) {
        return GrantRequirement::CustomControl;
    }
    if is_more && strength != Some(Accepts::SingleFactor) {
        return GrantRequirement::Unclear;
    }
    match (strength, plain) {
        (Some(Accepts::Unknown), _) => GrantRequirement::Unclear,
        (Some(Accepts::Mfa(accepted)), plain) if and || !plain => GrantRequirement::Mfa(accepted),
        (None | Some(Accepts::Mfa(_)), _) => GrantRequirement::Mfa(MethodSet::ANY),
        (Some(_), true) if and => GrantRequirement::Mfa(MethodSet::ANY),
        (Some(Accepts::SingleFactor), _) => GrantRequirement::Other,
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

/// Whether MFA is named, or may be: whoever is excluded from such a policy is excluded from MFA.
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

/// Whether the grant asks for anything at all.
pub(crate) fn requires_something(grant: &CaGrant) -> bool {
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
