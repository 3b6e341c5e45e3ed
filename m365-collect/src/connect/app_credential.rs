//! The secrets and certificates of an app registration.

use std::time::SystemTime;

use serde::Serialize;

use crate::timestamp;

/// A secret or certificate in the app registration, without its value and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AppCredential {
    /// What it is.
    pub kind: CredentialKind,
    /// Its id in the registration, by which the portal lists it.
    pub key_id: Option<String>,
    /// When it ends; `None` where the service did not say.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub ends_at: Option<SystemTime>,
    /// Whole days until then; nothing once it has ended.
    pub days_left: Option<u64>,
}

/// What an application proves itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialKind {
    /// A client secret.
    Secret,
    /// A certificate.
    Certificate,
}

impl CredentialKind {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Secret => "client secret",
            Self::Certificate => "certificate",
        }
    }
}
