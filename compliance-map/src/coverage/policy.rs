//! One conditional access policy: whom it binds, when, and whether it really asks for MFA.
//!
//! The meaning of the members:
//! <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessconditionset>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::method::{self, MethodSet};
use super::tri::Tri;
use super::{AccessKind, CA_POLICIES};
use crate::evidence::{Evidence, Grade};
use crate::facts::{CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals};
use crate::group::{Groups, Members};
use crate::population::{Person, Population};
use crate::role::RoleId;

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

/// A policy made ready to be asked about many people.
#[derive(Debug)]
pub(crate) struct Policy<'a> {
    pub(crate) fact: &'a CaPolicyFact,
    pub(crate) demand: Demand,
    pub(crate) scope: Scope,
    /// Whether all evidence that this policy needs is whole.
    pub(crate) whole: bool,
    /// Whether it is enabled; "maybe" when its state is a word that this version does not know.
    enabled: Tri,
    include: Option<Side<'a>>,
    exclude: Option<Side<'a>>,
}

/// Whether a policy applies to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applies {
    pub(crate) answer: Tri,
    /// Only while an eligible role is activated.
    pub(crate) when_activated: bool,
    /// Meant for the person, but the person is left out.
    pub(crate) excluded: bool,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(
        fact: &'a CaPolicyFact,
        evidence: Evidence<'a>,
        groups: &Groups<'a>,
        population: &Population<'a>,
    ) -> Self {
        let side = |principals: &'a CaPrincipals| Side::new(principals, groups, population.roles);
        let sides = [fact.include.as_ref(), fact.exclude.as_ref()];
        let names_groups = sides.iter().flatten().any(|s| !s.groups.is_empty());
        let names_roles = sides.iter().flatten().any(|s| !s.roles.is_empty());
        Self {
            fact,
            demand: demand(fact.grant.as_ref(), evidence),
            scope: scope(fact.apps.as_ref(), fact.conditions.as_ref()),
            whole: evidence.is_whole(CA_POLICIES)
                && (!names_groups || evidence.is_whole(crate::population::GROUPS))
                && (!names_roles || population.roles == Grade::Whole),
            enabled: match fact.state.to_ascii_lowercase().as_str() {
                "enabled" => Tri::Yes,
                "disabled" | "enabledforreportingbutnotenforced" => Tri::No,
                _ => Tri::Maybe,
            },
            include: fact.include.as_ref().map(side),
            exclude: fact.exclude.as_ref().map(side),
        }
    }

    pub(crate) fn can_bind(&self) -> bool {
        self.enabled != Tri::No && self.scope != Scope::None && self.demand != Demand::Other
    }

    pub(crate) fn name(&self) -> &str {
        self.fact.name.as_deref().unwrap_or(&self.fact.id)
    }

    pub(crate) fn names_groups(&self) -> bool {
        [&self.include, &self.exclude]
            .into_iter()
            .flatten()
            .any(|side| !side.groups.is_empty())
    }

    pub(crate) fn names_roles(&self) -> bool {
        [&self.include, &self.exclude]
            .into_iter()
            .flatten()
            .any(|side| !side.roles.is_empty())
    }

    pub(crate) fn applies(
        &self,
        person: &Person<'_>,
        access: AccessKind,
        open_roles: bool,
    ) -> Applies {
        let (include, when_activated) = match &self.include {
            Some(side) => side.includes(person, access, open_roles),
            None => (Tri::Maybe, false),
        };
        let exclude = match &self.exclude {
            Some(side) => side.excludes(person, open_roles),
            None => Tri::Maybe,
        };
        Applies {
            answer: include.min(exclude.not()).min(self.enabled),
            when_activated,
            excluded: include != Tri::No && exclude == Tri::Yes,
        }
    }
}

/// One side, include or exclude, with its groups resolved.
#[derive(Debug)]
struct Side<'a> {
    everybody: bool,
    guests: bool,
    users: BTreeSet<&'a str>,
    groups: BTreeMap<&'a str, Members<'a>>,
    roles: BTreeSet<RoleId>,
    guest_types: BTreeSet<String>,
    /// Whether a member stands there that this version does not know.
    strange: bool,
    role_grade: Grade,
}

