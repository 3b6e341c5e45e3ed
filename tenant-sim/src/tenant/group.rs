//! A group and who is in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::guid::Guid;
use crate::tenant::change::Relation;
use crate::tenant::user::{Bin, Life};

/// The kinds of group that Entra ID knows.
/// <https://learn.microsoft.com/graph/api/resources/groups-overview>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupKind {
    Security,
    /// A security group that may hold directory roles.
    RoleAssignable,
    Microsoft365,
    /// A Microsoft 365 group with a rule.
    Dynamic,
    Distribution,
    MailEnabledSecurity,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: Guid,
    pub(crate) kind: GroupKind,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) life: Life,
    /// Seconds relative to the tenant's base time.
    pub(crate) created: i64,
    /// Ids of users and groups.
    pub(crate) members: BTreeSet<Guid>,
    pub(crate) owners: BTreeSet<Guid>,
    pub(crate) set: BTreeMap<&'static str, Value>,
    pub(crate) bin: Option<Box<Bin>>,
}

impl Group {
    pub(crate) fn new(id: Guid, kind: GroupKind, name: impl Into<String>) -> Self {
        Self {
            id,
            kind,
            name: name.into(),
            description: None,
            life: Life::Live,
            created: -400 * crate::clock::DAY,
            members: BTreeSet::new(),
            owners: BTreeSet::new(),
            set: BTreeMap::new(),
            bin: None,
        }
    }

    /// Whether its members are shown to none but those who may see hidden ones.
    pub(crate) fn hides_members(&self) -> bool {
        let visibility = self.set.get("visibility").and_then(Value::as_str);
        visibility == Some("HiddenMembership")
    }

    pub(crate) fn related(&self, relation: Relation) -> &BTreeSet<Guid> {
        match relation {
            Relation::Members => &self.members,
            Relation::Owners => &self.owners,
        }
    }

    pub(crate) fn related_mut(&mut self, relation: Relation) -> &mut BTreeSet<Guid> {
        match relation {
            Relation::Members => &mut self.members,
            Relation::Owners => &mut self.owners,
        }
    }

    pub(crate) fn live(&self) -> bool {
        self.life == Life::Live
    }

    pub(crate) fn set_value(&mut self, name: &'static str, value: Value) {
        self.set.insert(name, value);
    }
}
