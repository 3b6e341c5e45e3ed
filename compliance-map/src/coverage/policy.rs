//! One conditional access policy: whom it binds, when, and whether it really asks for MFA.
//!
//! The meaning of the members:
//! <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessconditionset>.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use serde_json::Value;

use super::grant::{GrantRequirement, requirement};
use super::key::CA_POLICIES;
use super::scope::{Scope, scope};
use super::tri::Tri;
use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::{CaPolicyFact, CaPrincipals, is_annotation, not_modelled, says_something};
use crate::group::Groups;
use crate::population::{HeldRole, Person, Population};
use crate::role::{self, RoleId};

/// Which of a person's roles count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Roles {
    /// Those in force now.
    Active,
    /// Eligible ones too, as if activated.
    Activated,
}

impl Roles {
    pub(crate) const fn in_force(self, held: &HeldRole) -> bool {
        held.active || matches!(self, Self::Activated)
    }
}

/// A policy made ready to be asked about many people.
#[derive(Debug)]
pub(crate) struct Policy<'a> {
    pub(crate) fact: &'a CaPolicyFact,
    pub(crate) requirement: GrantRequirement,
    pub(crate) scope: Scope,
    /// Whether all evidence that this policy needs is whole.
    pub(crate) whole: bool,
    /// Whether it is enabled; "maybe" when its state is a word that this version does not know.
    enabled: Tri,
    include: Option<Side>,
    exclude: Option<Side>,
}

/// Whether a policy applies to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applies {
    pub(crate) answer: Tri,
    /// Meant for the person, but the person is left out.
    pub(crate) excluded: bool,
    /// Whether it is in force, meant for the person, and the person is left out.
    pub(crate) left_out: Tri,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(
        fact: &'a CaPolicyFact,
        evidence: Evidence<'a>,
        members: &mut GroupMembers<'a, '_>,
    ) -> Self {
        let population = members.population;
        let mut side = |principals: &'a CaPrincipals| Side::new(principals, members);
        let sides = [fact.include.as_ref(), fact.exclude.as_ref()];
        let names_groups = sides.iter().flatten().any(|s| !s.groups.is_empty());
        let names_roles = sides.iter().flatten().any(|s| !s.roles.is_empty());
        Self {
            fact,
            requirement: requirement(fact.grant.as_ref(), evidence),
            scope: scope(fact),
            whole: evidence.is_whole(CA_POLICIES)
                && (!names_groups || evidence.is_whole(crate::population::GROUPS))
                && (!names_roles || population.roles == EvidenceGrade::Whole),
            enabled: match fact.state.to_ascii_lowercase().as_str() {
                "enabled" => Tri::Yes,
                "disabled" | "enabledforreportingbutnotenforced" => Tri::No,
                _ => Tri::Maybe,
            },
            include: fact.include.as_ref().map(&mut side),
            exclude: fact.exclude.as_ref().map(&mut side),
        }
    }

    /// Whether it is, or may be, in force.
    pub(crate) fn may_be_enabled(&self) -> bool {
        self.enabled != Tri::No
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled == Tri::Yes
    }

    pub(crate) fn can_bind(&self) -> bool {
        self.enabled != Tri::No
            && self.scope != Scope::None
            && self.requirement != GrantRequirement::Other
    }

    pub(crate) fn name(&self) -> &str {
        self.fact.name.as_deref().unwrap_or(&self.fact.id)
    }

    /// Whether everybody is included, whoever joins or leaves.
    pub(crate) fn includes_everybody(&self) -> bool {
        self.include.as_ref().is_some_and(|side| side.everybody)
    }

    /// Who is named on each side, or is in a group that is named there.
    pub(super) fn sides(&self) -> impl Iterator<Item = &RoaringBitmap> {
        let sides = [&self.include, &self.exclude].into_iter().flatten();
        sides.map(|side| &side.people)
    }

    pub(crate) fn names_groups(&self) -> bool {
        [&self.include, &self.exclude]
            .into_iter()
            .flatten()
            .any(|side| side.names_groups)
    }

    pub(crate) fn names_roles(&self) -> bool {
        [&self.include, &self.exclude]
            .into_iter()
            .flatten()
            .any(|side| !side.roles.is_empty())
    }

    /// Whether it is in force, meant for the person, and the person is left out.
    pub(crate) fn leaves_out(&self, person: &Person<'_>, open_roles: bool) -> Tri {
        let excluded = match &self.exclude {
            Some(side) => side.covers(person, Roles::Active, open_roles, Use::Exclude),
            None => Tri::Maybe,
        };
        if excluded == Tri::No {
            Tri::No
        } else {
            self.applies(person, Roles::Active, open_roles).left_out
        }
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
            left_out: include.min(exclude).min(self.enabled),
        }
    }
}

