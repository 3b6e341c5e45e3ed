//! How long what was read is kept.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{Engine, Run};
use crate::error::Result;
use crate::source::{Completeness, Descriptor, Source, THIRTEEN_MONTHS};
use crate::store::{Expired, Expiry};

/// A source whose descriptor says another time than its own.
#[derive(Debug)]
struct Kept {
    source: Arc<dyn Source>,
    descriptor: Descriptor,
}

#[async_trait]
impl Source for Kept {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        self.source.read(run).await
    }
}

/// The source, with what it yields kept for so long.
pub(super) fn kept(source: Arc<dyn Source>, time: Duration) -> Arc<dyn Source> {
    Arc::new(Kept {
        descriptor: source.descriptor().clone().retention(time),
        source,
    })
}

/// Removes what is past its time, of every source that ever ran. Who reads a source no longer knows
/// its time no longer: it goes after thirteen months.
pub(super) async fn expire(engine: &Engine) -> Result<Expired> {
    let now = engine.clock.now();
    let mut expired = Expired::default();
    for run in engine.store.last_runs().await? {
        let mut sources = engine.sources.iter().map(|source| source.descriptor());
        let expiry = match sources.find(|descriptor| descriptor.id == run.source) {
            Some(descriptor) => {
                let told = engine.retentions.get(run.source.as_str()).copied();
                Expiry::of(descriptor, now, told.unwrap_or_else(|| descriptor.keeps()))
            }
            None => Expiry::new(run.source, now, THIRTEEN_MONTHS),
        };
        expired += engine.store.expire(&expiry).await?;
    }
    Ok(expired)
}
