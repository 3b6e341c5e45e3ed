//! What people work with, beside the directory: managed devices, the policies and apps on them, teams, mailboxes
//! and sites. Nothing here is stored: each object follows from the tenant's seed and its number.

pub(crate) mod app;
pub(crate) mod catalog;
pub(crate) mod compliance;
pub(crate) mod configuration;
pub(crate) mod detected;
pub(crate) mod mailbox;
pub(crate) mod managed;
pub(crate) mod policy;
pub(crate) mod quirk;
mod restriction;
pub(crate) mod site;
mod software;
pub(crate) mod target;
pub(crate) mod team;

use serde_json::Value;

use crate::guid::{self, Guid};

/// A number that follows from an object and a question about it.
pub(crate) fn roll(id: Guid, question: u64) -> u64 {
    guid::mix((id >> 64) as u64 ^ guid::mix(question))
}

/// Whether an object is among the share, in thousandths, of which something is true.
pub(crate) fn among(id: Guid, question: u64, per_mille: u64) -> bool {
    roll(id, question) % 1_000 < per_mille
}

/// One of a list, by a number of any size.
pub(crate) fn choose<T>(list: &[T], number: u64) -> Option<&T> {
    let length = u64::try_from(list.len())
        .ok()
        .filter(|length| *length > 0)?;
    list.get(usize::try_from(number % length).ok()?)
}

/// One object with the members of both; the second wins.
pub(crate) fn merged(mut first: Value, second: Value) -> Value {
    if let (Some(first), Value::Object(second)) = (first.as_object_mut(), second) {
        first.extend(second);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_objects_is_about_that_share() {
        let hits = (0..10_000)
            .filter(|number| among(guid::guid(5, *number), 9, 250))
            .count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }

    #[test]
    fn nothing_is_chosen_from_nothing() {
        assert_eq!(choose::<u8>(&[], 3), None);
        assert_eq!(choose(&[1, 2, 3], 4), Some(&2));
    }
}
