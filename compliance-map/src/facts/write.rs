//! Facts → JSON, the same bytes for equal facts.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Facts;

/// The facts whose rows are packed, all of them or those about people.
const PACKED: [&str; 6] = [
    "identity.users",
    "identity.signin_activity",
    "identity.groups",
    "auth.registration",
    "auth.methods",
    "auth.per_user_mfa",
];

impl Facts {
    /// The facts as indented JSON with a final newline; equal facts give equal bytes.
    ///
    /// [`Facts::from_json`] reads it back to an equal value, unknown members included. Facts whose rows
    /// were [packed](Facts::people_packed) are not written, so that they read as not collected.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(tenant) = &self.tenant {
            map.serialize_entry("tenant", tenant)?;
        }
        let is_packed = |key: &str| self.people_packed && PACKED.contains(&key);
        for (key, fact) in self.written_facts() {
            // Without its rows a fact would say that there is nobody.
            if is_packed(key) {
                continue;
            }
            map.serialize_entry(key, &fact)?;
        }
        if !self.exceptions.is_empty() {
            map.serialize_entry("exceptions", &self.exceptions)?;
        }
        if !self.overlay.is_empty() {
            map.serialize_entry("overlay", &self.overlay)?;
        }
        for (key, value) in &self.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
