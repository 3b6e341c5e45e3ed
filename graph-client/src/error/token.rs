//! Refusals of the token endpoint, with cause and cure.
//!
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use std::fmt;

use serde::Deserialize;

use crate::decode::without_bom;

/// What the token endpoint refused and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenError {
    /// The kind of refusal.
    pub kind: TokenErrorKind,
    /// The number of the AADSTS error, when the answer held one.
    pub aadsts: Option<u32>,
    error: Option<String>,
    trace_id: Option<String>,
}

/// Kinds of refusal that call for different action. Microsoft may change its codes, so an unknown
/// one is kept and not guessed at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorKind {
    /// AADSTS7000215: the client secret is wrong; often its id was given instead of its value.
    WrongSecret,
    /// AADSTS7000222: the client secret has expired.
    SecretExpired,
    /// AADSTS700016: the application is unknown in this tenant.
    AppNotFound,
    /// AADSTS7000229: the tenant has no service principal of the application.
    ServicePrincipalMissing,
    /// AADSTS90002, 900023: no such tenant in this cloud.
    TenantNotFound,
    /// AADSTS65001: nobody consented.
    NoConsent,
    /// AADSTS53003: conditional access blocked the sign-in.
    ConditionalAccess,
    /// AADSTS70011, 1002012: the scope is not valid.
    InvalidScope,
    /// AADSTS5000224: the tenant is deleted or blocked.
    TenantDeleted,
    /// AADSTS700027, 700021, 700023, 700024: the signed assertion was not accepted: its
    /// certificate, issuer, subject, audience or time is not one that the registration knows.
    AssertionRejected,
    /// AADSTS50020: the person is not known in the tenant; of a partner, not in a group with GDAP.
    UserNotInTenant,
    /// AADSTS90006, 90024, 90033: a passing failure of the service.
    Transient,
    /// `invalid_client` with a code not known here: the credential was not accepted.
    InvalidClient,
    /// Anything else: the OAuth error code, or empty.
    Unknown(String),
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Vec<u32>,
    #[serde(default)]
    trace_id: Option<String>,
}

impl TokenError {
    /// Reads the answer `{error, error_description, error_codes, …}`; anything else is unknown.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let Ok(body) = serde_json::from_slice::<Body>(without_bom(body)) else {
            return Self {
                kind: TokenErrorKind::Unknown(String::new()),
                aadsts: None,
                error: None,
                trace_id: None,
            };
        };
        let error = body.error.filter(|e| is_plain(e));
        let aadsts = body
            .error_codes
            .first()
            .copied()
            .or_else(|| body.error_description.as_deref().and_then(aadsts_in));
        let kind = body
            .error_codes
            .iter()
            .copied()
            .chain(aadsts)
            .find_map(kind_of)
            .unwrap_or_else(|| match error.as_deref() {
                Some("invalid_client") => TokenErrorKind::InvalidClient,
                Some("invalid_scope") => TokenErrorKind::InvalidScope,
                Some("temporarily_unavailable") => TokenErrorKind::Transient,
                other => TokenErrorKind::Unknown(other.unwrap_or_default().to_owned()),
            });
        Self {
            kind,
            aadsts,
            error,
            trace_id: body.trace_id.filter(|id| is_plain(id)),
        }
    }

    /// The OAuth error code, such as `invalid_client`.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The trace id of the answer, to be given to Microsoft support.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// What is wrong, in one clause.
    pub fn cause(&self) -> &'static str {
        match self.kind {
            TokenErrorKind::WrongSecret => "the client secret is wrong",
            TokenErrorKind::SecretExpired => "the client secret has expired",
            TokenErrorKind::AppNotFound => "the application is not known in this tenant",
            TokenErrorKind::ServicePrincipalMissing => {
                "the tenant has no enterprise application for this app"
            }
            TokenErrorKind::TenantNotFound => "there is no such tenant in this cloud",
            TokenErrorKind::NoConsent => "an administrator has not consented to the application",
            TokenErrorKind::ConditionalAccess => {
                "a conditional access policy blocks the application"
            }
            TokenErrorKind::InvalidScope => "the requested scope is not valid",
            TokenErrorKind::TenantDeleted => "the tenant is deleted or blocked",
            TokenErrorKind::AssertionRejected => "the signed assertion was not accepted",
            TokenErrorKind::UserNotInTenant => {
                "the person who consented is not known in the tenant"
            }
            TokenErrorKind::Transient => "the sign-in service has a passing failure",
            TokenErrorKind::InvalidClient => "the credential of the application was not accepted",
            TokenErrorKind::Unknown(_) => "the sign-in service refused",
        }
    }

    /// What to do about it, in one clause.
    pub fn cure(&self) -> &'static str {
        match self.kind {
            TokenErrorKind::WrongSecret => "use the value of the secret and not its id",
            TokenErrorKind::SecretExpired => {
                "create a new secret in the app registration and store it here"
            }
            TokenErrorKind::AppNotFound => {
                "check application and tenant id, and give admin consent in the tenant"
            }
            TokenErrorKind::ServicePrincipalMissing => {
                "give admin consent in the tenant, which creates it"
            }
            TokenErrorKind::TenantNotFound => "check the tenant id and the national cloud",
            TokenErrorKind::NoConsent => {
                "open the admin consent page as an administrator of the tenant"
            }
            TokenErrorKind::ConditionalAccess => {
                "exclude the application from the policy or meet its conditions"
            }
            TokenErrorKind::InvalidScope => "check that the cloud and the resource belong together",
            TokenErrorKind::TenantDeleted => "remove the tenant or have it restored",
            TokenErrorKind::AssertionRejected => {
                "check that certificate or federated credential and the clock fit the app registration"
            }
            TokenErrorKind::UserNotInTenant => {
                "put the person into a group with a GDAP relationship to the tenant"
            }
            TokenErrorKind::Transient => "try again later",
            TokenErrorKind::InvalidClient => {
                "check application id and credential in the app registration"
            }
            TokenErrorKind::Unknown(_) => {
                "look up the AADSTS number at login.microsoftonline.com/error"
            }
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause())?;
        match (self.aadsts, &self.error) {
            (Some(number), _) => write!(f, " (AADSTS{number})")?,
            (None, Some(error)) => write!(f, " ({error})")?,
            (None, None) => {}
        }
        write!(f, "; {}", self.cure())
    }
}

