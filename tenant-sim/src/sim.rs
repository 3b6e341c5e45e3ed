//! Starting a simulation, and the handle that steers it.

mod access;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::access::Access;
use crate::clock::{Clock, unix_seconds};
use crate::credential::{CredentialState, Tokens};
use crate::expiry::Expiry;
use crate::fault::{FaultPlan, Injector};
use crate::guid;
use crate::server;
use crate::server::shared::{Control, Shared};
use crate::stats::{Recorder, Stats};
use crate::tenant::Tenant;
use crate::tenant::edit::TenantEdit;
use crate::throttle::{Throttle, ThrottleMode};
use crate::truth::Truth;

/// A simulated tenant; start one with [`Sim::builder`].
#[derive(Debug)]
pub struct Sim;

/// Why a simulation could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The loopback port could not be bound: choose another one, or none.
    #[error("could not listen on 127.0.0.1 port {port}: {source}")]
    Listen {
        /// The port that was asked for; 0 is any.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
    /// The server thread could not be started.
    #[error("could not start the server thread: {0}")]
    Thread(std::io::Error),
}

/// Options of a simulation.
#[derive(Debug)]
pub struct SimBuilder {
    tenant: Option<Tenant>,
    now: Option<SystemTime>,
    faults: FaultPlan,
    throttle: ThrottleMode,
    page_size: Option<usize>,
    token_lifetime: Duration,
    latency: Duration,
    port: u16,
}

impl Sim {
    /// A simulation of [`Tenant::example`] without faults and limits, to be changed and started.
    pub fn builder() -> SimBuilder {
        SimBuilder {
            tenant: None,
            now: None,
            faults: FaultPlan::none(),
            throttle: ThrottleMode::Off,
            page_size: None,
            token_lifetime: Duration::from_secs(3_599),
            latency: Duration::ZERO,
            port: 0,
        }
    }
}

impl SimBuilder {
    /// The tenant to serve.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// The tenant's time at the start, from which sign-ins and other dates are counted; the real time by default.
    #[must_use]
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Whether the documented limits apply.
    #[must_use]
    pub fn throttle(mut self, mode: ThrottleMode) -> Self {
        self.throttle = mode;
        self
    }

    /// Items on a page of every collection, instead of the documented sizes; a larger `$top` is cut to it.
    #[must_use]
    pub fn page_size(mut self, size: usize) -> Self {
        self.page_size = Some(size.max(1));
        self
    }

    /// How long a bearer token works (`expires_in`); 3,599 seconds by default.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// How long every answer takes at least; nothing by default. Makes [`Stats::max_concurrent`] tell how many
    /// requests a reader keeps in flight.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The port on 127.0.0.1; any free one by default.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the server on a thread and runtime of its own, so that it answers whatever the caller's runtime does.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the port is taken or no thread can be started.
    #[expect(
        clippy::unused_async,
        reason = "room for a start that has to wait; callers already await it"
    )]
    pub async fn start(self) -> Result<SimHandle, StartError> {
        self.start_blocking()
    }

    /// [`start`](Self::start) for programs without a runtime.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the port is taken or no thread can be started.
    pub fn start_blocking(self) -> Result<SimHandle, StartError> {
        let port = self.port;
        let listen = |source| StartError::Listen { port, source };
        let socket = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .map_err(listen)?;
        socket.set_nonblocking(true).map_err(listen)?;
        let address = socket.local_addr().map_err(listen)?;
        let shared = Arc::new(self.shared(address));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(socket).map_err(listen)?
        };
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("tenant-sim".to_owned())
            .spawn(move || runtime.block_on(server::serve(listener, served, stopped)))
            .map_err(StartError::Thread)?;
        Ok(SimHandle {
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// A tenant without a server: it answers when it is asked, at the time that its caller says. With
    /// the same seeds, requests and times it gives the same answers.
    ///
    /// For tests in virtual time: hand the requests of a client's transport to
    /// [`Offline::answer`].
    pub fn offline(self) -> Offline {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
        let mut shared = self.shared(address);
        // There is no other simulation whose links could be mistaken for its own.
        shared.link_key = guid::mix(1);
        Offline(SimHandle {
            shared: Arc::new(shared),
            stop: None,
            thread: None,
        })
    }

    fn shared(self, address: SocketAddr) -> Shared {
        let now = self.now.unwrap_or_else(SystemTime::now);
        let mut tenant = self.tenant.unwrap_or_else(Tenant::example);
        tenant.base = unix_seconds(now);
        let seed = (tenant.id >> 64) as u64;
        let tenant_id = guid::text(tenant.id);
        // Not the same from run to run: a token or link of another simulation must not be good here.
        let nonce = guid::mix(u64::from(address.port()))
            ^ guid::mix(unix_nanos())
            ^ u64::from(std::process::id());
        Shared {
            origin: format!("http://{address}"),
            clock: Clock::starting_at(now),
            page_size: self.page_size,
            token_lifetime: self.token_lifetime,
            latency: self.latency,
            link_key: nonce,
            tenant_names: vec![
                tenant_id.clone(),
                tenant.domain.clone(),
                tenant.initial_domain.clone(),
            ],
            tenant_id,
            client_id: guid::text(guid::guid(seed, 9)),
            client_secret: format!("sim~{:016x}", guid::mix(seed)),
            tenant: RwLock::new(tenant),
            control: Mutex::new(Control {
                access: Access::default(),
                credential: CredentialState::Valid,
                tokens: Tokens::default(),
                faults: Injector::new(self.faults),
                throttle: Throttle::new(self.throttle),
                recorder: Recorder::default(),
                throttle_all: None,
                foreign: None,
                epoch: 0,
                expiry: None,
            }),
            in_flight: AtomicUsize::new(0),
            ids: AtomicU64::new(1),
        }
    }
}

fn unix_nanos() -> u64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos() & u128::from(u64::MAX)).unwrap_or_default()
}

/// A simulation without a server; see [`SimBuilder::offline`].
///
/// ```
/// use std::time::Duration;
///
/// let sim = tenant_sim::Sim::builder().offline();
/// let request = http::Request::get(format!("{}/v1.0/users", sim.graph_url()))
///     .body(bytes::Bytes::new())?;
/// let answer = sim.answer(Duration::from_secs(3), &request).expect("no fault is planned");
/// assert_eq!(answer.status(), 401, "there was no token");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Debug)]
pub struct Offline(SimHandle);

impl Offline {
    /// The answer to a request so long after the start; `None` where a fault breaks the connection.
    pub fn answer(
        &self,
        elapsed: Duration,
        request: &http::Request<bytes::Bytes>,
    ) -> Option<http::Response<bytes::Bytes>> {
        let received = server::received::Received {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: request.headers().clone(),
            body: request.body().clone(),
        };
        server::answer_at(&self.0.shared, elapsed, &received)
    }
}

/// The tenant, its faults and its statistics, as of a running simulation.
impl std::ops::Deref for Offline {
    type Target = SimHandle;

    fn deref(&self) -> &SimHandle {
        &self.0
    }
}

/// A running simulation. Dropping it stops the server and closes its connections.
#[derive(Debug)]
pub struct SimHandle {
    shared: Arc<Shared>,
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

    /// The id of the app that may read the tenant.
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
