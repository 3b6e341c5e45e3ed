//! One limit of the service: of what, on whom, how much.

use std::borrow::Cow;
use std::time::Duration;

use http::Method;

use crate::workload::Workload;

/// How much a workload takes in a stretch of time.
///
/// ```
/// use std::time::Duration;
/// use graph_client::{Limit, LimitScope, LimitUnit, Limits, Workload};
///
/// let ours = Limit::new(Workload::Files, LimitScope::Tenant, 600, Duration::from_secs(60));
/// let limits = Limits::documented().with(ours);
/// # let _ = limits;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// The workload that is limited.
    pub workload: Workload,
    /// Who shares the limit.
    pub scope: LimitScope,
    /// How much is allowed in any window, counted in [`unit`](Self::unit).
    pub requests: u32,
    /// The length of the window. Without meaning for [`LimitUnit::Concurrent`].
    pub per: Duration,
    /// What is counted.
    pub unit: LimitUnit,
    /// The paths that it is for, in lower case and relative to the version; all when nothing.
    ///
    /// `*` is any segment, `{id}` any segment that tells one [`LimitScope::Resource`] from another,
    /// a final `*` any ending of its segment; whatever follows the path belongs to it.
    pub path: Option<Cow<'static, str>>,
    /// The requests that it is for, by method.
    pub methods: LimitMethods,
    /// Whether a refusal says how long to stay away. When not, the client stays away for a window
    /// at least, and for a minute at most.
    pub retry_after: bool,
    /// The page that the figure is from; empty for a limit of your own.
    pub page: &'static str,
}

impl Limit {
    /// A limit on requests, whatever their path.
    pub const fn new(workload: Workload, scope: LimitScope, requests: u32, per: Duration) -> Self {
        Self {
            workload,
            scope,
            requests,
            per,
            unit: LimitUnit::Requests,
            path: None,
            methods: LimitMethods::Any,
            retry_after: true,
            page: "",
        }
    }

    /// Counts something other than requests.
    #[must_use]
    pub fn unit(mut self, unit: LimitUnit) -> Self {
        self.unit = unit;
        self
    }

    /// For these paths only; see [`path`](Self::path).
    #[must_use]
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// For requests of these methods only.
    #[must_use]
    pub fn methods(mut self, methods: LimitMethods) -> Self {
        self.methods = methods;
        self
    }

    /// Refusals do not say how long to stay away.
    #[must_use]
    pub fn without_retry_after(mut self) -> Self {
        self.retry_after = false;
        self
    }

    pub(super) fn page(mut self, page: &'static str) -> Self {
        self.page = page;
        self
    }

    /// The time in which the client itself lets the amount through: a twentieth longer, since
    /// requests do not arrive at the distance they were sent at, and for Teams, which holds a
    /// sustained rate of some 83 % against the client, a quarter longer.
    pub(super) fn window(&self) -> Duration {
        let spare = if self.workload == Workload::Teams {
            self.per / 4
        } else {
            self.per / 20
        };
        self.per.saturating_add(spare)
    }
}

/// Who shares a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LimitScope {
    /// The application over all tenants that one client and its siblings read.
    App,
    /// One tenant.
    Tenant,
    /// One mailbox, team, channel, chat or report of a tenant, told apart by the `{id}` of
    /// [`Limit::path`].
    Resource,
}

/// The methods of the requests that a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum LimitMethods {
    /// All of them.
    #[default]
    Any,
    /// `GET`.
    Reads,
    /// Everything else.
    Writes,
    /// `POST`, `PUT` and `PATCH`.
    Updates,
    /// `DELETE`.
    Deletes,
}

impl LimitMethods {
    pub(super) const ALL: [Self; 5] = [
        Self::Any,
        Self::Reads,
        Self::Writes,
        Self::Updates,
        Self::Deletes,
    ];

    /// A stable name; nothing for all of them.
    pub(super) const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Reads => Some("reads"),
            Self::Writes => Some("writes"),
            Self::Updates => Some("updates"),
            Self::Deletes => Some("deletes"),
        }
    }

    pub(super) fn holds_for(self, method: &Method) -> bool {
        match self {
            Self::Any => true,
            Self::Reads => *method == Method::GET,
            Self::Writes => *method != Method::GET,
            Self::Updates => [Method::POST, Method::PUT, Method::PATCH].contains(method),
            Self::Deletes => *method == Method::DELETE,
        }
    }
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum LimitUnit {
    /// Requests; of a batch, those inside.
    #[default]
    Requests,
    /// Resource units of the directory: estimated by path and options, corrected by the answer.
    ResourceUnits,
    /// Requests under way at the same time.
    Concurrent,
}
