//! The token endpoint: documented errors, and tokens that carry their permissions.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::clock::iso;
use crate::guid;
use crate::server::reply::Reply;

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
            Some(issued) if issued.expires <= Instant::now() => Bearer::Expired,
            Some(issued) if !issued.has_roles => Bearer::WithoutRoles,
            Some(_) => Bearer::Good,
        }
    }

    /// Forgets every token, as if all had expired.
    pub(crate) fn expire_all(&mut self) {
        let now = Instant::now();
        self.issued
            .values_mut()
            .for_each(|issued| issued.expires = now);
    }

    /// Answers a token request; the second value says whether a token was given out.
    pub(crate) fn issue(&mut self, request: &TokenRequest<'_>) -> (Reply, bool) {
        match refusal(request) {
            Some(refusal) => (refusal.reply(request), false),
            None => (self.token(request), true),
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
        let expires = Instant::now() + request.lifetime;
        self.issued
            .retain(|_, issued| issued.expires + Duration::from_secs(600) > Instant::now());
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

/// A documented error of the token endpoint.
struct Refusal {
    status: u16,
    error: &'static str,
    code: u32,
    message: String,
    retry_after: Option<u64>,
}

fn refuse(
    status: u16,
    error: &'static str,
    code: u32,
    message: impl Into<String>,
) -> Option<Refusal> {
    Some(Refusal {
        status,
        error,
        code,
        message: message.into(),
        retry_after: None,
    })
}

impl Refusal {
    fn reply(&self, request: &TokenRequest<'_>) -> Reply {
        let trace = guid::text(guid::guid(request.id_seed, 2));
        let correlation = guid::text(guid::guid(request.id_seed, 3));
        let timestamp = iso(request.now).replace('T', " ");
        let description = format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            self.code, self.message
        );
        let body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        let reply = Reply::value(&body).with_status(self.status);
        match self.retry_after {
            Some(seconds) => reply.with_header("retry-after", seconds.to_string()),
            None => reply,
        }
    }
}

fn refusal(request: &TokenRequest<'_>) -> Option<Refusal> {
    let form: HashMap<String, String> = url::form_urlencoded::parse(request.form)
        .into_owned()
        .collect();
    let field = |name: &str| {
        form.get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let missing = |name: &str| {
        refuse(
            400,
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    };
    let tenant = request.tenant;
    if tenant.eq_ignore_ascii_case("common") || tenant.eq_ignore_ascii_case("organizations") {
        return refuse(
            400,
            "invalid_request",
            9_001_023,
            "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        );
    }
    if request.state == CredentialState::TenantNotFound
        || !request
            .tenant_names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(tenant))
    {
        return refuse(
            400,
            "invalid_request",
            90_002,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            ),
        );
    }
    let Some(grant) = field("grant_type") else {
        return missing("grant_type");
    };
    if grant != "client_credentials" {
        return refuse(
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{grant}'."),
        );
    }
    let Some(client) = field("client_id") else {
        return missing("client_id");
    };
    let Some(scope) = field("scope") else {
        return missing("scope");
    };
    let scopes = [
        "https://graph.microsoft.com/.default".to_owned(),
        format!("{}/.default", request.origin),
    ];
    if !scopes.iter().any(|known| known == scope) {
        return refuse(
            400,
            "invalid_scope",
            70_011,
            format!(
                "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
            ),
        );
    }
    if !client.eq_ignore_ascii_case(request.client_id)
        || request.state == CredentialState::AppNotFound
    {
        return refuse(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client}' was not found in the directory '{tenant}'."
            ),
        );
    }
    let Some(secret) = field("client_secret") else {
        return refuse(
            401,
            "invalid_client",
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        );
    };
    let wrong = "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app";
    if secret != request.client_secret {
        return refuse(
            401,
            "invalid_client",
            7_000_215,
            format!("{wrong} '{client}'."),
        );
    }
    match request.state {
        CredentialState::WrongSecret => refuse(
            401,
            "invalid_client",
            7_000_215,
            format!("{wrong} '{client}'."),
        ),
        CredentialState::SecretExpired => refuse(
            401,
            "invalid_client",
            7_000_222,
            format!(
                "The provided client secret keys for app '{client}' are expired. Create new keys for your app or consider using certificate credentials for added security."
            ),
        ),
        CredentialState::ServicePrincipalMissing => refuse(
            401,
            "invalid_client",
            7_000_229,
            format!(
                "The client application '{client}' is missing service principal in the tenant '{tenant}'."
            ),
        ),
        CredentialState::ConditionalAccessBlocked => refuse(
            400,
            "invalid_grant",
            53_003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        ),
        CredentialState::Transient => refuse(
            503,
            "temporarily_unavailable",
            90_033,
            "A transient error has occurred. Please try again.",
        ),
        CredentialState::Throttled => refuse(
            429,
            "temporarily_unavailable",
            50_196,
            "The server terminated an operation because it encountered a client request loop.",
        )
        .map(|refusal| Refusal {
            retry_after: Some(60),
            ..refusal
        }),
        _ => None,
    }
}
