//! Who counts: enabled accounts, guests among them, and who of them administers the tenant.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::{RoleAssignmentFact, Row, ServicePrincipalFact, UserFact};
use crate::group::Groups;
use crate::index::Index;
use crate::role::{self, RoleId, RoleWeight};
use crate::verdict::Advisory;

pub(crate) const USERS: &str = "identity.users";
pub(crate) const ROLES: &str = "identity.role_assignments";
pub(crate) const GROUPS: &str = "identity.groups";

/// A directory role that a person holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeldRole {
    /// `None` for a role that is not built in; what it permits is not known.
    pub(crate) role: Option<RoleId>,
    /// In force now; otherwise eligible, that is in force once activated.
    pub(crate) active: bool,
    /// For the whole tenant, not only for an administrative unit or one object.
    pub(crate) tenant_wide: bool,
    /// Without an end; `None` where the end was not read.
    pub(crate) permanent: Option<bool>,
    /// `None` for a role that is not built in.
    weight: Option<RoleWeight>,
}

/// Who holds a role in one way: active or eligible, tenant-wide or not, permanent or not.
#[derive(Debug, Default)]
struct Holders<'a> {
    principals: BTreeSet<&'a str>,
    groups: Vec<&'a str>,
    service_principals: Vec<&'a str>,
}

impl HeldRole {
    pub(crate) fn is_administrative(&self) -> bool {
        self.weight
            .is_some_and(|weight| weight != RoleWeight::Ordinary)
    }

    /// Whether its holder may be an administrator: a role that is not built in may permit anything.
    pub(crate) fn may_be_administrative(&self) -> bool {
        self.weight != Some(RoleWeight::Ordinary)
    }

    /// Whether security defaults challenge its holder at every sign-in.
    pub(crate) fn is_always_challenged(&self) -> bool {
        self.weight == Some(RoleWeight::AlwaysChallenged)
    }
}

/// An account.
#[derive(Debug)]
pub(crate) struct Person<'a> {
    pub(crate) id: &'a str,
    pub(crate) fact: &'a UserFact,
    pub(crate) roles: BTreeSet<HeldRole>,
    /// Where the person stands in [`Population::people`].
    pub(crate) position: usize,
    pub(crate) guest: bool,
    /// Whether it is unknown if the person is a guest.
    pub(crate) may_be_guest: bool,
    /// Whether the account comes from another directory, as its user principal name shows.
    pub(crate) external: bool,
}

impl<'a> Person<'a> {
    fn new(fact: &'a UserFact, position: usize) -> Self {
        let upn = fact.upn.as_deref().unwrap_or_default();
        Self {
            id: &fact.id,
            fact,
            roles: BTreeSet::new(),
            position,
            guest: fact.is_guest(),
            may_be_guest: !fact.is_guest() && !fact.is_member(),
            external: upn.contains('#') && upn.to_ascii_uppercase().contains("#EXT#"),
        }
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.roles.iter().any(HeldRole::is_administrative)
    }

    /// Whether it is unknown if the person administers: one of the roles is a custom role.
    pub(crate) fn may_be_admin(&self) -> bool {
        !self.is_admin() && self.roles.iter().any(HeldRole::may_be_administrative)
    }
}

/// Everybody in the tenant.
#[derive(Debug)]
pub(crate) struct Population<'a> {
    /// How far the account list can be relied on.
    pub(crate) users: EvidenceGrade,
    /// How far the role assignments can be relied on.
    pub(crate) roles: EvidenceGrade,
    /// Everybody once, in the order of the account list.
    pub(crate) people: Vec<Person<'a>>,
    index: Index<'a>,
    /// Holders of administrative roles that are neither a known user nor a known group.
    pub(crate) unresolved: BTreeSet<&'a str>,
    /// Service principals that hold administrative roles: no people.
    pub(crate) service_principals: BTreeSet<&'a str>,
    /// Service principals that hold roles which are not built in.
    pub(crate) custom_service_principals: BTreeSet<&'a str>,
    /// Whether a role is held by a group whose members are not all known.
    pub(crate) open_role_group: bool,
    pub(crate) advisories: BTreeSet<Advisory>,
}

impl<'a> Population<'a> {
    pub(crate) fn new(evidence: Evidence<'a>, groups: &Groups<'a>) -> Self {
        let users = evidence.grade(USERS);
        let rows: &[UserFact] = match users {
            EvidenceGrade::Absent => &[],
            _ => &evidence.facts.identity_users.items,
        };
        let mut index = Index::new(rows.iter().map(|user| user.id.as_str()));
        let people: Vec<Person<'a>> = index
            .positions()
            .into_iter()
            .filter_map(|row| rows.get(row))
            .enumerate()
            .map(|(position, fact)| Person::new(fact, position))
            .collect();
        if people.len() < rows.len() {
            index = Index::new(people.iter().map(|person| person.id));
        }
        let mut population = Self {
            users,
            roles: evidence.grade(ROLES),
            people,
            index,
            unresolved: BTreeSet::new(),
            service_principals: BTreeSet::new(),
            custom_service_principals: BTreeSet::new(),
            open_role_group: false,
            advisories: BTreeSet::new(),
        };
        if population.roles != EvidenceGrade::Absent {
            population.assign_roles(evidence, groups);
        }
        population.note_disabled_administrators();
        population
    }