const EXTERNAL_TENANTS: [&str; 2] = ["external_tenants", "externalTenants"];

fn external_tenants(principals: &CaPrincipals) -> impl Iterator<Item = &Value> {
    let members = EXTERNAL_TENANTS.iter();
    members.filter_map(|name| principals.extra.get(*name))
}

/// Whether only some tenants are meant. See
/// <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessexternaltenants>.
fn picks_tenants(tenants: &Value) -> bool {
    let kind = ["membershipKind", "membership_kind"]
        .into_iter()
        .find_map(|name| tenants.get(name)?.as_str());
    let mut members = tenants.as_object().into_iter().flatten();
    let says_more = members.any(|(name, value)| {
        !["membershipKind", "membership_kind"].contains(&name.as_str())
            && !is_annotation(name)
            && says_something(value)
    });
    says_something(tenants) && (kind != Some("all") || says_more)
}

/// The kinds of guests and external users:
/// <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccessguestsorexternalusers>.
const GUEST_TYPES: [&str; 8] = [
    "",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "internalGuest",
    "none",
    "otherExternalUser",
    "serviceProvider",
];

/// Which side a set of principals stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Include,
    Exclude,
}

/// Who is in the groups that policies name; the same groups are looked into once.
#[derive(Debug)]
pub(crate) struct GroupMembers<'a, 'p> {
    groups: &'p Groups<'a>,
    population: &'p Population<'a>,
    known: BTreeMap<&'a [String], InGroups>,
}

/// Who is in some groups.
#[derive(Debug, Clone)]
struct InGroups {
    people: RoaringBitmap,
    /// Whether one of them may have more members.
    is_open: bool,
}

impl<'a, 'p> GroupMembers<'a, 'p> {
    pub(crate) fn new(groups: &'p Groups<'a>, population: &'p Population<'a>) -> Self {
        Self {
            groups,
            population,
            known: BTreeMap::new(),
        }
    }

    fn of(&mut self, groups: &'a [String]) -> &InGroups {
        self.known.entry(groups).or_insert_with(|| {
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            InGroups {
                people: self.groups.members(&groups).people,
                is_open: self.groups.any_is_open(&groups),
            }
        })
    }
}

/// One side, include or exclude, with its groups resolved.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent things that a side says"
)]
struct Side {
    everybody: bool,
    guests: bool,
    /// Whoever is named, or is in a group that is named.
    people: RoaringBitmap,
    names_groups: bool,
    /// Whether a group is named that may have more members.
    open_group: bool,
    roles: BTreeSet<RoleId>,
    /// Whether a role is named that is not built in, or not known yet.
    names_unlisted: bool,
    b2b_guest: bool,
    b2b_member: bool,
    internal_guest: bool,
    /// Whether a guest type is named that this version does not know.
    strange_guest_type: bool,
    /// Whether the guest types count only for guests of certain tenants.
    some_tenants: bool,
    /// Whether a member stands there that this version does not know: it may take in more people, or
    /// fewer.
    strange: bool,
    role_grade: EvidenceGrade,
}

