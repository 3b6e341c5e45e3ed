//! What conditional access protects besides asking for MFA: for whom, and whether at all times.

use serde_json::Value;

use super::grant::{GrantRequirement, is_and, names_mfa, requires_something};
use super::person::Coverage;
use super::policy::{Policy, Roles};
use super::scope::{Clients, Scope, scope};
use super::source::Binding;
use super::tri::Tri;
use crate::evidence::EvidenceGrade;
use crate::facts::{CaPolicyFact, is_annotation, not_modelled, says_something};
use crate::population::Person;

/// A protection that conditional access policies can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// No sign-in by protocols that know no MFA.
    LegacyBlocked,
    /// No sign-in by the device code flow.
    DeviceCodeBlocked,
    /// A block or a new password when the account is at high risk.
    UserRiskContained,
    /// A block or MFA when the sign-in is at high risk.
    SignInRiskContained,
    /// A managed and healthy device.
    ManagedDevice,
    /// Something that shows who it is, before security information is registered.
    RegistrationProtected,
    /// Anything by which it is decided who gets in.
    Anything,
}

/// Whether a protection holds at all times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Narrowed,
    Full,
}

/// How far a protection reaches one person.
#[derive(Debug)]
pub(crate) struct Reached<'p> {
    pub(crate) fit: Option<Fit>,
    /// Whether `Full` rests on whole evidence.
    pub(crate) whole: bool,
    /// Whether evidence that is missing could make it full.
    pub(crate) open: bool,
    /// The policy that holds at times only, or excludes the person.
    pub(crate) policy: Option<&'p str>,
}

/// The policies that give one protection.
#[derive(Debug)]
pub(crate) struct Reach<'c> {
    policies: Vec<(&'c Policy<'c>, Scope)>,
    needs: Clients,
    /// Whether security defaults give it to everybody.
    pub(crate) by_default: Option<bool>,
    whole: bool,
    open_roles: bool,
}

impl Coverage<'_> {
    pub(crate) fn reach_of(&self, protection: Protection) -> Reach<'_> {
        let binder = &self.binder;
        let asks = |policy| Some((policy, asked(policy, protection)?));
        let legacy = protection == Protection::LegacyBlocked;
        let by_default = legacy || protection == Protection::Anything;
        Reach {
            policies: binder.in_force().filter_map(asks).collect(),
            needs: if legacy {
                Clients::LEGACY
            } else {
                Clients::ALL
            },
            by_default: if by_default {
                self.security_defaults()
            } else {
                Some(false)
            },
            whole: binder.policies_grade == EvidenceGrade::Whole,
            open_roles: binder.open_roles,
        }
    }

    /// How far it is known which policies there are: security defaults leave room for none.
    pub(crate) const fn policies_grade(&self) -> EvidenceGrade {
        self.binder.policies_grade
    }

    /// Whether security defaults are on.
    pub(crate) fn security_defaults(&self) -> Option<bool> {
        told(self.binder.security_defaults)
    }

    /// Whether MFA is asked of the person at all, if only at times; `None` where that cannot be told.
    pub(crate) fn asks(&self, person: &Person<'_>) -> Option<bool> {
        let bound = self.binder.bind(person, Roles::Active, None);
        match (bound.least, bound.most) {
            (Binding::None, Binding::None) => Some(false),
            (Binding::None, _) => None,
            _ => Some(true),
        }
    }

    /// Whether any policy that grants or refuses access is surely in force.
    pub(crate) fn has_policies(&self) -> bool {
        let mut policies = self.binder.in_force();
        policies.any(|policy| policy.is_enabled() && policy.fact.grant.is_some())
    }

    /// Whether a policy that grants or refuses access applies to the person.
    pub(crate) fn reach(&self, person: &Person<'_>) -> Option<bool> {
        let binder = &self.binder;
        let unseen = if binder.policies_grade == EvidenceGrade::Whole {
            Tri::No
        } else {
            Tri::Maybe
        };
        let policies = binder.in_force().filter(|p| p.fact.grant.is_some());
        let applies = policies.map(|policy| most(policy, person, binder.open_roles));
        told(applies.fold(unseen, Tri::max))
    }

    /// Whether a policy leaves the person out, and if so whether another one takes its place: for
    /// MFA, only what asks for MFA at every sign-in.
    pub(crate) fn left_out_and_covered(&self, person: &Person<'_>) -> (Option<bool>, Option<bool>) {
        let binder = &self.binder;
        let policies = || binder.in_force().filter(|p| p.fact.grant.is_some());
        let (mut left_out, mut of_mfa) = (Tri::No, Tri::No);
        for policy in policies() {
            let is_out = policy.leaves_out(person, binder.open_roles);
            left_out = left_out.max(is_out);
            if policy.fact.grant.as_ref().is_some_and(names_mfa)
                && policy.requirement != GrantRequirement::Block
            {
                of_mfa = of_mfa.max(is_out);
            }
        }
        if left_out == Tri::No {
            return (Some(false), None);
        }
        let bound = binder.bind(person, Roles::Active, None);
        let asked = match (bound.least, bound.most) {
            (Binding::Always, _) => Tri::Yes,
            (_, Binding::Always) => Tri::Maybe,
            _ => Tri::No,
        };
        let some = policies().filter(|policy| policy.scope != Scope::None);
        let applies = |policy: &Policy<'_>| {
            let roles = Roles::Active;
            policy.applies(person, roles, binder.open_roles).answer
        };
        let covered = match of_mfa {
            Tri::Yes => asked,
            Tri::Maybe => asked.max(some.map(applies).fold(Tri::No, Tri::max).min(Tri::Maybe)),
            Tri::No => some.map(applies).fold(asked, Tri::max),
        };
        (told(left_out), told(covered))
    }
}

