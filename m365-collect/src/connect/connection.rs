//! What a connection test found, as a value.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::app_credential::AppCredential;
use super::code::Code;
use super::diagnosis::{Diagnosis, Severity};
use super::license_check::LicenseCheck;
use super::permission::{Permissions, SourceAccess};
use super::probe::ServiceCall;
use super::stage::{Stage, StageState, StageSummary, milliseconds};
use super::status::Status;

/// What a connection test found.
///
/// As text it is what a person needs who sets the connection up; as JSON its names are stable.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Connection {
    /// Whether the tenant can be read, and what stands in the way.
    pub status: Status,
    /// The tenant, once it answered.
    pub tenant: Option<ConnectedTenant>,
    /// Whether the permissions could be read; a token is opaque, so this is for people only.
    pub permissions_known: bool,
    /// Step by step.
    pub stages: Stages,
    /// What each source needs and lacks.
    pub sources: Vec<SourceAccess>,
    /// What is wrong, worst first; empty where nothing is.
    pub problems: Vec<Diagnosis>,
    /// How long the whole test took.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

/// The tenant that answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
#[non_exhaustive]
pub struct ConnectedTenant {
    /// The id of its organization.
    pub id: String,
    /// Its display name.
    pub display_name: Option<String>,
}

/// The steps of the test, in their order.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Stages {
    /// What the settings look like before anything is sent.
    pub settings: Stage<()>,
    /// A token.
    pub authentication: Stage<TokenFound>,
    /// Whether what answers is the tenant that was asked for.
    pub tenant: Stage<ConnectedTenant>,
    /// How far the clock of this machine is from the service's.
    pub clock: Stage<ClockFound>,
    /// Permissions granted against permissions needed.
    pub permissions: Stage<Permissions>,
    /// One real call for each service that the sources use.
    pub calls: Stage<Vec<ServiceCall>>,
    /// Service plans present against those that the sources need.
    pub licenses: Stage<Vec<LicenseCheck>>,
    /// Whether usage reports show real names.
    pub report_names: Stage<ReportNames>,
    /// When the application's own secrets and certificates end.
    pub credentials: Stage<Vec<AppCredential>>,
}

/// What is known of the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TokenFound {
    /// How much longer it is valid.
    #[serde(rename = "expires_in_seconds", serialize_with = "seconds")]
    pub expires_in: Duration,
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

/// How far the clock of this machine is from the service's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClockFound {
    /// Seconds that this machine is ahead; negative where it is behind.
    pub ahead_seconds: i64,
}

/// Whether usage reports show real names.
/// <https://learn.microsoft.com/graph/api/resources/adminreportsettings>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReportNames {
    /// Whether they are replaced by made-up ones.
    pub concealed: bool,
}

const BEFORE: &str = "the test did not come to this";

impl Stages {
    pub(super) fn not_run() -> Self {
        Self {
            settings: Stage::not_run(BEFORE),
            authentication: Stage::not_run(BEFORE),
            tenant: Stage::not_run(BEFORE),
            clock: Stage::not_run(BEFORE),
            permissions: Stage::not_run(BEFORE),
            calls: Stage::not_run(BEFORE),
            licenses: Stage::not_run(BEFORE),
            report_names: Stage::not_run(BEFORE),
            credentials: Stage::not_run(BEFORE),
        }
    }

    /// All steps without what they found, in their order.
    pub fn summaries(&self) -> [StageSummary<'_>; 9] {
        [
            self.settings.summary("settings"),
            self.authentication.summary("authentication"),
            self.tenant.summary("tenant"),
            self.clock.summary("clock"),
            self.permissions.summary("permissions"),
            self.calls.summary("calls"),
            self.licenses.summary("licenses"),
            self.report_names.summary("report_names"),
            self.credentials.summary("credentials"),
        ]
    }
}

impl Connection {
    pub(super) fn new() -> Self {
        Self {
            status: Status::Connected,
            tenant: None,
            permissions_known: false,
            stages: Stages::not_run(),
            sources: Vec::new(),
            problems: Vec::new(),
            elapsed: Duration::ZERO,
        }
    }

    /// Whether every chosen source can be read whole, as far as the test can tell: nothing stands
    /// in the way, and nothing that they need was left untested.
    pub fn is_complete(&self) -> bool {
        self.problems
            .iter()
            .all(|problem| problem.severity == Severity::Warning)
            && [
                self.stages.authentication.state,
                self.stages.calls.state,
                self.stages.licenses.state,
            ]
            .iter()
            .all(|state| matches!(state, StageState::Passed | StageState::Warned))
    }

    /// Whether a problem of this code was found.
    pub fn has(&self, code: Code) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// Puts the worst first and draws the conclusion.
    pub(super) fn conclude(&mut self) {
        self.problems.sort_by_key(|problem| problem.severity);
        self.status = self
            .problems
            .iter()
            .filter(|problem| problem.severity != Severity::Warning)
            .map(|problem| problem.problem.status())
            .find(|status| *status != Status::Connected)
            .unwrap_or(Status::Connected);
    }
}
