//! Tokens from elsewhere.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::error::CredentialError;
use crate::tenant::TenantId;

/// Yields access tokens: a managed identity, a broker, a vault.
///
/// ```
/// use graph_client::{AccessToken, CredentialError, TokenProvider, TokenQuery};
/// use std::time::Duration;
///
/// struct Broker;
///
/// #[async_trait::async_trait]
/// impl TokenProvider for Broker {
///     async fn token(&self, query: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
///         # let ask = |_: &str, _: &str| "token".to_owned();
///         let token = ask(query.tenant.as_str(), query.scope);
///         Ok(AccessToken::new(token, Duration::from_secs(3600)))
///     }
/// }
/// ```
#[async_trait]
pub trait TokenProvider: Send + Sync {
    /// A token for a tenant and scope. Answers are cached until shortly before they expire, and at
    /// most one call for the same tenant and scope is under way. One that takes longer than
    /// [`attempt_timeout`](crate::RetryOptions::attempt_timeout) is dropped.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the call that needed the token ends with it as the source of its error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must leave the provider usable.
    async fn token(&self, query: TokenQuery<'_>) -> Result<AccessToken, CredentialError>;
}

/// What a token is wanted for. `Debug` does not show the claims.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct TokenQuery<'a> {
    /// The tenant that is to be read.
    pub tenant: &'a TenantId,
    /// The scope, such as `https://graph.microsoft.com/.default`.
    pub scope: &'a str,
    /// What the token must fulfil beyond that, as the service put it; a cached token will not do.
    /// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
    pub claims: Option<&'a str>,
}

impl fmt::Debug for TokenQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenQuery")
            .field("tenant", &self.tenant)
            .field("scope", &self.scope)
            .field("claims", &self.claims.is_some())
            .finish()
    }
}

/// A token and how long it is good for. `Debug` does not show it, and it is zeroed when dropped.
#[derive(Clone)]
pub struct AccessToken {
    pub(crate) secret: SecretString,
    pub(crate) expires_in: Duration,
}

impl AccessToken {
    /// A token that expires after this time.
    pub fn new(token: impl Into<String>, expires_in: Duration) -> Self {
        Self {
            secret: SecretString::from(token.into()),
            expires_in,
        }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
