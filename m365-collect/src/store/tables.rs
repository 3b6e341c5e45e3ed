//! The tables, and the types of their rows.

use super::row::{Field, Row, Text, name};
use super::rule::Row as Known;
use super::table::{Column, Index, Table, Value};
use crate::record::Edge;

macro_rules! rows {
    ($(
        $(#[$doc:meta])*
        struct $row:ident by $key:literal { $($field:ident: $type:ty),* $(,)? }
        in $($table:ident = $name:literal $(, index $index:ident)*);+;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub(super) struct $row { $(pub(super) $field: $type),* }

        impl Row for $row {
            const COLUMNS: &'static [Column] = &[$(Column {
                name: stringify!($field),
                holds: <$type as Field>::HOLDS,
                is_optional: <$type as Field>::IS_OPTIONAL,
            }),*];
            fn write(self, to: &mut Vec<Value>) {
                $(to.push(self.$field.into_value());)*
            }
            fn key(&self) -> Vec<Value> {
                let mut key = Vec::with_capacity($key);
                $(if key.len() < $key {
                    key.push(self.$field.clone().into_value());
                })*
                key
            }
            fn read(from: &mut std::vec::IntoIter<Value>) -> Option<Self> {
                Some(Self { $($field: Field::from_value(from.next()?)?),* })
            }
        }

        $(pub(super) static $table: Table = Table {
            name: $name,
            columns: <$row as Row>::COLUMNS,
            key: $key,
            is_told: matches!($name.as_bytes(), b"feed"),
            indexes: &[$($index),*],
        };)+
    )*

    /// Every table of a store.
    pub fn tables() -> Vec<&'static Table> {
        vec![$($(&$table),+),*]
    }};
}

const fn index(
    name: &'static str,
    columns: &'static [&'static str],
    present: Option<&'static str>,
) -> Index {
    Index {
        name,
        columns,
        present,
    }
}

const RUN_OF_SOURCE: Index = index("run_of_source", &["source", "number"], None);
const RECORD_GONE: Index = index(
    "record_gone",
    &["kind", "id", "removed_at", "source"],
    Some("removed_at"),
);
const RECORD_EVENT: Index = index(
    "record_event",
    &["kind", "dated", "happened_at"],
    Some("happened_at"),
);
const EDGE_GONE: Index = index("edge_gone", &["relation", "removed_at"], Some("removed_at"));
const VERSION_ENDED: Index = index("version_ended", &["kind", "until"], None);
const FEED_OF_SOURCE: Index = index("feed_of_source", &["source", "at"], None);

rows! {
    /// Whose store it is.
    struct TenantRow by 1 { only: i64, asked: Text, organization: Option<Text>, name: Option<Text> }
    in TENANT = "tenant";

    /// How far a source came.
    struct SourceRow by 1 {
        id: Text, epoch: u64, round: u64, phase: i64, in_round: bool, in_part: bool, is_full: bool,
        checkpoint: Option<Text>, began_at: Option<i64>, completed_at: Option<i64>,
        as_of: Option<i64>, dated_by: Option<Text>,
    }
    in SOURCE = "source";

    /// Which kinds and relations a source wrote.
    struct YieldRow by 3 { source: Text, sort: i64, name: Text }
    in YIELD = "source_yield";

    /// What a run came to.
    struct RunRow by 1 {
        number: i64, source: Text, started_at: i64, ended_at: i64, outcome: Text, tally: Text,
    }
    in RUN = "run", index RUN_OF_SOURCE;

    /// What the service is to be asked about.
    struct ConflictRow by 4 { source: Text, sort: i64, name: Text, id: Text, reason: Option<Text> }
    in CONFLICT = "contested";

    /// A small named value.
    struct NoteRow by 1 { name: Text, value: Text }
    in NOTE = "note";

    /// What objects say is appended here and never changed; the small rows that name them are sorted
    /// by their ids. So a first reading writes each page once, a swap moves names alone, and an
    /// earlier version of an object is a reference.
    struct BodyRow by 1 { number: i64, raw: Text }
    in BODY = "body";

    /// An object of a large first reading that is not sorted in yet.
    struct ArrivalRow by 1 { number: i64, source: Text, kind: Text, id: Text, body: i64, at: i64 }
    in ARRIVAL = "arrival";

    /// An object, or the tombstone of one. An event is `dated` 1 where it says itself when it
    /// happened, 0 where that is when it was stored. A staged one is of a new generation beside the
    /// one that readers see.
    struct RecordRow by 2 {
        kind: Text, id: Text, source: Text, body: Option<i64>, round: u64, revived: bool,
        changed_at: i64, removed_at: Option<i64>, removed_reason: Option<Text>,
        dated: Option<bool>, happened_at: Option<i64>,
    }
    in RECORD = "record", index RECORD_GONE, index RECORD_EVENT;
          STAGED_RECORD = "staged_record";

    /// A relation, or the tombstone of one.
    struct EdgeRow by 3 {
        relation: Text, from_id: Text, to_id: Text, source: Text, round: u64, revived: bool,
        confirmed: u64, changed_at: i64, removed_at: Option<i64>,
    }
    in EDGE = "edge", index EDGE_GONE;
       STAGED_EDGE = "staged_edge";

    /// What an object said before.
    struct VersionRow by 3 { kind: Text, id: Text, number: i64, body: i64, since: i64, until: i64 }
    in VERSION = "version", index VERSION_ENDED;

    /// What happened to an object.
    struct FeedRow by 1 {
        number: i64, at: i64, source: Text, kind: Text, id: Text, event: Text,
        properties: Option<Text>,
    }
    in FEED = "feed", index FEED_OF_SOURCE;

    /// The key of the digests, and whether room is still to be overwritten.
    struct ErasingRow by 1 { only: i64, key: Vec<u8>, is_due: bool }
    in ERASING = "erasing";

    /// The keyed digest of a name of somebody who was erased, never the name.
    struct ErasedRow by 1 { digest: Vec<u8>, person: u64, length: u64 }
    in ERASED = "erased";
}

/// The kind and id of an object.
pub(super) type Key = [Text; 2];
/// A relation and its ends.
pub(super) type EdgeKey = [Text; 3];

pub(super) fn key(kind: Text, id: impl Into<Text>) -> Key {
    [kind, id.into()]
}

pub(super) fn edge_key(edge: &Edge) -> EdgeKey {
    [edge.relation.text(), name(&edge.from), name(&edge.to)]
}

impl RecordRow {
    pub(super) fn object(&self) -> Key {
        [self.kind.clone(), self.id.clone()]
    }

    pub(super) const fn known(&self) -> Known {
        Known::new(self.removed_at.is_none(), self.round, self.revived)
    }
}

impl EdgeRow {
    pub(super) const fn known(&self) -> Known {
        Known::new(self.removed_at.is_none(), self.round, self.revived)
    }

    pub(super) fn edge(&self) -> EdgeKey {
        [&self.relation, &self.from_id, &self.to_id].map(Clone::clone)
    }
}
