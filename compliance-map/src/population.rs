//! Who counts: enabled accounts, guests among them, and who of them administers the tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::Timestamp;
use crate::directory::{Directory, Member, Profile};
use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::{RoleAssignmentFact, Row, ServicePrincipalFact};
use crate::group::Groups;
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

/// An account: what the directory says of it, and the roles it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person<'a> {
    directory: &'a Arc<Directory>,
    /// Where the account stands in the directory.
    pub(crate) position: u32,
    pub(crate) profile: &'a Profile,
    pub(crate) roles: &'a BTreeSet<HeldRole>,
}

impl<'a> Person<'a> {
    pub(crate) fn id(&self) -> &'a str {
        self.directory.id(self.position)
    }

    pub(crate) fn member(&self) -> Member<'a> {
        Member::Person(self.directory, self.position)
    }

    pub(crate) fn upn(&self) -> Option<&'a str> {
        self.directory.upn(self.position)
    }

    /// What follows the last `@` of the user principal name, in lower case.
    pub(crate) fn domain(&self) -> Option<&'a str> {
        self.words(self.profile.domain?).first().map(String::as_str)
    }

    pub(crate) fn display_name(&self) -> Option<&'a str> {
        self.directory.display_name(self.position)
    }

    pub(crate) fn created(&self) -> Option<Timestamp> {
        self.directory.created(self.position)
    }

    /// The last sign-in that succeeded, and the last attempt whether it did or not.
    pub(crate) fn last_sign_ins(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        self.directory.last_sign_ins(self.position)
    }

    /// A list of words that the profile names by number.
    pub(crate) fn words(&self, list: u32) -> &'a [String] {
        self.directory.words(list)
    }

    /// A guest, or an account that comes from another directory.
    pub(crate) fn is_outside(&self) -> bool {
        self.profile.guest || self.profile.external
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.roles.iter().any(HeldRole::is_administrative)
    }

    /// Whether it is unknown if the person administers: one of the roles is a custom role.
    pub(crate) fn may_be_admin(&self) -> bool {
        !self.is_admin() && self.roles.iter().any(HeldRole::may_be_administrative)
    }
}

static NO_ROLES: BTreeSet<HeldRole> = BTreeSet::new();

/// Everybody in the tenant.
#[derive(Debug)]
pub(crate) struct Population<'a> {
    /// How far the account list can be relied on.
    pub(crate) users: EvidenceGrade,
    /// How far the role assignments can be relied on.
    pub(crate) roles: EvidenceGrade,
    directory: &'a Arc<Directory>,
    /// The roles of those who hold any.
    roles_of: BTreeMap<u32, BTreeSet<HeldRole>>,
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
        let mut population = Self {
            users: evidence.grade(USERS),
            roles: evidence.grade(ROLES),
            directory: evidence.directory(),
            roles_of: BTreeMap::new(),
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
            let members = groups.members(&holders.groups);
            holders.principals.extend(members.others);
            for position in members.people {
                self.give(position, &held);
            }
            for id in holders.principals {
                if let Some(position) = self.position(id) {
                    self.give(position, &held);
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

    fn give(&mut self, position: u32, held: &HeldRole) {
        self.roles_of
            .entry(position)
            .or_default()
            .insert(held.clone());
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
            .holders()
            .filter(|p| p.profile.enabled == Some(false) && p.is_admin());
        let notes: Vec<Advisory> = disabled
            .map(|person| Advisory {
                subject: person.id().to_owned(),
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

    /// Everybody, in the order of ids.
    pub(crate) fn people(&self) -> impl Iterator<Item = Person<'_>> {
        self.directory
            .positions()
            .filter_map(|position| self.at(position))
    }

    /// Whoever holds a role, in the order of ids.
    pub(crate) fn holders(&self) -> impl Iterator<Item = Person<'_>> {
        self.roles_of
            .keys()
            .filter_map(|position| self.at(*position))
    }

    /// Whoever holds a role and can sign in, or of whom it was not read.
    pub(crate) fn holders_able_to_sign_in(&self) -> impl Iterator<Item = Person<'_>> {
        let able = |person: &Person<'_>| person.profile.enabled != Some(false);
        self.holders().filter(able)
    }

    pub(crate) fn person(&self, id: &str) -> Option<Person<'_>> {
        self.at(self.position(id)?)
    }

    pub(crate) fn at(&self, position: u32) -> Option<Person<'_>> {
        let account = self.directory.account(position)?;
        Some(Person {
            directory: self.directory,
            position,
            profile: self.directory.profile(account.profile()),
            roles: self.roles_of.get(&position).unwrap_or(&NO_ROLES),
        })
    }

    /// The people who stand at these positions, in the order of ids.
    pub(crate) fn among<'p>(
        &'p self,
        positions: &'p RoaringBitmap,
    ) -> impl Iterator<Item = Person<'p>> {
        positions.iter().filter_map(|position| self.at(position))
    }

    /// Where the person with this id stands in the directory.
    pub(crate) fn position(&self, id: &str) -> Option<u32> {
        self.directory.position(id)
    }

    /// The person with this id, or whatever else it is.
    pub(crate) fn member<'m>(&'m self, id: &'m str) -> Member<'m> {
        Member::new(self.directory, id)
    }

    /// Accounts that can sign in, and those of which this was not read.
    pub(crate) fn able_to_sign_in(&self) -> impl Iterator<Item = Person<'_>> {
        self.people().filter(|p| p.profile.enabled != Some(false))
    }

    pub(crate) fn disabled(&self) -> impl Iterator<Item = Person<'_>> {
        self.people().filter(|p| p.profile.enabled == Some(false))
    }

    pub(crate) fn directory(&self) -> &'a Arc<Directory> {
        self.directory
    }
}

fn is_service_principal(assignment: &RoleAssignmentFact) -> bool {
    let kind = assignment.principal_type.as_deref().unwrap_or_default();
    kind.trim_start_matches("#microsoft.graph.")
        .eq_ignore_ascii_case("servicePrincipal")
}
