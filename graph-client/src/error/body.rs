//! Error bodies of every shape Graph sends: its envelope, HTML, text, nothing.
//!
//! <https://learn.microsoft.com/graph/errors>

use serde_json::{Map, Value};

use crate::decode::without_bom;

/// What is kept of the body of a failed request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// It is one of the license refusals that have no code of their own.
    pub(crate) is_unlicensed: bool,
}

/// What Intune and identity protection say to a tenant without their license, under a code that
/// says nothing.
const WITHOUT_CODE: &[&str] = &[
    "request not applicable to target tenant",
    "tenant is not licensed for this feature",
];
const MAX_MESSAGE: usize = 1024;
const MAX_CODE: usize = 100;
/// A longer body is no error envelope, and is not worth the memory to find out.
const MAX_BODY: usize = 1024 * 1024;
const MAX_DEPTH: usize = 16;

/// Codes that callers act on. The innermost of these wins over a vaguer one around it.
const KNOWN: &[&str] = &[
    "AadPremiumLicenseRequired",
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Authorization_IdentityNotFound",
    "Authorization_RequestDenied",
    "Directory_ConcurrencyViolation",
    "Directory_ExpiredPageToken",
    "DirectoryPageTokenNotFoundException",
    "ErrorAccessDenied",
    "ErrorItemNotFound",
    "ItemNotFound",
    "MailboxNotEnabledForRESTAPI",
    "Request_ResourceNotFound",
    "Request_UnsupportedQuery",
    "accessDenied",
    "activityLimitReached",
    "insufficient_claims",
    "resyncApplyDifferences",
    "resyncChangesApplyDifferences",
    "resyncChangesUploadDifferences",
    "resyncRequired",
    "resyncUploadDifferences",
    "syncStateInvalid",
    "syncStateNotFound",
];

impl ErrorBody {
    /// Reads what can be read; never fails, and never loses a bounded snippet of what it cannot read.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let body = without_bom(body);
        let envelope = Some(body).filter(|body| body.len() <= MAX_BODY);
        match envelope.map(serde_json::from_slice::<Value>) {
            Some(Ok(value)) => Self::from_value(&value),
            _ => Self {
                message: snippet(&String::from_utf8_lossy(cut(body))),
                ..Self::default()
            },
        }
    }

    fn from_value(value: &Value) -> Self {
        let Some(error) = value
            .as_object()
            .and_then(|o| member(o, "error"))
            .and_then(Value::as_object)
        else {
            return Self::default();
        };
        let codes = codes(error);
        let code = codes
            .iter()
            .rev()
            .find(|code| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(code)))
            .or_else(|| codes.first())
            .cloned();
        let message = member(error, "message")
            .and_then(message_text)
            .and_then(snippet);
        let is_unlicensed = message.as_deref().is_some_and(|m| {
            let m = m.to_ascii_lowercase();
            WITHOUT_CODE.iter().any(|said| m.contains(said))
        });
        Self {
            code,
            message,
            is_unlicensed,
        }
    }
}

/// Codes from the outside in, those that are empty or no identifier left out.
fn codes(error: &Map<String, Value>) -> Vec<String> {
    let mut codes = Vec::new();
    let mut level = Some(error);
    for _ in 0..MAX_DEPTH {
        let Some(current) = level else { break };
        if let Some(code) = member(current, "code").and_then(Value::as_str)
            && is_code(code)
        {
            codes.push(code.to_owned());
        }
        level = member(current, "innerError").and_then(Value::as_object);
    }
    codes
}

/// The case of the keys varies between services (`innerError`, `innererror`, `InnerError`).
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// Older services wrap the message: `{"lang": "en", "value": "…"}`.
fn message_text(message: &Value) -> Option<&str> {
    message.as_str().or_else(|| {
        message
            .as_object()
            .and_then(|o| member(o, "value"))
            .and_then(Value::as_str)
    })
}

/// Codes are shown in errors, so text that is no identifier is not taken for one.
fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= MAX_CODE
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'))
}

fn cut(body: &[u8]) -> &[u8] {
    body.get(..MAX_MESSAGE * 4).unwrap_or(body)
}

fn snippet(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(MAX_MESSAGE).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(body: &str) -> Option<String> {
        ErrorBody::parse(body.as_bytes()).code
    }

    #[test]
    fn takes_the_deepest_known_inner_error_code() {
        let body = r#"{"error":{"code":"generalException","message":"m","innererror":
            {"code":"invalidRange","innerError":{"Code":"resyncRequired","innererror":{"code":"someNewThing"}}}}}"#;
        assert_eq!(code(body).as_deref(), Some("resyncRequired"));
        assert_eq!(
            code(r#"{"error":{"code":"A","innerError":{"code":"B"}}}"#).as_deref(),
            Some("A")
        );
        assert_eq!(
            code(r#"{"error":{"code":"","innerError":{"code":"B"}}}"#).as_deref(),
            Some("B")
        );
    }

    #[test]
    fn parses_without_inner_error_and_with_an_offsetless_date() {
        assert_eq!(
            code(r#"{"error":{"code":"BadRequest","message":"x"}}"#).as_deref(),
            Some("BadRequest")
        );
        let dated = r#"{"error":{"code":"BadRequest","innerError":{"date":"2021-05-18T19:03:10","request-id":"x"}}}"#;
        assert_eq!(code(dated).as_deref(), Some("BadRequest"));
    }

    #[test]
    fn an_error_body_survives_every_other_shape() {
        for body in [
            "",
            "null",
            "[]",
            "3",
            r#"{"error":"text"}"#,
            r#"{"error":{"@odata.type":"odata.error"}}"#,
            "\u{feff}{",
        ] {
            assert_eq!(code(body), None, "{body}");
        }
        let html = ErrorBody::parse(format!("<html>{}", "x".repeat(100_000)).as_bytes());
        assert_eq!(html.code, None);
        assert_eq!(html.message.map(|m| m.chars().count()), Some(MAX_MESSAGE));
    }

    #[test]
    fn text_in_the_place_of_a_code_is_not_shown() {
        assert_eq!(
            code(r#"{"error":{"code":"user bob@contoso.com was not found"}}"#),
            None
        );
    }

    #[test]
    fn knows_the_license_refusal_without_a_code() {
        for body in [
            r#"{"error":{"code":"BadRequest","message":"Request not applicable to target tenant."}}"#,
            r#"{"error":{"code":"Forbidden","message":"Your tenant is not licensed for this feature."}}"#,
        ] {
            assert!(ErrorBody::parse(body.as_bytes()).is_unlicensed, "{body}");
        }
        let body = r#"{"error":{"code":"Forbidden","message":"You are not permitted."}}"#;
        assert!(!ErrorBody::parse(body.as_bytes()).is_unlicensed);
    }

    proptest! {
        #[test]
        fn never_panics_and_stays_bounded(body in prop::collection::vec(any::<u8>(), 0..4000)) {
            let parsed = ErrorBody::parse(&body);
            prop_assert!(parsed.message.is_none_or(|m| m.chars().count() <= MAX_MESSAGE));
        }
    }
}
