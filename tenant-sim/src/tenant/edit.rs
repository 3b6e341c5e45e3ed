//! Edits of a running tenant. Every edit that Graph would track goes into the change log.

use std::time::SystemTime;

use serde_json::{Map, Value};

use crate::clock::unix_seconds;
use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::change::{Change, Relation};
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::property::{Entity, object};
use crate::tenant::role::{self, Holding};
use crate::tenant::user::{Bin, Life, MethodSet, PerUserMfa, SignIns, User};

/// Changes a running tenant; made by [`SimHandle::edit`](crate::SimHandle::edit).
///
/// Methods that return `bool` say whether anything changed: `false` means that the id is unknown or the change
/// does not apply, and that the tenant is as before.
#[derive(Debug)]
pub struct TenantEdit<'a> {
    pub(crate) tenant: &'a mut Tenant,
    pub(crate) now: i64,
}

/// Properties that follow from other edits and cannot be patched.
const DERIVED: [&str; 11] = [
    "id",
    "assignedLicenses",
    "assignedPlans",
    "licenseAssignmentStates",
    "signInActivity",
    "deletedDateTime",
    "createdDateTime",
    "groupTypes",
    "securityEnabled",
    "mailEnabled",
    "isAssignableToRole",
];

impl TenantEdit<'_> {
    fn relative_now(&self) -> i64 {
        self.now - self.tenant.base
    }

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
            licences: 0,
            created: self.relative_now(),
            sign_ins: None,
            set: None,
            bin: None,
        });
        patch_user(self.tenant.users.get_mut(at), &properties);
        self.tenant.user_log.push(at, Change::Created);
        guid::text(id)
    }

    /// Sets properties; `null` clears one. `false` if a property is not one of a user, or is derived (licences
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

    /// Creates a security group, or a Microsoft 365 group if `groupTypes` holds `Unified`; `isAssignableToRole`
    /// and `mailEnabled` are honoured too.
    pub fn create_group(&mut self, properties: Value) -> String {
        let id = self.tenant.new_id();
        let number = self.tenant.groups.len() + 1;
        let is = |name: &str| properties.get(name).and_then(Value::as_bool);
        let has_type = |wanted: &str| {
            let types = properties.get("groupTypes").and_then(Value::as_array);
            types.is_some_and(|types| types.iter().any(|kind| kind == wanted))
        };
        let kind = if has_type("DynamicMembership") {
            GroupKind::Dynamic
        } else if has_type("Unified") {
            GroupKind::Microsoft365
        } else if is("isAssignableToRole") == Some(true) {
            GroupKind::RoleAssignable
        } else if is("mailEnabled") == Some(true) {
            if is("securityEnabled") == Some(true) {
                GroupKind::MailEnabledSecurity
            } else {
                GroupKind::Distribution
            }
        } else {
            GroupKind::Security
        };
        let mut group = Group::new(id, kind, format!("Group {number}"));
        group.created = self.relative_now();
        let at = self.tenant.add_group(group);
        patch_group(self.tenant.groups.get_mut(at), &properties);
        self.tenant.group_log.push(at, Change::Created);
        guid::text(id)
    }

    /// Sets properties; `null` clears one. `false` if a property is not one of a group, or is derived.
    pub fn update_group(&mut self, id: &str, patch: Value) -> bool {
        let Some(at) = self.live_group(id) else {
            return false;
        };
        let changed = patch_group(self.tenant.groups.get_mut(at), &patch);
        let done = !changed.is_empty();
        if done {
            self.tenant.group_log.push(at, Change::Updated(changed));
        }
        done
    }

    /// Deletes a group: a Microsoft 365 group goes to the recycle bin (`changed`), any other is gone (`deleted`).
    /// <https://learn.microsoft.com/graph/api/group-delete>
    pub fn delete_group(&mut self, id: &str) -> bool {
        let Some(at) = self.live_group(id) else {
            return false;
        };
        let kept = self.tenant.groups.get(at).is_some_and(|group| {
            matches!(group.kind, GroupKind::Microsoft365 | GroupKind::Dynamic)
        });
        let bin = self.leave_groups(id);
        if let Some(group) = self.tenant.groups.get_mut(at) {
            group.life = if kept {
                Life::SoftDeleted
            } else {
                Life::Purged
            };
            group.bin = Some(Box::new(bin));
        }
        self.tenant.group_log.push(
            at,
            if kept {
                Change::Deleted
            } else {
                Change::Purged
            },
        );
        true
    }

    /// Takes a Microsoft 365 group out of the recycle bin, with its members and owners.
    pub fn restore_group(&mut self, id: &str) -> bool {
        let Some(at) = guid::parse(id).and_then(|id| self.tenant.group_at(id)) else {
            return false;
        };
        let Some(group) = self
            .tenant
            .groups
            .get_mut(at)
            .filter(|group| group.life == Life::SoftDeleted)
        else {
            return false;
        };
        group.life = Life::Live;
        let (id, bin) = (group.id, group.bin.take().unwrap_or_default());
        // Somebody deleted in the meantime does not come back with the group.
        let (members, owners) = (group.members.clone(), group.owners.clone());
        let gone = |ids: std::collections::BTreeSet<Guid>| -> Vec<Guid> {
            ids.into_iter()
                .filter(|id| !self.tenant.live(*id))
                .collect()
        };
        let (gone_members, gone_owners) = (gone(members), gone(owners));
        if let Some(group) = self.tenant.groups.get_mut(at) {
            group.members.retain(|id| !gone_members.contains(id));
            group.owners.retain(|id| !gone_owners.contains(id));
        }
        self.tenant.group_log.push(at, Change::Restored);
        self.rejoin(id, &bin);
        true
    }

    /// Puts a user or group into a group.
    pub fn add_member(&mut self, group: &str, member: &str) -> bool {
        self.relate(group, member, Relation::Members, true)
    }

    /// Takes a member out of a group.
    pub fn remove_member(&mut self, group: &str, member: &str) -> bool {
        self.relate(group, member, Relation::Members, false)
    }

    /// Makes a user an owner of a group.
    pub fn add_owner(&mut self, group: &str, owner: &str) -> bool {
        self.relate(group, owner, Relation::Owners, true)
    }

    /// Takes an owner off a group.
    pub fn remove_owner(&mut self, group: &str, owner: &str) -> bool {
        self.relate(group, owner, Relation::Owners, false)
    }

    fn relate(&mut self, group: &str, other: &str, relation: Relation, join: bool) -> bool {
        let (Some(at), Some(other)) = (self.live_group(group), guid::parse(other)) else {
            return false;
        };
        if join && (!self.tenant.live(other) || guid::parse(group) == Some(other)) {
            return false;
        }
        let Some(group) = self.tenant.groups.get_mut(at) else {
            return false;
        };
        let ids = match relation {
            Relation::Members => &mut group.members,
            Relation::Owners => &mut group.owners,
        };
        let changed = if join {
            ids.insert(other)
        } else {
            ids.remove(&other)
        };
        if changed {
            self.tenant
                .group_log
                .push(at, Change::Related(relation, other));
        }
        changed
    }

    /// Gives a user or group a role now, by display name or template id. `None` if either is unknown.
    pub fn assign_role(&mut self, principal: &str, role: &str) -> Option<String> {
        self.hold(principal, role, Holding::Active)
    }

    /// Makes a user or group eligible for a role, by display name or template id. `None` if either is unknown.
    pub fn make_eligible(&mut self, principal: &str, role: &str) -> Option<String> {
        self.hold(principal, role, Holding::Eligible)
    }

    fn hold(&mut self, principal: &str, role: &str, holding: Holding) -> Option<String> {
        let principal = guid::parse(principal).filter(|id| self.tenant.live(*id))?;
        let start = self.relative_now();
        Some(
            self.tenant
                .hold_role(principal, role::find(role)?, holding, start),
        )
    }

    /// Ends an assignment or an eligibility.
    pub fn remove_role_assignment(&mut self, id: &str) -> bool {
        let before = self.tenant.assignments.len();
        self.tenant.assignments.retain(|held| held.id != id);
        self.tenant.assignments.len() != before
    }

    /// Creates or replaces a conditional access policy; an `id` is made if there is none. Returns the id.
    pub fn set_policy(&mut self, policy: Value) -> String {
        let fresh = self.tenant.new_id();
        upsert(&mut self.tenant.policies, policy, fresh)
    }

    /// Deletes a conditional access policy.
    pub fn delete_policy(&mut self, id: &str) -> bool {
        remove(&mut self.tenant.policies, id)
    }

    /// Creates or replaces a named location; an `id` is made if there is none. Returns the id.
    pub fn set_named_location(&mut self, location: Value) -> String {
        let fresh = self.tenant.new_id();
        upsert(&mut self.tenant.named_locations, location, fresh)
    }

    /// Deletes a named location.
    pub fn delete_named_location(&mut self, id: &str) -> bool {
        remove(&mut self.tenant.named_locations, id)
    }

    /// Turns security defaults on or off.
    pub fn set_security_defaults(&mut self, enabled: bool) {
        self.tenant.security_defaults = enabled;
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

    /// Assigns or takes a licence, by SKU id or part number. `false` if the tenant has no such SKU.
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
        let before = user.licences;
        user.licences = if assigned {
            before | (1 << bit)
        } else {
            before & !(1 << bit)
        };
        let changed = user.licences != before;
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

    /// Sets the number of seats bought of a SKU, by id or part number.
    pub fn set_seats(&mut self, sku: &str, seats: u32) -> bool {
        let found = self.tenant.skus.iter_mut().find(|known| {
            known.id.eq_ignore_ascii_case(sku) || known.part_number.eq_ignore_ascii_case(sku)
        });
        found.map(|known| known.seats = seats).is_some()
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

    /// Ids of the users that are not deleted.
    pub fn user_ids(&self) -> Vec<String> {
        self.tenant
            .live_users()
            .map(|user| guid::text(user.id))
            .collect()
    }

    /// Ids of the groups that are not deleted.
    pub fn group_ids(&self) -> Vec<String> {
        self.tenant
            .live_groups()
            .map(|group| guid::text(group.id))
            .collect()
    }

    /// All properties of a user that have a value.
    pub fn user(&self, id: &str) -> Option<Value> {
        let user = self
            .tenant
            .user(guid::parse(id)?)
            .filter(|user| user.live())?;
        Some(object(self.tenant, user))
    }

    /// The id of a user, by display name or user principal name.
    pub fn find_user(&self, name: &str) -> Option<String> {
        let named = |user: &&User| {
            crate::tenant::user_property::display_name(user) == name
                || crate::tenant::user_property::principal_name(self.tenant, user) == name
        };
        self.tenant
            .live_users()
            .find(named)
            .map(|user| guid::text(user.id))
    }

    /// The id of a group, by display name.
    pub fn find_group(&self, name: &str) -> Option<String> {
        self.tenant
            .live_groups()
            .find(|group| group.name == name)
            .map(|group| guid::text(group.id))
    }

    /// Ids of the direct members of a group.
    pub fn members_of(&self, group: &str) -> Vec<String> {
        let group = guid::parse(group)
            .and_then(|id| self.tenant.group(id))
            .filter(|group| group.live());
        group
            .into_iter()
            .flat_map(|group| &group.members)
            .map(|id| guid::text(*id))
            .collect()
    }

    fn live_user(&self, id: &str) -> Option<usize> {
        let at = self.tenant.user_at(guid::parse(id)?)?;
        self.tenant
            .users
            .get(at)
            .filter(|user| user.live())
            .map(|_| at)
    }

    fn live_group(&self, id: &str) -> Option<usize> {
        let at = self.tenant.group_at(guid::parse(id)?)?;
        self.tenant
            .groups
            .get(at)
            .filter(|group| group.live())
            .map(|_| at)
    }

    fn with_user(&mut self, id: &str, change: impl FnOnce(&mut User) -> bool) -> bool {
        let at = self.live_user(id);
        at.and_then(|at| self.tenant.users.get_mut(at))
            .is_some_and(change)
    }

    /// Takes somebody out of every group and remembers which.
    fn leave_groups(&mut self, id: &str) -> Bin {
        let mut bin = Bin {
            at: self.now,
            ..Bin::default()
        };
        let Some(id) = guid::parse(id) else {
            return bin;
        };
        for at in 0..self.tenant.groups.len() {
            let Some(group) = self.tenant.groups.get_mut(at).filter(|group| group.live()) else {
                continue;
            };
            if group.members.remove(&id) {
                bin.member_of.push(group.id);
                self.tenant
                    .group_log
                    .push(at, Change::Related(Relation::Members, id));
            }
            let Some(group) = self.tenant.groups.get_mut(at) else {
                continue;
            };
            if group.owners.remove(&id) {
                bin.owner_of.push(group.id);
                self.tenant
                    .group_log
                    .push(at, Change::Related(Relation::Owners, id));
            }
        }
        bin
    }

    fn rejoin(&mut self, id: Guid, bin: &Bin) {
        let id = guid::text(id);
        for group in &bin.member_of {
            self.relate(&guid::text(*group), &id, Relation::Members, true);
        }
        for group in &bin.owner_of {
            self.relate(&guid::text(*group), &id, Relation::Owners, true);
        }
    }
}

/// The patch with its names made static; `None` if one cannot be patched.
fn known<T: Entity>(patch: &Value) -> Option<Vec<(&'static str, &Value)>> {
    let map: &Map<String, Value> = patch.as_object()?;
    map.iter()
        .filter(|(name, _)| !name.starts_with('@'))
        .map(|(name, value)| {
            let property =
                T::property(name).filter(|property| !DERIVED.contains(&property.name))?;
            Some((property.name, value))
        })
        .collect()
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

fn patch_group(group: Option<&mut Group>, patch: &Value) -> Vec<&'static str> {
    // The kind of a group is chosen at creation; its flags in the same object are not a mistake.
    let mut patch = patch.clone();
    if let Some(map) = patch.as_object_mut() {
        map.retain(|name, _| !DERIVED.contains(&name.as_str()));
    }
    let (Some(group), Some(patch)) = (group, known::<Group>(&patch)) else {
        return Vec::new();
    };
    for (name, value) in &patch {
        match (*name, value) {
            ("displayName", Value::String(text)) => group.name.clone_from(text),
            _ => group.set_value(name, (*value).clone()),
        }
    }
    patch.into_iter().map(|(name, _)| name).collect()
}

fn upsert(list: &mut Vec<Value>, mut value: Value, fresh: Guid) -> String {
    let given = value
        .get("id")
        .and_then(Value::as_str)
        .map(ToOwned::to_owned);
    let id = given.unwrap_or_else(|| guid::text(fresh));
    if let Some(map) = value.as_object_mut() {
        map.insert("id".to_owned(), Value::String(id.clone()));
    }
    match list
        .iter_mut()
        .find(|known| known.get("id").and_then(Value::as_str) == Some(&id))
    {
        Some(known) => *known = value,
        None => list.push(value),
    }
    id
}

fn remove(list: &mut Vec<Value>, id: &str) -> bool {
    let before = list.len();
    list.retain(|known| known.get("id").and_then(Value::as_str) != Some(id));
    list.len() != before
}
