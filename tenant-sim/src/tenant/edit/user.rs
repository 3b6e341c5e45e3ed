//! Edits of people.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::Value;

use super::patch::known;
use crate::clock::unix_seconds;
use crate::guid;
use crate::tenant::change::Change;
use crate::tenant::edit::TenantEdit;
use crate::tenant::user::{Bin, Life, MethodSet, PerUserMfa, SignIns, User};

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write json!({…}) in place"
)]
impl TenantEdit<'_> {
    /// Creates an enabled member. `properties` is a JSON object of user properties, `{}` for a nameless one.
    pub fn create_user(&mut self, properties: Value) -> String {
        let id = self.tenant.new_id();
        let number = self.tenant.users.len();
        let small = |modulus: usize| u8::try_from(number % modulus).unwrap_or(0);
        let at = self.tenant.add_user(User {
            id,
            given: u16::try_from(number % 72).unwrap_or(0),
            surname: u16::try_from(number % 80).unwrap_or(0),
            suffix: u32::try_from(number + 1).unwrap_or(u32::MAX),
            department: small(10),
            title: small(3),
            place: small(8),
            life: Life::Live,
            enabled: true,
            guest: false,
            mfa: PerUserMfa::Disabled,
            methods: MethodSet::default(),
            licenses: 0,
            created: self.relative_now(),
            sign_ins: None,
            set: BTreeMap::new(),
            bin: None,
        });
        patch_user(self.tenant.users.get_mut(at), &properties);
        self.tenant.user_log.push(at, Change::Created);
        guid::text(id)
    }

    /// Sets properties; `null` clears one. `false` if a property is not one of a user, or is derived (licenses
    /// and sign-ins have edits of their own).
    pub fn update_user(&mut self, id: &str, patch: Value) -> bool {
        let Some(at) = self.live_user(id) else {
            return false;
        };
        let changed = patch_user(self.tenant.users.get_mut(at), &patch);
        let done = !changed.is_empty();
        if done {
            self.tenant.user_log.push(at, Change::Updated(changed));
        }
        done
    }

    /// Moves a user to the recycle bin: `@removed` with reason `changed`.
    pub fn delete_user(&mut self, id: &str) -> bool {
        let Some(at) = self.live_user(id) else {
            return false;
        };
        let bin = self.leave_groups(id);
        if let Some(user) = self.tenant.users.get_mut(at) {
            user.life = Life::SoftDeleted;
            user.bin = Some(Box::new(bin));
        }
        self.tenant.user_log.push(at, Change::Deleted);
        true
    }

    /// Removes a user for good: `@removed` with reason `deleted`.
    pub fn purge_user(&mut self, id: &str) -> bool {
        let Some(at) = guid::parse(id).and_then(|id| self.tenant.user_at(id)) else {
            return false;
        };
        let life = self.tenant.users.get(at).map(|user| user.life);
        let bin = match life {
            None | Some(Life::Purged) => return false,
            Some(Life::SoftDeleted) => Bin {
                at: self.now,
                ..Bin::default()
            },
            Some(Life::Live) => Bin {
                member_of: Vec::new(),
                owner_of: Vec::new(),
                ..self.leave_groups(id)
            },
        };
        if let Some(user) = self.tenant.users.get_mut(at) {
            user.life = Life::Purged;
            user.bin = Some(Box::new(bin));
        }
        self.tenant.user_log.push(at, Change::Purged);
        true
    }

    /// Takes a user out of the recycle bin, with the memberships they had.
    pub fn restore_user(&mut self, id: &str) -> bool {
        let Some(at) = guid::parse(id).and_then(|id| self.tenant.user_at(id)) else {
            return false;
        };
        let Some(user) = self
            .tenant
            .users
            .get_mut(at)
            .filter(|user| user.life == Life::SoftDeleted)
        else {
            return false;
        };
        user.life = Life::Live;
        let (id, bin) = (user.id, user.bin.take().unwrap_or_default());
        self.tenant.user_log.push(at, Change::Restored);
        self.rejoin(id, &bin);
        true
    }

    /// Sets the last sign-in, interactive and not; `None` makes it never. Delta does not track sign-ins.
    pub fn set_sign_in(&mut self, user: &str, last: Option<SystemTime>) -> bool {
        let base = self.tenant.base;
        self.with_user(user, |user| {
            user.sign_ins = last.map(|at| {
                let at = unix_seconds(at) - base;
                SignIns {
                    interactive: at,
                    non_interactive: at,
                }
            });
            true
        })
    }

    /// Assigns or takes a license, by SKU id or part number. `false` if the tenant has no such SKU.
    pub fn set_license(&mut self, user: &str, sku: &str, assigned: bool) -> bool {
        let matches = |known: &&str| known.eq_ignore_ascii_case(sku);
        let Some(bit) = self
            .tenant
            .skus
            .iter()
            .position(|sku| matches(&sku.id) || matches(&sku.part_number))
        else {
            return false;
        };
        let Some(at) = self.live_user(user) else {
            return false;
        };
        let Some(user) = self.tenant.users.get_mut(at) else {
            return false;
        };
        let before = user.licenses;
        user.licenses = if assigned {
            before | (1 << bit)
        } else {
            before & !(1 << bit)
        };
        let changed = user.licenses != before;
        if changed {
            self.tenant.user_log.push(
                at,
                Change::Updated(vec![
                    "assignedLicenses",
                    "assignedPlans",
                    "licenseAssignmentStates",
                ]),
            );
        }
        changed
    }

    /// Sets the registered authentication methods, by the names of the registration report
    /// (`microsoftAuthenticatorPush`, `mobilePhone`, …). `false` if a name is unknown.
    pub fn set_methods(&mut self, user: &str, methods: &[&str]) -> bool {
        let Some(methods) = MethodSet::parse(methods) else {
            return false;
        };
        self.with_user(user, |user| {
            user.methods = methods;
            true
        })
    }

    /// Sets per-user MFA: `disabled`, `enabled` or `enforced`.
    pub fn set_per_user_mfa(&mut self, user: &str, state: &str) -> bool {
        let Some(state) = PerUserMfa::parse(state) else {
            return false;
        };
        self.with_user(user, |user| {
            user.mfa = state;
            true
        })
    }

    pub(super) fn live_user(&self, id: &str) -> Option<usize> {
        let at = self.tenant.user_at(guid::parse(id)?)?;
        self.tenant
            .users
            .get(at)
            .filter(|user| user.live())
            .map(|_| at)
    }

    pub(super) fn with_user(&mut self, id: &str, change: impl FnOnce(&mut User) -> bool) -> bool {
        let at = self.live_user(id);
        at.and_then(|at| self.tenant.users.get_mut(at))
            .is_some_and(change)
    }
}

fn patch_user(user: Option<&mut User>, patch: &Value) -> Vec<&'static str> {
    let (Some(user), Some(patch)) = (user, known::<User>(patch)) else {
        return Vec::new();
    };
    for (name, value) in &patch {
        match *name {
            "accountEnabled" => user.enabled = value.as_bool().unwrap_or(user.enabled),
            "userType" => user.guest = value.as_str() == Some("Guest"),
            _ => user.set_value(name, (*value).clone()),
        }
    }
    patch.into_iter().map(|(name, _)| name).collect()
}
