//! When a link that the service gave is no longer believed.
//!
//! Next links and delta links are kept for days. The documented ways in which they end are few
//! (<https://learn.microsoft.com/graph/delta-query-overview>, <https://learn.microsoft.com/graph/paging>),
//! those that are met are not: 400 with an empty code, 404 for a collection that is there, a 5xx that
//! never ends. So it is not asked which code it was, but whether a fresh request meets the same.

use graph_client::Error;

/// How often one run begins anew where the service says in so many words that it forgot the page.
const FORGOTTEN: u32 = 3;

/// The links of one run.
#[derive(Debug)]
pub(crate) struct Link {
    /// The run before failed at the same place.
    is_stuck: bool,
    /// Pages that came since everything was last begun.
    pages: u64,
    /// The listing itself failed, and nothing that was asked for beside it.
    has_failed: bool,
    forgotten: u32,
    is_spent: bool,
}

impl Link {
    pub(crate) const fn new(is_stuck: bool) -> Self {
        Self {
            is_stuck,
            pages: 0,
            has_failed: false,
            forgotten: 0,
            is_spent: false,
        }
    }

    /// A page came, or failed to.
    pub(crate) fn note(&mut self, came: bool) {
        self.pages += u64::from(came);
        self.has_failed = !came;
    }

    /// Whether everything is to be read anew after this failure. `is_stored` tells whether the run
    /// began with a stored link.
    pub(crate) fn is_given_up(&mut self, error: &Error, is_stored: bool) -> bool {
        let is_first = self.pages == 0;
        if !self.has_failed || is_first && !is_stored || !self.is_at_fault(error, is_first) {
            return false;
        }
        if error.is_page_token_lost() {
            self.forgotten += 1;
            if self.forgotten > FORGOTTEN {
                return false;
            }
        } else if std::mem::replace(&mut self.is_spent, true) {
            return false;
        }
        self.pages = 0;
        self.has_failed = false;
        true
    }

    /// Whether it may be the link that is wrong. What may pass is believed to be the service's trouble
    /// until a second run meets it at the same stored link.
    pub(crate) fn is_at_fault(&self, error: &Error, is_stored: bool) -> bool {
        if error.is_invalid_request() || error.is_wrong_tenant() || error.token_error().is_some() {
            return false;
        }
        let may_pass = error.is_throttled()
            || error.is_connection()
            || error.is_timeout()
            || error.status().is_some_and(|status| status >= 500);
        // A listing that leads back to itself would do so again, unless it is the stored link that does.
        if may_pass {
            is_stored && self.is_stuck
        } else {
            is_stored || error.status().is_some() || error.is_decode()
        }
    }
}
