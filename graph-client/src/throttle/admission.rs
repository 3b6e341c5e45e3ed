//! Who has a place among those under way.

use std::sync::Arc;
use std::time::Duration;

use super::flow::FlowKey;
use super::queue::Waiting;
use super::request_cost::RequestCost;
use crate::pulse::{Pulse, Watch};

/// One who was let through.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) cost: Arc<RequestCost>,
    pub(super) since: Duration,
    pub(super) stage: AdmissionStage,
}

#[derive(Debug)]
pub(super) enum AdmissionStage {
    /// Its turn has come, and it has yet to look.
    Granted(Arc<FlowKey>, Waiting),
    /// It is under way; until when at the latest.
    Sending(Arc<Pulse>, Watch, Duration),
}

impl Admission {
    pub(super) fn is_granted(&self) -> bool {
        matches!(self.stage, AdmissionStage::Granted(..))
    }

    /// Whether it is under way and nobody polls it, or for longer than that can take.
    pub(super) fn is_absent(&mut self, now: Duration) -> bool {
        match &mut self.stage {
            AdmissionStage::Granted(..) => false,
            AdmissionStage::Sending(pulse, watch, latest) => {
                *latest <= now || watch.is_absent(pulse, now)
            }
        }
    }
}
