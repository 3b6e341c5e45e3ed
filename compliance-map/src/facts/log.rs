//! Rows about logs, alerts and scores.

use super::row::row;
use crate::Timestamp;

row! {
    /// The unified audit log, key `log.unified_audit`; one row.
    UnifiedAuditFact of TENANT {
        /// Whether it takes in events.
        enabled: bool,
    }
}

row! {
    /// The directory's own logs, key `log.directory`; one row for both, or one for each.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/azure-ad-auditlog-overview>.
    DirectoryLogFact if log {
        /// `sign_ins` or `audits`; absent when the row is about both.
        log: String,
        /// The time of the oldest record that can be read.
        oldest: Timestamp,
        /// The time of the newest.
        newest: Timestamp,
    }
}

row! {
    /// How long audit records are kept, key `log.retention`.
    LogRetentionFact by scope {
        /// Days.
        days: u32,
        /// Where that is set.
        source: String,
    }
}

row! {
    /// A place that logs are copied to, key `log.export`.
    LogExportFact by destination {
        /// Whether it is in force.
        enabled: bool,
        /// What it takes in, in the service's words: `AuditLogs`, `SignInLogs` and so on.
        categories: Vec<String>,
    }
}

row! {
    /// An alert, or a policy that raises alerts, key `log.alerts`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/security-alert>.
    AlertFact by id {
        /// `alert` or `policy`.
        kind: String,
        /// Alert: `informational`, `low`, `medium` or `high`.
        severity: String,
        /// Alert: `new`, `inProgress` or `resolved`.
        status: String,
        /// Alert: when it was raised.
        created: Timestamp,
        /// Policy: whether it is in force.
        enabled: bool,
    }
}

row! {
    /// A day's Secure Score, key `posture.secure_score`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/securescore>.
    SecureScoreFact of TENANT {
        /// The day.
        time: Timestamp,
        /// Points reached.
        score: f64,
        /// Points that could be reached.
        max: f64,
    }
}