    fn assign_roles(&mut self, evidence: Evidence<'a>, groups: &Groups<'a>) {
        let is_read = evidence.grade(ServicePrincipalFact::KEY) != EvidenceGrade::Absent;
        let rows = evidence.facts.identity_service_principals.items.iter();
        let applications: BTreeSet<&str> = rows
            .filter(|_| is_read)
            .map(|row| row.id.as_str())
            .collect();
        let assignments = &evidence.facts.identity_role_assignments.items;
        // An assignment has no id of its own: these members tell one from another.
        let assignments: BTreeMap<_, &RoleAssignmentFact> = assignments
            .iter()
            .map(|a| ((&a.principal, &a.role, &a.kind, &a.scope), a))
            .collect();
        // The members of all groups that hold a role are looked up together, once.
        let mut holders: BTreeMap<HeldRole, Holders<'a>> = BTreeMap::new();
        for assignment in assignments.into_values() {
            if assignment.ends.is_some_and(|ends| ends <= evidence.as_of()) {
                continue;
            }
            let held = self.held(assignment);
            let holders = holders.entry(held).or_default();
            let principal = assignment.principal.as_str();
            if self.position(principal).is_none() && groups.contains(principal) {
                holders.groups.push(principal);
            } else if self.position(principal).is_none() && is_service_principal(assignment) {
                holders.service_principals.push(principal);
            } else {
                holders.principals.insert(principal);
            }
        }
        for (held, mut holders) in holders {
            self.open_role_group |= groups.any_is_open(&holders.groups);
            holders.principals.extend(groups.members(&holders.groups));
            for id in holders.principals {
                if let Some(person) = self.person_mut(id) {
                    person.roles.insert(held.clone());
                } else if applications.contains(id) {
                    holders.service_principals.push(id);
                } else if held.may_be_administrative() {
                    self.unresolved.insert(id);
                }
            }
            let applications = holders.service_principals;
            if held.is_administrative() {
                self.service_principals.extend(applications);
            } else if held.may_be_administrative() {
                self.custom_service_principals.extend(applications);
            }
        }
    }

    fn held(&mut self, assignment: &RoleAssignmentFact) -> HeldRole {
        let weight = role::weight(&assignment.role);
        if weight.is_none() {
            self.advisories.insert(Advisory {
                subject: assignment.role.clone(),
                message: "is not a built-in role, so that it is not known whether its holders are \
                     administrators; check what it permits"
                    .into(),
            });
        }
        let eligible = assignment
            .kind
            .as_deref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("eligible"));
        HeldRole {
            role: weight.is_some().then(|| RoleId::new(&assignment.role)),
            active: !eligible,
            tenant_wide: assignment
                .scope
                .as_deref()
                .is_none_or(|s| s.is_empty() || s == "/"),
            permanent: assignment.is_for_good(),
            weight,
        }
    }

    fn note_disabled_administrators(&mut self) {
        let disabled = self
            .people
            .iter()
            .filter(|p| p.fact.enabled == Some(false) && p.is_admin());
        let notes: Vec<Advisory> = disabled
            .map(|person| Advisory {
                subject: person.id.to_owned(),
                message: "is disabled but still holds a privileged role; remove the role".into(),
            })
            .collect();
        self.advisories.extend(notes);
    }

    /// Whether everybody who counts, and every administrator, is known.
    pub(crate) fn users_and_roles_are_whole(&self) -> bool {
        self.users == EvidenceGrade::Whole
            && self.roles == EvidenceGrade::Whole
            && self.unresolved.is_empty()
            && !self.open_role_group
    }

    pub(crate) fn person(&self, id: &str) -> Option<&Person<'a>> {
        self.people.get(self.index.position(id)?)
    }

    fn person_mut(&mut self, id: &str) -> Option<&mut Person<'a>> {
        self.people.get_mut(self.index.position(id)?)
    }

    /// Where the person with this id stands in `people`.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.index.position(id)
    }

    /// Where each of these people stands. Facts mostly come in the order of the account list, so the
    /// person after the last one is tried first.
    pub(crate) fn positions<'i>(
        &self,
        ids: impl Iterator<Item = &'i str>,
    ) -> impl Iterator<Item = Option<usize>> {
        let mut next = 0;
        ids.map(move |id| {
            let expected = self.people.get(next).is_some_and(|person| person.id == id);
            let position = if expected {
                Some(next)
            } else {
                self.index.position(id)
            };
            next = position.map_or(next, |p| p + 1);
            position
        })
    }

    /// The rows about known people, ready to be asked for by person. The later of two rows counts.
    pub(crate) fn rows_by_person<T>(
        &self,
        rows: &'a [T],
        id: impl Fn(&'a T) -> &'a str,
    ) -> ByPerson<'a, T> {
        let mut by_position = vec![None; self.people.len()];
        let positions = self.positions(rows.iter().map(&id));
        for (row, position) in rows.iter().zip(positions) {
            if let Some(slot) = position.and_then(|p| by_position.get_mut(p)) {
                *slot = Some(row);
            }
        }
        ByPerson(by_position)
    }

    /// Accounts that can sign in, and those of which this was not read.
    pub(crate) fn able_to_sign_in(&self) -> impl Iterator<Item = &Person<'a>> {
        self.people.iter().filter(|p| p.fact.enabled != Some(false))
    }

    pub(crate) fn disabled(&self) -> impl Iterator<Item = &Person<'a>> {
        self.people.iter().filter(|p| p.fact.enabled == Some(false))
    }
}

/// One row per person, where there is one.
#[derive(Debug)]
pub(crate) struct ByPerson<'a, T>(Vec<Option<&'a T>>);

impl<T> Default for ByPerson<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T> ByPerson<'a, T> {
    pub(crate) fn of(&self, person: &Person<'_>) -> Option<&'a T> {
        self.0.get(person.position).copied().flatten()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &'a T> {
        self.0.iter().copied().flatten()
    }
}

fn is_service_principal(assignment: &RoleAssignmentFact) -> bool {
    let kind = assignment.principal_type.as_deref().unwrap_or_default();
    kind.trim_start_matches("#microsoft.graph.")
        .eq_ignore_ascii_case("servicePrincipal")
}
