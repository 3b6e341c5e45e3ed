//! What a token is asked for with.

use std::time::SystemTime;

use url::Url;

use super::provider::AccessToken;
use crate::clock::Random;
use crate::tenant::TenantId;

/// What a request for a token is about.
#[cfg_attr(
    not(feature = "certificate"),
    expect(
        dead_code,
        reason = "time and endpoint matter to signed assertions only"
    )
)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) scope: &'a str,
    pub(crate) claims: Option<&'a str>,
    /// The URL of the token endpoint.
    pub(crate) endpoint: &'a Url,
    pub(crate) now: SystemTime,
    pub(crate) random: &'a dyn Random,
}

/// How a token is to be had.
pub(crate) enum CredentialFlow {
    /// By sending this form to the token endpoint.
    Form(String),
    /// Here it is.
    Token(AccessToken),
}
