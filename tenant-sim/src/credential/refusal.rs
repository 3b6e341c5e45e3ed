//! The documented errors of the token endpoint.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use std::collections::HashMap;

use serde_json::json;

use crate::clock::iso;
use crate::credential::{CredentialState, TokenRequest};
use crate::guid;
use crate::reply::Reply;

/// An error of the token endpoint.
pub(super) struct Refusal {
    status: u16,
    error: &'static str,
    /// The number behind `AADSTS`.
    code: u32,
    message: String,
    retry_after: Option<u64>,
}

type Check = Result<(), Refusal>;

fn refuse(status: u16, error: &'static str, code: u32, message: impl Into<String>) -> Refusal {
    Refusal {
        status,
        error,
        code,
        message: message.into(),
        retry_after: None,
    }
}

impl Refusal {
    pub(super) fn reply(&self, request: &TokenRequest<'_>) -> Reply {
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

/// Refuses a request for what is wrong with it, in the order in which the service looks.
pub(super) fn check(request: &TokenRequest<'_>) -> Check {
    let form: HashMap<String, String> = url::form_urlencoded::parse(request.form)
        .into_owned()
        .collect();
    check_tenant(request)?;
    let client = check_form(request, &form)?;
    check_client(
        request,
        client,
        form.get("client_secret").map_or("", String::as_str),
    )?;
    check_state(request, client)
}

fn check_tenant(request: &TokenRequest<'_>) -> Check {
    let tenant = request.tenant;
    let is = |name: &str| tenant.eq_ignore_ascii_case(name);
    if is("common") || is("organizations") || is("consumers") {
        let message = "The grant type is not supported over the /common or /consumers endpoints. \
                       Use a tenant-specific endpoint.";
        return Err(refuse(400, "invalid_request", 9_001_023, message));
    }
    let known = request.state != CredentialState::TenantNotFound
        && request.tenant_names.iter().any(|name| is(name));
    if known {
        return Ok(());
    }
    let message = format!(
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
         correct cloud."
    );
    Err(refuse(400, "invalid_request", 90_002, message))
}

/// The client id of a form that has all it needs.
fn check_form<'f>(
    request: &TokenRequest<'_>,
    form: &'f HashMap<String, String>,
) -> Result<&'f str, Refusal> {
    let field = |name: &str| {
        form.get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                let message =
                    format!("The request body must contain the following parameter: '{name}'.");
                refuse(400, "invalid_request", 900_144, message)
            })
    };
    let grant = field("grant_type")?;
    if grant != "client_credentials" {
        let message = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(refuse(400, "unsupported_grant_type", 70_003, message));
    }
    let client = field("client_id")?;
    let scope = field("scope")?;
    let scopes = [
        "https://graph.microsoft.com/.default".to_owned(),
        format!("{}/.default", request.origin),
    ];
    if !scopes.iter().any(|known| known == scope) {
        let message = format!(
            "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        return Err(refuse(400, "invalid_scope", 70_011, message));
    }
    Ok(client)
}

fn check_client(request: &TokenRequest<'_>, client: &str, secret: &str) -> Check {
    if !client.eq_ignore_ascii_case(request.client_id)
        || request.state == CredentialState::AppNotFound
    {
        let message = format!(
            "Application with identifier '{client}' was not found in the directory '{}'. This can happen if the \
             application has not been installed by the administrator of the tenant.",
            request.tenant
        );
        return Err(refuse(400, "unauthorized_client", 700_016, message));
    }
    if secret.is_empty() {
        let message = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' \
                       grant type.";
        return Err(refuse(401, "invalid_client", 7_000_216, message));
    }
    if secret == request.client_secret && request.state != CredentialState::WrongSecret {
        return Ok(());
    }
    let message = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
         not the client secret ID, for a secret added to app '{client}'."
    );
    Err(refuse(401, "invalid_client", 7_000_215, message))
}

fn check_state(request: &TokenRequest<'_>, client: &str) -> Check {
    let tenant = request.tenant;
    Err(match request.state {
        CredentialState::SecretExpired => {
            let message =
                format!("The provided client secret keys for app '{client}' are expired.");
            refuse(401, "invalid_client", 7_000_222, message)
        }
        CredentialState::ServicePrincipalMissing => {
            let message = format!(
                "The client application '{client}' is missing service principal in the tenant '{tenant}'."
            );
            refuse(401, "invalid_client", 7_000_229, message)
        }
        CredentialState::ConditionalAccessBlocked => {
            let message = "Access has been blocked by Conditional Access policies. The access policy does not allow \
                           token issuance.";
            refuse(400, "invalid_grant", 53_003, message)
        }
        CredentialState::Transient => refuse(
            503,
            "temporarily_unavailable",
            90_033,
            "A transient error has occurred. Please try again.",
        ),
        CredentialState::Throttled => {
            let message =
                "The server terminated an operation because it encountered a client request loop.";
            Refusal {
                retry_after: Some(60),
                ..refuse(429, "temporarily_unavailable", 50_196, message)
            }
        }
        _ => return Ok(()),
    })
}
