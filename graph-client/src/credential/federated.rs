//! Tokens of another issuer in the place of a secret.

use std::io::Read as _;
use std::path::PathBuf;

use async_trait::async_trait;

use crate::error::CredentialError;
use crate::tenant::TenantId;

/// Larger than any token; a file that is larger is not one.
const LONGEST: u64 = 64 * 1024;

/// Where the token of another issuer comes from, which Entra ID trusts by a federated credential.
/// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>
#[async_trait]
pub trait AssertionSource: Send + Sync {
    /// A token that is valid now. A call that takes longer than
    /// [`attempt_timeout`](crate::RetryOptions::attempt_timeout) is dropped.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the call that needed it ends with it as the source of its error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must have no effect.
    async fn assertion(&self, tenant: &TenantId) -> Result<String, CredentialError>;
}

#[async_trait]
impl<F> AssertionSource for F
where
    F: Fn() -> Result<String, CredentialError> + Send + Sync,
{
    async fn assertion(&self, _: &TenantId) -> Result<String, CredentialError> {
        self()
    }
}

/// A file that another program keeps fresh.
pub(super) struct AssertionFile(pub(super) PathBuf);

#[async_trait]
impl AssertionSource for AssertionFile {
    async fn assertion(&self, _: &TenantId) -> Result<String, CredentialError> {
        // A few kilobytes from what is a memory file system wherever this is used.
        let mut text = String::new();
        std::fs::File::open(&self.0)?
            .take(LONGEST)
            .read_to_string(&mut text)?;
        if text.trim().is_empty() {
            return Err("the file of the federated token is empty".into());
        }
        Ok(text)
    }
}
