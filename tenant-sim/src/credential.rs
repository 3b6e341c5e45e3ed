//! The token endpoint: documented errors, and tokens that carry their permissions.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

mod refusal;
mod token_request;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::clock::monotonic;
use crate::guid;
use crate::reply::Reply;

pub use token_request::CredentialState;
pub(crate) use token_request::TokenRequest;

/// A token that was given out.
#[derive(Debug, Clone, Copy)]
struct Issued {
    expires: Instant,
    has_roles: bool,
}

/// What a bearer token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearer {
    Good,
    /// Given out without consent.
    WithoutRoles,
    Expired,
    Unknown,
}

/// The tokens given out by this tenant. A token of another one is unknown here.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, Issued>,
}

impl Tokens {
    pub(crate) fn check(&self, token: &str) -> Bearer {
        match self.issued.get(token) {
            None => Bearer::Unknown,
            Some(issued) if issued.expires <= monotonic() => Bearer::Expired,
            Some(issued) if !issued.has_roles => Bearer::WithoutRoles,
            Some(_) => Bearer::Good,
        }
    }

    /// Forgets every token, as if all had expired.
    pub(crate) fn expire_all(&mut self) {
        let now = monotonic();
        self.issued
            .values_mut()
            .for_each(|issued| issued.expires = now);
    }

    /// Answers a token request; the second value says whether a token was given out.
    pub(crate) fn issue(&mut self, request: &TokenRequest<'_>) -> (Reply, bool) {
        match refusal::check(request) {
            Err(refusal) => (refusal.reply(request), false),
            Ok(()) => (self.token(request), true),
        }
    }

    fn token(&mut self, request: &TokenRequest<'_>) -> Reply {
        let roles: &[&str] = if request.state == CredentialState::NoConsent {
            &[]
        } else {
            &request.roles
        };
        let seconds = i64::try_from(request.lifetime.as_secs()).unwrap_or(i64::MAX);
        let mut claims = json!({
            "aud": "https://graph.microsoft.com",
            "iss": format!("https://sts.windows.net/{}/", request.tenant_names.first().map_or("", String::as_str)),
            "iat": request.now,
            "nbf": request.now,
            "exp": request.now.saturating_add(seconds),
            "appid": request.client_id,
            "idtyp": "app",
            "tid": request.tenant_names.first(),
            "uti": guid::text(guid::guid(request.id_seed, 1)),
            "ver": "1.0",
        });
        // Without consent the claim is not empty but absent.
        if !roles.is_empty() {
            claims["roles"] = json!(roles);
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!(
            "{}.{}.{}",
            part(&json!({"typ": "JWT", "alg": "none"})),
            part(&claims),
            URL_SAFE_NO_PAD.encode("unsigned")
        );
        let expires = monotonic() + request.lifetime;
        self.issued
            .retain(|_, issued| issued.expires + Duration::from_secs(600) > monotonic());
        self.issued.insert(
            token.clone(),
            Issued {
                expires,
                has_roles: !roles.is_empty(),
            },
        );
        Reply::value(&json!({
            "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token,
        }))
    }
}
