//! The order in which those go who wait for the same limits: fair between tenants, weighted by
//! priority, first come first served among equals, and past those whom nobody polls.
//!
//! Start-time fair queueing: each (tenant, priority) has a virtual time that runs by what it was
//! given over its weight, and whose is least is next. One that comes new starts at the time of
//! those being served, so that nobody saves up turns, and nobody is passed over for ever.
//!
//! Those who wait for exactly the same form a flow. Only its first is ever looked at, and only
//! when what the flow was seen to wait for may have come: a time, or a place.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::flow::{FlowKey, Turn};
use super::priority::Priority;
use super::request_cost::{BucketKey, PauseScopeKey, RequestCost};
use crate::observer::WaitReason;
use crate::pulse::{GRACE, SHORT_GRACE};
use crate::tenant::TenantId;

/// Virtual time of one unit at weight one.
const SCALE: u64 = 1 << 16;
/// For so long after somebody did not come, those behind look again soon, and have to come soon.
const ALARM: Duration = Duration::from_secs(1);

/// Somebody who waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) ticket: u64,
    pub(super) cost: Arc<RequestCost>,
    pub(super) wake: Arc<Notify>,
    /// When it comes by itself at the latest.
    pub(super) expected: Duration,
    /// It was called since it last came, at a moment that is not known yet.
    pub(super) called: bool,
}

impl Waiting {
    fn call(&mut self) {
        self.called = true;
        self.wake.notify_one();
    }

    fn is_absent(&mut self, now: Duration, grace: Duration) -> bool {
        if std::mem::take(&mut self.called) {
            self.expected = self.expected.min(now);
        }
        self.expected.saturating_add(grace) <= now
    }
}

/// What a flow waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FlowState {
    /// To be looked at.
    Ready,
    Until(Duration, WaitReason),
    /// Somebody's return.
    Place(Place),
    /// Nobody of it comes when called.
    Deserted,
}

/// Where only so many may be at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    PauseScope(PauseScopeKey),
    Bucket(BucketKey),
}

type Share = (TenantId, Priority);

#[derive(Debug)]
struct Flow {
    key: Arc<FlowKey>,
    /// By ticket.
    line: VecDeque<Waiting>,
    /// Those that did not come when they should have; they are passed over until they do.
    away: BTreeMap<u64, Waiting>,
    state: FlowState,
    /// Since somebody has been missed, until when those behind look again soon.
    alarm: Duration,
}

/// Those who wait for one workload.
#[derive(Debug, Default)]
pub(super) struct Queue {
    flows: HashMap<u64, Flow>,
    ids: BTreeMap<Arc<FlowKey>, u64>,
    next: u64,
    shares: HashMap<Share, (u64, usize)>,
    time: u64,
    ready: BinaryHeap<Reverse<Turn>>,
    timed: BTreeSet<(Duration, u64)>,
    /// What those wanted who were found missing.
    pub(super) missed: Vec<Arc<RequestCost>>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// Puts somebody in line, by the number of its ticket; away means that it is passed over until
    /// it comes.
    pub(super) fn push(&mut self, key: &Arc<FlowKey>, waiting: Waiting, away: bool) {
        let share = (key.0.clone(), key.1);
        self.shares.entry(share).or_insert((self.time, 0)).1 += 1;
        let id = *self.ids.entry(Arc::clone(key)).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        let flow = self.flows.entry(id).or_insert_with(|| Flow {
            key: Arc::clone(key),
            line: VecDeque::new(),
            away: BTreeMap::new(),
            state: FlowState::Deserted,
            alarm: Duration::ZERO,
        });
        if away {
            flow.away.insert(waiting.ticket, waiting);
            return;
        }
        let at = flow.line.partition_point(|w| w.ticket < waiting.ticket);
        flow.line.insert(at, waiting);
        if flow.state == FlowState::Deserted {
            self.ready(id);
        }
    }

    /// Somebody of a flow did not take up what it was given.
    pub(super) fn alarm(&mut self, key: &FlowKey, now: Duration) {
        let flow = self.ids.get(key).and_then(|id| self.flows.get_mut(id));
        if let Some(flow) = flow {
            flow.alarm = now.saturating_add(ALARM);
        }
    }

