//! Ids in little room: most are GUIDs, and a tenant may have millions.

use std::collections::HashMap;
use std::fmt;

/// An id. GUIDs are the same in whatever case they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Guid([u8; 16]),
    Text(Box<str>),
}

impl Key {
    pub(super) fn of(text: &str) -> Self {
        guid(text).map_or_else(|| Self::Text(text.into()), Self::Guid)
    }

    /// Nobody has the id of zeros; the service sends it where there is none.
    pub(super) fn is_nobody(&self) -> bool {
        match self {
            Self::Guid(bytes) => *bytes == [0; 16],
            Self::Text(text) => text.is_empty(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Guid(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    if matches!(at, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

/// Sixteen bytes as `8-4-4-4-12` hexadecimal digits.
fn guid(text: &str) -> Option<[u8; 16]> {
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    if text.len() != 36 {
        return None;
    }
    let mut bytes = [0; 16];
    let mut digits = 0;
    for (at, symbol) in text.bytes().enumerate() {
        if is_dash(at) {
            if symbol != b'-' {
                return None;
            }
            continue;
        }
        let digit = u8::try_from(char::from(symbol).to_digit(16)?).ok()?;
        let byte = bytes.get_mut(digits / 2)?;
        *byte = *byte << 4 | digit;
        digits += 1;
    }
    Some(bytes)
}

/// What is known by id.
pub(super) struct Ids<V>(HashMap<Key, V>);

impl<V> Default for Ids<V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<V> Ids<V> {
    pub(super) fn insert(&mut self, id: &str, value: V) {
        self.0.insert(Key::of(id), value);
    }

    pub(super) fn get(&self, id: &str) -> Option<&V> {
        self.0.get(&Key::of(id))
    }

    pub(super) fn by_key(&self, key: &Key) -> Option<&V> {
        self.0.get(key)
    }

    pub(super) fn entry(&mut self, id: &str) -> std::collections::hash_map::Entry<'_, Key, V> {
        self.0.entry(Key::of(id))
    }

    pub(super) fn by_key_or_default(&mut self, key: &Key) -> &mut V
    where
        V: Default,
    {
        self.0.entry(key.clone()).or_default()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(&Key::of(id))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_guid_is_the_same_in_either_case() {
        let lower = "6fd2c87f-b296-42f0-b197-1e91e994b900";
        assert_eq!(Key::of(lower), Key::of(&lower.to_uppercase()));
        assert!(Key::of("00000000-0000-0000-0000-000000000000").is_nobody());
    }

    proptest! {
        #[test]
        fn an_id_is_shown_as_it_was(text in "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\PC{0,40}") {
            prop_assume!(!text.chars().any(char::is_uppercase) || guid(&text).is_none());
            prop_assert_eq!(Key::of(&text).to_string(), text);
        }
    }
}
