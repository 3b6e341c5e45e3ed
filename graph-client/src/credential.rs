//! How an application proves who it is.

#[cfg(feature = "azure-identity")]
mod azure_identity;
#[cfg(feature = "certificate")]
mod certificate;
mod federated;
mod provider;
mod refresh_token;
mod token_request;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

#[cfg(feature = "azure-identity")]
pub use self::azure_identity::{AzureIdentity, AzureIdentityError};
#[cfg(feature = "certificate")]
use self::certificate::Certificate;
use self::federated::AssertionFile;
pub use self::federated::AssertionSource;
pub use self::provider::{AccessToken, TokenProvider, TokenQuery};
use self::refresh_token::RefreshToken;
pub(crate) use self::token_request::{CredentialFlow, TokenRequest};
use crate::error::{Error, Result};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credential of an application registration.
///
/// | made by | proves itself with |
/// |---|---|
/// | [`client_secret`](Self::client_secret) | a secret |
/// | `certificate` (feature `certificate`) | an assertion signed by a private key |
/// | [`federated_file`](Self::federated_file), [`federated`](Self::federated) | a token of another issuer: Kubernetes, GitHub, another cloud |
/// | [`refresh_token`](Self::refresh_token) | the consent of a person, as partners need it for customers by GDAP |
/// | [`provider`](Self::provider) | anything else that yields tokens, asked with tenant and scope |
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
    #[cfg(feature = "certificate")]
    Certificate(Arc<Certificate>),
    Assertion(Arc<dyn AssertionSource>),
    Refresh(Arc<RefreshToken>),
    Provider(Arc<dyn TokenProvider>),
}

impl Credential {
    fn new(app_id: impl Into<String>, proof: Proof) -> Self {
        let app_id: String = app_id.into();
        Self {
            app_id: app_id.trim().into(),
            proof,
        }
    }

    /// A client secret: its value, not its id.
    pub fn client_secret(app_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(app_id, Proof::Secret(SecretString::from(secret.into())))
    }

    /// A certificate with its RSA private key, both in PEM, in any order; a chain may be with them.
    /// Assertions are signed with PS256 and name the certificate by `x5t#S256`.
    /// <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when there is no unencrypted RSA key, or no certificate of it.
    #[cfg(feature = "certificate")]
    pub fn certificate(app_id: impl Into<String>, pem: impl AsRef<[u8]>) -> Result<Self> {
        let certificate = Certificate::from_pem(pem.as_ref())?;
        Ok(Self::new(app_id, Proof::Certificate(Arc::new(certificate))))
    }

    /// The token of another issuer in a file, which that issuer keeps fresh; it is read anew for
    /// each token, as Kubernetes' projected tokens need it.
    /// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>
    pub fn federated_file(app_id: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self::federated(app_id, Arc::new(AssertionFile(path.into())))
    }

    /// The token of another issuer, asked for whenever a token is needed. A closure is a source:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use graph_client::Credential;
    ///
    /// let credential = Credential::federated("the application id", Arc::new(|| {
    ///     Ok("a token of the build system".to_owned())
    /// }));
    /// # let _ = credential;
    /// ```
    pub fn federated(app_id: impl Into<String>, source: Arc<dyn AssertionSource>) -> Self {
        Self::new(app_id, Proof::Assertion(source))
    }

    /// The refresh token of a person who consented for the application, together with the client
    /// secret unless it is a public client. The same token opens each customer that the person may
    /// administer by GDAP: one client, and [`Client::for_tenant`](crate::Client::for_tenant).
    ///
    /// The service gives a new refresh token with each access token. It is used from then on, and
    /// told to `renewed`, which should store it: the first one expires after 90 days.
    /// <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>
    pub fn refresh_token(
        app_id: impl Into<String>,
        client_secret: Option<String>,
        refresh_token: impl Into<String>,
        renewed: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let token = RefreshToken::new(client_secret, refresh_token.into(), renewed);
        Self::new(app_id, Proof::Refresh(Arc::new(token)))
    }

    /// Anything else that yields tokens. They are cached like those of the other kinds.
    pub fn provider(app_id: impl Into<String>, provider: Arc<dyn TokenProvider>) -> Self {
        Self::new(app_id, Proof::Provider(provider))
    }

    /// The application (client) id.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    pub(crate) fn validated(self) -> Result<Self> {
        if self.app_id.is_empty() {
            return Err(Error::invalid_request("the application id is empty"));
        }
        match &self.proof {
            Proof::Secret(secret) if secret.expose_secret().is_empty() => {
                Err(Error::invalid_request("the client secret is empty"))
            }
            Proof::Refresh(token) if token.is_empty() => {
                Err(Error::invalid_request("the refresh token is empty"))
            }
            _ => Ok(self),
        }
    }

    /// How to get a token.
    pub(crate) async fn flow(&self, request: &TokenRequest<'_>) -> Result<CredentialFlow> {
        let assertion = match &self.proof {
            Proof::Assertion(source) => {
                let assertion = source.assertion(request.tenant).await;
                Some(assertion.map_err(Error::credential)?)
            }
            #[cfg(feature = "certificate")]
            Proof::Certificate(certificate) => Some(certificate.assertion(&self.app_id, request)?),
            Proof::Provider(provider) => {
                let query = TokenQuery {
                    tenant: request.tenant,
                    scope: request.scope,
                    claims: request.claims,
                };
                let token = provider.token(query).await.map_err(Error::credential)?;
                return Ok(CredentialFlow::Token(token));
            }
            Proof::Secret(_) | Proof::Refresh(_) => None,
        };
        Ok(CredentialFlow::Form(
            self.form(request, assertion.as_deref()),
        ))
    }

    /// The form of a token request.
    fn form(&self, request: &TokenRequest<'_>, assertion: Option<&str>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &self.app_id)
            .append_pair("scope", request.scope);
        match &self.proof {
            Proof::Refresh(token) => token.write(&mut form),
            _ => {
                form.append_pair("grant_type", "client_credentials");
            }
        }
        if let Proof::Secret(secret) = &self.proof {
            form.append_pair("client_secret", secret.expose_secret());
        }
        if let Some(assertion) = assertion {
            form.append_pair("client_assertion_type", ASSERTION_TYPE)
                .append_pair("client_assertion", assertion.trim());
        }
        if let Some(claims) = request.claims {
            form.append_pair("claims", claims);
        }
        form.finish()
    }

    /// The service gave a new refresh token.
    pub(crate) fn renewed(&self, refresh_token: &str) {
        if let Proof::Refresh(token) = &self.proof {
            token.renewed(refresh_token);
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.proof {
            Proof::Secret(_) => "client_secret",
            #[cfg(feature = "certificate")]
            Proof::Certificate(_) => "certificate",
            Proof::Assertion(_) => "assertion",
            Proof::Refresh(_) => "refresh_token",
            Proof::Provider(_) => "provider",
        };
        f.debug_struct("Credential")
            .field("app_id", &self.app_id)
            .field(kind, &"[redacted]")
            .finish()
    }
}
