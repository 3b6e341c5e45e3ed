//! A seeded burst of edits, for tests that need a tenant in motion.

use fastrand::Rng;
use serde_json::json;

use crate::tenant::edit::TenantEdit;
use crate::tenant::user::Life;

impl TenantEdit<'_> {
    /// Makes `edits` random changes, the same for the same seed and tenant: people created, changed, deleted,
    /// purged, restored; groups likewise; members and owners moved. Returns how many took effect.
    pub fn churn(&mut self, seed: u64, edits: usize) -> usize {
        let mut rng = Rng::with_seed(seed);
        (0..edits)
            .filter(|number| self.random_edit(&mut rng, *number))
            .count()
    }

    fn random_edit(&mut self, rng: &mut Rng, number: usize) -> bool {
        let user = self.random_user(rng, Life::Live);
        let group = self.random_group(rng, Life::Live);
        match rng.u8(0..100) {
            0..=9 => !self
                .create_user(json!({"displayName": format!("New Person {number}")}))
                .is_empty(),
            10..=39 => user.is_some_and(|id| {
                self.update_user(&id, json!({"jobTitle": format!("Title {number}")}))
            }),
            40..=44 => user.is_some_and(|id| {
                self.update_user(
                    &id,
                    json!({"department": null, "accountEnabled": rng.bool()}),
                )
            }),
            45..=52 => user.is_some_and(|id| self.delete_user(&id)),
            53..=55 => user.is_some_and(|id| self.purge_user(&id)),
            56..=60 => self
                .random_user(rng, Life::SoftDeleted)
                .is_some_and(|id| self.restore_user(&id)),
            61..=62 => self
                .random_user(rng, Life::SoftDeleted)
                .is_some_and(|id| self.purge_user(&id)),
            63..=64 => {
                let types = if rng.bool() {
                    json!(["Unified"])
                } else {
                    json!([])
                };
                !self
                    .create_group(
                        json!({"displayName": format!("New Group {number}"), "groupTypes": types}),
                    )
                    .is_empty()
            }
            65..=67 => group.is_some_and(|id| {
                self.update_group(&id, json!({"description": format!("Changed {number}")}))
            }),
            68 => group.is_some_and(|id| self.delete_group(&id)),
            69..=70 => self
                .random_group(rng, Life::SoftDeleted)
                .is_some_and(|id| self.restore_group(&id)),
            71..=84 => {
                matches!((group, user), (Some(group), Some(user)) if self.add_member(&group, &user))
            }
            85..=94 => group.is_some_and(|group| {
                let members = self.members_of(&group);
                rng.choice(&members)
                    .is_some_and(|member| self.remove_member(&group, member))
            }),
            95..=97 => {
                matches!((group, user), (Some(group), Some(user)) if self.add_owner(&group, &user))
            }
            _ => {
                matches!((group, user), (Some(group), Some(user)) if self.remove_owner(&group, &user))
            }
        }
    }

    /// A random user of this kind, looked for from a random place.
    fn random_user(&self, rng: &mut Rng, life: Life) -> Option<String> {
        let users = &self.tenant.users;
        let start = rng.usize(0..users.len().max(1));
        let found = users
            .iter()
            .cycle()
            .skip(start)
            .take(users.len())
            .find(|user| user.life == life);
        found.map(|user| crate::guid::text(user.id))
    }

    fn random_group(&self, rng: &mut Rng, life: Life) -> Option<String> {
        let groups = &self.tenant.groups;
        let start = rng.usize(0..groups.len().max(1));
        let found = groups
            .iter()
            .cycle()
            .skip(start)
            .take(groups.len())
            .find(|group| group.life == life);
        found.map(|group| crate::guid::text(group.id))
    }
}
