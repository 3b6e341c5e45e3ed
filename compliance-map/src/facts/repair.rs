//! Reading a value of which a member may be wrong: the member is left out, the rest is read.
//!
//! Each member of a row is tried by itself, so that what is wrong costs no more than one look at each
//! member, and only in rows where something is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Error, Value};

use super::problem::{Problems, TWICE};

/// Stands for a member that cannot be kept where anything may stand, because it is nested too deep,
/// too large a number or told twice: what is not known narrows what a row can prove, and goes on doing
/// so. Nothing that is known has this form.
const UNREADABLE: &str = r#"{"unreadable":true}"#;

/// Rows of which several are about the same object.
const SEVERAL_EACH: &str = "identity.role_assignments.items";

/// Members whose absence says something, by fact: a row about no mailbox is about the organisation, a
/// role without a scope is held for the whole tenant, a person without a time never signed in. A row that
/// lost one of them is left out.
const SAID_BY_ABSENCE: &[(&str, &[&str])] = &[
    ("attest.scope", &["framework"]),
    ("email.mailbox_audit", &["mailbox"]),
    ("email.smtp_auth", &["mailbox"]),
    ("identity.role_assignments", &["kind", "scope", "ends"]),
    (
        "identity.signin_activity",
        &["last_interactive", "last_noninteractive", "last_success"],
    ),
    ("log.directory", &["log"]),
];

/// A value as far as it can be read; `None` where what is wrong leaves nothing of it.
pub(super) fn typed<T: DeserializeOwned + Serialize>(
    path: &str,
    raw: &RawValue,
    found: &mut Problems,
) -> Option<T> {
    match serde_json::from_str(raw.get()) {
        Ok(value) => Some(value),
        Err(error) => repaired(path, raw, &error, found),
    }
}

/// The rows of a list; `None` where it is no list.
///
/// Of two rows about the same object the later one counts. Where that one has to be left out, the
/// earlier ones are too: they may say what is no longer so.
pub(super) fn list<T: DeserializeOwned + Serialize>(
    path: &str,
    raw: &RawValue,
    found: &mut Problems,
) -> Option<Vec<T>> {
    let rows: Option<Vec<&RawValue>> = match serde_json::from_str(raw.get()) {
        Ok(rows) => rows,
        Err(error) => {
            found.note(path, &error);
            return None;
        }
    };
    let rows = rows.unwrap_or_default();
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut read: Vec<(usize, T)> = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let error = match serde_json::from_str(row.get()) {
            Ok(value) => {
                read.push((index, value));
                continue;
            }
            Err(error) => error,
        };
        match repaired(&format!("{path}[{index}]"), row, &error, found) {
            Some(value) => read.push((index, value)),
            None => left_out.extend(object_of::<T>(row).map(|object| (object, index))),
        }
    }
    if !left_out.is_empty() && path != SEVERAL_EACH {
        read.retain(|(index, _)| {
            let object = rows.get(*index).and_then(|row| object_of::<T>(row));
            let later = object.and_then(|object| left_out.get(&object));
            later.is_none_or(|later| later < index)
        });
    }
    Some(read.into_iter().map(|(_, row)| row).collect())
}

/// What a row is about: the first of the members that it cannot do without.
fn object_of<T: DeserializeOwned>(row: &RawValue) -> Option<String> {
    let nothing = serde_json::from_str::<T>("{}").err()?.to_string();
    let name = nothing.split('`').nth(1)?;
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(row.get()).ok()?;
    serde_json::from_str(members.get(name)?.get()).ok()
}

/// The value without what is wrong in it.
fn repaired<T: DeserializeOwned + Serialize>(
    path: &str,
    raw: &RawValue,
    error: &Error,
    found: &mut Problems,
) -> Option<T> {
    let members: Members<'_> = match serde_json::from_str(raw.get()) {
        Ok(members) if fits::<T>("{}").is_ok() => members,
        _ => {
            found.note(path, error);
            return None;
        }
    };
    let (mut kept, mut lost) = (Vec::new(), BTreeSet::new());
    for (name, values) in members.by_name() {
        let place = format!("{path}.{name}");
        let [value] = values[..] else {
            found.tell(&place, TWICE);
            match fits::<T>(&object([(name, UNREADABLE)])) {
                Ok(()) => kept.push((name, UNREADABLE.to_owned())),
                Err(_) => drop(lost.insert(name)),
            }
            continue;
        };
        let Err(error) = fits::<T>(&object([(name, value.get())])) else {
            kept.push((name, value.get().to_owned()));
            continue;
        };
        if let Some(value) = elements::<T>(&place, name, value, found) {
            kept.push((name, value));
            continue;
        }
        found.note(&(place + &inside::<T>(name, value)), &error);
        if !error.is_data() && fits::<T>(&object([(name, UNREADABLE)])).is_ok() {
            kept.push((name, UNREADABLE.to_owned()));
        } else {
            lost.insert(name);
        }
    }
    let rest = object(kept.iter().map(|(name, value)| (*name, value.as_str())));
    match serde_json::from_str::<T>(&rest) {
        Ok(value) => {
            (!is_said_by_absence(path, &lost) && !says_something_of(&lost, &value)).then_some(value)
        }
        Err(error) => {
            let needed = error.to_string();
            if !lost
                .iter()
                .any(|name| needed.contains(&format!("`{name}`")))
            {
                found.note(path, &error);
            }
            None
        }
    }
}

