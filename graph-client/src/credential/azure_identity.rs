//! Credentials of the Azure SDK.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;

use super::{AccessToken, TokenProvider, TokenQuery};
use crate::clock::{Clock, SystemClock};
use crate::error::CredentialError;
use crate::tenant::TenantId;

/// A credential of the Azure SDK for Rust, such as those of the crate `azure_identity`, behind
/// feature `azure-identity`.
///
/// The SDK's credentials are made for one tenant and cannot be asked for another one, nor for a
/// token that meets a claims challenge. Both are refused with an [`AzureIdentityError`] rather than
/// answered with a token for something else. For several tenants give a function that makes a
/// credential for each: [`AzureIdentity::per_tenant`].
///
/// ```
/// use std::sync::Arc;
/// use azure_core::credentials::TokenCredential;
/// use graph_client::{AzureIdentity, Credential, TenantId};
///
/// # fn example(managed_identity: Arc<dyn TokenCredential>) -> graph_client::Result<()> {
/// let tenant = TenantId::new("contoso.onmicrosoft.com")?;
/// let identity = AzureIdentity::new(tenant, managed_identity);
/// let credential = Credential::provider("the application id", Arc::new(identity));
/// # let _ = credential;
/// # Ok(()) }
/// ```
pub struct AzureIdentity {
    source: Source,
    clock: Arc<dyn Clock>,
}

type Maker = dyn Fn(&TenantId) -> Result<Arc<dyn TokenCredential>, CredentialError> + Send + Sync;

enum Source {
    One(TenantId, Arc<dyn TokenCredential>),
    Each(Arc<Maker>),
}

impl AzureIdentity {
    /// A credential and the tenant that it was made for.
    pub fn new(tenant: TenantId, credential: Arc<dyn TokenCredential>) -> Self {
        Self {
            source: Source::One(tenant, credential),
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// A credential for each tenant. The function is asked whenever a token is needed, so it should
    /// keep what it made: the SDK's credentials hold caches of their own.
    pub fn per_tenant(
        credential: impl Fn(&TenantId) -> Result<Arc<dyn TokenCredential>, CredentialError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            source: Source::Each(Arc::new(credential)),
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// The clock that expiry times are compared with. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}

#[async_trait]
impl TokenProvider for AzureIdentity {
    async fn token(&self, query: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        if query.claims.is_some() {
            return Err(AzureIdentityError::ClaimsChallenge.into());
        }
        let credential = match &self.source {
            Source::One(tenant, _) if tenant != query.tenant => {
                return Err(AzureIdentityError::OtherTenant.into());
            }
            Source::One(_, credential) => Arc::clone(credential),
            Source::Each(make) => make(query.tenant)?,
        };
        let token = credential
            .get_token(&[query.scope], None)
            .await
            .map_err(AzureIdentityError::of)?;
        let now = self
            .clock
            .now()
            .duration_since(std::time::SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let expires = u64::try_from(token.expires_on.unix_timestamp()).unwrap_or_default();
        let expires_in = Duration::from_secs(expires).saturating_sub(now);
        if expires_in.is_zero() {
            return Err(AzureIdentityError::Expired.into());
        }
        Ok(AccessToken::new(token.token.secret(), expires_in))
    }
}

impl fmt::Debug for AzureIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenant = match &self.source {
            Source::One(tenant, _) => Some(tenant),
            Source::Each(_) => None,
        };
        f.debug_struct("AzureIdentity")
            .field("tenant", &tenant)
            .finish_non_exhaustive()
    }
}

/// Why a credential of the Azure SDK gave no token; the source of the error that a call ends with.
///
/// The SDK's own message is left out, since it may hold what the sign-in service answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AzureIdentityError {
    /// Another tenant was asked for than the credential was made for.
    #[error(
        "the Azure credential is for another tenant and cannot be asked for this one; use \
         AzureIdentity::per_tenant"
    )]
    OtherTenant,
    /// The service wants a token that meets a claims challenge.
    #[error(
        "the service asks for a token that meets its claims challenge, which Azure credentials \
         cannot be asked for; use another kind of credential"
    )]
    ClaimsChallenge,
    /// The token had expired when it came.
    #[error("the Azure credential gave a token that has expired; check the clock")]
    Expired,
    /// The sign-in service refused.
    #[error(
        "the Azure credential was refused with status {status}; check what it is allowed to do"
    )]
    Refused {
        /// The status of its answer.
        status: u16,
    },
    /// The sign-in service, or the machine's source of tokens, could not be reached.
    #[error("the Azure credential could not reach its source of tokens; check the network")]
    Unreachable,
    /// Anything else.
    #[error("the Azure credential failed; check that it is set up on this machine")]
    Failed,
}

impl AzureIdentityError {
    #[expect(clippy::needless_pass_by_value, reason = "as `map_err` has it")]
    fn of(error: azure_core::Error) -> Self {
        match error.kind() {
            ErrorKind::HttpResponse { status, .. } => Self::Refused {
                status: u16::from(*status),
            },
            ErrorKind::Connection => Self::Unreachable,
            _ => Self::Failed,
        }
    }
}
