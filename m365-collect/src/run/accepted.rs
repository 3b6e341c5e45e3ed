//! Whether the service took the token of a sync anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use graph_client::{CallEvent, Observer, Workload};

/// Shared by all sources of a sync. A 401 of one endpoint accuses the credential only where no other
/// one took the token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accepted(Arc<AtomicBool>);

impl Accepted {
    pub(crate) fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Looks at the answers of a client.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(self.clone())
    }
}

impl Observer for Accepted {
    fn event(&self, event: &CallEvent) {
        let (workload, status) = match event {
            CallEvent::Attempt {
                workload,
                status: Some(status),
                ..
            }
            | CallEvent::BatchItem {
                workload, status, ..
            } => (*workload, *status),
            _ => return,
        };
        let is_graph = !matches!(workload, Workload::Token | Workload::Download);
        // Whatever refuses for another reason has looked at the token.
        if is_graph && (200..500).contains(&status) && !matches!(status, 401 | 429) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
