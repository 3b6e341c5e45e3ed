//! Findings about people: who counts, and how each is asked.

use super::setting::Answer;
use super::{Context, Finding, Target};
use crate::evidence::EvidenceGrade;
use crate::population::{GROUPS, Person, ROLES, USERS};
use crate::verdict::Excluded;

pub(super) const ENABLED_NOT_READ: &str = "whether the account is enabled was not read";

/// Whether it is unknown if the account is enabled; then nothing about it is a proven failure.
pub(super) fn may_be_disabled(person: &Person<'_>) -> bool {
    person.fact.enabled.is_none()
}

/// People who may not belong to the population of a question. If they pass, that does not matter.
#[derive(Debug, Default)]
pub(super) struct Perhaps<'c, 'a> {
    pub(super) people: Vec<&'c Person<'a>>,
    /// The fact that would settle it, and why they are in doubt.
    doubt: (&'static str, &'static str),
}

/// People who count, and the finding about them so far.
#[derive(Debug)]
pub(super) struct Asked<'c, 'a> {
    pub(super) people: Vec<&'c Person<'a>>,
    pub(super) perhaps: Perhaps<'c, 'a>,
    pub(super) finding: Finding,
}

impl<'a> Context<'a> {
    /// A finding about all enabled accounts, with the disabled ones listed and the state of the
    /// account list taken in; the rule adds the people.
    pub(super) fn about_accounts(&self, question: impl Into<String>) -> Finding {
        let disabled = self.population.disabled().map(|person| Excluded {
            id: person.id.to_owned(),
            reason: "disabled".to_owned(),
        });
        let mut finding = Finding {
            question: question.into(),
            excluded: disabled.collect(),
            whole: true,
            ..Finding::default()
        };
        self.need(USERS, &mut finding);
        if self.population.users != EvidenceGrade::Absent
            && self.population.able_to_sign_in().next().is_none()
        {
            finding.undecidable =
                Some("the account list holds no enabled account, which no working tenant has");
        }
        finding
    }

    /// Everybody who can sign in.
    pub(super) fn accounts(&self, question: impl Into<String>) -> Asked<'_, 'a> {
        Asked {
            people: self.population.able_to_sign_in().collect(),
            perhaps: Perhaps::default(),
            finding: self.about_accounts(question),
        }
    }

    /// Guests who can sign in. That there are none is a legitimate answer.
    pub(super) fn guests(&self, question: impl Into<String>) -> Asked<'_, 'a> {
        let mut finding = self.about_accounts(question);
        let everybody = self.population.able_to_sign_in();
        let people: Vec<&Person<'a>> = everybody.filter(|p| p.guest || p.external).collect();
        let disabled = self.population.disabled();
        finding.excluded = disabled
            .filter(|person| person.guest || person.external)
            .map(|person| Excluded {
                id: person.id.to_owned(),
                reason: "disabled".to_owned(),
            })
            .collect();
        let everybody = self.population.able_to_sign_in();
        let untold = everybody.filter(|p| p.may_be_guest && !p.external);
        let perhaps = Perhaps {
            people: untold.collect(),
            doubt: (USERS, "whether the account is a guest's was not read"),
        };
        let untold = !perhaps.people.is_empty();
        if people.is_empty() && self.population.users == EvidenceGrade::Whole && !untold {
            finding.vacuous_pass = Some("there is no guest");
        } else if people.is_empty() {
            finding.missing.insert(self.evidence.missing(USERS));
            finding.undecidable = finding.undecidable.or(Some("no guest was seen"));
        }
        Asked {
            people,
            perhaps,
            finding,
        }
    }

    /// Administrators who can sign in, with the service principals and the disabled ones listed.
    pub(super) fn administrators(&self, question: impl Into<String>) -> Asked<'_, 'a> {
        let population = &self.population;
        let mut finding = self.about_accounts(question);
        let people: Vec<&Person<'a>> = population
            .able_to_sign_in()
            .filter(|p| p.is_admin())
            .collect();
        let everybody = population.able_to_sign_in();
        let why = "holds a role that is not built in, so that it is not known whether the account \
                   administers";
        let perhaps = Perhaps {
            people: everybody.filter(|p| p.may_be_admin()).collect(),
            doubt: (ROLES, why),
        };
        finding.excluded = population
            .disabled()
            .filter(|person| person.is_admin())
            .map(|person| (person.id, "disabled"))
            .chain(
                population
                    .service_principals
                    .iter()
                    .map(|id| (*id, "service principal")),
            )
            .map(|(id, reason)| Excluded {
                id: id.to_owned(),
                reason: reason.to_owned(),
            })
            .collect();
        self.need_roles(&mut finding);
        if !population.unresolved.is_empty() {
            let why =
                "holds a privileged role but is neither in the account list nor in the group list";
            let unresolved = population
                .unresolved
                .iter()
                .map(|id| ((*id).to_owned(), why.to_owned()));
            finding.unknown.extend(unresolved);
        }
        if finding.undecidable.is_none()
            && population.users != EvidenceGrade::Absent
            && population.roles != EvidenceGrade::Absent
            && people.is_empty()
            && finding.unknown.is_empty()
        {
            finding.undecidable =
                Some("no enabled administrator is known, yet every tenant has one");
        }
        Asked {
            people,
            perhaps,
            finding,
        }
    }

    /// Notes that a finding rests on who holds which role.
    pub(super) fn need_roles(&self, finding: &mut Finding) {
        self.need(ROLES, finding);
        if self.population.open_role_group {
            self.need(GROUPS, finding);
            finding.whole = false;
        }
        if !self.population.unresolved.is_empty() {
            finding.missing.insert(self.evidence.missing(USERS));
            finding.missing.insert(self.evidence.missing(GROUPS));
        }
    }
}

impl<'c, 'a> Perhaps<'c, 'a> {
    /// Takes in those who do not pass.
    pub(super) fn count(
        self,
        context: &Context<'_>,
        finding: &mut Finding,
        mut passes: impl FnMut(&'c Person<'a>) -> bool,
    ) {
        let (key, why) = self.doubt;
        for person in self.people {
            if !passes(person) {
                finding.count(context, key, person.id, Answer::Unknown(why));
            }
        }
    }
}

impl<'c, 'a> Asked<'c, 'a> {
    /// Asks each person about a fact. What fails has to be changed in the account, as `advice` says.
    pub(super) fn each(
        self,
        context: &Context<'a>,
        key: &'static str,
        advice: &'static str,
        judge: impl Fn(&'c Person<'a>) -> Answer,
    ) -> Finding {
        let mut finding = self.finding;
        finding.advice = advice;
        finding.target = Some(Target::Accounts);
        context.need(key, &mut finding);
        for person in self.people {
            let (answer, key) = if may_be_disabled(person) {
                (Answer::Unknown(ENABLED_NOT_READ), USERS)
            } else {
                (judge(person), key)
            };
            finding.count(context, key, person.id, answer);
        }
        self.perhaps.count(context, &mut finding, |person| {
            matches!(judge(person), Answer::Pass)
        });
        finding.in_place = finding.passing > 0;
        finding
    }
}
