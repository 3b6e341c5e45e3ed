//! How a client is put together.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use crate::client::{Client, RetryIf, Shared};
use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::cloud::Cloud;
use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::origin::Origin;
use crate::retry::RetryOptions;
use crate::tenant::TenantId;
use crate::throttle::{LearnedLimits, Limits, RateLimiter};
use crate::token::Tokens;
use crate::transport::Transport;

/// The size that one answer may have unless set otherwise: 64 MiB, decompressed.
const MAX_BODY: usize = 64 * 1024 * 1024;

const PRODUCT: &str = concat!("graph-client/", env!("CARGO_PKG_VERSION"));

/// The pages that one read may have unless set otherwise.
const MAX_PAGES: u64 = 1_000_000;

/// Builds a [`Client`]. Only tenant and credential are required.
pub struct ClientBuilder {
    tenant: TenantId,
    credential: Credential,
    cloud: Cloud,
    graph_origin: Option<String>,
    login_origin: Option<String>,
    retry: RetryOptions,
    retry_if: Option<Arc<RetryIf>>,
    limits: Limits,
    learned: LearnedLimits,
    max_body: usize,
    max_pages: u64,
    user_agent: String,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Arc<dyn Random>>,
}

impl Client {
    /// Begins a client for a tenant and an application's credential.
    pub fn builder(tenant: TenantId, credential: Credential) -> ClientBuilder {
        ClientBuilder::new(tenant, credential)
    }
}

impl ClientBuilder {
    fn new(tenant: TenantId, credential: Credential) -> Self {
        Self {
            tenant,
            credential,
            cloud: Cloud::default(),
            graph_origin: None,
            login_origin: None,
            retry: RetryOptions::default(),
            retry_if: None,
            limits: Limits::documented(),
            learned: LearnedLimits::default(),
            max_body: MAX_BODY,
            max_pages: MAX_PAGES,
            user_agent: PRODUCT.to_owned(),
            transport: None,
            clock: None,
            random: None,
        }
    }

    /// The cloud the tenant lives in. Default: [`Cloud::Global`].
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Graph elsewhere than at the cloud's host, as scheme, host and port without a path. Plain
    /// http is accepted for loopback addresses only.
    #[must_use]
    pub fn graph_origin(mut self, origin: impl Into<String>) -> Self {
        self.graph_origin = Some(origin.into());
        self
    }

    /// The sign-in service elsewhere than at the cloud's host; see [`graph_origin`](Self::graph_origin).
    #[must_use]
    pub fn login_origin(mut self, origin: impl Into<String>) -> Self {
        self.login_origin = Some(origin.into());
        self
    }

    /// How often and how long a call is tried.
    #[must_use]
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// Asked before a failed request is sent again; `false` ends the call with that error. It is
    /// not asked about failures that are final anyway.
    #[must_use]
    pub fn retry_if(mut self, retry_if: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.retry_if = Some(Arc::new(retry_if));
        self
    }

    /// Goes on from what an earlier client learned; see [`Client::learned_limits`]. What was
    /// learned against other figures than [`limits`](Self::limits) is not used.
    #[must_use]
    pub fn learned_limits(mut self, learned: LearnedLimits) -> Self {
        self.learned = learned;
        self
    }

    /// The limits the client keeps to by itself. Default: [`Limits::documented`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The size in bytes that one decompressed answer may have. Default: 64 MiB.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// How many pages one listing, or one delta read, may have. One that has more ends with
    /// [`Error::is_endless`]; it can be resumed from its last page. Default: a million. Ten thousand
    /// empty pages in a row end it too, whatever is set here.
    #[must_use]
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// The `User-Agent` of every request, in Microsoft's form `ISV|Company|App/1.0` or any other.
    /// Default: `graph-client/` and its version.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// What carries the requests. Default, with feature `rustls`: `HttpTransport`.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Where the time comes from. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Where jitter comes from. Default: [`SystemRandom`].
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = Some(random);
        self
    }

    /// Checks everything and makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] naming the setting that is wrong, or when there is no
    /// transport because feature `rustls` is off and none was given.
    pub fn build(self) -> Result<Client> {
        let graph = Origin::parse(
            self.graph_origin
                .as_deref()
                .unwrap_or(self.cloud.graph_origin()),
        )?;
        let login = Origin::parse(
            self.login_origin
                .as_deref()
                .unwrap_or(self.cloud.login_origin()),
        )?;
        if self.max_body == 0 {
            return Err(Error::invalid_request("max_body must be larger than zero"));
        }
        if self.max_pages == 0 {
            return Err(Error::invalid_request("max_pages must be larger than zero"));
        }
        let user_agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            Error::invalid_request("user_agent has characters that a header must not hold")
        })?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport(&graph, &login)?,
        };
        let retry = self.retry.validated()?;
        let limiter = RateLimiter::new(self.limits, self.learned, retry.attempt_timeout);
        let shared = Shared {
            credential: self.credential.validated()?,
            cloud: self.cloud,
            graph,
            login,
            transport,
            clock: self
                .clock
                .unwrap_or_else(|| Arc::new(SystemClock::default())),
            random: self.random.unwrap_or_else(|| Arc::new(SystemRandom)),
            retry,
            max_body: self.max_body,
            max_pages: self.max_pages,
            user_agent,
            limiter: Arc::new(limiter),
            tokens: Tokens::default(),
            retry_if: self.retry_if,
        };
        Ok(Client::from_parts(shared, self.tenant))
    }
}

#[cfg(feature = "rustls")]
fn default_transport(graph: &Origin, login: &Origin) -> Result<Arc<dyn Transport>> {
    use crate::transport::http_client::HttpTransport;

    // A simulator on loopback needs no roots, and a bare machine may have none.
    let transport = if graph.is_https() || login.is_https() {
        HttpTransport::new()?
    } else {
        HttpTransport::plain()?
    };
    Ok(Arc::new(transport))
}

#[cfg(not(feature = "rustls"))]
fn default_transport(_: &Origin, _: &Origin) -> Result<Arc<dyn Transport>> {
    Err(Error::invalid_request(
        "there is no transport: enable feature `rustls` or pass one to `transport`",
    ))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("tenant", &self.tenant)
            .field("credential", &self.credential)
            .field("cloud", &self.cloud)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
