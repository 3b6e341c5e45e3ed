//! What came of reading a source: never an empty list in place of a failure.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::id::SourceId;
use crate::timestamp;

/// What came of reading one source.
///
/// Serialised with a tag: `{"outcome": "denied", "permission": "User.Read.All"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Everything there is was read and stored.
    Complete,
    /// Something was read and stored, and something was not.
    Partial {
        /// What is missing.
        reason: PartialReason,
    },
    /// The application lacks a permission, or nobody consented to it.
    Denied {
        /// The permission that the source needs.
        permission: String,
        /// What the service said: its code.
        code: Option<String>,
    },
    /// The tenant has no license for this data.
    Unlicensed {
        /// The service plan that the source needs.
        plan: String,
    },
    /// The service kept refusing for longer than the budget allows.
    Throttled {
        /// Not before this time, as far as the service said.
        #[serde(with = "timestamp::option")]
        until: Option<SystemTime>,
    },
    /// The tenant could not be read at all: the token was refused.
    Unauthenticated {
        /// What was wrong.
        error: String,
    },
    /// The read failed in another way.
    Failed {
        /// What was wrong.
        error: String,
    },
    /// The source was not read.
    Skipped {
        /// Why not.
        reason: String,
    },
}

impl Outcome {
    /// The name by which it is printed: `complete`, `partial`, `denied`, …
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial { .. } => "partial",
            Self::Denied { .. } => "denied",
            Self::Unlicensed { .. } => "unlicensed",
            Self::Throttled { .. } => "throttled",
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::Failed { .. } => "failed",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// One clause that says what is missing and what to do; `None` where nothing is.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Complete => None,
            Self::Partial { reason } => Some(reason.to_string()),
            // What the service says where it does not know the application, too.
            Self::Denied {
                permission,
                code: Some(code),
            } if code.eq_ignore_ascii_case("Authorization_IdentityNotFound") => Some(format!(
                "the application was never consented to in this tenant, or its permission is missing: \
                 grant {permission} to the application and give admin consent there (the service said \
                 {code})"
            )),
            Self::Denied { permission, code } => Some(format!(
                "permission missing: grant {permission} to the application and give admin consent{}",
                code.as_ref()
                    .map(|code| format!(" (the service said {code})"))
                    .unwrap_or_default()
            )),
            Self::Unlicensed { plan } => Some(format!("the tenant has no {plan}")),
            Self::Throttled { until: None } => {
                Some("the service throttled for longer than the budget".into())
            }
            Self::Throttled { until: Some(until) } => Some(format!(
                "the service throttled for longer than the budget: try again after {}",
                timestamp::format(*until)
            )),
            Self::Unauthenticated { error } | Self::Failed { error } => Some(error.clone()),
            Self::Skipped { reason } => Some(reason.clone()),
        }
    }

    /// Whether everything was read.
    pub const fn is_complete(&self) -> bool {
        matches!(self, Self::Complete)
    }

    /// Whether every object was read, if perhaps not all there is to know about it. A count that
    /// differs puts that in doubt.
    pub(crate) const fn has_all_objects(&self) -> bool {
        match self {
            Self::Complete => true,
            Self::Partial { reason } => {
                !reason.lacks_objects() && !matches!(reason, PartialReason::Count { .. })
            }
            _ => false,
        }
    }
}

/// Whether a source that ended by itself read everything.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completeness {
    /// Everything.
    Complete,
    /// Not everything; nothing is swept then.
    Partial(PartialReason),
}