    /// How soon somebody of a flow has to come.
    pub(super) fn grace(&self, key: &FlowKey, now: Duration) -> Duration {
        let flow = self.ids.get(key).and_then(|id| self.flows.get(id));
        flow.map_or(GRACE, |flow| flow.grace(now))
    }

    /// Notes that somebody looks; true when it had been given up and is back.
    pub(super) fn came(&mut self, key: &FlowKey, ticket: u64, now: Duration) -> bool {
        let Some(flow) = self.ids.get(key).and_then(|id| self.flows.get_mut(id)) else {
            return false;
        };
        let Some(mut waiting) = flow.away.remove(&ticket) else {
            self.expect(key, ticket, now);
            return false;
        };
        (waiting.expected, waiting.called) = (now, false);
        let at = flow.line.partition_point(|w| w.ticket < ticket);
        flow.line.insert(at, waiting);
        if flow.state == FlowState::Deserted
            && let Some(id) = self.ids.get(key).copied()
        {
            self.ready(id);
        }
        true
    }

    /// When somebody comes again by itself.
    pub(super) fn expect(&mut self, key: &FlowKey, ticket: u64, at: Duration) {
        let flow = self.ids.get(key).and_then(|id| self.flows.get_mut(id));
        if let Some(waiting) = flow.and_then(|flow| flow.get_mut(ticket)) {
            (waiting.expected, waiting.called) = (at, false);
        }
    }

    /// What a ticket's flow waits for, how many are before it, and until when to look again soon.
    pub(super) fn stands(
        &self,
        key: &FlowKey,
        ticket: u64,
    ) -> Option<(&FlowState, usize, Duration)> {
        let flow = self.flows.get(self.ids.get(key)?)?;
        let before = flow.line.partition_point(|w| w.ticket < ticket);
        Some((&flow.state, before, flow.alarm))
    }

