//! How an application proves who it is.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use crate::error::{Error, Result};

/// The credential of an application registration.
///
/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
#[derive(Clone)]
pub struct Credential {
    app_id: Arc<str>,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Secret(SecretString),
}

impl Credential {
    /// A client secret: its value, not its id.
    pub fn client_secret(app_id: impl Into<String>, secret: impl Into<String>) -> Self {
        let app_id: String = app_id.into();
        Self {
            app_id: app_id.trim().into(),
            proof: Proof::Secret(SecretString::from(secret.into())),
        }
    }

    /// The application (client) id.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    pub(crate) fn validated(self) -> Result<Self> {
        if self.app_id.is_empty() {
            return Err(Error::invalid_request("the application id is empty"));
        }
        let Proof::Secret(secret) = &self.proof;
        if secret.expose_secret().is_empty() {
            return Err(Error::invalid_request("the client secret is empty"));
        }
        Ok(self)
    }

    /// The form of a token request.
    pub(crate) fn token_form(&self, scope: &str, claims: Option<&str>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &self.app_id)
            .append_pair("scope", scope)
            .append_pair("grant_type", "client_credentials");
        let Proof::Secret(secret) = &self.proof;
        form.append_pair("client_secret", secret.expose_secret());
        if let Some(claims) = claims {
            form.append_pair("claims", claims);
        }
        form.finish()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proof::Secret(_) = &self.proof;
        f.debug_struct("Credential")
            .field("app_id", &self.app_id)
            .field("client_secret", &"[redacted]")
            .finish()
    }
}