/// What a partial reading lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartialReason {
    /// Items of the collection that could not be read.
    Malformed {
        /// How many.
        items: u64,
    },
    /// Objects that are no longer listed, too many to believe: they were kept.
    HeldRemovals {
        /// How many the sweep would have removed.
        removals: u64,
        /// Of how many that are stored.
        of: u64,
    },
    /// Objects of the collection whose own read failed.
    Unread {
        /// How many.
        objects: u64,
        /// Why the first of them failed.
        error: String,
    },
    /// The read stopped in the middle; what came before is stored.
    Interrupted {
        /// Why.
        error: String,
    },
    /// Events of a time that was not read while the service still kept them: they are lost.
    Window {
        /// From this time …
        #[serde(with = "timestamp")]
        from: SystemTime,
        /// … until this one.
        #[serde(with = "timestamp")]
        until: SystemTime,
    },
    /// The objects that it asks about were themselves not read completely.
    Parents {
        /// The source of those objects.
        source: SourceId,
    },
    /// The service counts more or fewer objects than are stored, beyond what a count that lags
    /// and changes in the meantime explain.
    Count {
        /// The live objects that are stored.
        stored: u64,
        /// The objects that the service counts.
        counted: u64,
    },
    /// A part of each object needs a permission that the application lacks. The objects
    /// themselves were all read.
    Permission {
        /// The permission.
        permission: String,
    },
    /// Objects that changes named, and that the service did not find when it was asked about them:
    /// what was known of them is kept, and the next runs ask again.
    Unconfirmed {
        /// How many.
        objects: u64,
    },
    /// Objects that came under the key of another one and say something else, so that only one of both
    /// is stored.
    Collided {
        /// How many are not.
        objects: u64,
    },
    /// Only so many were asked about, for the sake of the service's limits.
    Bounded {
        /// How many were.
        asked: u64,
        /// How many were not.
        left_out: u64,
    },
    /// The tenant conceals the names in its reports: every row was read, but none can be joined to
    /// people, groups or sites.
    Concealed,
}

impl PartialReason {
    /// Whether objects may be missing, and not only a part of what there is to know about them.
    pub(crate) const fn lacks_objects(&self) -> bool {
        !matches!(
            self,
            Self::Permission { .. }
                | Self::Concealed
                | Self::Count { .. }
                | Self::Unconfirmed { .. }
        )
    }
}

impl fmt::Display for PartialReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { items } => write!(f, "{items} items could not be read"),
            Self::HeldRemovals { removals, of } => write!(
                f,
                "{removals} of {of} stored objects are no longer listed, which is too many to \
                 believe: they were kept; confirm to remove them"
            ),
            Self::Unread { objects, error } => {
                write!(f, "{objects} objects could not be read: {error}")
            }
            Self::Interrupted { error } => write!(f, "stopped in the middle: {error}"),
            Self::Window { from, until } => write!(
                f,
                "what happened between {} and {} was not read while the service kept it",
                timestamp::format(*from),
                timestamp::format(*until)
            ),
            Self::Parents { source } => {
                write!(
                    f,
                    "{source} were not read completely, so some may be missing here"
                )
            }
            Self::Count { stored, counted } => write!(
                f,
                "{stored} objects are stored, but the service counts {counted}"
            ),
            Self::Permission { permission } => {
                write!(f, "a part needs the permission {permission}")
            }
            Self::Unconfirmed { objects } => write!(
                f,
                "{objects} objects that changes name were not found when they were asked for: what \
                 was known of them is kept, and the next runs ask again"
            ),
            Self::Collided { objects } => write!(
                f,
                "{objects} objects came under the key of another one, so that only one of both is stored"
            ),
            Self::Bounded { asked, left_out } => write!(
                f,
                "{asked} were asked about and {left_out} were not, to stay within the limits"
            ),
            Self::Concealed => f.write_str(
                "the tenant conceals names in its reports, so that they cannot be joined to \
                 people, groups or sites",
            ),
        }
    }
}

/// What one run of a source did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunStats {
    /// Items received, removals included.
    pub seen: u64,
    /// Objects and relations stored or changed.
    pub upserted: u64,
    /// Objects and relations removed.
    pub removed: u64,
    /// Objects and relations that were seen and not stored, because they are of people who were
    /// [erased](crate::Store::erase).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub forgotten: u64,
    /// Requests sent, retries included; a batch is one.
    pub requests: u64,
    /// Requests inside batches, each of which counts against the service's limits as if it were
    /// sent by itself.
    #[serde(default)]
    pub batched: u64,
    /// Requests that the service throttled.
    pub throttled: u64,
    /// Bytes of bodies received.
    pub bytes: u64,
    /// What the service counted at the end, where it was asked and answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
    /// How long it took, in milliseconds.
    #[serde(rename = "milliseconds")]
    pub elapsed_ms: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde's `skip_serializing_if` asks for"
)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl RunStats {
    /// How long the run took.
    pub const fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }
}
