//! Questions about settings: each row of one fact passes, fails, or does not tell.

use super::{Context, Finding, Target};
use crate::assess::Missing;
use crate::evidence::{Grade, latest};

/// The subject of a question about the tenant as a whole.
pub(crate) const TENANT: &str = "tenant";

/// What a row shows.
pub(super) enum Answer {
    Pass,
    Fail(String),
    /// The row does not tell.
    Unknown(&'static str),
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
}

pub(super) const NOT_READ: &str = "the setting was not read";

/// What is asked, of which fact, and what helps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    pub(super) key: &'static str,
    pub(super) words: &'q str,
    pub(super) advice: &'static str,
}

impl Question<'_> {
    /// Rows of some facts are policies, those of others are what policies apply to.
    fn target(&self) -> Target {
        match self.key {
            "email.antimalware"
            | "email.antispam"
            | "email.antiphish"
            | "email.safe_links"
            | "email.safe_attachments"
            | "data.dlp"
            | "data.retention"
            | "auth.session" => Target::Policies(self.key),
            key => Target::Objects(key),
        }
    }

    fn finding(&self, context: &Context<'_>) -> Finding {
        let mut finding = Finding {
            question: self.words.to_owned(),
            advice: self.advice,
            target: Some(self.target()),
            whole: true,
            ..Finding::default()
        };
        context.need(self.key, &mut finding);
        finding
    }

    /// A finding in which nothing can be told because a parameter is the organisation's to set.
    pub(super) fn undeclared(&self, context: &Context<'_>, parameter: &str) -> Finding {
        let mut finding = self.finding(context);
        finding.whole = false;
        finding.nobody = Some("the limit is the organisation's to set, and none was declared");
        finding.missing.insert(Missing {
            fact: parameter.to_owned(),
            problem: "is not declared; set it in the overlay or the options".to_owned(),
            permission: None,
            licence: None,
        });
        finding
    }

    /// Asks every row. `none` says what it means that there is no row at all; without it, no row
    /// means that the collection is broken.
    pub(super) fn every<'a, T>(
        &self,
        context: &Context<'a>,
        rows: &'a [T],
        id: impl Fn(&'a T) -> &'a str,
        none: Option<&str>,
        judge: impl Fn(&'a T) -> Answer,
    ) -> Finding {
        let mut finding = self.finding(context);
        let grade = context.evidence.grade(self.key);
        if grade == Grade::Absent {
            finding.nobody = Some("the evidence is missing");
            return finding;
        }
        for (id, row) in latest(rows, id) {
            let id = id.to_owned();
            match judge(row) {
                Answer::Pass => finding.passing += 1,
                Answer::Fail(why) => drop(finding.failing.insert(id, why)),
                Answer::Unknown(why) => {
                    finding.missing.insert(context.evidence.missing(self.key));
                    finding.unknown.insert(id, why.to_owned());
                }
                Answer::Skip => {}
            }
        }
        if finding.population() == 0 {
            match none {
                Some(why) if grade == Grade::Whole => {
                    finding.failing.insert(TENANT.to_owned(), why.to_owned());
                }
                _ => {
                    finding.missing.insert(context.evidence.missing(self.key));
                    finding.nobody = Some("nothing that the question is about was read");
                }
            }
        }
        finding.in_place = finding.passing > 0;
        finding
    }

    /// Asks the only row of a fact about the tenant.
    pub(super) fn tenant<'a, T>(
        &self,
        context: &Context<'a>,
        rows: &'a [T],
        judge: impl Fn(&'a T) -> Answer,
    ) -> Finding {
        self.every(context, rows, |_| TENANT, None, judge)
    }

    /// Asks whether at least one row passes.
    pub(super) fn any<'a, T>(
        &self,
        context: &Context<'a>,
        rows: &'a [T],
        id: impl Fn(&'a T) -> &'a str,
        none: &str,
        judge: impl Fn(&'a T) -> Answer,
    ) -> Finding {
        let each = self.every(context, rows, id, Some(none), judge);
        let mut finding = Finding {
            passing: each.passing.min(1),
            failing: std::collections::BTreeMap::new(),
            unknown: std::collections::BTreeMap::new(),
            ..each.clone()
        };
        if each.passing > 0 || each.nobody.is_some() {
            return finding;
        }
        let tenant = TENANT.to_owned();
        if !each.unknown.is_empty() {
            finding.unknown.insert(tenant, NOT_READ.to_owned());
        } else if each.whole {
            finding.failing.insert(tenant, none.to_owned());
        } else {
            finding.nobody = Some("none was seen, but the list is not complete");
        }
        finding
    }
}
