//! One conditional access policy: whom it binds, when, and whether it really asks for MFA.
//!
//! The meaning of the members:
//! <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessconditionset>.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::{Demand, Scope, demand, says_something, scope};
use super::tri::Tri;
use super::{CA_POLICIES, Roles};
use crate::evidence::{Evidence, Grade};
use crate::facts::{CaPolicyFact, CaPrincipals};
use crate::group::{Groups, Members};
use crate::population::{Person, Population};
use crate::role::RoleId;

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

    pub(crate) fn applies(&self, person: &Person<'_>, roles: Roles, open_roles: bool) -> Applies {
        let include = match &self.include {
            Some(side) => side.covers(person, roles, open_roles, Use::Include),
            None => Tri::Maybe,
        };
        let exclude = match &self.exclude {
            Some(side) => side.covers(person, roles, open_roles, Use::Exclude),
            None => Tri::Maybe,
        };
        Applies {
            answer: include.min(exclude.not()).min(self.enabled),
            excluded: include != Tri::No && exclude == Tri::Yes,
        }
    }
}

/// Which side a set of principals stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Include,
    Exclude,
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

    /// Whether the side covers a person.
    ///
    /// Conditional access knows roles for the whole tenant only, and eligible ones once activated:
    /// <https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-conditional-access-users-groups>.
    fn covers(&self, person: &Person<'_>, roles: Roles, open_roles: bool, side: Use) -> Tri {
        let named = self.everybody || self.users.contains(person.id);
        let outside = person.fact.is_guest() || person.is_external();
        let mut held = person
            .roles
            .iter()
            .filter(|h| h.tenant_wide && roles.in_force(h));
        let by_role = held.any(|h| self.roles.contains(&h.role));
        Tri::from(named || by_role || (self.guests && outside))
            .max(self.in_group(person))
            .max(self.guest_type(person, side))
            .max(self.not_told(open_roles))
    }

    /// "Maybe" where roles are named that are not all known, or a member that this version is not.
    fn not_told(&self, open_roles: bool) -> Tri {
        let roles_unknown = self.role_grade != Grade::Whole || open_roles;
        if self.strange || (!self.roles.is_empty() && roles_unknown) {
            Tri::Maybe
        } else {
            Tri::No
        }
    }

    /// A guest account is either a B2B collaboration guest or, rarely, an internal guest. Where that
    /// is not certain, being left out is believed and being included is not.
    fn guest_type(&self, person: &Person<'_>, side: Use) -> Tri {
        let leaving_out = side == Use::Exclude;
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
