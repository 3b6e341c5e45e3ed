//! A token request and what it is checked against.

use std::time::Duration;

/// How the token endpoint answers the right client id and secret.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CredentialState {
    /// A token.
    #[default]
    Valid,
    /// AADSTS7000215: the secret is not right.
    WrongSecret,
    /// AADSTS7000222: the secret has expired.
    SecretExpired,
    /// AADSTS700016: the app is not in the tenant.
    AppNotFound,
    /// AADSTS7000229: the app has no service principal in the tenant.
    ServicePrincipalMissing,
    /// AADSTS90002: there is no such tenant.
    TenantNotFound,
    /// A token without roles is given out, and Graph answers 403 to it.
    NoConsent,
    /// AADSTS53003: a conditional access policy forbids it.
    ConditionalAccessBlocked,
    /// 429 with `Retry-After: 60`.
    Throttled,
    /// AADSTS90033: a transient failure of the service.
    Transient,
}

/// The form of a token request, the tenant it was sent to, and what it is checked against.
pub(crate) struct TokenRequest<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) form: &'a [u8],
    pub(crate) origin: &'a str,
    /// The tenant's id and verified domains.
    pub(crate) tenant_names: &'a [String],
    pub(crate) client_id: &'a str,
    pub(crate) client_secret: &'a str,
    /// Permissions of a token given out now.
    pub(crate) roles: Vec<&'static str>,
    pub(crate) state: CredentialState,
    pub(crate) lifetime: Duration,
    pub(crate) now: i64,
    pub(crate) id_seed: u64,
}