    /// Takes one out who gave up, or whose turn it is, and says whether it was away.
    pub(super) fn remove(&mut self, key: &FlowKey, ticket: u64) -> Option<(Waiting, bool)> {
        let id = *self.ids.get(key)?;
        let flow = self.flows.get_mut(&id)?;
        let removed = match flow.line.binary_search_by_key(&ticket, |w| w.ticket) {
            Ok(at) => {
                let removed = flow.line.remove(at);
                if at == 0
                    && let Some(head) = flow.line.front_mut()
                {
                    head.call();
                }
                (removed?, false)
            }
            Err(_) => (flow.away.remove(&ticket)?, true),
        };
        if flow.line.is_empty() && flow.away.is_empty() {
            if let FlowState::Until(at, _) = flow.state {
                self.timed.remove(&(at, id));
            }
            self.ids.remove(key);
            self.flows.remove(&id);
        }
        let share = (key.0.clone(), key.1);
        if let Some((_, left)) = self.shares.get_mut(&share) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.shares.remove(&share);
            }
        }
        Some(removed)
    }

    /// Charges a share for what it is about to be given.
    pub(super) fn charge(&mut self, key: &FlowKey, units: u64) {
        if let Some((time, _)) = self.shares.get_mut(&(key.0.clone(), key.1)) {
            self.time = self.time.max(*time);
            let charge = units.max(1).saturating_mul(SCALE) / key.1.weight();
            *time = (*time).max(self.time).saturating_add(charge);
        }
    }

    /// Those whose time has come are to be looked at.
    pub(super) fn pass_time(&mut self, now: Duration) {
        while let Some((at, id)) = self.timed.first().copied()
            && at <= now
        {
            self.timed.pop_first();
            self.ready(id);
        }
    }

    /// A flow is to be looked at.
    pub(super) fn ready(&mut self, id: u64) {
        let turn = self.turn(id);
        if let Some(flow) = self.flows.get_mut(&id) {
            flow.state = turn.map_or(FlowState::Deserted, |_| FlowState::Ready);
            self.ready.extend(turn.map(Reverse));
        }
    }

    /// Whether a flow waits for this place.
    pub(super) fn is_parked(&self, id: u64, place: &Place) -> bool {
        let state = self.flows.get(&id).map(|flow| &flow.state);
        matches!(state, Some(FlowState::Place(at)) if at == place)
    }

    /// The first of a flow is called, to see what has changed.
    pub(super) fn call(&mut self, id: u64) {
        let flow = self.flows.get_mut(&id);
        if let Some(head) = flow.and_then(|flow| flow.line.front_mut()) {
            head.call();
        }
    }

    /// Everybody of a tenant, or of all, is called to see what has become of a pause.
    pub(super) fn call_all(&mut self, tenant: Option<&TenantId>, resource: Option<&String>) {
        for (key, id) in of(&self.ids, tenant) {
            if resource.is_none_or(|resource| key.3.contains(resource))
                && let Some(flow) = self.flows.get_mut(id)
            {
                flow.line.iter_mut().for_each(Waiting::call);
            }
        }
    }

    /// What a tenant waits for may come earlier than was thought.
    pub(super) fn hurry(&mut self, tenant: &TenantId) {
        let ids: Vec<u64> = of(&self.ids, Some(tenant)).map(|(_, id)| *id).collect();
        for id in ids {
            if let Some(flow) = self.flows.get_mut(&id)
                && let FlowState::Until(at, WaitReason::RateLimit) = flow.state
            {
                self.timed.remove(&(at, id));
                self.ready(id);
                self.call(id);
            }
        }
    }

    /// When it is the turn of a flow.
    pub(super) fn turn(&self, id: u64) -> Option<Turn> {
        let flow = self.flows.get(&id)?;
        let (time, _) = self.shares.get(&(flow.key.0.clone(), flow.key.1))?;
        Some((*time, flow.line.front()?.ticket, id))
    }

    /// The next that is to be looked at, with its first who is there.
    pub(super) fn next(
        &mut self,
        now: Duration,
    ) -> Option<(u64, Arc<FlowKey>, u64, Arc<RequestCost>)> {
        while let Some(Reverse(turn)) = self.ready.pop() {
            let id = turn.2;
            let Some(flow) = self
                .flows
                .get_mut(&id)
                .filter(|flow| flow.state == FlowState::Ready)
            else {
                continue;
            };
            loop {
                let grace = flow.grace(now);
                if !flow
                    .line
                    .front_mut()
                    .is_some_and(|w| w.is_absent(now, grace))
                {
                    break;
                }
                flow.alarm = now.saturating_add(ALARM);
                if let Some(waiting) = flow.line.pop_front() {
                    self.missed.push(Arc::clone(&waiting.cost));
                    flow.away.insert(waiting.ticket, waiting);
                }
            }
            let Some(head) = flow.line.front() else {
                flow.state = FlowState::Deserted;
                continue;
            };
            let found = (
                id,
                Arc::clone(&flow.key),
                head.ticket,
                Arc::clone(&head.cost),
            );
            // Its share may have been given something since.
            match self.turn(id) {
                Some(actual) if actual > turn => self.ready.push(Reverse(actual)),
                _ => return Some(found),
            }
        }
        None
    }

    /// A flow was looked at and has to wait; its first is called if it would come too late.
    pub(super) fn park(&mut self, id: u64, at: FlowState, now: Duration) {
        let Some(flow) = self.flows.get_mut(&id) else {
            return;
        };
        let due = match &at {
            FlowState::Until(until, _) => {
                self.timed.insert((*until, id));
                *until
            }
            _ => now.saturating_add(GRACE),
        };
        flow.state = at;
        if let Some(head) = flow.line.front_mut()
            && head.expected > due
        {
            head.call();
        }
    }
}

/// The flows of a tenant, or all.
fn of<'a>(
    ids: &'a BTreeMap<Arc<FlowKey>, u64>,
    tenant: Option<&'a TenantId>,
) -> impl Iterator<Item = (&'a Arc<FlowKey>, &'a u64)> {
    let first = tenant.map(|tenant| (tenant.clone(), Priority::Interactive, vec![], vec![]));
    let flows = match &first {
        Some(first) => ids.range::<FlowKey, _>(first..),
        None => ids.range::<FlowKey, _>(..),
    };
    flows.take_while(move |(key, _)| tenant.is_none_or(|tenant| key.0 == *tenant))
}

impl Flow {
    fn grace(&self, now: Duration) -> Duration {
        if self.alarm > now { SHORT_GRACE } else { GRACE }
    }

    fn get_mut(&mut self, ticket: u64) -> Option<&mut Waiting> {
        match self.line.binary_search_by_key(&ticket, |w| w.ticket) {
            Ok(at) => self.line.get_mut(at),
            Err(_) => self.away.get_mut(&ticket),
        }
    }
}
