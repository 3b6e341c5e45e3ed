//! Tables as data: what a [`Backend`](super::Backend) needs to know to keep the rows of any of them.

use std::borrow::Cow;

use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::Relation;

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number.
    Integer(i64),
    /// A text, ordered by its bytes.
    Text(Cow<'static, str>),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

macro_rules! from_text {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(text: $type) -> Self {
                Self::Text(text.into())
            }
        }
    )*};
}

macro_rules! from_name {
    ($($type:ty),*) => {$(
        impl From<&$type> for Value {
            fn from(name: &$type) -> Self {
                Self::Text(name.text())
            }
        }
    )*};
}

from_text!(String, &'static str, Cow<'static, str>);
from_name!(Kind, Relation, SourceId);

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Numbers of 64 bits.
    Integer,
    /// Texts.
    Text,
    /// Bytes.
    Blob,
}

/// A column of a table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Type,
    /// Whether it may hold nothing.
    pub is_optional: bool,
}

/// An order other than that of the key.
#[derive(Debug)]
#[non_exhaustive]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The columns that it goes by.
    pub columns: &'static [&'static str],
    /// Only rows that hold something here are in it.
    pub present: Option<&'static str>,
}

/// A table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, those of the key first.
    pub columns: &'static [Column],
    /// How many columns the key has.
    pub key: usize,
    /// Whether its numbers are told outside, so that none is ever given twice.
    pub is_told: bool,
    /// Its indexes.
    pub indexes: &'static [Index],
}

impl Table {
    /// Where a column stands in a row.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|one| one.name == column)
    }

    /// The names of the first columns of the key.
    pub fn key_names(&self, width: usize) -> Vec<&'static str> {
        let names = self.columns.iter().map(|column| column.name);
        names.take(width).collect()
    }
}

/// What becomes of a row whose key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The new row takes its place.
    Replace,
    /// It stays, and the new row is not written.
    Keep,
}

/// What a column has to say.
#[derive(Debug, Clone)]
pub enum Test {
    /// This.
    Is(Value),
    /// One of these.
    In(Vec<Value>),
    /// Less than this.
    Less(i64),
    /// This or more.
    AtLeast(i64),
    /// Nothing.
    Null,
    /// Anything.
    Present,
}

impl Test {
    /// Whether a value passes.
    pub fn passes(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Is(wanted), value) => value == wanted,
            (Self::In(wanted), value) => wanted.contains(value),
            (Self::Less(than), Value::Integer(number)) => number < than,
            (Self::AtLeast(than), Value::Integer(number)) => number >= than,
            (Self::Less(_) | Self::AtLeast(_), _) => false,
            (Self::Null, value) => *value == Value::Null,
            (Self::Present, value) => *value != Value::Null,
        }
    }
}

/// Rows of a table in the order of its key or of an index.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Selection {
    /// The table.
    pub table: &'static Table,
    /// The index that they are found by; `None` for the key.
    pub index: Option<&'static Index>,
    /// The first columns of that order hold these values …
    pub prefix: Vec<Value>,
    /// … and those that follow come, compared from the left, after these.
    pub after: Vec<Value>,
    /// What further columns have to say.
    pub tests: Vec<(&'static str, Test)>,
    /// From the last to the first.
    pub is_backward: bool,
    /// So many at most.
    pub limit: usize,
    /// Only these columns of each row; `None` for all of them.
    pub only: Option<&'static [&'static str]>,
}

impl Selection {
    /// All rows of a table, by its key.
    pub fn of(table: &'static Table) -> Self {
        Self {
            table,
            index: None,
            prefix: Vec::new(),
            after: Vec::new(),
            tests: Vec::new(),
            is_backward: false,
            limit: usize::MAX,
            only: None,
        }
    }

    /// In the order of an index, by its name.
    #[must_use]
    pub(super) fn by(mut self, index: &str) -> Self {
        self.index = self.table.indexes.iter().find(|one| one.name == index);
        debug_assert!(self.index.is_some(), "{index}");
        self
    }

    /// Those of which the next column of the order holds this.
    #[must_use]
    pub(super) fn under(mut self, value: impl Into<Value>) -> Self {
        self.prefix.push(value.into());
        self
    }

    #[must_use]
    pub(super) fn after(mut self, after: Vec<Value>) -> Self {
        self.after = after;
        self
    }

    /// Those that hold this somewhere.
    #[must_use]
    pub(super) fn is(self, column: &'static str, value: impl Into<Value>) -> Self {
        self.test(column, Test::Is(value.into()))
    }

    #[must_use]
    pub(super) fn test(mut self, column: &'static str, test: Test) -> Self {
        self.tests.push((column, test));
        self
    }

    #[must_use]
    pub(super) const fn backward(mut self) -> Self {
        self.is_backward = true;
        self
    }

    #[must_use]
    pub(super) const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    #[must_use]
    pub(super) const fn only(mut self, columns: &'static [&'static str]) -> Self {
        self.only = Some(columns);
        self
    }

    /// The columns that are read, by their positions in a row.
    pub fn positions(&self) -> Vec<usize> {
        match self.only {
            None => (0..self.table.columns.len()).collect(),
            Some(names) => {
                let positions = names.iter().filter_map(|name| self.table.position(name));
                positions.collect()
            }
        }
    }

    /// The columns of the order.
    pub fn order(&self) -> Vec<&'static str> {
        match self.index {
            Some(index) => index.columns.to_vec(),
            None => self.table.key_names(self.table.key),
        }
    }
}