impl<'a> Side<'a> {
    fn new(principals: &'a CaPrincipals, groups: &Groups<'a>, role_grade: Grade) -> Self {
        let says = |word: &str| {
            principals
                .users
                .iter()
                .any(|u| u.eq_ignore_ascii_case(word))
        };
        Self {
            everybody: says("All"),
            guests: says("GuestsOrExternalUsers"),
            users: principals.users.iter().map(String::as_str).collect(),
            groups: principals
                .groups
                .iter()
                .map(|g| (g.as_str(), groups.members(g)))
                .collect(),
            roles: principals
                .roles
                .iter()
                .map(|role| RoleId::new(role))
                .collect(),
            guest_types: principals
                .guest_types
                .iter()
                .map(|t| t.to_ascii_lowercase())
                .collect(),
            strange: principals.extra.values().any(says_something),
            role_grade,
        }
    }

    fn in_group(&self, person: &Person<'_>) -> Tri {
        let answers = self.groups.values().map(|members| {
            if members.ids.contains(person.id) {
                Tri::Yes
            } else if members.open {
                Tri::Maybe
            } else {
                Tri::No
            }
        });
        answers.max().unwrap_or_default()
    }

    fn role_unknown(&self, open_roles: bool) -> Tri {
        if !self.roles.is_empty() && (self.role_grade != Grade::Whole || open_roles) {
            Tri::Maybe
        } else {
            Tri::No
        }
    }

    /// Conditional access knows roles for the whole tenant only, and eligible ones once activated:
    /// <https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-conditional-access-users-groups>.
    fn includes(&self, person: &Person<'_>, access: AccessKind, open_roles: bool) -> (Tri, bool) {
        let named = self.everybody || self.users.contains(person.id);
        let outside = person.fact.is_guest() || person.is_external();
        let mut answer = Tri::from(named || (self.guests && outside))
            .max(self.in_group(person))
            .max(self.guest_type(person, false));
        let held = |active: bool| {
            let mut roles = person
                .roles
                .iter()
                .filter(|h| h.tenant_wide && h.active == active);
            roles.any(|h| self.roles.contains(&h.role))
        };
        let mut when_activated = false;
        if answer != Tri::Yes {
            if held(true) || (held(false) && access == AccessKind::Administration) {
                answer = Tri::Yes;
            } else if held(false) {
                (answer, when_activated) = (Tri::Yes, true);
            } else {
                answer = answer.max(self.role_unknown(open_roles));
                answer = answer.max(if self.strange { Tri::Maybe } else { Tri::No });
            }
        }
        (answer, when_activated)
    }

    /// An eligible role that is left out is a way round: its holder can activate it.
    fn excludes(&self, person: &Person<'_>, open_roles: bool) -> Tri {
        let named = self.everybody || self.users.contains(person.id);
        let outside = person.fact.is_guest() || person.is_external();
        let by_role = person
            .roles
            .iter()
            .any(|h| h.tenant_wide && self.roles.contains(&h.role));
        Tri::from(named || by_role || (self.guests && outside))
            .max(self.in_group(person))
            .max(self.guest_type(person, true))
            .max(self.role_unknown(open_roles))
            .max(if self.strange { Tri::Maybe } else { Tri::No })
    }

    /// A guest account is either a B2B collaboration guest or, rarely, an internal guest. Where that
    /// is not certain, being left out is believed and being included is not.
    fn guest_type(&self, person: &Person<'_>, leaving_out: bool) -> Tri {
        let has = |kind: &str| self.guest_types.contains(kind);
        let (guest, external) = (person.fact.is_guest(), person.is_external());
        let (b2b, internal) = (has("b2bcollaborationguest"), has("internalguest"));
        match (guest, external) {
            (true, true) => Tri::from(b2b),
            (true, false) if b2b && (internal || leaving_out) => Tri::Yes,
            (true, false) if b2b || internal => Tri::Maybe,
            (false, true) => Tri::from(has("b2bcollaborationmember")),
            _ => Tri::No,
        }
    }
}

/// Whether a kept member holds anything at all.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => members.values().any(says_something),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

/// Whether the grant makes MFA unavoidable.
fn demand(grant: Option<&CaGrant>, evidence: Evidence<'_>) -> Demand {
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
fn scope(apps: Option<&CaApps>, conditions: Option<&CaConditions>) -> Scope {
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
