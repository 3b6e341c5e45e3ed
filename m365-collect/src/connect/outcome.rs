//! What comes of a sync, in the words of a diagnosis.

use super::code::Code;
use super::diagnosis::Diagnosis;
use super::diagnosis::GRANT;
use super::explain;
use super::settings::Oddities;
use crate::error::Error;
use crate::outcome::{Outcome, PartialReason};
use crate::store::StoreError;
use crate::timestamp;

impl Diagnosis {
    /// What an error means to the person who runs the program.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Graph(error) => explain::diagnose(error, Oddities::default()),
            Error::Store(error) => Self::of_store(error),
            Error::OtherTenant { .. } => Self {
                cause: error.to_string(),
                ..explain::wrong_tenant()
            },
            Error::UnknownTenant { .. } => Self {
                permission: Some("Organization.Read.All".to_owned()),
                ..Self::new(Code::PermissionMissing, error.to_string(), GRANT)
            },
            Error::NoOrganization { .. } => Self::new(
                Code::ExternalTenant,
                error.to_string(),
                "name the tenant of the organization's own people",
            ),
            other => Self::new(
                Code::Usage,
                other.to_string(),
                "correct the request and run it again",
            ),
        }
    }

    fn of_store(error: &StoreError) -> Self {
        let cure = match error {
            StoreError::NotOurs { .. } | StoreError::Unsafe { .. } => {
                "name another file with --store"
            }
            StoreError::Newer { .. } => "update this program",
            StoreError::Missing { .. } => "run `sync` first",
            StoreError::OtherTenant { .. } => "use a store file per tenant",
            StoreError::InUse { .. } => "run it again then",
            StoreError::Busy | StoreError::Fenced { .. } => "try again when the other sync is done",
            StoreError::Full => "make room and run the sync again: what was stored is kept",
            StoreError::Damaged { .. } | StoreError::Altered { .. } => {
                "move the file away and run a sync into a new one"
            }
            _ => "check the file, its folder and the rights on them",
        };
        Self::new(Code::Store, error.to_string(), cure)
    }

    /// What an outcome means; `None` where the source was read whole.
    pub fn of_outcome(outcome: &Outcome) -> Option<Self> {
        Some(match outcome {
            Outcome::Complete | Outcome::Skipped { .. } => return None,
            Outcome::Denied { permission, .. } => Self {
                permission: Some(permission.clone()),
                ..Self::new(
                    Code::PermissionMissing,
                    format!("the application lacks {permission}"),
                    GRANT,
                )
            },
            Outcome::Unlicensed { plan } => Self {
                plan: Some(plan.clone()),
                ..Self::new(
                    Code::LicenseMissing,
                    format!("the tenant has no {plan}"),
                    "have the license, or leave the source out",
                )
            },
            Outcome::Throttled { until } => Self::new(
                Code::Throttled,
                "it asked to wait longer than the time budget allows",
                match until {
                    None => "run the sync again later, or allow a longer budget".to_owned(),
                    Some(until) => {
                        format!("run the sync again after {}", timestamp::format(*until))
                    }
                },
            ),
            Outcome::Unauthenticated { error } => Self::new(
                Code::CredentialRejected,
                error.clone(),
                "check the credentials of the application with `check`",
            ),
            Outcome::Partial { reason } => Self::new(
                Code::Incomplete,
                reason.to_string(),
                match reason {
                    PartialReason::Malformed { .. } | PartialReason::Count { .. } => {
                        "read everything anew with --full"
                    }
                    PartialReason::HeldRemovals { .. } => {
                        "look whether they are really gone, then sync with --confirm-removals"
                    }
                    PartialReason::Window { .. } => {
                        "read the log more often than the service forgets it"
                    }
                    PartialReason::Permission { .. } => "grant it and give admin consent",
                    PartialReason::Concealed => {
                        "let an administrator show names in reports, or do without them by person"
                    }
                    PartialReason::Collided { .. } => {
                        "run the sync again; where it stays so, tell the developers of this program"
                    }
                    PartialReason::Bounded { .. } => {
                        "the rest needs the license of the report, or a source with a wider bound"
                    }
                    PartialReason::Parents { .. }
                    | PartialReason::Unread { .. }
                    | PartialReason::Unconfirmed { .. }
                    | PartialReason::Interrupted { .. } => "run the sync again",
                },
            )
            .partial(),
            Outcome::Failed { error } => {
                Self::new(Code::Unexpected, error.clone(), "run the sync again")
            }
        })
    }
}
