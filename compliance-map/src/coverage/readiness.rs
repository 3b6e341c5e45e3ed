//! Whether a person has registered a second factor that can be used.

use super::binding::Needed;
use super::method::{MethodSet, Registered};
use super::tri::Tri;
use super::{CROSS_TENANT, METHODS, REGISTRATION};
use crate::evidence::{Evidence, Grade};
use crate::facts::{MethodsFact, RegistrationFact};
use crate::population::{ByPerson, Person, Population};

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
    report: ByPerson<'a, RegistrationFact>,
    report_whole: bool,
    lists: ByPerson<'a, MethodsFact>,
    lists_whole: bool,
    lists_grade: Grade,
    home_mfa_refused: bool,
}

impl<'a> Readiness<'a> {
    pub(crate) fn new(evidence: Evidence<'a>, population: &Population<'a>) -> Self {
        let facts = evidence.facts;
        let trust = facts.org_cross_tenant.items.last();
        Self {
            report: match evidence.grade(REGISTRATION) {
                Grade::Absent => ByPerson::default(),
                _ => population.rows_by_person(&facts.auth_registration.items, |row| &row.user),
            },
            report_whole: evidence.is_whole(REGISTRATION),
            lists: match evidence.grade(METHODS) {
                Grade::Absent => ByPerson::default(),
                _ => population.rows_by_person(&facts.auth_methods.items, |row| &row.user),
            },
            lists_whole: evidence.is_whole(METHODS),
            lists_grade: evidence.grade(METHODS),
            home_mfa_refused: evidence.is_whole(CROSS_TENANT)
                && trust.is_some_and(|row| row.default_inbound_trust_mfa == Some(false)),
        }
    }

    /// The methods of a person, where either fact has a row.
    pub(crate) fn registered(&self, person: &Person<'_>) -> Option<Registered> {
        let report = self.report.of(person).map(|row| &row.methods);
        let list = self.lists.of(person).map(|row| &row.methods);
        report.or(list).map(|names| Registered::read(names))
    }

    /// Whether the person has a method among those `needed`.
    ///
    /// Guests may be asked in their home tenant, which conditional access can be set to trust:
    /// <https://learn.microsoft.com/en-us/entra/external-id/authentication-conditional-access>.
    pub(crate) fn of(
        &self,
        person: &Person<'_>,
        needed: Needed,
        may_be_asked_at_home: bool,
    ) -> Ready {
        let Told {
            mut answer,
            not_allowed,
            whole,
        } = self.told(person, needed);
        let mut missing = Vec::new();
        let generous = Needed {
            least: needed.most,
            ..needed
        };
        // Where every method that might do would do, it is the rules that are not known, not the methods.
        if answer == Tri::Maybe && self.told(person, generous).answer == Tri::Maybe {
            missing.push(REGISTRATION);
            if self.lists_grade != Grade::Absent {
                missing.push(METHODS);
            }
        }
        if answer == Tri::No && person.guest && may_be_asked_at_home && !self.home_mfa_refused {
            answer = Tri::Maybe;
            missing.push(CROSS_TENANT);
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

    /// What report and list say together.
    ///
    /// The registration report knows whether the methods policy allows what is registered, so it
    /// comes first; where report and list contradict each other, nothing is concluded.
    fn told(&self, person: &Person<'_>, needed: Needed) -> Told {
        let list = self.lists.of(person);
        let list = list.map(|row| told_by_names(Registered::read(&row.methods), needed));
        let Some(row) = self.report.of(person) else {
            return Told {
                answer: list.unwrap_or(Tri::Maybe),
                not_allowed: false,
                whole: list.is_some() && self.lists_whole,
            };
        };
        let (report, not_allowed) = told_by_report(row, needed);
        let (answer, whole) = match (report, list) {
            (Tri::No, _) if not_allowed => (Tri::No, self.report_whole),
            (Tri::Yes, Some(Tri::No)) | (Tri::No, Some(Tri::Yes)) => (Tri::Maybe, false),
            (Tri::Maybe, Some(list)) => (list, self.lists_whole),
            (report, _) => (report, self.report_whole),
        };
        Told {
            answer,
            not_allowed,
            whole,
        }
    }
}

struct Told {
    answer: Tri,
    /// Something is registered that the tenant's methods policy does not allow.
    not_allowed: bool,
    whole: bool,
}

/// What the report says, and whether something is registered that is not allowed.
fn told_by_report(row: &RegistrationFact, needed: Needed) -> (Tri, bool) {
    let registered = Registered::read(&row.methods);
    if row.mfa_capable == Some(false) {
        return (Tri::No, !registered.usable.is_empty());
    }
    // Capable without a method listed: the report contradicts itself.
    let contradiction = row.mfa_capable == Some(true) && row.methods.is_empty();
    match told_by_names(registered, needed) {
        Tri::No if contradiction => (Tri::Maybe, false),
        answer => (answer, false),
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
