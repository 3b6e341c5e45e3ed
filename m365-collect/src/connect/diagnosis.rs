//! What is wrong, why, what to do, and the page that says more.

use std::fmt;

use serde::Serialize;

use super::code::Code;
use super::problem::Problem;
use crate::id::SourceId;

/// What to do about a permission that is missing.
pub(super) const GRANT: &str =
    "add it as an application permission of Microsoft Graph and give admin consent";

/// What to do about consent that is missing.
pub(super) const CONSENT: &str = "add the application permissions that the sources need, then let an \
     administrator of the tenant choose `Grant admin consent`";

/// What is wrong, why, what to do, and the page that says more.
///
/// Displayed as one sentence: `authentication failed: CAUSE; CURE`. It names permissions, service
/// plans, sources and routes; it holds no secret, token, link of the tenant, or object of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What exactly it is; stable, for programs to act on.
    pub code: Code,
    /// What sort of problem it is.
    pub problem: Problem,
    /// How much it stands in the way.
    pub severity: Severity,
    /// Why.
    pub cause: String,
    /// What to do.
    pub cure: String,
    /// The page of learn.microsoft.com that says more; `None` for what is not Microsoft's.
    pub link: Option<&'static str>,
    /// The permission that is missing, where one is.
    pub permission: Option<String>,
    /// The service plan that is missing, where one is.
    pub plan: Option<String>,
    /// The sources that cannot be read, or would mislead, because of it.
    pub blocks: Vec<SourceId>,
    /// The number of the refusal of the sign-in service.
    pub aadsts: Option<u32>,
    /// The service's id of the request, for its support.
    pub request_id: Option<String>,
}

/// How much a problem stands in the way; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Nothing can be read.
    Error,
    /// Some sources cannot be read, or not whole.
    Partial,
    /// Everything can be read today; something is to be done soon.
    Warning,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headline = match self.severity {
            Severity::Warning => "take care",
            _ => self.problem.headline(),
        };
        write!(f, "{headline}: {}; {}", self.cause, self.cure)
    }
}

impl Diagnosis {
    /// A diagnosis with the problem and the page that go with its code.
    pub(super) fn new(code: Code, cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            code,
            problem: code.problem(),
            severity: Severity::Error,
            cause: cause.into(),
            cure: cure.into(),
            link: code.link(),
            permission: None,
            plan: None,
            blocks: Vec::new(),
            aadsts: None,
            request_id: None,
        }
    }

    pub(super) fn partial(mut self) -> Self {
        self.severity = Severity::Partial;
        self
    }

    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    pub(super) fn blocking(mut self, sources: Vec<SourceId>) -> Self {
        self.blocks = sources;
        self
    }

    pub(super) fn with_request_id(mut self, id: Option<&str>) -> Self {
        self.request_id = id.map(str::to_owned);
        self
    }
}
