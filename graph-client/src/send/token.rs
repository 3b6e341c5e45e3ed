//! Getting a token, which goes through the send path as well.

use futures::future::BoxFuture;

use super::budget::SPARE_BUDGET;
use super::call::Call;
use crate::client::Client;
use crate::credential::{CredentialFlow, TokenRequest};
use crate::decode;
use crate::error::{Error, Result};
use crate::observer::CallEvent;
use crate::path::IntoPath as _;
use crate::token::{Token, TokenInfo, TokenResponse};

impl Client {
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
        Ok(token.info(self.shared().clock.monotonic()))
    }

    /// A token for Graph, other than the rejected one.
    pub(crate) async fn token(&self, rejected: Option<u64>, claims: Option<&str>) -> Result<Token> {
        let scope = self.shared().cloud.graph_scope();
        self.shared()
            .tokens
            .token(
                self.tenant(),
                &scope,
                rejected,
                &*self.shared().clock,
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
    ) -> BoxFuture<'a, Result<TokenResponse>> {
        Box::pin(async move {
            let mut url = self.shared().login.url().clone();
            [self.tenant().as_str(), "oauth2", "v2.0", "token"]
                .into_path()?
                .append_to(&mut url)?;
            let credential = &self.shared().credential;
            let request = TokenRequest {
                tenant: self.tenant(),
                scope,
                claims,
                endpoint: &url,
                now: self.shared().clock.now(),
                random: &*self.shared().random,
            };
            let limit = self.shared().retry.attempt_timeout;
            let limit = if spare {
                SPARE_BUDGET.min(limit)
            } else {
                limit
            };
            let flow = self
                .within(limit, credential.flow(&request))
                .await
                .unwrap_or_else(|| Err(Error::silent_credential()))?;
            let response = match flow {
                CredentialFlow::Form(form) => {
                    self.send(Call::token(url, form, spare), |answer| {
                        decode::json::<TokenResponse>(&answer.body).map_err(Error::decode)
                    })
                    .await?
                }
                CredentialFlow::Token(token) => token.into(),
            };
            if let Some(token) = response.refresh_token() {
                credential.renewed(token);
            }
            self.observe(|| CallEvent::TokenRefreshed {
                expires_in: response.expires_in(),
            });
            Ok(response)
        })
    }
}
