//! The members of a JSON object in their order, each value as the bytes that were received.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// More members than any object of the service has: its largest types have some hundred. Each costs
/// far more memory than it has bytes.
const MOST: usize = 10_000;

/// An object split into its members without building values.
#[derive(Debug)]
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    pub(crate) fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The value of a member; the last one where a name repeats.
    pub(crate) fn value(&self, name: &str) -> Option<&'a RawValue> {
        let (_, value) = self.0.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// The names of the members.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    /// The text of a member that holds a string.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.value(name)?.get()).ok()
    }

    /// Whether it is the object of this id.
    pub(crate) fn is(&self, id: &str) -> bool {
        self.text("id")
            .is_some_and(|found| found.eq_ignore_ascii_case(id))
    }

    /// The object without the members that `drop` names; `None` where there are none of those.
    pub(crate) fn without(&self, drop: impl Fn(&str) -> bool) -> Option<Self> {
        let kept: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| !drop(name))
            .cloned()
            .collect();
        (kept.len() != self.0.len()).then_some(Self(kept))
    }

    /// This object with the members of `newer` laid over it; `None` where `newer` names every
    /// member that this one has, and so replaces it as it stands.
    pub(crate) fn overlaid_by(&self, newer: &Self) -> Option<Self> {
        let named: BTreeSet<&str> = newer.0.iter().map(|(name, _)| name.as_ref()).collect();
        let kept: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| !named.contains(name.as_ref()))
            .cloned()
            .collect();
        if kept.is_empty() {
            return None;
        }
        Some(Self(newer.0.iter().cloned().chain(kept).collect()))
    }

    /// The text of each member, by name; the last one where a name repeats.
    fn by_name(&self) -> BTreeMap<&str, &'a str> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.get()))
            .collect()
    }

    pub(crate) fn to_raw(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(self)
    }
}

/// Whether an answer is an object that says something, and no error in the place of one.
pub(crate) fn is_entity(raw: &str) -> bool {
    let Ok(members) = Members::parse(raw) else {
        return false;
    };
    let is_error = members
        .value("error")
        .is_some_and(|error| error.get().starts_with('{'));
    !is_error && members.names().any(|name| !name.contains('@'))
}

/// Lays a partial object over the stored one: a member that is absent stays, a null clears it.
///
/// # Errors
/// When either text is not a JSON object.
pub(crate) fn merge(stored: &str, received: &str) -> Result<String, serde_json::Error> {
    let newer = Members::parse(received)?;
    match Members::parse(stored)?.overlaid_by(&newer) {
        None => Ok(received.to_owned()),
        Some(merged) => Ok(merged.to_raw()?.get().to_owned()),
    }
}

/// The object without the member at a path; `None` where it has none there.
pub(crate) fn without_path(json: &str, path: &[&str]) -> Option<Box<RawValue>> {
    let (name, inside) = path.split_first()?;
    let members = Members::parse(json).ok()?;
    if inside.is_empty() {
        return members.without(|own| own == *name)?.to_raw().ok();
    }
    let cut = without_path(members.value(name)?.get(), inside)?;
    let kept = members.0.into_iter().map(|(own, value)| {
        let value = if own == *name { cut.as_ref() } else { value };
        (own, value)
    });
    Members(kept.collect()).to_raw().ok()
}

/// The names of the members to which two objects give another value, or which only one has; `None`
/// where one of them is not an object.
pub(crate) fn changed(old: &str, new: &str) -> Option<Vec<String>> {
    let (old, new) = (Members::parse(old).ok()?, Members::parse(new).ok()?);
    let (old, new) = (old.by_name(), new.by_name());
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    Some(
        names
            .into_iter()
            .filter(|name| old.get(name) != new.get(name))
            .map(str::to_owned)
            .collect(),
    )
}

/// Whether two objects give a member that both have another value.
pub(crate) fn disagree(stored: &str, received: &str) -> bool {
    let (Ok(stored), Ok(received)) = (Members::parse(stored), Members::parse(received)) else {
        return stored != received;
    };
    let values = stored.by_name();
    received.0.iter().any(|(name, value)| {
        values
            .get(name.as_ref())
            .is_some_and(|stored| *stored != value.get())
    })
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) =
                    map.next_entry::<Name<'de>, &'de RawValue>()?
                {
                    if members.len() == MOST {
                        return Err(serde::de::Error::custom("more members than any object has"));
                    }
                    members.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Self)
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    #[test]
    fn a_whole_object_replaces_the_stored_one_byte_for_byte() {
        let merged = merge(r#"{"id":"1","a":1}"#, r#"{ "a" : 2, "id":"1" }"#).unwrap();
        assert_eq!(merged, r#"{ "a" : 2, "id":"1" }"#);
    }

    #[test]
    fn an_absent_member_stays_and_a_null_clears() {
        let merged = merge(r#"{"id":"1","a":1,"b":2}"#, r#"{"id":"1","b":null}"#).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&merged).unwrap(),
            serde_json::json!({"id": "1", "a": 1, "b": null})
        );
    }

    #[test]
    fn objects_disagree_only_in_members_that_both_have() {
        assert!(disagree(r#"{"a":1,"b":2}"#, r#"{"b":3,"c":4}"#));
        assert!(!disagree(r#"{"a":1,"b":2}"#, r#"{"b":2,"c":4}"#));
    }

    #[test]
    fn what_stands_at_a_path_is_cut_out_and_nothing_else() {
        let json = r#"{"a":{"b":"x", "c" : [1.50]},"b":"y"}"#;
        let without = |path: &[&str]| without_path(json, path).map(|raw| raw.get().to_owned());
        let expected = r#"{"a":{"c":[1.50]},"b":"y"}"#;
        assert_eq!(without(&["a", "b"]).as_deref(), Some(expected));
        assert_eq!(without(&["a"]).as_deref(), Some(r#"{"b":"y"}"#));
        for none in [&["a", "z"][..], &["b", "c"], &["z", "b"], &[]] {
            assert_eq!(without(none), None, "{none:?}");
        }
    }

    proptest! {
        #[test]
        fn merging_is_laying_members_over(
            old in proptest::collection::btree_map("[a-e\"\\\\]{1,2}", 0..9i32, 0..6),
            new in proptest::collection::btree_map("[a-e\"\\\\]{1,2}", 0..9i32, 0..6),
        ) {
            let merged = merge(
                &serde_json::to_string(&old).unwrap(),
                &serde_json::to_string(&new).unwrap(),
            ).unwrap();
            let mut expected: Map<String, Value> =
                old.into_iter().map(|(k, v)| (k, v.into())).collect();
            expected.extend(new.into_iter().map(|(k, v)| (k, v.into())));
            prop_assert_eq!(serde_json::from_str::<Value>(&merged).unwrap(), Value::Object(expected));
        }
    }

    #[test]
    fn an_object_of_more_members_than_any_has_is_none() {
        let of = |many: usize| {
            let members: Vec<String> = (0..many).map(|n| format!("\"{n}\":0")).collect();
            Members::parse(&format!("{{{}}}", members.join(","))).is_ok()
        };
        assert!(of(MOST) && !of(MOST + 1));
    }
}
