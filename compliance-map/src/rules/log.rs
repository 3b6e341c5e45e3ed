//! Logs, alerts and scores.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding, parameter};
use crate::facts::{
    AlertFact, DirectoryLogFact, LifecycleEventFact, LogExportFact, LogRetentionFact, RiskFact,
    Row, SecureScoreFact, UnifiedAuditFact,
};
use crate::framework::DirectoryLog;

const SECONDS_PER_DAY: i64 = 86_400;
const AHEAD: &str = "it is dated after the time of the assessment";

pub(super) fn unified_audit(context: &Context<'_>) -> Finding {
    Question::new(
        "does the unified audit log take in events?",
        "switch on the unified audit log",
    )
    .every(context, |row: &UnifiedAuditFact| {
        Answer::is(row.enabled, true, "the unified audit log is switched off")
    })
}

pub(super) fn retention(context: &Context<'_>, days: u32) -> Finding {
    Question::new(
        format!("are audit records kept for {days} days or more?"),
        "keep audit records longer, by license, retention policy or export",
    )
    .every(context, |row: &LogRetentionFact| {
        Answer::at_least(row.days, days, |n| format!("kept for {n} days only"))
    })
}

pub(super) fn export(context: &Context<'_>) -> Finding {
    let none = "the logs are copied nowhere";
    Question::new(
        "are the logs copied to a central place?",
        "stream the logs to a central place, by diagnostic settings or a connector",
    )
    .any(context, none, |row: &LogExportFact| {
        let takes = row.categories.as_ref().map_or(Some(true), |categories| {
            let has = |name: &str| categories.iter().any(|c| c.eq_ignore_ascii_case(name));
            if has("AuditLogs") && has("SignInLogs") {
                Some(true)
            } else {
                categories.is_empty().then_some(false)
            }
        });
        Answer::all_of([row.enabled, takes], none)
    })
}

/// A record can be read, so the log is kept. A log without any record proves nothing.
pub(super) fn directory(context: &Context<'_>, log: DirectoryLog, days: u32) -> Finding {
    let (name, words) = match log {
        DirectoryLog::SignIns => (
            "sign_ins",
            "are sign-ins logged, failed ones among them, and can the records be read?",
        ),
        DirectoryLog::Audits => (
            "audits",
            "are changes of accounts, roles and credentials logged, and can the records be read?",
        ),
    };
    let limit = i64::from(days) * SECONDS_PER_DAY;
    let as_of = context.evidence.as_of();
    Question::new(
        words,
        "find out why the directory's log takes in no records",
    )
    .every(context, |row: &DirectoryLogFact| {
        match (&row.log, row.oldest, row.newest) {
            (Some(found), _, _) if !found.eq_ignore_ascii_case(name) => Answer::Skip,
            (_, None, _) => Answer::Unknown("no record was seen in the log"),
            (_, Some(oldest), newest) if oldest > as_of || newest.is_some_and(|n| n > as_of) => {
                Answer::Unknown(AHEAD)
            }
            (_, _, Some(newest)) if as_of.is_more_than_seconds_after(newest, limit) => {
                Answer::Fail(format!("no record for more than {days} days"))
            }
            _ => Answer::Pass,
        }
    })
}

/// See <https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-audit-logs>.
pub(super) fn lifecycle(context: &Context<'_>) -> Finding {
    Question::new(
        "does every recorded change of an account tell who made it, and when?",
        "find out who made the changes listed",
    )
    .none_is_open("no change of any account is recorded, which is suspicious over a week")
    .every(context, |row: &LifecycleEventFact| {
        let told = |text: &Option<String>| text.as_deref().map(|text| !text.trim().is_empty());
        let why = "who made the change is not recorded";
        Answer::all_of(
            [told(&row.actor), told(&row.action), row.time.map(|_| true)],
            why,
        )
    })
}

