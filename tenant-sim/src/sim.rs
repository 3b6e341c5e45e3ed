//! The handle that steers a running simulation.

mod access;
mod builder;
mod custom;
mod offline;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::credential::CredentialState;
use crate::expiry::Expiry;
use crate::fault::{FaultPlan, Injector};
use crate::server::shared::Shared;
use crate::server::tenants::Tenants;
use crate::stats::Stats;
use crate::tenant::edit::TenantEdit;
use crate::throttle::{Throttle, ThrottleMode};
use crate::truth::Truth;

pub use builder::{Sim, SimBuilder, StartError};
pub use offline::Offline;

/// A running simulation, and its first tenant. Dropping it stops the server and closes its connections.
///
/// Where several tenants are served, each has a handle of its own: [`tenants`](Self::tenants).
#[derive(Debug)]
pub struct SimHandle {
    shared: Arc<Shared>,
    /// The tenants after the first; their handles stop nothing.
    others: Vec<SimHandle>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server is gone already if nobody listens.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl SimHandle {
    fn of(tenants: &Tenants) -> Self {
        let handle = |shared: &Arc<Shared>| Self {
            shared: Arc::clone(shared),
            others: Vec::new(),
            stop: None,
            thread: None,
        };
        let mut first = handle(&tenants.first);
        first.others = tenants.others.iter().map(handle).collect();
        first
    }

    /// Every tenant that is served, the first included, in the order they were given.
    ///
    /// What is edited, denied, made to fail, throttled and counted with a handle is that of its tenant alone.
    /// Requests that belong to no tenant, for want of a token that works or of a tenant with that name, are the
    /// first one's. The handles that this gives know no tenant but their own.
    pub fn tenants(&self) -> impl Iterator<Item = &SimHandle> {
        std::iter::once(self).chain(&self.others)
    }

    /// The tenant with this id or verified domain.
    pub fn for_tenant(&self, name: &str) -> Option<&SimHandle> {
        self.tenants().find(|tenant| tenant.shared.is_named(name))
    }

    /// `http://127.0.0.1:PORT`. Graph and the login service are served on the same origin.
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    /// The origin of Graph, without version.
    pub fn graph_url(&self) -> &str {
        &self.shared.origin
    }

    /// The origin of the login service.
    pub fn login_url(&self) -> &str {
        &self.shared.origin
    }

    /// The id of the tenant.
    pub fn tenant_id(&self) -> &str {
        &self.shared.tenant_id
    }

    /// The id of the app that may read the tenant; the same in every tenant.
    pub fn client_id(&self) -> &str {
        &self.shared.client_id
    }

    /// The secret of that app.
    pub fn client_secret(&self) -> &str {
        &self.shared.client_secret
    }

    /// Changes the tenant. What delta tracks is in the next delta round.
    ///
    /// ```
    /// # fn main() -> Result<(), tenant_sim::StartError> {
    /// let sim = tenant_sim::Sim::builder().start_blocking()?;
    /// let id = sim.edit(|tenant| tenant.create_user(serde_json::json!({"displayName": "Nina Park"})));
    /// assert_eq!(sim.truth().users[&id]["displayName"], "Nina Park");
    /// # Ok(())
    /// # }
    /// ```
    pub fn edit<R>(&self, change: impl FnOnce(&mut TenantEdit<'_>) -> R) -> R {
        let mut tenant = self.shared.tenant_mut();
        change(&mut TenantEdit {
            tenant: &mut tenant,
            now: self.shared.clock.now(),
        })
    }

    /// What an undisturbed reader must end with. Takes time and memory in proportion to the tenant.
    pub fn truth(&self) -> Truth {
        let mut access = self.shared.control().access.clone();
        let tenant = self.shared.tenant();
        access.unlicensed.extend(tenant.unlicensed.iter().copied());
        Truth::of(&tenant, &access.missing_licenses())
    }

    /// Replaces the fault plan, and starts its sequence anew.
    pub fn faults(&self, plan: FaultPlan) {
        self.shared.control().faults = Injector::new(plan);
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.faults(FaultPlan::none());
    }

    /// Replaces the throttle mode, with nothing used yet.
    pub fn throttle(&self, mode: ThrottleMode) {
        self.shared.control().throttle = Throttle::new(mode);
    }

    /// Moves the clock of every tenant ahead, without a wait.
    ///
    /// It times how long bearer tokens, deltaLinks (seven days) and links to files (five minutes) work, the windows of
    /// limits, the waits that [`Stats::early_retries`] counts, and the dates of tokens, errors and edits. Nothing new
    /// happens in the tenant: its logs, reports and scores still end at the start. The dates in `Retry-After` are
    /// still for the reader's own clock.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), tenant_sim::StartError> {
    /// let sim = tenant_sim::Sim::builder().start_blocking()?;
    /// sim.advance(Duration::from_secs(3_600)); // every token so far has expired
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Makes every delta token and delta nextLink given out before now too old.
    pub fn expire_delta_tokens(&self, expiry: Expiry) {
        let mut control = self.shared.control();
        control.epoch += 1;
        control.expiry = Some(expiry);
    }

    /// Makes every bearer token given out before now expired.
    pub fn expire_bearer_tokens(&self) {
        self.shared.control().tokens.expire_all();
    }

    /// How the token endpoint answers the right credentials.
    pub fn credential_state(&self, state: CredentialState) {
        self.shared.control().credential = state;
    }

    /// Makes the next nextLink point to another origin, once; `None` takes that back.
    pub fn foreign_next_link(&self, origin: Option<&str>) {
        self.shared.control().foreign = origin.map(ToOwned::to_owned);
    }

    /// Answers every Graph request with 429 and this `Retry-After`; `None` ends it.
    pub fn throttle_all(&self, retry_after_seconds: Option<u64>) {
        self.shared.control().throttle_all = retry_after_seconds;
    }

    /// What was asked so far.
    pub fn stats(&self) -> Stats {
        self.shared.control().recorder.stats.clone()
    }

    /// Starts counting anew.
    pub fn reset_stats(&self) {
        self.shared.control().recorder.reset();
    }
}
