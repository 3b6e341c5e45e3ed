//! Who has a place among those under way.

use std::sync::Arc;
use std::time::Duration;

use super::super::queue::{FlowKey, Waiting};
use super::Demand;
use crate::pulse::{Pulse, Watch};

/// One who was let through.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) demand: Arc<Demand>,
    pub(super) since: Duration,
    pub(super) held: Held,
}

#[derive(Debug)]
pub(super) enum Held {
    /// Its turn has come, and it has yet to look.
    Grant(Arc<FlowKey>, Waiting),
    /// It is under way; until when at the latest.
    Permit(Arc<Pulse>, Watch, Duration),
}

impl Holder {
    pub(super) fn is_grant(&self) -> bool {
        matches!(self.held, Held::Grant(..))
    }

    /// Whether it is under way and nobody polls it, or for longer than that can take.
    pub(super) fn is_absent(&mut self, now: Duration) -> bool {
        match &mut self.held {
            Held::Grant(..) => false,
            Held::Permit(pulse, watch, latest) => *latest <= now || watch.is_absent(pulse, now),
        }
    }
}