pub(super) fn alerts_taken_up(context: &Context<'_>, days: u32) -> Finding {
    let limit = i64::from(days) * SECONDS_PER_DAY;
    let as_of = context.evidence.as_of();
    let words = format!("was every alert of medium or high severity taken up within {days} days?");
    Question::new(words, "look into the alerts listed")
        .none_passes("there was no alert in the period")
        .every(context, |row: &AlertFact| {
            let is = |text: &Option<String>, words: &[&str]| {
                let text = text.as_deref().unwrap_or_default();
                words.iter().any(|word| text.eq_ignore_ascii_case(word))
            };
            if is(&row.kind, &["policy"]) || is(&row.severity, &["informational", "low"]) {
                return Answer::Skip;
            }
            if is(&row.status, &["inProgress", "resolved"]) {
                return Answer::Pass;
            }
            match row.created {
                _ if !is(&row.status, &["new"]) => Answer::Unknown(NOT_READ),
                None => Answer::Unknown("when it was raised was not read"),
                Some(time) if time > as_of => Answer::Unknown(AHEAD),
                Some(time) if as_of.is_more_than_seconds_after(time, limit) => {
                    Answer::Fail(format!("nobody took it up within {days} days"))
                }
                Some(_) => Answer::Pass,
            }
        })
}

pub(super) fn alert_policies(context: &Context<'_>) -> Finding {
    let none = "no policy that raises alerts is in force";
    Question::new(
        "is a policy in force that raises alerts?",
        "set up alert policies",
    )
    .any(context, none, |row: &AlertFact| match row.kind.as_deref() {
        Some(kind) if kind.eq_ignore_ascii_case("policy") => Answer::is(row.enabled, true, none),
        Some(_) => Answer::Skip,
        None => Answer::Unknown("whether it is an alert or a policy was not read"),
    })
}

/// See <https://learn.microsoft.com/en-us/entra/id-protection/howto-identity-protection-remediate-unblock>.
pub(super) fn risks_dealt_with(context: &Context<'_>, days: u32) -> Finding {
    let limit = i64::from(days) * SECONDS_PER_DAY;
    let as_of = context.evidence.as_of();
    let words = format!("was every account at high risk dealt with within {days} days?");
    Question::new(words, "secure the accounts listed, or dismiss the risk")
        .none_passes("no account is at risk")
        .every(context, |row: &RiskFact| {
            let state = row.state.as_deref().unwrap_or_default();
            let level = row.level.as_deref().unwrap_or_default();
            match state.to_ascii_lowercase().as_str() {
                "none" | "remediated" | "dismissed" | "confirmedsafe" => Answer::Pass,
                "confirmedcompromised" => Answer::fail("it is confirmed to be compromised"),
                "atrisk" => match (level.to_ascii_lowercase().as_str(), row.updated) {
                    ("high", Some(time)) if time > as_of => Answer::Unknown(AHEAD),
                    ("high", Some(time)) if as_of.is_more_than_seconds_after(time, limit) => {
                        Answer::Fail(format!("at high risk for more than {days} days"))
                    }
                    ("high", Some(_)) | ("low" | "medium" | "none", _) => Answer::Pass,
                    _ => Answer::Unknown("how high the risk is, and since when, is not told"),
                },
                _ => Answer::Unknown(NOT_READ),
            }
        })
}

/// The latest day counts.
pub(super) fn secure_score(context: &Context<'_>, percent: Option<u32>) -> Finding {
    let words = match percent {
        Some(percent) => format!("does Secure Score reach {percent} % of what is possible?"),
        None => "does Secure Score reach the declared share of what is possible?".to_owned(),
    };
    let question = Question::new(words, "follow the recommendations of Secure Score");
    let Some(percent) = percent else {
        return question.undeclared::<SecureScoreFact>(context, parameter::SCORE_PERCENT);
    };
    let as_of = context.evidence.as_of();
    let rows = &SecureScoreFact::fact(context.evidence.facts).items;
    let days = rows.iter().filter_map(|row| row.time);
    let latest = days.filter(|time| *time <= as_of).max();
    let of_the_day = |row: &&SecureScoreFact| latest.is_some() && row.time == latest;
    let row = rows.iter().rfind(of_the_day);
    question.every(context, |_: &SecureScoreFact| {
        let share = row.and_then(|row| row.score.zip(row.max));
        match share {
            Some((score, max)) if max > 0.0 && score.is_finite() && max.is_finite() => {
                if score * 100.0 >= f64::from(percent) * max {
                    Answer::Pass
                } else {
                    Answer::Fail(format!("{score} of {max} points"))
                }
            }
            _ => Answer::Unknown(NOT_READ),
        }
    })
}
