//! The client: one application, one tenant at a time.

use std::fmt;
use std::sync::Arc;

use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use serde::Deserialize;

use crate::builder::ClientBuilder;
use crate::clock::{Clock, Random};
use crate::cloud::Cloud;
use crate::credential::{Ask, Credential, Way};
use crate::decode;
use crate::error::{Error, Result};
use crate::observer::{CallEvent, Observer};
use crate::origin::Origin;
use crate::path::IntoPath as _;
use crate::retry::RetryOptions;
use crate::send::{Call, SPARE_BUDGET};
use crate::tenant::TenantId;
use crate::throttle::{Gates, LearnedLimits, Priority};
use crate::token::{Grant, Token, TokenInfo, Tokens};
use crate::transport::Transport;

/// A client of Microsoft Graph for one tenant.
///
/// Cheap to clone; clones share connections, tokens and throttle gates. It only reads.
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
}

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
    pub(crate) gates: Arc<Gates>,
    pub(crate) tokens: Tokens,
    pub(crate) retry_if: Option<Arc<RetryIf>>,
}

/// Decides whether a failed request is tried again.
pub(crate) type RetryIf = dyn Fn(&Error) -> bool + Send + Sync;

impl Client {
    /// Begins a client for a tenant and an application's credential.
    pub fn builder(tenant: TenantId, credential: Credential) -> ClientBuilder {
        ClientBuilder::new(tenant, credential)
    }

    pub(crate) fn from_parts(shared: Shared, tenant: TenantId) -> Self {
        Self {
            shared: Arc::new(shared),
            tenant,
            observer: None,
            priority: Priority::default(),
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

    /// The same application in another tenant. Connections are shared; tokens and throttle gates
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

    pub(crate) fn priority(&self) -> Priority {
        self.priority
    }

    /// The clock by which this client and all its siblings wait and measure: what runs beside them
    /// and goes by the same clock agrees with them on the time, in tests as well.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.clock)
    }

    /// What refusals have taught about the limits, over all tenants of this client and its
    /// siblings, for [`ClientBuilder::learned_limits`] of the next start.
    pub fn learned_limits(&self) -> LearnedLimits {
        self.shared.gates.learned()
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

    /// Gets a token, or finds the one there is, without calling Graph. For connection tests.
    ///
    /// # Errors
    ///
    /// [`Error::token_error`] with cause and cure when the sign-in service refuses. A tenant that
    /// has not consented to any permission still gets a token, one without
    /// [`roles`](TokenInfo::roles); Graph then answers 403.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more; others who wait for the token fetch it themselves.
    pub async fn authenticate(&self) -> Result<TokenInfo> {
        let token = self.token(None, None).await?;
        Ok(token.info(self.shared.clock.monotonic()))
    }

    /// Makes sure that what answers is the tenant that was asked for, and returns its id: a wrong
    /// token in a multi-tenant program must not end with one customer's data at another.
    ///
    /// Reads the id and the domains of the organization, for which `Organization.Read.All` or any
    /// wider permission will do. <https://learn.microsoft.com/graph/api/organization-list>
    ///
    /// # Errors
    ///
    /// [`Error::is_wrong_tenant`] when another tenant answers; [`Error::token_error`] and
    /// [`Error::is_permission_denied`] as with any call.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn verify_tenant(&self) -> Result<TenantId> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Organization {
            id: String,
            #[serde(default)]
            verified_domains: Vec<Domain>,
        }
        #[derive(Deserialize)]
        struct Domain {
            #[serde(default)]
            name: Option<String>,
        }
        let mut pages = self.list::<Organization>("organization").pages();
        let page = pages.try_next().await?;
        let found = page.iter().flat_map(|page| &page.items).find(|found| {
            let is_ours = |name: &str| name.eq_ignore_ascii_case(self.tenant.as_str());
            is_ours(&found.id)
                || found
                    .verified_domains
                    .iter()
                    .filter_map(|domain| domain.name.as_deref())
                    .any(is_ours)
        });
        found.map_or_else(
            || Err(Error::wrong_tenant()),
            |organization| TenantId::new(&organization.id),
        )
    }

    /// A token for Graph, other than the rejected one.
    pub(crate) async fn token(&self, rejected: Option<u64>, claims: Option<&str>) -> Result<Token> {
        let scope = self.shared.cloud.graph_scope();
        self.shared
            .tokens
            .token(
                &self.tenant,
                &scope,
                rejected,
                &*self.shared.clock,
                |spare| self.fetch_token(&scope, claims, spare),
            )
            .await
    }

    // Boxed, because the send path asks for tokens and tokens are asked for through the send path.
    fn fetch_token<'a>(
        &'a self,
        scope: &'a str,
        claims: Option<&'a str>,
        spare: bool,
    ) -> BoxFuture<'a, Result<Grant>> {
        Box::pin(async move {
            let mut url = self.shared.login.url().clone();
            [self.tenant.as_str(), "oauth2", "v2.0", "token"]
                .into_path()?
                .append_to(&mut url)?;
            let credential = &self.shared.credential;
            let ask = Ask {
                tenant: &self.tenant,
                scope,
                claims,
                endpoint: &url,
                now: self.shared.clock.now(),
                random: &*self.shared.random,
            };
            let limit = self.shared.retry.attempt_timeout;
            let limit = if spare {
                SPARE_BUDGET.min(limit)
            } else {
                limit
            };
            let way = self
                .within(limit, credential.way(&ask))
                .await
                .unwrap_or_else(|| Err(Error::silent_credential()))?;
            let grant = match way {
                Way::Form(form) => {
                    self.send(Call::token(url, form, spare), |answer| {
                        decode::json::<Grant>(&answer.body).map_err(Error::decode)
                    })
                    .await?
                }
                Way::Token(token) => token.into(),
            };
            if let Some(token) = grant.refresh_token() {
                credential.renewed(token);
            }
            self.observe(|| CallEvent::TokenRefreshed {
                expires_in: grant.expires_in(),
            });
            Ok(grant)
        })
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
