//! An item of a page that did not fit its type.

use std::fmt;

use serde::Deserialize;

use crate::decode::Misfit;

/// An item that did not fit its type: which one and where, but nothing of its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemError {
    /// Its place on the page, from 0.
    pub index: usize,
    /// Its id, if that could be read. In neither `Display` nor `Debug`.
    pub id: Option<String>,
    /// The place in the item, such as `conditions.users.includeRoles[2]`; `{key}` stands for what is
    /// no name of a property.
    pub path: String,
    /// What was expected there, if known.
    pub expected: Option<String>,
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "item {} of the page does not fit its type at `{}`",
            self.index, self.path
        )?;
        match &self.expected {
            Some(expected) if expected.starts_with("missing field") => write!(f, ": {expected}"),
            Some(expected) => write!(f, ": expected {expected}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemError")
            .field("index", &self.index)
            .field("path", &self.path)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

impl ItemError {
    pub(crate) fn of(index: usize, item: &str, misfit: Misfit) -> Self {
        Self {
            index,
            id: id_of(item),
            path: misfit.path,
            expected: misfit.expected,
        }
    }

    /// A row of a table; the path is the header of the column.
    pub(crate) fn in_row(index: usize, path: String, expected: Option<String>) -> Self {
        Self {
            index,
            id: None,
            path,
            expected,
        }
    }

    /// An item that lacks what every such item has.
    pub(crate) fn missing(index: usize, field: &'static str) -> Self {
        Self {
            index,
            id: None,
            path: ".".to_owned(),
            expected: Some(format!("missing field `{field}`")),
        }
    }
}

fn id_of(item: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified {
        id: String,
    }
    serde_json::from_str::<Identified>(item)
        .ok()
        .map(|identified| identified.id)
}
