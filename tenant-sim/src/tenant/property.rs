//! Properties of an entity type: what is returned by default, and how each value is written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::tenant::Tenant;

/// A property that objects of type `T` can be asked for.
pub(crate) struct Property<T> {
    pub(crate) name: &'static str,
    /// Returned when there is no `$select`.
    pub(crate) default: bool,
    /// Appends the JSON value; `false` (and nothing appended) if there is none.
    pub(crate) write: fn(&Tenant, &T, &mut Vec<u8>) -> bool,
}

impl<T> std::fmt::Debug for Property<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// An entity whose properties are in a table.
pub(crate) trait Entity: Sized + 'static {
    /// `#microsoft.graph.…`
    const TYPE: &'static str;
    /// All properties, in the order in which they are written.
    fn table() -> &'static [Property<Self>];
    /// Values set by edits; they win over what is derived.
    fn values_set(&self) -> &BTreeMap<&'static str, Value>;

    fn property(name: &str) -> Option<&'static Property<Self>> {
        Self::table().iter().find(|property| property.name == name)
    }

    fn defaults() -> impl Iterator<Item = &'static Property<Self>> {
        Self::table().iter().filter(|property| property.default)
    }
}

/// What to do with a property that has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// Write `null`, as plain reads do.
    Written,
    /// Leave it out, as delta does for what was never set.
    LeftOut,
}

/// Appends `"name":value` pairs, comma separated, to an object that is being written.
pub(crate) fn write_properties<'p, T: Entity>(
    out: &mut Vec<u8>,
    tenant: &Tenant,
    object: &T,
    properties: impl Iterator<Item = &'p Property<T>>,
    nulls: Nulls,
) {
    for property in properties {
        let start = out.len();
        if !out.ends_with(b"{") {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(property.name.as_bytes());
        out.extend_from_slice(b"\":");
        if let Some(value) = object.values_set().get(property.name) {
            write_value(out, value);
        } else if !(property.write)(tenant, object, out) {
            // signInActivity of somebody who never signed in is absent even from plain reads.
            if nulls == Nulls::Written && property.name != "signInActivity" {
                out.extend_from_slice(b"null");
            } else {
                out.truncate(start);
            }
        }
    }
}

/// The value of one property, `null` if there is none.
pub(crate) fn value_of<T: Entity>(tenant: &Tenant, object: &T, property: &Property<T>) -> Value {
    if let Some(value) = object.values_set().get(property.name) {
        return value.clone();
    }
    let mut out = Vec::new();
    if !(property.write)(tenant, object, &mut out) {
        return Value::Null;
    }
    serde_json::from_slice(&out).unwrap_or(Value::Null)
}

/// The whole object, without the properties that have no value.
pub(crate) fn object<T: Entity>(tenant: &Tenant, object: &T) -> Value {
    let mut map = Map::new();
    for property in T::table() {
        let value = value_of(tenant, object, property);
        if !value.is_null() {
            map.insert(property.name.to_owned(), value);
        }
    }
    Value::Object(map)
}

/// Appends a JSON value.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value) {
    // Serialising a Value into memory cannot fail.
    let _ = serde_json::to_writer(out, value);
}

/// Appends a JSON string.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) -> bool {
    // Serialising text into memory cannot fail.
    let _ = serde_json::to_writer(out, text);
    true
}