impl Side {
    fn new<'a>(principals: &'a CaPrincipals, members: &mut GroupMembers<'a, '_>) -> Self {
        let population = members.population;
        let says = |list: &[String], word: &str| list.iter().any(|w| w.eq_ignore_ascii_case(word));
        let InGroups {
            mut people,
            is_open,
        } = members.of(&principals.groups).clone();
        for id in &principals.users {
            if let Some(position) = population.position(id) {
                people.insert(position);
            }
        }
        let users = &principals.users;
        // Graph writes several guest types in one text, divided by commas.
        let guest_types: Vec<String> = principals
            .guest_types
            .iter()
            .flat_map(|types| types.split(','))
            .map(|name| name.trim().to_owned())
            .collect();
        let guest_types = &guest_types;
        let is_known = |name: &String| GUEST_TYPES.iter().any(|k| k.eq_ignore_ascii_case(name));
        Self {
            everybody: says(users, "All"),
            guests: says(users, "GuestsOrExternalUsers"),
            people,
            names_groups: !principals.groups.is_empty(),
            open_group: is_open,
            roles: principals
                .roles
                .iter()
                .map(|role| RoleId::new(role))
                .collect(),
            names_unlisted: principals.roles.iter().any(|r| role::weight(r).is_none()),
            b2b_guest: says(guest_types, "b2bCollaborationGuest"),
            b2b_member: says(guest_types, "b2bCollaborationMember"),
            internal_guest: says(guest_types, "internalGuest"),
            strange_guest_type: !guest_types.iter().all(is_known),
            some_tenants: external_tenants(principals).any(picks_tenants),
            strange: not_modelled(&principals.extra).any(|name| !EXTERNAL_TENANTS.contains(&name)),
            role_grade: population.roles,
        }
    }

    /// Whether the side covers a person.
    ///
    /// Conditional access knows roles for the whole tenant only, and eligible ones once activated:
    /// <https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-conditional-access-users-groups>.
    fn covers(&self, person: &Person<'_>, roles: Roles, open_roles: bool, side: Use) -> Tri {
        let named = self.everybody || self.people.contains(person.position);
        let outside = person.is_outside();
        let held = person
            .roles
            .iter()
            .filter(|h| h.tenant_wide && roles.in_force(h));
        let mut by_role = Tri::No;
        for held in held {
            by_role = by_role.max(match &held.role {
                Some(role) => Tri::from(self.roles.contains(role)),
                // Conditional access does not apply to custom roles.
                None if self.names_unlisted => Tri::Maybe,
                None => Tri::No,
            });
        }
        if self.strange {
            return Tri::Maybe;
        }
        Tri::from(named || (self.guests && outside))
            .max(by_role)
            .max(if self.guests && person.profile.may_be_guest {
                Tri::Maybe
            } else {
                Tri::No
            })
            .max(if self.open_group { Tri::Maybe } else { Tri::No })
            .max(self.guest_type(person, side).min(self.of_any_tenant()))
            .max(self.not_told(open_roles))
    }

    /// Guests of certain tenants only: which tenant a guest comes from is not known.
    fn of_any_tenant(&self) -> Tri {
        if self.some_tenants {
            Tri::Maybe
        } else {
            Tri::Yes
        }
    }

    /// "Maybe" where roles are named that are not all known.
    fn not_told(&self, open_roles: bool) -> Tri {
        let roles_unknown = self.role_grade != EvidenceGrade::Whole || open_roles;
        if !self.roles.is_empty() && roles_unknown {
            Tri::Maybe
        } else {
            Tri::No
        }
    }

    /// A guest account is either a B2B collaboration guest or, rarely, an internal guest. Where that
    /// is not certain, being left out is believed and being included is not.
    fn guest_type(&self, person: &Person<'_>, side: Use) -> Tri {
        let outside = person.is_outside() || person.profile.may_be_guest;
        let strange = Tri::from(self.strange_guest_type && outside).min(Tri::Maybe);
        strange.max(self.known_guest_type(person, side))
    }

    fn known_guest_type(&self, person: &Person<'_>, side: Use) -> Tri {
        let leaving_out = side == Use::Exclude;
        let (guest, external) = (person.profile.guest, person.profile.external);
        let (b2b, internal) = (self.b2b_guest, self.internal_guest);
        match (guest, external) {
            _ if person.profile.may_be_guest => {
                let any = b2b || internal || self.b2b_member;
                Tri::from(any).min(Tri::Maybe)
            }
            (true, true) => Tri::from(b2b),
            (true, false) if b2b && (internal || leaving_out) => Tri::Yes,
            (true, false) if b2b || internal => Tri::Maybe,
            (false, true) => Tri::from(self.b2b_member),
            _ => Tri::No,
        }
    }
}
