//! The questions that a [`Reach`] answers.

use std::collections::BTreeSet;

use super::{AccessPath, Hold, Holds, Reach, Reached};
use crate::insight::relation::item::EntityType;
use crate::insight::relation::key::Key;

impl Reach {
    /// What somebody reaches, by their id; of somebody who is not stored, nothing.
    pub fn of_user(&self, user: &str) -> Reached {
        let mut reached = Reached {
            user: user.to_owned(),
            groups: Vec::new(),
            roles: Vec::new(),
            applications: Vec::new(),
            devices: Vec::new(),
            teams: Vec::new(),
            licenses: Vec::new(),
        };
        let Some(user) = self.place(user) else {
            return reached;
        };
        let groups = self.web.outward(user);
        for (group, way) in &groups {
            let (_, passed) = way.split_last().unwrap_or((group, &[]));
            reached
                .groups
                .push(self.way(EntityType::Group, *group, passed, None));
            for hold in self.roles.of(*group) {
                reached.roles.push(self.held(EntityType::Role, hold, way));
            }
        }
        for hold in self.roles.of(user) {
            reached.roles.push(self.held(EntityType::Role, hold, &[]));
        }
        let application = EntityType::ServicePrincipal;
        for hold in self.applications.of(user) {
            reached.applications.push(self.held(application, hold, &[]));
        }
        for group in self.web.groups_of(user) {
            for hold in self.applications.of(group) {
                reached
                    .applications
                    .push(self.held(application, hold, &[group]));
            }
        }
        let plain = |kind: EntityType, holds: &Holds| -> Vec<AccessPath> {
            holds
                .of(user)
                .map(|hold| self.held(kind, hold, hold.through.as_slice()))
                .collect()
        };
        reached.devices = plain(EntityType::UserEndpoint, &self.devices);
        for device in &mut reached.devices {
            let place = self.place(&device.id);
            device.kind = place.map_or(EntityType::UserEndpoint, |place| self.kind(place));
        }
        reached.teams = plain(EntityType::Team, &self.teams);
        reached.licenses = plain(EntityType::Sku, &self.licenses);
        for ways in [
            &mut reached.groups,
            &mut reached.roles,
            &mut reached.applications,
            &mut reached.devices,
            &mut reached.teams,
            &mut reached.licenses,
        ] {
            order(ways);
        }
        reached
    }

    /// Who holds a role of the directory or may activate it, by its id: everybody who is no group,
    /// once for each assignment that reaches them.
    pub fn of_role(&self, role: &str) -> Vec<AccessPath> {
        self.holders(&self.roles, role, |group| {
            let people = self.web.inward(group).into_iter();
            people.collect()
        })
    }

    /// Who and what is in a group, directly or nested; groups themselves are told as ways only.
    pub fn of_group(&self, group: &str) -> Vec<AccessPath> {
        let Some(group) = self.place(group) else {
            return Vec::new();
        };
        let people = self.web.inward(group);
        let way = |(person, way): (&u32, &Vec<u32>)| {
            let (_, passed) = way.split_last().unwrap_or((person, &[]));
            self.way(self.kind(*person), *person, passed, None)
        };
        let mut ways: Vec<AccessPath> = people.iter().map(way).collect();
        order(&mut ways);
        ways
    }

    /// The groups whose members are not known and that could change an answer about this: of a person
    /// every one of them, since they may be in it; of anything else those that hold it, and those inside
    /// them.
    pub fn withheld(&self, id: &str) -> Vec<String> {
        let Some(asked) = self.place(id) else {
            return Vec::new();
        };
        let holds = [&self.roles, &self.applications, &self.teams, &self.licenses];
        let holders = holds.into_iter().flat_map(|holds| holds.held(asked));
        let mut open: BTreeSet<u32> = holders.map(|hold| hold.holder).collect();
        open.insert(asked);
        let is_person = self.kind(asked) == EntityType::User;
        let matters = |group: u32| {
            let around = self.web.outward(group);
            is_person || open.contains(&group) || around.keys().any(|outer| open.contains(outer))
        };
        let withheld = self.withheld.iter().copied();
        withheld
            .filter(|group| matters(*group))
            .map(|group| self.id(group))
            .collect()
    }

    /// Who is assigned to an application, by the id of its service principal: people, and service
    /// principals that hold a role of it.
    pub fn of_application(&self, service_principal: &str) -> Vec<AccessPath> {
        self.holders(&self.applications, service_principal, |group| {
            let members = self.web.members_of(group);
            let people = members.filter(|member| !self.web.is_group(*member));
            people.map(|person| (person, vec![group])).collect()
        })
    }

    /// Who is assigned a product, by its id.
    pub fn of_sku(&self, sku: &str) -> Vec<AccessPath> {
        let Some(sku) = self.place(sku) else {
            return Vec::new();
        };
        let way = |hold: &Hold| self.holder(hold, hold.holder, hold.through.as_slice());
        let mut ways: Vec<AccessPath> = self.licenses.held(sku).map(way).collect();
        order(&mut ways);
        ways
    }

    /// Everybody who holds something, with those whom `inside` finds in the groups that hold it.
    fn holders(
        &self,
        holds: &Holds,
        held: &str,
        inside: impl Fn(u32) -> Vec<(u32, Vec<u32>)>,
    ) -> Vec<AccessPath> {
        let mut ways = Vec::new();
        let Some(held) = self.place(held) else {
            return ways;
        };
        for hold in holds.held(held) {
            if self.web.is_group(hold.holder) {
                let people = inside(hold.holder).into_iter();
                ways.extend(people.map(|(person, way)| self.holder(hold, person, &way)));
            } else {
                ways.push(self.holder(hold, hold.holder, &[]));
            }
        }
        order(&mut ways);
        ways
    }

    fn place(&self, id: &str) -> Option<u32> {
        let place = self.ids.binary_search(&Key::of(id)).ok()?;
        u32::try_from(place).ok()
    }

    fn kind(&self, place: u32) -> EntityType {
        let kind = self.kinds.get(place as usize).copied();
        kind.unwrap_or(EntityType::DirectoryObject)
    }

    fn id(&self, place: u32) -> String {
        let id = self.ids.get(place as usize);
        id.map(Key::to_string).unwrap_or_default()
    }

    /// A way to what is held.
    fn held(&self, kind: EntityType, hold: &Hold, through: &[u32]) -> AccessPath {
        self.way(kind, hold.held, through, Some(hold))
    }

    /// A way to somebody who has it.
    fn holder(&self, hold: &Hold, person: u32, through: &[u32]) -> AccessPath {
        self.way(self.kind(person), person, through, Some(hold))
    }

    fn way(&self, kind: EntityType, end: u32, through: &[u32], hold: Option<&Hold>) -> AccessPath {
        let terms = hold.and_then(|hold| hold.terms.as_deref());
        AccessPath {
            kind,
            id: self.id(end),
            through: through.iter().map(|group| self.id(*group)).collect(),
            terms: terms.cloned().unwrap_or_default(),
        }
    }
}

/// By id, the shorter way first.
fn order(ways: &mut Vec<AccessPath>) {
    ways.sort_by(|a, b| {
        let by = |way: &AccessPath| (way.id.clone(), way.through.len());
        by(a).cmp(&by(b)).then_with(|| a.cmp(b))
    });
    ways.dedup();
}