impl<'c> Reach<'c> {
    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Whether a policy gives it to everybody, whoever joins or leaves.
    pub(crate) fn asks_everybody(&self) -> bool {
        let mut policies = self.policies.iter();
        policies.any(|(policy, _)| policy.is_enabled() && policy.includes_everybody())
    }

    pub(crate) fn of(&self, person: &Person<'_>) -> Reached<'c> {
        let (mut sure, mut on_whole, mut perhaps) = (Clients::NONE, Clients::NONE, Clients::NONE);
        let (mut narrowed, mut left_out) = (None, None);
        let mut narrowed_perhaps = false;
        for (policy, scope) in &self.policies {
            let applies = least(policy, person, self.open_roles);
            if applies == Tri::No {
                let at_all = policy.leaves_out(person, self.open_roles);
                if at_all == Tri::Yes {
                    left_out = left_out.or(Some(policy.fact.id.as_str()));
                }
                continue;
            }
            match scope {
                Scope::Every(clients) if applies == Tri::Yes => {
                    sure = sure.or(*clients);
                    if policy.whole {
                        on_whole = on_whole.or(*clients);
                    }
                    narrowed = narrowed.or(Some(policy.fact.id.as_str()));
                }
                Scope::Every(clients) => perhaps = perhaps.or(*clients),
                Scope::Untold => perhaps = Clients::ALL,
                Scope::Some(_) if applies == Tri::Yes => {
                    narrowed = narrowed.or(Some(policy.fact.id.as_str()));
                }
                Scope::Some(_) => narrowed_perhaps = true,
                Scope::None => {}
            }
        }
        let full = sure.covers(self.needs);
        Reached {
            fit: if full {
                Some(Fit::Full)
            } else {
                narrowed.map(|_| Fit::Narrowed)
            },
            whole: on_whole.covers(self.needs),
            open: !self.whole
                || self.by_default.is_none()
                || sure.or(perhaps).covers(self.needs)
                || (narrowed_perhaps && narrowed.is_none()),
            policy: narrowed.or(left_out),
        }
    }
}

fn told(tri: Tri) -> Option<bool> {
    match tri {
        Tri::Yes => Some(true),
        Tri::No => Some(false),
        Tri::Maybe => None,
    }
}

/// Whether the policy applies whether or not eligible roles are activated.
fn least(policy: &Policy<'_>, person: &Person<'_>, open_roles: bool) -> Tri {
    let applies = |roles| policy.applies(person, roles, open_roles).answer;
    applies(Roles::Active).min(applies(Roles::Activated))
}

/// Whether the policy applies at least when eligible roles are activated, or when they are not.
fn most(policy: &Policy<'_>, person: &Person<'_>, open_roles: bool) -> Tri {
    let applies = |roles| policy.applies(person, roles, open_roles).answer;
    applies(Roles::Active).max(applies(Roles::Activated))
}

/// In which sign-ins the policy gives the protection; `None` when it gives another one. The condition
/// that makes up the protection, such as high user risk, does not count as narrowing.
fn asked(policy: &Policy<'_>, protection: Protection) -> Option<Scope> {
    let fact = policy.fact;
    let conditions = fact.conditions.as_ref();
    let high = |levels: &[String]| {
        levels
            .iter()
            .any(|level| level.eq_ignore_ascii_case("high"))
    };
    let blocks = policy.requirement == GrantRequirement::Block;
    let without = |clear: fn(&mut CaPolicyFact)| {
        let mut rest = fact.clone();
        clear(&mut rest);
        scope(&rest)
    };
    match protection {
        // Legacy protocols can do nothing that a grant asks for, so any grant blocks them.
        Protection::LegacyBlocked => {
            let grant = fact.grant.as_ref()?;
            let actions = fact.apps.as_ref().map(|apps| &apps.user_actions);
            if !requires_something(grant) || actions.is_some_and(|actions| !actions.is_empty()) {
                return None;
            }
            let clients = conditions.map_or(Clients::ALL, |c| Clients::read(&c.client_apps));
            let clients = clients.kept_out(policy.requirement);
            match &policy.scope {
                _ if clients == Clients::NONE => None,
                Scope::Every(_) => Some(Scope::Every(clients)),
                scope => Some(scope.clone()),
            }
        }
        Protection::DeviceCodeBlocked => {
            let flows = conditions?
                .authentication_flows
                .as_ref()
                .filter(|_| blocks)?;
            match names_device_code(flows) {
                Tri::Yes => Some(without(|rest| set(rest, |c| c.authentication_flows = None))),
                // A flow whose name is not known may be the device code flow.
                Tri::Maybe => Some(Scope::Untold),
                Tri::No => None,
            }
        }
        Protection::UserRiskContained => (high(&conditions?.user_risk)
            && (blocks || requires(fact, &["passwordChange", "riskRemediation"])))
        .then(|| without(|rest| set(rest, |c| c.user_risk.clear()))),
        Protection::SignInRiskContained => (high(&conditions?.sign_in_risk)
            && (blocks || matches!(policy.requirement, GrantRequirement::Mfa(_))))
        .then(|| without(|rest| set(rest, |c| c.sign_in_risk.clear()))),
        Protection::ManagedDevice => {
            // That a device was joined says nothing of its health.
            requires(fact, &["compliantDevice"]).then(|| policy.scope.clone())
        }
        Protection::Anything => fact
            .grant
            .as_ref()
            .is_some_and(requires_something)
            .then(|| policy.scope.clone()),
        Protection::RegistrationProtected => {
            let apps = fact.apps.as_ref()?;
            let action =
                |action: &String| action.eq_ignore_ascii_case("urn:user:registersecurityinfo");
            // Terms of use or an approved application verify no identity; a device may.
            let perhaps = matches!(
                policy.requirement,
                GrantRequirement::Unclear | GrantRequirement::CustomControl
            ) || requires(fact, &["compliantDevice", "domainJoinedDevice"]);
            let asks = blocks || matches!(policy.requirement, GrantRequirement::Mfa(_));
            if !apps.user_actions.iter().any(action) {
                return None;
            }
            let without_action = || {
                without(|rest| {
                    if let Some(apps) = &mut rest.apps {
                        apps.user_actions.clear();
                        apps.include = vec!["All".to_owned()];
                    }
                })
            };
            if asks {
                Some(without_action())
            } else {
                perhaps.then_some(Scope::Untold)
            }
        }
    }
}

/// Whether the device code flow is among the flows that are named:
/// <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessauthenticationflows>.
fn names_device_code(flows: &Value) -> Tri {
    const METHODS: [&str; 2] = ["transferMethods", "transfer_methods"];
    let known = |word: &str| match word.trim().to_ascii_lowercase().as_str() {
        "devicecodeflow" => Tri::Yes,
        "none" | "authenticationtransfer" => Tri::No,
        _ => Tri::Maybe,
    };
    let words = METHODS.iter().find_map(|name| flows.get(*name));
    let mut others = flows.as_object().into_iter().flatten();
    let says_more = others.any(|(name, value)| {
        !METHODS.contains(&name.as_str()) && !is_annotation(name) && says_something(value)
    });
    match words.and_then(Value::as_str) {
        _ if says_more => Tri::Maybe,
        Some(words) => words.split(',').map(known).fold(Tri::No, Tri::max),
        None => Tri::from(says_something(flows)).min(Tri::Maybe),
    }
}

fn set(fact: &mut CaPolicyFact, change: fn(&mut crate::facts::CaConditions)) {
    if let Some(conditions) = &mut fact.conditions {
        change(conditions);
    }
}

/// Whether one of these controls cannot be got round: with AND it stands among others, with OR
/// there is no other.
fn requires(fact: &CaPolicyFact, wanted: &[&str]) -> bool {
    let Some(grant) = &fact.grant else {
        return false;
    };
    let is = |control: &String| wanted.iter().any(|w| control.eq_ignore_ascii_case(w));
    let and = is_and(grant);
    let others =
        grant.authentication_strength.is_some() || not_modelled(&grant.extra).next().is_some();
    if and {
        grant.controls.iter().any(is)
    } else {
        !others && !grant.controls.is_empty() && grant.controls.iter().all(is)
    }
}