fn is_said_by_absence(path: &str, lost: &BTreeSet<&str>) -> bool {
    let key = path.split(".items[").next();
    let mut members = SAID_BY_ABSENCE
        .iter()
        .filter(|(fact, _)| Some(*fact) == key)
        .flat_map(|(_, members)| *members);
    members.any(|member| lost.contains(member))
}

/// Whether a value says something of a member that it was not told: an empty list is not "not told".
fn says_something_of<T: Serialize>(lost: &BTreeSet<&str>, value: &T) -> bool {
    let written = serde_json::to_value(value).unwrap_or_default();
    let mut members = lost.iter().filter_map(|name| written.get(name));
    members.any(|member| *member != Value::Null)
}

/// A list of objects without the members of theirs that are wrong; `None` where that is not all that
/// is wrong with it, and nothing is noted then.
fn elements<T: DeserializeOwned>(
    place: &str,
    name: &str,
    list: &RawValue,
    found: &mut Problems,
) -> Option<String> {
    let fits_as = |element: &str| fits::<T>(&object([(name, format!("[{element}]").as_str())]));
    fits_as("{}").ok()?;
    let list: Vec<&RawValue> = serde_json::from_str(list.get()).ok()?;
    let mut noted = found.clone();
    let mut whole = Vec::with_capacity(list.len());
    for (index, element) in list.into_iter().enumerate() {
        if fits_as(element.get()).is_ok() {
            whole.push(element.get().to_owned());
            continue;
        }
        let members: Members<'_> = serde_json::from_str(element.get()).ok()?;
        let mut kept = Vec::with_capacity(members.0.len());
        for (member, value) in &members.0 {
            match fits_as(&object([(member.as_str(), value.get())])) {
                Ok(()) => kept.push((member.as_str(), value.get())),
                Err(error) if error.is_data() => {
                    noted.note(&format!("{place}[{index}].{member}"), &error);
                }
                Err(_) => return None,
            }
        }
        whole.push(object(kept));
    }
    let whole = format!("[{}]", whole.join(","));
    fits::<T>(&object([(name, whole.as_str())])).ok()?;
    *found = noted;
    Some(whole)
}

/// Where inside an object that is lost as a whole the wrong member stands.
///
/// An object inside a row is lost as a whole, since less of a condition or of a demand may be more of
/// a policy.
fn inside<T: DeserializeOwned>(name: &str, value: &RawValue) -> String {
    let members: Members<'_> = serde_json::from_str(value.get()).unwrap_or_default();
    let mut wrong = members.0.iter().filter(|(member, value)| {
        let alone = object([(member.as_str(), value.get())]);
        fits::<T>(&object([(name, alone.as_str())])).is_err()
    });
    let fits_empty = fits::<T>(&object([(name, "{}")])).is_ok();
    match wrong.next().filter(|_| fits_empty) {
        Some((member, _)) => format!(".{member}"),
        None => String::new(),
    }
}

/// Whether a text can be read but for members that it lacks.
fn fits<T: DeserializeOwned>(text: &str) -> Result<(), Error> {
    match serde_json::from_str::<T>(text) {
        Err(error) if !error.to_string().starts_with("missing field") => Err(error),
        _ => Ok(()),
    }
}

fn object<'m>(members: impl IntoIterator<Item = (&'m str, &'m str)>) -> String {
    let members = members.into_iter().map(|(name, value)| {
        let name = Value::from(name);
        format!("{name}:{value}")
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// The members of an object as they stand there, one that is told twice twice.
#[derive(Default)]
pub(super) struct Members<'r>(Vec<(String, &'r RawValue)>);

impl<'r> Members<'r> {
    pub(super) fn by_name(&self) -> BTreeMap<&str, Vec<&'r RawValue>> {
        let mut by_name: BTreeMap<&str, Vec<&RawValue>> = BTreeMap::new();
        for (name, value) in &self.0 {
            by_name.entry(name).or_default().push(value);
        }
        by_name
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
