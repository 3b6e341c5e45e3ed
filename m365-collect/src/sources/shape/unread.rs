//! Objects whose own read failed: how many, and why the first.

use serde::{Deserialize, Serialize};

use crate::outcome::PartialReason;

/// A count that survives a crash in the checkpoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Unread {
    #[serde(rename = "unread")]
    objects: u64,
    #[serde(rename = "first_error")]
    error: String,
}

impl Unread {
    pub(super) fn note(&mut self, why: impl FnOnce() -> String) {
        if self.objects == 0 {
            self.error = why();
        }
        self.objects += 1;
    }

    pub(super) fn gap(self) -> Option<PartialReason> {
        (self.objects > 0).then_some(PartialReason::Unread {
            objects: self.objects,
            error: self.error,
        })
    }
}
