//! Which tenant a client reads.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};

/// A tenant: its directory id (a GUID) or one of its verified domain names.
///
/// Cheap to clone. Compared and stored in lower case.
///
/// ```
/// use graph_client::TenantId;
///
/// assert_eq!(TenantId::new("Contoso.onmicrosoft.com")?.as_str(), "contoso.onmicrosoft.com");
/// assert!(TenantId::new("common").is_err());
/// # Ok::<(), graph_client::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(Arc<str>);

impl TenantId {
    /// Checks and keeps a tenant id.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when it is neither a GUID nor a domain name, or is one of the
    /// multi-tenant aliases (`common`, `organizations`, `consumers`), which an application cannot
    /// sign in to: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.
    pub fn new(id: impl AsRef<str>) -> Result<Self> {
        let id = id.as_ref().trim().to_ascii_lowercase();
        let fits = !id.is_empty()
            && id.len() <= 253
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
            && !id.starts_with(['.', '-'])
            && !id.ends_with('.')
            && !id.contains("..");
        if !fits {
            return Err(Error::invalid_request(
                "the tenant id is neither a directory id (a GUID) nor a domain name",
            ));
        }
        if matches!(id.as_str(), "common" | "organizations" | "consumers") {
            return Err(Error::invalid_request(
                "an application signs in to one tenant: give its directory id or domain, not an alias such as common",
            ));
        }
        Ok(Self(id.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TenantId({})", self.0)
    }
}

impl std::str::FromStr for TenantId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}
