//! One object of the tenant.

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::members::Members;
use crate::record::{Change, Record};
use crate::source::{Completeness, Descriptor, Source};
use crate::sync::{RawItem, Run};

/// Reads one object, such as a policy of which there is one.
#[derive(Debug, Clone)]
pub struct SingletonSource {
    descriptor: Descriptor,
    kind: Kind,
    path: &'static str,
}

impl SingletonSource {
    /// Reads `path`, an object of this kind.
    pub fn new(descriptor: Descriptor, kind: Kind, path: &'static str) -> Self {
        Self {
            descriptor: descriptor.kind(kind.clone()),
            kind,
            path,
        }
    }

    /// The record of an object that may have no id of its own: its kind names it then.
    fn record(&self, object: RawItem) -> Option<Record> {
        let id = Members::parse(object.get()).ok()?.text("id");
        let id = id.unwrap_or_else(|| self.kind.as_str().to_owned());
        Some(Record::new(self.kind.clone(), id, object))
    }
}

#[async_trait]
impl Source for SingletonSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let object = run.client().get::<RawItem>(self.path).send().await?;
        let record = self.record(object).ok_or_else(|| Error::Contract {
            source_id: self.descriptor.id.clone(),
            what: "the answer is not an object".to_owned(),
        })?;
        run.changes(vec![Change::Upsert(record)]).await?;
        Ok(Completeness::Complete)
    }
}
