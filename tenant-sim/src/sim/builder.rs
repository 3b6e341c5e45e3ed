//! Starting a simulation.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::access::Access;
use crate::clock::{Clock, unix_seconds};
use crate::credential::{CredentialState, Tokens};
use crate::fault::{FaultPlan, Injector};
use crate::guid;
use crate::server;
use crate::server::custom::CustomRoutes;
use crate::server::shared::{Control, Shared};
use crate::server::tenants::Tenants;
use crate::sim::{Offline, SimHandle};
use crate::stats::Recorder;
use crate::tenant::Tenant;
use crate::throttle::{Throttle, ThrottleMode};

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
    tenants: Vec<Tenant>,
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
            tenants: Vec::new(),
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
    pub fn tenant(self, tenant: Tenant) -> Self {
        self.tenants([tenant])
    }

    /// The tenants to serve, all on one origin to one app: a token is good for the tenant that it was asked for,
    /// and is answered from that one. [`SimHandle::tenants`] tells them apart.
    ///
    /// The app is that of the first tenant. Of tenants with one id the first is served, and a domain that several
    /// have is that of the first.
    ///
    /// ```
    /// use tenant_sim::{GenerateOptions, Sim, Tenant};
    ///
    /// # fn main() -> Result<(), tenant_sim::StartError> {
    /// let other = Tenant::generate(GenerateOptions { seed: 7, ..GenerateOptions::default() });
    /// let sim = Sim::builder().tenants([Tenant::example(), other]).start_blocking()?;
    /// for tenant in sim.tenants() {
    ///     println!("{}: {} users", tenant.tenant_id(), tenant.truth().users.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tenants(mut self, tenants: impl IntoIterator<Item = Tenant>) -> Self {
        self.tenants = tenants.into_iter().collect();
        self
    }

    /// The tenant's time at the start, from which sign-ins and other dates are counted; the real time by default.
    #[must_use]
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// What goes wrong, in each tenant by itself.
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

    /// How long every answer takes at least; nothing by default. Makes
    /// [`Stats::max_concurrent`](crate::Stats::max_concurrent) tell how many requests a reader keeps in flight.
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
        // Not the same from run to run: a token or link of another simulation must not be good here.
        let nonce = guid::mix(u64::from(address.port()))
            ^ guid::mix(unix_nanos())
            ^ u64::from(std::process::id());
        let tenants = self.served(address, nonce);
        let mut handle = SimHandle::of(&tenants);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(socket).map_err(listen)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("tenant-sim".to_owned())
            .spawn(move || runtime.block_on(server::serve(listener, tenants, stopped)))
            .map_err(StartError::Thread)?;
        handle.stop = Some(stop);
        handle.thread = Some(thread);
        Ok(handle)
    }

    /// A tenant without a server: it answers when it is asked, at the time that its caller says. With
    /// the same seeds, requests and times it gives the same answers.
    ///
    /// For tests in virtual time: hand the requests of a client's transport to
    /// [`Offline::answer`].
    pub fn offline(self) -> Offline {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
        // There is no other simulation whose links could be mistaken for its own.
        Offline::of(self.served(address, guid::mix(1)))
    }

    fn served(mut self, address: SocketAddr, nonce: u64) -> Tenants {
        self.now.get_or_insert_with(SystemTime::now);
        let mut given = std::mem::take(&mut self.tenants).into_iter();
        let first = given.next().unwrap_or_else(Tenant::example);
        let mut ids = BTreeSet::from([first.id]);
        let first = self.shared(first, address, nonce);
        let mut key = nonce;
        let others = given.filter(|tenant| ids.insert(tenant.id)).map(|tenant| {
            // A link of one tenant is not good in another.
            key = guid::mix(key);
            Arc::new(Shared {
                clock: first.clock.clone(),
                client_id: first.client_id.clone(),
                client_secret: first.client_secret.clone(),
                ..self.shared(tenant, address, key)
            })
        });
        Tenants {
            others: others.collect(),
            first: Arc::new(first),
        }
    }

    fn shared(&self, mut tenant: Tenant, address: SocketAddr, link_key: u64) -> Shared {
        let now = self.now.unwrap_or_else(SystemTime::now);
        tenant.base = unix_seconds(now);
        let seed = (tenant.id >> 64) as u64;
        let tenant_id = guid::text(tenant.id);
        Shared {
            origin: format!("http://{address}"),
            clock: Clock::starting_at(now),
            page_size: self.page_size,
            token_lifetime: self.token_lifetime,
            latency: self.latency,
            link_key,
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
                faults: Injector::new(self.faults.clone()),
                throttle: Throttle::new(self.throttle),
                recorder: Recorder::default(),
                throttle_all: None,
                foreign: None,
                epoch: 0,
                expiry: None,
                routes: CustomRoutes::default(),
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
