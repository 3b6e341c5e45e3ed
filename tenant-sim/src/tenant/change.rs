//! The change log: what delta queries read. A delta token is a position in it.

use crate::guid::Guid;

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Created,
    Updated(Vec<&'static str>),
    Deleted,
    Purged,
    Restored,
    /// A member or owner came or went.
    Related(Relation, Guid),
}

/// The two relations of a group that delta tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    Members,
    Owners,
}

/// Changes to one kind of object, oldest first. Objects are named by their place in the tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangeLog(Vec<(u32, Change)>);

impl ChangeLog {
    pub(crate) fn push(&mut self, object: usize, change: Change) {
        if let Ok(object) = u32::try_from(object) {
            self.0.push((object, change));
        }
    }

    /// The position after the newest change.
    pub(crate) fn end(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn range(&self, from: usize, to: usize) -> &[(u32, Change)] {
        let to = to.min(self.0.len());
        self.0.get(from.min(to)..to).unwrap_or_default()
    }
}