impl std::error::Error for TokenError {}

fn kind_of(aadsts: u32) -> Option<TokenErrorKind> {
    Some(match aadsts {
        7_000_215 => TokenErrorKind::WrongSecret,
        7_000_222 => TokenErrorKind::SecretExpired,
        700_016 => TokenErrorKind::AppNotFound,
        7_000_229 => TokenErrorKind::ServicePrincipalMissing,
        90_002 | 900_023 => TokenErrorKind::TenantNotFound,
        65_001 => TokenErrorKind::NoConsent,
        53_003 => TokenErrorKind::ConditionalAccess,
        70_011 | 1_002_012 => TokenErrorKind::InvalidScope,
        5_000_224 => TokenErrorKind::TenantDeleted,
        700_027 | 700_021 | 700_023 | 700_024 => TokenErrorKind::AssertionRejected,
        50_020 => TokenErrorKind::UserNotInTenant,
        90_006 | 90_024 | 90_033 => TokenErrorKind::Transient,
        _ => return None,
    })
}

/// The number in `AADSTS7000215: …`, for answers that lack `error_codes`.
fn aadsts_in(description: &str) -> Option<u32> {
    let digits = description.strip_prefix("AADSTS")?;
    let end = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits.get(..end)?.parse().ok()
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_documented_aadsts_codes() {
        let of = |code: u32| {
            TokenError::parse(
                format!(r#"{{"error":"invalid_client","error_codes":[{code}]}}"#).as_bytes(),
            )
        };
        assert_eq!(of(7_000_222).kind, TokenErrorKind::SecretExpired);
        assert_eq!(of(900_023).kind, TokenErrorKind::TenantNotFound);
        assert_eq!(of(12).kind, TokenErrorKind::InvalidClient);
        assert_eq!(of(12).aadsts, Some(12));
    }

    #[test]
    fn reads_the_aadsts_number_from_the_description_when_there_is_no_list() {
        let error = TokenError::parse(
            br#"{"error":"unauthorized_client","error_description":"AADSTS700016: App 'x' ..."}"#,
        );
        assert_eq!(
            (error.kind, error.aadsts),
            (TokenErrorKind::AppNotFound, Some(700_016))
        );
    }

    #[test]
    fn shows_cause_and_cure_but_nothing_of_the_description() {
        let error = TokenError::parse(
            br#"{"error":"invalid_client","error_codes":[7000215],"error_description":"AADSTS7000215: secret s3cr3t"}"#,
        );
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("AADSTS7000215") && shown.contains("not its id"),
            "{shown}"
        );
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }

    #[test]
    fn html_is_an_unknown_refusal() {
        assert_eq!(
            TokenError::parse(b"<html>").kind,
            TokenErrorKind::Unknown(String::new())
        );
    }
}
