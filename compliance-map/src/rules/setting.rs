//! Questions about settings: each row of one fact passes, fails, or does not tell.

use super::{Context, Finding, Target};
use crate::directory::{ByReason, Member};
use crate::evidence::{EvidenceGrade, latest};
use crate::facts::{Row, Subject, narrowing};
use crate::verdict::Missing;

/// What a row shows.
pub(super) enum Answer {
    Pass,
    Fail(String),
    /// The row does not tell.
    Unknown(&'static str),
    /// Another fact, under this key, does not tell.
    Lacks(&'static str, &'static str),
    /// The question is not about this row.
    Skip,
}

impl Answer {
    pub(super) fn fail(why: &str) -> Self {
        Self::Fail(why.to_owned())
    }

    /// Passes when a setting has the wanted value.
    pub(super) fn is(found: Option<bool>, wanted: bool, why_not: &str) -> Self {
        match found {
            Some(found) if found == wanted => Self::Pass,
            Some(_) => Self::fail(why_not),
            None => Self::Unknown(NOT_READ),
        }
    }

    /// Passes when all are on, fails when one is off.
    pub(super) fn all_of<const N: usize>(settings: [Option<bool>; N], why_not: &str) -> Self {
        if settings.contains(&Some(false)) {
            Self::fail(why_not)
        } else if settings.contains(&None) {
            Self::Unknown(NOT_READ)
        } else {
            Self::Pass
        }
    }

    /// Passes when a number is at most `limit`.
    pub(super) fn at_most(found: Option<u32>, limit: u32, why_not: impl Fn(u32) -> String) -> Self {
        match found {
            Some(found) if found > limit => Self::Fail(why_not(found)),
            Some(_) => Self::Pass,
            None => Self::Unknown(NOT_READ),
        }
    }

