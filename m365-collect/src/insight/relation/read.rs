//! Reading a store one object at a time, and objects one property at a time.

use std::vec;

use serde_json::Value;

use super::item::Properties;
use crate::evidence::PAGE;
use crate::kind::Kind;
use crate::members::Members;
use crate::record::{Edge, Record, Relation};
use crate::store::{Store, StoreError};

/// The live objects of a kind, a page in memory at a time.
pub(super) struct Records<'a> {
    store: &'a dyn Store,
    kind: Kind,
    after: Option<String>,
    page: vec::IntoIter<Record>,
}

impl<'a> Records<'a> {
    pub(super) fn new(store: &'a dyn Store, kind: &Kind) -> Self {
        Self {
            store,
            kind: kind.clone(),
            after: None,
            page: Vec::new().into_iter(),
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Record>, StoreError> {
        if let Some(record) = self.page.next() {
            return Ok(Some(record));
        }
        let after = self.after.as_deref();
        let page = self.store.records(&self.kind, after, PAGE).await?;
        if let Some(last) = page.last() {
            self.after = Some(last.id.clone());
        }
        self.page = page.into_iter();
        Ok(self.page.next())
    }
}

/// The live edges of a relation, a page in memory at a time.
pub(super) struct Edges<'a> {
    store: &'a dyn Store,
    relation: Relation,
    after: Option<Edge>,
    page: vec::IntoIter<Edge>,
}

impl<'a> Edges<'a> {
    pub(super) fn new(store: &'a dyn Store, relation: &Relation) -> Self {
        Self {
            store,
            relation: relation.clone(),
            after: None,
            page: Vec::new().into_iter(),
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Edge>, StoreError> {
        if let Some(edge) = self.page.next() {
            return Ok(Some(edge));
        }
        let after = self.after.as_ref();
        let page = self.store.edges(&self.relation, after, PAGE).await?;
        if let Some(last) = page.last() {
            self.after = Some(last.clone());
        }
        self.page = page.into_iter();
        Ok(self.page.next())
    }
}

/// The properties of a record, each read when it is asked for. What is not of the expected type
/// is as if it were not there, so that one odd property hides no other.
pub(super) struct Fields<'a>(Option<Members<'a>>);

impl<'a> Fields<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        Self(Members::parse(record.raw.get()).ok())
    }

    /// Text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.text(name).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.value(name).as_bool()
    }

    /// The value, null where there is none.
    pub(super) fn value(&self, name: &str) -> Value {
        self.0
            .as_ref()
            .and_then(|members| members.value(name))
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    }

    /// The texts of a list; `None` where there is no list.
    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let value = self.value(name);
        Some(texts(value.as_array()?))
    }

    /// The named properties as they are, as far as they are plain: text, number, flag or a list
    /// of those.
    pub(super) fn copy(&self, names: &[&str], into: &mut Properties) {
        let is_plain = |value: &Value| !value.is_object() && !value.is_array() && !value.is_null();
        for name in names {
            let value = self.value(name);
            let keep = match &value {
                Value::Array(items) => items.iter().all(is_plain),
                one => is_plain(one),
            };
            if keep {
                into.insert((*name).to_owned(), value);
            }
        }
    }
}

/// The texts among some values.
pub(super) fn texts(values: &[Value]) -> Vec<String> {
    let texts = values.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// The members of a list of objects; nothing where there is no list.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The text of a property of an object, unless it is empty.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}
