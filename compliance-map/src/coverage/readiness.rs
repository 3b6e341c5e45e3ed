//! Whether a person has registered a second factor that can be used.

use std::collections::BTreeMap;

use super::binding::Needed;
use super::method::{MethodSet, Registered};
use super::tri::Tri;
use super::{CROSS_TENANT, METHODS, REGISTRATION};
use crate::evidence::{Evidence, Grade, latest};
use crate::facts::{MethodsFact, RegistrationFact};
use crate::population::Person;

/// What is known about one person's methods.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) answer: Tri,
    pub(crate) whole: bool,
    /// Why not.
    pub(crate) why: &'static str,
    pub(crate) missing: Vec<&'static str>,
}

/// The registered methods of everybody, from the report and from the per-user lists.
#[derive(Debug)]
pub(crate) struct Readiness<'a> {
    report: BTreeMap<&'a str, &'a RegistrationFact>,
    report_whole: bool,
    lists: BTreeMap<&'a str, &'a MethodsFact>,
    lists_whole: bool,
    lists_grade: Grade,
    home_mfa_refused: bool,
}

impl<'a> Readiness<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let facts = evidence.facts;
        let trust = facts.org_cross_tenant.items.last();
        Self {
            report: match evidence.grade(REGISTRATION) {
                Grade::Absent => BTreeMap::new(),
                _ => latest(&facts.auth_registration.items, |row| &row.user),
            },
            report_whole: evidence.is_whole(REGISTRATION),
            lists: match evidence.grade(METHODS) {
                Grade::Absent => BTreeMap::new(),
                _ => latest(&facts.auth_methods.items, |row| &row.user),
            },
            lists_whole: evidence.is_whole(METHODS),
            lists_grade: evidence.grade(METHODS),
            home_mfa_refused: evidence.is_whole(CROSS_TENANT)
                && trust.is_some_and(|row| row.default_inbound_trust_mfa == Some(false)),
        }
    }

    /// The methods of a person, where either fact has a row.
    pub(crate) fn registered(&self, person: &str) -> Option<Registered> {
        let report = self.report.get(person).map(|row| &row.methods);
        let list = self.lists.get(person).map(|row| &row.methods);
        report.or(list).map(|names| Registered::read(names))
    }

    /// Whether the person has a method among those `needed`.
    ///
    /// The registration report knows whether the methods policy allows what is registered, so it
    /// comes first; where report and list contradict each other, nothing is concluded.
    pub(crate) fn of(
        &self,
        person: &Person<'_>,
        needed: Needed,
        may_be_asked_at_home: bool,
    ) -> Ready {
        let by_report = self
            .report
            .get(person.id)
            .map(|row| told_by_report(row, needed));
        let by_list = self
            .lists
            .get(person.id)
            .map(|row| told_by_names(Registered::read(&row.methods), needed));
        let not_allowed = by_report.as_ref().is_some_and(|report| report.not_allowed);
        let report = by_report.map(|report| report.answer);
        let (mut answer, whole) = match (report, by_list) {
            (None, None) => (Tri::Maybe, false),
            (Some(report), None) => (report, self.report_whole),
            (None | Some(Tri::Maybe), Some(list)) => (list, self.lists_whole),
            (Some(Tri::No), Some(Tri::Yes)) if not_allowed => (Tri::No, true),
            (Some(Tri::Yes), Some(Tri::No)) | (Some(Tri::No), Some(Tri::Yes)) => {
                (Tri::Maybe, false)
            }
            (Some(report), Some(_)) => (report, self.report_whole || self.lists_whole),
        };
        let mut missing = vec![REGISTRATION];
        if self.lists_grade != Grade::Absent {
            missing.push(METHODS);
        }
        // https://learn.microsoft.com/en-us/entra/external-id/authentication-conditional-access
        if answer == Tri::No
            && person.fact.is_guest()
            && may_be_asked_at_home
            && !self.home_mfa_refused
        {
            answer = Tri::Maybe;
            missing = vec![CROSS_TENANT];
        }
        Ready {
            answer,
            whole,
            why: if not_allowed {
                "the registered methods are not allowed by the methods policy"
            } else if needed.most == MethodSet::ANY {
                "no usable second factor is registered"
            } else {
                "no registered method is strong enough for what is asked"
            },
            missing,
        }
    }
}

struct Told {
    answer: Tri,
    /// Something is registered that the tenant's methods policy does not allow.
    not_allowed: bool,
}

fn told_by_report(row: &RegistrationFact, needed: Needed) -> Told {
    let registered = Registered::read(&row.methods);
    if row.mfa_capable == Some(false) {
        return Told {
            answer: Tri::No,
            not_allowed: !registered.usable.is_empty(),
        };
    }
    // Capable without a method listed: the report contradicts itself.
    let contradiction = row.mfa_capable == Some(true) && row.methods.is_empty();
    let answer = told_by_names(registered, needed);
    Told {
        answer: if answer == Tri::No && contradiction {
            Tri::Maybe
        } else {
            answer
        },
        not_allowed: false,
    }
}

fn told_by_names(registered: Registered, needed: Needed) -> Tri {
    if !registered.usable.and(needed.least).is_empty() {
        Tri::Yes
    } else if registered.strange || !registered.usable.and(needed.most).is_empty() {
        Tri::Maybe
    } else {
        Tri::No
    }
}
