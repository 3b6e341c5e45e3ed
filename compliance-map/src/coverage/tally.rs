//! Adding up the conditional access policies that apply to one person.

use super::grant::GrantRequirement;
use super::key::{CA_POLICIES, STRENGTHS};
use super::method::MethodSet;
use super::policy::{Applies, Policy};
use super::scope::{Clients, Scope};
use super::source::{Accepted, Binding, Source, Why};
use super::tri::Tri;
use crate::population::{GROUPS, ROLES};

/// Adds up what the policies that apply to one person do.
pub(crate) struct Tally<'s> {
    least_clients: Clients,
    /// The part of `least_clients` that rests on whole evidence.
    whole_clients: Clients,
    most_clients: Clients,
    least_blocked: Clients,
    most_blocked: Clients,
    least_some: bool,
    most_some: bool,
    /// Whether another provider may do MFA, for which nothing has to be registered in this tenant.
    perhaps_elsewhere: bool,
    accepted: Accepted,
    sometimes: Vec<&'s Policy<'s>>,
    missing: Vec<&'static str>,
}

impl Default for Tally<'_> {
    fn default() -> Self {
        Self {
            least_clients: Clients::NONE,
            whole_clients: Clients::NONE,
            most_clients: Clients::NONE,
            least_blocked: Clients::NONE,
            most_blocked: Clients::NONE,
            least_some: false,
            most_some: false,
            perhaps_elsewhere: false,
            accepted: Accepted::default(),
            sometimes: Vec::new(),
            missing: Vec::new(),
        }
    }
}

impl<'s> Tally<'s> {
    /// Ready for so many policies.
    pub(crate) fn of(policies: usize) -> Self {
        Self {
            sometimes: Vec::with_capacity(policies),
            ..Self::default()
        }
    }

    /// Takes in that there may be policies nobody has seen.
    pub(crate) fn allow_unseen_policies(&mut self) {
        self.most_clients = Clients::ALL;
        self.most_some = true;
        self.accepted = self
            .accepted
            .or(Accepted::of(Binding::None, Binding::Always));
        self.missing.push(CA_POLICIES);
    }

    pub(crate) fn count(
        &mut self,
        policy: &'s Policy<'s>,
        applies: Applies,
        only: Option<MethodSet>,
    ) {
        let methods = match policy.requirement {
            GrantRequirement::Mfa(methods)
                if only.is_none_or(|only| methods.is_subset_of(only)) =>
            {
                Some(methods)
            }
            GrantRequirement::Unclear | GrantRequirement::CustomControl => Some(MethodSet::ANY),
            GrantRequirement::Block => None,
            GrantRequirement::Mfa(_) | GrantRequirement::Other => return,
        };
        let certain = applies.answer == Tri::Yes
            && !matches!(
                policy.requirement,
                GrantRequirement::Unclear | GrantRequirement::CustomControl
            )
            && policy.scope != Scope::Untold;
        if !certain {
            self.note_missing(policy, applies.answer);
        }
        let Some(methods) = methods else {
            self.count_block(policy, certain);
            return;
        };
        self.most_some = true;
        self.least_some |= certain;
        self.perhaps_elsewhere |= policy.requirement == GrantRequirement::CustomControl;
        self.accepted.sometimes = self.accepted.sometimes.or(methods);
        match &policy.scope {
            Scope::Every(clients) => {
                self.cover(*clients, policy, certain);
                self.accepted.perhaps = self.accepted.perhaps.or(methods);
                if certain {
                    self.accepted.surely = self.accepted.surely.or(methods);
                }
                if *clients != Clients::ALL {
                    self.sometimes.push(policy);
                }
            }
            Scope::Some(_) => self.sometimes.push(policy),
            Scope::Untold => {
                self.most_clients = Clients::ALL;
                self.accepted.perhaps = self.accepted.perhaps.or(methods);
            }
            Scope::None => {}
        }
    }

    /// Blocking some clients asks for MFA nowhere; it only closes ways round. Whoever is blocked
    /// everywhere cannot get in without MFA either.
    fn count_block(&mut self, policy: &'s Policy<'s>, certain: bool) {
        let clients = match &policy.scope {
            Scope::Every(clients) => *clients,
            Scope::Untold => Clients::ALL,
            _ => return,
        };
        self.cover(clients, policy, certain);
        self.most_blocked = self.most_blocked.or(clients);
        if certain {
            self.least_blocked = self.least_blocked.or(clients);
        }
    }

    fn cover(&mut self, clients: Clients, policy: &Policy<'_>, certain: bool) {
        self.most_clients = self.most_clients.or(clients);
        if certain {
            self.least_clients = self.least_clients.or(clients);
            if policy.whole {
                self.whole_clients = self.whole_clients.or(clients);
            }
        }
    }

    fn note_missing(&mut self, policy: &Policy<'_>, answer: Tri) {
        let before = self.missing.len();
        if answer == Tri::Maybe && policy.names_groups() {
            self.missing.push(GROUPS);
        }
        if answer == Tri::Maybe && policy.names_roles() {
            self.missing.push(ROLES);
        }
        if policy.requirement == GrantRequirement::Unclear {
            self.missing.push(STRENGTHS);
        }
        if self.missing.len() == before {
            self.missing.push(CA_POLICIES);
        }
    }

    pub(crate) fn source(self) -> Source<'s> {
        let binding = |asked: bool, clients: Clients, blocked: Clients| {
            if blocked == Clients::ALL || (asked && clients == Clients::ALL) {
                Binding::Always
            } else if asked {
                Binding::Conditional
            } else {
                Binding::None
            }
        };
        let least = binding(self.least_some, self.least_clients, self.least_blocked);
        let most = binding(self.most_some, self.most_clients, self.most_blocked).max(least);
        let blocked = |clients: Clients| {
            if clients == Clients::ALL {
                Binding::Always
            } else {
                Binding::None
            }
        };
        let by_block = Accepted::of(blocked(self.least_blocked), blocked(self.most_blocked));
        Source {
            least,
            most,
            whole: self.whole_clients == Clients::ALL,
            accepted: self.accepted.or(by_block),
            perhaps_elsewhere: self.perhaps_elsewhere,
            why: Why::Policies(self.sometimes),
            missing: self.missing,
        }
    }
}
