//! Answers and errors, in Graph's envelope.
//! <https://learn.microsoft.com/graph/errors>

use serde_json::{Value, json};

use crate::area::{Area, License};

/// What the body of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Json,
    Text,
    /// A report.
    File,
    Html,
}

/// An answer before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            content: Content::Json,
            body,
        }
    }

    pub(crate) fn value(value: &Value) -> Self {
        Self::json(value.to_string().into_bytes())
    }

    pub(crate) fn text(body: String) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            content: Content::Text,
            body: body.into_bytes(),
        }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A refusal: becomes the documented error envelope.
#[derive(Debug, Clone)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) type Result<T> = std::result::Result<T, GraphError>;

impl GraphError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    pub(crate) fn unsupported_query(message: &str) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    /// For `$select` and `$filter` of a property that the type does not have.
    pub(crate) fn no_property(name: &str, entity: &str) -> Self {
        let entity = entity.trim_start_matches('#');
        Self::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{entity}'."
            ),
        )
    }

    pub(crate) fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    pub(crate) fn no_segment(segment: &str) -> Self {
        Self::new(
            400,
            "BadRequest",
            format!(
                "Resource not found for the segment '{segment}': tenant-sim does not serve this path."
            ),
        )
    }

    pub(crate) fn denied() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// For want of a license, in the words of each service. What needs none is refused as the reports are.
    pub(crate) fn unlicensed(area: Area) -> Self {
        match (area, area.license()) {
            (Area::RiskyUsers | Area::RiskDetections, _) => Self::new(
                403,
                "Forbidden",
                "Your tenant is not licensed for this feature.",
            ),
            (_, Some(License::EntraP2)) => Self::new(
                400,
                "AadPremiumLicenseRequired",
                "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
            ),
            (_, Some(License::Intune)) => Self::new(
                400,
                "BadRequest",
                "Request not applicable to target tenant.",
            ),
            _ => Self::new(
                403,
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license",
            ),
        }
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message).with_header(
            "www-authenticate",
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"",
        )
    }

    /// The simulator says so when it does not know something, rather than make up an answer.
    pub(crate) fn not_simulated(what: &str) -> Self {
        Self::new(
            501,
            "NotImplemented",
            format!("tenant-sim does not simulate {what}."),
        )
    }

    pub(crate) fn reply(self, date: &str, request_id: &str, client_request_id: &str) -> Reply {
        let body = json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": date.trim_end_matches('Z'),
                    "request-id": request_id,
                    "client-request-id": client_request_id,
                },
            }
        });
        Reply {
            status: self.status,
            headers: self.headers,
            ..Reply::value(&body)
        }
    }
}
