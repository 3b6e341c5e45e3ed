//! The client: one application, one tenant at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::clock::{Clock, Random};
use crate::cloud::Cloud;
use crate::credential::Credential;
use crate::error::Error;
use crate::observer::{CallEvent, Observer};
use crate::origin::Origin;
use crate::retry::RetryOptions;
use crate::tenant::TenantId;
use crate::throttle::{LearnedLimits, Priority, RateLimiter};
use crate::token::Tokens;
use crate::transport::Transport;

/// A client of Microsoft Graph for one tenant.
///
/// Cheap to clone; clones share connections, tokens and the rate limiter. It only reads.
///
/// ```no_run
/// use graph_client::{Client, Credential, TenantId};
///
/// # async fn run() -> graph_client::Result<()> {
/// let tenant = TenantId::new("contoso.onmicrosoft.com")?;
/// let credential = Credential::client_secret("6731de76-14a6-49ae-97bc-6eba6914391e", "the secret's value");
/// let client = Client::builder(tenant, credential).build()?;
/// client.authenticate().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    tenant: TenantId,
    observer: Option<Arc<dyn Observer>>,
    priority: Priority,
    patient: bool,
}

/// How long a call of a patient client may stand in line.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// What all clones of a client have in common, whatever their tenant.
pub(crate) struct Shared {
    pub(crate) credential: Credential,
    pub(crate) cloud: Cloud,
    pub(crate) graph: Origin,
    pub(crate) login: Origin,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) retry: RetryOptions,
    pub(crate) max_body: usize,
    pub(crate) max_pages: u64,
    pub(crate) user_agent: HeaderValue,
    pub(crate) limiter: Arc<RateLimiter>,
    pub(crate) tokens: Tokens,
    pub(crate) retry_if: Option<Arc<RetryIf>>,
}

/// Decides whether a failed request is tried again.
pub(crate) type RetryIf = dyn Fn(&Error) -> bool + Send + Sync;

impl Client {
    pub(crate) fn from_parts(shared: Shared, tenant: TenantId) -> Self {
        Self {
            shared: Arc::new(shared),
            tenant,
            observer: None,
            priority: Priority::default(),
            patient: false,
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The tenant that is read.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The cloud that the tenant lives in.
    pub fn cloud(&self) -> Cloud {
        self.shared.cloud
    }

    /// The application (client) id.
    pub fn app_id(&self) -> &str {
        self.shared.credential.app_id()
    }

    /// The same application in another tenant. Connections are shared; tokens and throttling
    /// are kept apart by tenant.
    #[must_use]
    pub fn for_tenant(&self, tenant: TenantId) -> Self {
        Self {
            tenant,
            ..self.clone()
        }
    }

    /// A clone whose calls are reported to `observer`, in the place of any before.
    #[must_use]
    pub fn with_observer(&self, observer: Arc<dyn Observer>) -> Self {
        Self {
            observer: Some(observer),
            ..self.clone()
        }
    }

    /// A clone whose calls are as urgent as said. Default: [`Priority::Scheduled`].
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self {
            priority,
            ..self.clone()
        }
    }

    /// A clone for work that nobody waits for: its calls may stand in line for an hour where a limit
    /// that the client keeps to is small, unless [`RetryOptions::queue_time`] was set.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self {
            patient: true,
            ..self.clone()
        }
    }

    /// How long a call may stand in line.
    pub(crate) fn queue_time(&self) -> Duration {
        let retry = &self.shared.retry;
        let otherwise = if self.patient {
            PATIENCE
        } else {
            retry.total_time
        };
        retry.queue_time.unwrap_or(otherwise)
    }

    pub(crate) fn priority(&self) -> Priority {
        self.priority
    }

    /// The clock by which this client and all its siblings wait and measure: what runs beside them
    /// and goes by the same clock agrees with them on the time, in tests as well.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.clock)
    }

    /// What refusals have taught about the limits, over all tenants of this client and its
    /// siblings, for [`ClientBuilder::learned_limits`](crate::ClientBuilder::learned_limits) of the next start.
    pub fn learned_limits(&self) -> LearnedLimits {
        self.shared.limiter.learned()
    }

    /// Goes on from what an earlier client learned of this tenant and of the application, where
    /// this one knows no better by itself; see also [`ClientBuilder::learned_limits`](crate::ClientBuilder::learned_limits). What was
    /// learned of other tenants is left out.
    pub fn restore_limits(&self, learned: LearnedLimits) {
        let learned = learned.of_tenant(&self.tenant);
        self.shared.limiter.restore(learned);
    }

    pub(crate) fn may_retry(&self, error: &Error) -> bool {
        self.shared
            .retry_if
            .as_ref()
            .is_none_or(|retry_if| retry_if(error))
    }

    pub(crate) fn observe(&self, event: impl FnOnce() -> CallEvent) {
        if let Some(observer) = &self.observer {
            observer.event(&event());
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("tenant", &self.tenant)
            .field("app_id", &self.app_id())
            .field("cloud", &self.shared.cloud)
            .finish_non_exhaustive()
    }
}
