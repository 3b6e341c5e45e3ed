//! When an event happened.

use std::time::SystemTime;

use super::Commit;
use crate::members::Members;
use crate::timestamp;

/// When a stored event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The time that it says; where it says none that can be read, when it was stored.
    pub at: SystemTime,
    /// Whether it says so itself.
    pub is_dated: bool,
}

impl Event {
    /// When an object that was stored at `stored_at` happened, by one of its properties.
    pub fn of(raw: &str, property: &str, stored_at: SystemTime) -> Self {
        let own = Members::parse(raw)
            .ok()
            .and_then(|members| members.text(property))
            // What the service writes for no time at all.
            .filter(|text| !text.starts_with("0001-01-01"))
            .and_then(|text| timestamp::parse(&text));
        Self {
            at: own.unwrap_or(stored_at),
            is_dated: own.is_some(),
        }
    }
}

impl Commit {
    /// When an object of this commit happened; `None` where its objects are no events.
    pub fn event(&self, raw: &str) -> Option<Event> {
        let property = self.event_time.as_deref()?;
        Some(Event::of(raw, property, self.at))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn an_event_that_does_not_say_when_happened_when_it_was_stored() {
        let stored = UNIX_EPOCH + Duration::from_secs(9);
        let of = |json: &str| {
            let event = Event::of(json, "when", stored);
            (event.at, event.is_dated)
        };
        let said = r#"{"id":"1","when":"1970-01-01T00:00:01.5Z"}"#;
        assert_eq!(of(said), (UNIX_EPOCH + Duration::from_millis(1500), true));
        for json in [
            r#"{"id":"1"}"#,
            r#"{"when":null}"#,
            r#"{"when":"soon"}"#,
            r#"{"when":"0001-01-01T00:00:00Z"}"#,
            "[]",
        ] {
            assert_eq!(of(json), (stored, false), "{json}");
        }
    }
}
