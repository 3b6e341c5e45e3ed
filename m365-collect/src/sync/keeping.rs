//! How long what was read is kept.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::descriptor::Descriptor;
use crate::error::Result;
use crate::outcome::Completeness;
use crate::run::Run;
use crate::source::Source;

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
