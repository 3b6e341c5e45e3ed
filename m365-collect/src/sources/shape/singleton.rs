//! One object of the tenant.

use async_trait::async_trait;

use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::members::{self, Members};
use crate::outcome::Completeness;
use crate::record::RawItem;
use crate::record::{Change, Record};
use crate::run::Run;
use crate::source::Source;

/// Reads one object, such as a policy of which there is one. Some of them arrive inside a `value`,
/// as if they were a page, and some without an id.
#[derive(Debug, Clone)]
pub struct SingletonSource {
    descriptor: Descriptor,
    kind: Kind,
    endpoint: Endpoint,
}

impl SingletonSource {
    /// Reads an object of this kind.
    pub fn new(descriptor: Descriptor, kind: Kind, endpoint: impl Into<Endpoint>) -> Self {
        let endpoint = endpoint.into();
        Self {
            descriptor: descriptor.kind(kind.clone()).endpoint(endpoint.clone()),
            kind,
            endpoint,
        }
    }

    /// The record of an object that may have no id of its own: its kind names it then.
    fn record(&self, answer: RawItem) -> Option<Record> {
        let object = unwrapped(answer)?;
        let id = Members::parse(object.get()).ok()?.text("id");
        let id = id.unwrap_or_else(|| self.kind.as_str().to_owned());
        Some(Record::new(self.kind.clone(), id, object))
    }
}

/// The object inside `value`, where there is nothing else beside it but annotations:
/// <https://learn.microsoft.com/graph/api/sharepointsettings-get>.
fn unwrapped(answer: RawItem) -> Option<RawItem> {
    let inner = {
        let members = Members::parse(answer.get()).ok()?;
        let is_wrapper = members
            .names()
            .all(|name| name == "value" || name.contains('@'));
        match members.value("value").filter(|_| is_wrapper) {
            None => None,
            Some(value) => match serde_json::from_str::<Vec<RawItem>>(value.get()) {
                // A page of one; a page of none or many is no object.
                Ok(items) => Some(<[RawItem; 1]>::try_from(items).ok().map(|[item]| item)?),
                Err(_) => Some(value.to_owned()),
            },
        }
    };
    let object = inner.unwrap_or(answer);
    members::is_entity(object.get()).then_some(object)
}

#[async_trait]
impl Source for SingletonSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let answer = self.endpoint.get(run.client()).send().await?;
        let record = self.record(answer).ok_or_else(|| Error::Contract {
            source_id: self.descriptor.id.clone(),
            what: "the answer is not an object".to_owned(),
        })?;
        run.changes(vec![Change::Upsert(record)]).await?;
        Ok(Completeness::Complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_in_every_documented_wrapping() {
        let of = |json: &str| {
            let raw = serde_json::value::RawValue::from_string(json.to_owned()).unwrap();
            unwrapped(raw).map(|object| object.get().to_owned())
        };
        let plain = r#"{"displayConcealedNames":true}"#;
        for json in [
            plain.to_owned(),
            format!(r#"{{"@odata.context":"x","value":{plain}}}"#),
            format!(r#"{{"value":[{plain}]}}"#),
        ] {
            assert_eq!(of(&json).as_deref(), Some(plain), "{json}");
        }
        // A property that happens to be called so.
        let own = r#"{"value":{"a":1},"name":"x"}"#;
        assert_eq!(of(own).as_deref(), Some(own));
        for none in [
            r#"{"value":[]}"#,
            r#"{"value":[{},{}]}"#,
            r#"{"value":3}"#,
            "[]",
            "3",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
