//! Values as Graph sends them.

use std::time::SystemTime;

use compliance_map::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub(super) fn timestamp(time: SystemTime) -> Option<Timestamp> {
    let seconds = crate::timestamp::to_millis(time).div_euclid(1000);
    Timestamp::from_unix_seconds(seconds)
}

/// A time as Graph sends it; `0001-01-01` stands for never.
pub(super) fn instant(text: Option<String>) -> Option<Timestamp> {
    let text = text.filter(|text| !text.starts_with("0001-01-01"))?;
    Timestamp::parse(&text).ok()
}

/// A count as Graph sends it; a negative one says nothing.
pub(super) fn count<T: TryFrom<i64>>(number: Option<i64>) -> Option<T> {
    number.and_then(|number| T::try_from(number).ok())
}

/// The name in an `@odata.type`.
pub(super) fn type_name(odata_type: &str) -> &str {
    let name = odata_type.trim_start_matches('#');
    name.strip_prefix("microsoft.graph.").unwrap_or(name)
}

/// The object of a singleton, which the service wraps in `value` at times.
pub(super) struct Single<V>(pub(super) V);

impl<'de, V: DeserializeOwned> Deserialize<'de> for Single<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let view = match Value::deserialize(deserializer)? {
            Value::Object(mut members) => match members.remove("value") {
                Some(object @ Value::Object(_)) => object,
                Some(Value::Array(list)) => list.into_iter().next().unwrap_or_default(),
                _ => Value::Object(members),
            },
            other => other,
        };
        serde_json::from_value(view)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
