//! Edits of groups and of who is in them.

use serde_json::Value;

use super::patch::{DERIVED, known};
use crate::guid::{self, Guid};
use crate::tenant::change::{Change, Relation};
use crate::tenant::edit::TenantEdit;
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::user::{Bin, Life};

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write json!({…}) in place"
)]
impl TenantEdit<'_> {
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

    /// Takes a Microsoft 365 group out of the recycle bin, with its members and owners. Somebody deleted in the
    /// meantime does not come back with it.
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
        self.tenant.group_log.push(at, Change::Restored);
        for relation in [Relation::Members, Relation::Owners] {
            let related: Vec<Guid> = self
                .tenant
                .groups
                .get(at)
                .into_iter()
                .flat_map(|group| group.related(relation))
                .copied()
                .collect();
            for gone in related
                .into_iter()
                .filter(|id| !self.tenant.live(*id))
                .collect::<Vec<_>>()
            {
                self.set_related(at, relation, gone, false);
            }
        }
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
        self.set_related(at, relation, other, join)
    }

    /// Puts an id into a relation of a group or takes it out, and logs it; `false` if it was so already.
    fn set_related(&mut self, at: usize, relation: Relation, id: Guid, present: bool) -> bool {
        let Some(group) = self.tenant.groups.get_mut(at) else {
            return false;
        };
        let ids = group.related_mut(relation);
        let changed = if present {
            ids.insert(id)
        } else {
            ids.remove(&id)
        };
        if changed {
            self.tenant
                .group_log
                .push(at, Change::Related(relation, id));
        }
        changed
    }

    /// Takes somebody out of every group and remembers which.
    pub(super) fn leave_groups(&mut self, id: &str) -> Bin {
        let mut bin = Bin {
            at: self.now,
            ..Bin::default()
        };
        let Some(id) = guid::parse(id) else {
            return bin;
        };
        for at in 0..self.tenant.groups.len() {
            let Some(group) = self
                .tenant
                .groups
                .get(at)
                .filter(|group| group.live())
                .map(|group| group.id)
            else {
                continue;
            };
            if self.set_related(at, Relation::Members, id, false) {
                bin.member_of.push(group);
            }
            if self.set_related(at, Relation::Owners, id, false) {
                bin.owner_of.push(group);
            }
        }
        bin
    }

    /// Puts a restored object back into its groups.
    pub(super) fn rejoin(&mut self, id: Guid, bin: &Bin) {
        let id = guid::text(id);
        for group in &bin.member_of {
            self.relate(&guid::text(*group), &id, Relation::Members, true);
        }
        for group in &bin.owner_of {
            self.relate(&guid::text(*group), &id, Relation::Owners, true);
        }
    }

    pub(super) fn live_group(&self, id: &str) -> Option<usize> {
        let at = self.tenant.group_at(guid::parse(id)?)?;
        self.tenant
            .groups
            .get(at)
            .filter(|group| group.live())
            .map(|_| at)
    }
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
