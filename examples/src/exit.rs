//! Exit statuses and the one sentence that goes with a failure.

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use compliance_map::render::printable;
use m365_collect::connect::{Connection, Diagnosis, Problem, Severity};
use m365_collect::{Error, Outcome, Report, StoreError};
use serde_json::json;

use crate::screen;

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Anything without a status of its own.
    Failed = 1,
    /// The program was called wrongly.
    Usage = 2,
    /// The credentials were refused.
    Authentication = 3,
    /// A permission is missing.
    Permission = 4,
    /// The service throttled for longer than the budget.
    Throttled = 5,
    /// Done, but something could not be read.
    Partial = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Problem> for Exit {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Authentication => Self::Authentication,
            Problem::Permission => Self::Permission,
            Problem::Throttled => Self::Throttled,
            Problem::Usage => Self::Usage,
            _ => Self::Failed,
        }
    }
}

/// How a connection test ends: by what stands in the way; where nothing does, by whether every
/// chosen source can be read whole.
impl From<&Connection> for Exit {
    fn from(connection: &Connection) -> Self {
        let standing = connection
            .problems
            .iter()
            .filter(|problem| problem.severity != Severity::Warning)
            // These leave the connection as good as it is; a sync is partial then.
            .find(|problem| !matches!(problem.problem, Problem::License | Problem::Data));
        if let Some(problem) = standing {
            return problem.problem.into();
        }
        if connection.is_complete() {
            Self::Done
        } else {
            Self::Partial
        }
    }
}

/// How a sync ends: where nothing at all was read, by the reason; where something was, by whether
/// everything was.
impl From<&Report> for Exit {
    fn from(report: &Report) -> Self {
        if report.is_complete() {
            return Self::Done;
        }
        if report.read_some() {
            return Self::Partial;
        }
        let any = |is: fn(&Outcome) -> bool| report.sources.iter().any(|s| is(&s.outcome));
        if any(|outcome| matches!(outcome, Outcome::Unauthenticated { .. })) {
            Self::Authentication
        } else if any(|outcome| matches!(outcome, Outcome::Denied { .. })) {
            Self::Permission
        } else if any(|outcome| matches!(outcome, Outcome::Throttled { .. })) {
            Self::Throttled
        } else {
            Self::Failed
        }
    }
}

/// A failure in one sentence, with the status it ends the program with.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub exit: Exit,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl Failure {
    /// A failure of the caller's making.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            sentence: sentence.into(),
        }
    }

    /// Any other failure.
    pub fn other(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            sentence: sentence.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let diagnosis = Diagnosis::of(&error);
        Self {
            exit: diagnosis.problem.into(),
            sentence: diagnosis.to_string(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}

impl From<graph_client::Error> for Failure {
    fn from(error: graph_client::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // Whoever read the output has seen enough.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self {
                exit: Exit::Done,
                sentence: String::new(),
            };
        }
        Self::other(format!("the output could not be written: {error}"))
    }
}

/// Ends a program: prints the sentence of a failure to standard error, and where it was called with
/// `--json` as `{"error": {"status": 3, "message": "…"}}` to standard output.
pub fn finish(program: &str, ended: Result<Exit, Failure>) -> ExitCode {
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.sentence.is_empty() {
                // Where it cannot be written there is nobody to read it.
                let _ = writeln!(screen::err(), "{program}: {}", printable(&failure.sentence));
                in_json(failure.exit, &failure.sentence);
            }
            failure.exit.into()
        }
    }
}

/// The failure for a program that reads standard output, where `--json` asks for that.
pub(crate) fn in_json(exit: Exit, message: &str) {
    if std::env::args_os().any(|argument| argument == "--json") {
        let error = json!({"error": {"status": exit as u8, "message": message}});
        let _ = writeln!(std::io::stdout().lock(), "{error}");
    }
}
