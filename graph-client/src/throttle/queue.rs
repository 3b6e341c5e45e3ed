//! The order in which those go who wait for the same limits: fair between tenants, weighted by
//! priority, first come first served among equals.
//!
//! Start-time fair queueing: each (tenant, priority) has a virtual time that runs by what it was
//! given over its weight, and whose is least is next. One that comes new starts at the time of
//! those being served, so that nobody saves up turns, and nobody is passed over for ever.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use tokio::sync::Notify;

use super::gate::Demand;
use super::priority::Priority;
use crate::tenant::TenantId;

/// Virtual time of one unit at weight one.
const SCALE: u64 = 1 << 16;

/// Somebody who waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) ticket: u64,
    pub(super) demand: Arc<Demand>,
    pub(super) wake: Arc<Notify>,
    /// Waits for somebody's return and not for a moment.
    pub(super) on_return: bool,
}

type Share = (TenantId, Priority);
/// Those who wait for exactly the same: head-of-line blocking stays among them.
pub(super) type Flow = (TenantId, Priority, Vec<(usize, Option<String>)>);

/// Those who wait for one workload.
#[derive(Debug, Default)]
pub(super) struct Queue {
    flows: HashMap<Flow, VecDeque<Waiting>>,
    shares: HashMap<Share, (u64, usize)>,
    time: u64,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    pub(super) fn push(&mut self, flow: Flow, waiting: Waiting) {
        let share = self
            .shares
            .entry((flow.0.clone(), flow.1))
            .or_insert((self.time, 0));
        share.1 += 1;
        self.flows.entry(flow).or_default().push_back(waiting);
    }

    /// Whether a ticket is the first of its flow.
    pub(super) fn leads(&self, flow: &Flow, ticket: u64) -> bool {
        self.head(flow).is_some_and(|head| head.ticket == ticket)
    }

    pub(super) fn head(&self, flow: &Flow) -> Option<&Waiting> {
        self.flows.get(flow)?.front()
    }

    pub(super) fn head_mut(&mut self, flow: &Flow) -> Option<&mut Waiting> {
        self.flows.get_mut(flow)?.front_mut()
    }

    /// Takes one out who gave up, or whose turn it is.
    pub(super) fn remove(&mut self, flow: &Flow, ticket: u64) -> Option<Waiting> {
        let waiting = self.flows.get_mut(flow)?;
        let at = waiting.iter().position(|w| w.ticket == ticket)?;
        let removed = waiting.remove(at);
        if waiting.is_empty() {
            self.flows.remove(flow);
        }
        let share = (flow.0.clone(), flow.1);
        if let Some((_, left)) = self.shares.get_mut(&share) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.shares.remove(&share);
            }
        }
        removed
    }

    /// Charges a share for what it is about to be given.
    pub(super) fn charge(&mut self, flow: &Flow, cost: u64) {
        if let Some((time, _)) = self.shares.get_mut(&(flow.0.clone(), flow.1)) {
            self.time = self.time.max(*time);
            let charge = cost.max(1).saturating_mul(SCALE) / flow.1.weight();
            *time = (*time).max(self.time).saturating_add(charge);
        }
    }

    /// All flows with the time of their share and their first ticket, the next one on top.
    pub(super) fn order(&self) -> BinaryHeap<Reverse<(u64, u64, Flow)>> {
        self.flows
            .keys()
            .filter_map(|flow| self.turn(flow))
            .collect()
    }

    /// When it is the turn of a flow.
    pub(super) fn turn(&self, flow: &Flow) -> Option<Reverse<(u64, u64, Flow)>> {
        let (time, _) = self.shares.get(&(flow.0.clone(), flow.1))?;
        let head = self.head(flow)?;
        Some(Reverse((*time, head.ticket, flow.clone())))
    }

    pub(super) fn waiting(&mut self) -> impl Iterator<Item = &mut Waiting> {
        self.flows.values_mut().flatten()
    }

    pub(super) fn heads(&mut self) -> impl Iterator<Item = &mut Waiting> {
        self.flows.values_mut().filter_map(VecDeque::front_mut)
    }
}