    /// Passes when a number is at least `limit`.
    pub(super) fn at_least(
        found: Option<u32>,
        limit: u32,
        why_not: impl Fn(u32) -> String,
    ) -> Self {
        match found {
            Some(found) if found < limit => Self::Fail(why_not(found)),
            Some(_) => Self::Pass,
            None => Self::Unknown(NOT_READ),
        }
    }
}

pub(super) const NOT_READ: &str = "the setting was not read";

pub(super) const NARROWED: &str = "more is said of it, and what that takes away is not known";

/// Members that change nothing of what a row of any fact proves, on 2026-11-29. They are what Graph tells
/// beside settings: <https://learn.microsoft.com/en-us/graph/api/overview>.
const REMARKS: [&str; 23] = [
    "app_id",
    "default",
    "dynamic",
    "ends_read",
    "expiration_required",
    "federated_idp_mfa_behavior",
    "has_protection",
    "idle_session_sign_out",
    "is_legacy_auth_protocols_enabled",
    "is_resharing_by_external_users_enabled",
    "on_premises_mode",
    "owner_name",
    "owner_upn",
    "platform",
    "role_id",
    "role_name",
    "sharing_domain_restriction_mode",
    "target_name",
    "target_upn",
    "team",
    "title",
    "type",
    "under_policy",
];

/// Whether a row has members that are not modelled, which may take away from what it proves. It does not
/// apply to the tenant's own record, nor to conditional access, whose rules look at such members.
pub(super) fn is_narrowed<T: Row>(row: &T) -> bool {
    let mut further = narrowing(row.extra(), &REMARKS).filter(|name| !T::REMARKS.contains(name));
    !["auth.ca_policies", "org.tenant"].contains(&T::KEY) && further.next().is_some()
}

/// What it means that a whole list holds nothing that the question is about.
#[derive(Debug, Clone, Copy)]
enum NoRows {
    /// Such a list is not possible, so the collection is broken; or it proves nothing.
    ProvesNothing(&'static str),
    /// What is asked is lacking.
    Fails(&'static str),
    /// It may be done outside Microsoft 365, so an attestation can settle it.
    Attestable(&'static str),
    /// There is nothing that could fail.
    Passes(&'static str),
}

/// What is asked, and what helps those that fail.
#[derive(Debug)]
pub(super) struct Question {
    words: String,
    advice: &'static str,
    none: NoRows,
}

impl Question {
    pub(super) fn new(words: impl Into<String>, advice: &'static str) -> Self {
        Self {
            words: words.into(),
            advice,
            none: NoRows::ProvesNothing("nothing that the question is about was read"),
        }
    }

    /// No row at all is a lack.
    pub(super) fn none_fails(self, why: &'static str) -> Self {
        let none = NoRows::Fails(why);
        Self { none, ..self }
    }

    /// No row at all is a legitimate answer, and nothing can fail then.
    pub(super) fn none_passes(self, why: &'static str) -> Self {
        let none = NoRows::Passes(why);
        Self { none, ..self }
    }

    /// No row at all leaves the question open.
    pub(super) fn none_is_open(self, why: &'static str) -> Self {
        let none = NoRows::ProvesNothing(why);
        Self { none, ..self }
    }

    /// No row at all leaves the question open, and a signature can settle it.
    pub(super) fn none_is_attestable(self, why: &'static str) -> Self {
        let none = NoRows::Attestable(why);
        Self { none, ..self }
    }

    fn finding(&self, context: &Context<'_>, key: &'static str) -> Finding {
        let mut finding = Finding {
            question: self.words.clone(),
            advice: self.advice,
            target: Some(target(key)),
            whole: true,
            ..Finding::default()
        };
        context.need(key, &mut finding);
        finding
    }

    /// A finding in which nothing can be told because a parameter is the organisation's to set.
    pub(super) fn undeclared<T: Row>(&self, context: &Context<'_>, parameter: &str) -> Finding {
        let mut finding = self.finding(context, T::KEY);
        finding.want_parameter(parameter);
        finding
    }

    /// Asks every row.
    pub(super) fn every<'a, T: Row + Subject>(
        &self,
        context: &Context<'a>,
        judge: impl Fn(&'a T) -> Answer,
    ) -> Finding {
        let mut finding = self.finding(context, T::KEY);
        let grade = context.evidence.grade(T::KEY);
        if grade == EvidenceGrade::Absent {
            finding.undecidable = Some("the evidence is missing");
            return finding;
        }
        let rows = &T::fact(context.evidence.facts).items;
        for (id, row) in latest(rows, T::subject) {
            let answer = match judge(row) {
                Answer::Pass if is_narrowed(row) => Answer::Unknown(NARROWED),
                answer => answer,
            };
            let member = context.population.member(id);
            finding.count(context, T::KEY, member, answer);
        }
        if finding.counts_nobody() {
            match self.none {
                NoRows::Fails(why) if grade == EvidenceGrade::Whole => {
                    finding.failing.insert(context.tenant(), why);
                }
                NoRows::Passes(why) if grade == EvidenceGrade::Whole => {
                    finding.vacuous_pass = Some(why);
                }
                NoRows::Attestable(why) if grade == EvidenceGrade::Whole => {
                    finding.missing.insert(context.evidence.missing(T::KEY));
                    finding.attestable = true;
                    finding.undecidable = Some(why);
                }
                NoRows::ProvesNothing(why) => {
                    finding.missing.insert(context.evidence.missing(T::KEY));
                    finding.undecidable = Some(why);
                }
                _ => {
                    finding.missing.insert(context.evidence.missing(T::KEY));
                    finding.undecidable = Some("none was seen, but the list is not complete");
                }
            }
        }
        finding.in_place = finding.passing > 0;
        finding
    }

    /// Asks whether at least one row passes; `none` says what it means that none does.
    pub(super) fn any<'a, T: Row + Subject>(
        self,
        context: &Context<'a>,
        none: &'static str,
        judge: impl Fn(&'a T) -> Answer,
    ) -> Finding {
        let each = self.none_fails(none).every(context, judge);
        let mut finding = Finding {
            passing: each.passing.min(1),
            failing: ByReason::default(),
            unknown: ByReason::default(),
            ..each.clone()
        };
        if each.passing > 0 || each.undecidable.is_some() {
            return finding;
        }
        if !each.unknown.is_empty() {
            finding.unknown.insert(context.tenant(), NOT_READ);
        } else if each.whole {
            finding.failing.insert(context.tenant(), none);
        } else {
            finding.undecidable = Some("none was seen, but the list is not complete");
        }
        finding
    }
}

/// Rows of some facts are policies, those of others are what policies apply to.
fn target(key: &'static str) -> Target {
    match key {
        "auth.session"
        | "data.dlp"
        | "data.retention"
        | "device.compliance"
        | "device.config"
        | "email.antimalware"
        | "email.antiphish"
        | "email.antispam"
        | "email.safe_attachments"
        | "email.safe_links"
        | "collab.teams" => Target::Policies(key),
        key => Target::Objects(key),
    }
}

impl Finding {
    /// Counts what one row or person shows.
    pub(super) fn count(
        &mut self,
        context: &Context<'_>,
        key: &str,
        member: Member<'_>,
        answer: Answer,
    ) {
        match answer {
            Answer::Pass => self.passing += 1,
            Answer::Fail(why) => self.failing.insert(member, &why),
            Answer::Unknown(why) => self.is_unknown(context, key, member, why),
            Answer::Lacks(key, why) => {
                self.count(context, key, member, Answer::Unknown(why));
            }
            Answer::Skip => {}
        }
    }

    /// Notes that nothing is proven of somebody, and the fact that would prove it.
    pub(super) fn is_unknown(
        &mut self,
        context: &Context<'_>,
        key: &str,
        member: Member<'_>,
        why: &str,
    ) {
        if !self.missing.iter().any(|missing| missing.fact == key) {
            self.missing.insert(context.evidence.missing(key));
        }
        self.unknown.insert(member, why);
    }

    /// Nothing can be told because a parameter is the organisation's to set.
    pub(super) fn want_parameter(&mut self, parameter: &str) {
        self.whole = false;
        self.undecidable = Some("the limit is the organisation's to set, and none was declared");
        self.missing.insert(Missing {
            fact: parameter.to_owned(),
            problem: "is not declared; set it in the overlay or the options".to_owned(),
            permission: None,
            license: None,
        });
    }
}
