//! Findings about people: who counts, and how each is asked.

use roaring::RoaringBitmap;

use super::setting::Answer;
use super::{Context, Finding, Target};
use crate::evidence::EvidenceGrade;
use crate::population::{GROUPS, Person, ROLES, USERS};

pub(super) const ENABLED_NOT_READ: &str = "whether the account is enabled was not read";

/// Whether it is unknown if the account is enabled; then nothing about it is a proven failure.
pub(super) fn may_be_disabled(person: &Person<'_>) -> bool {
    person.profile.enabled.is_none()
}

/// People who may not belong to the population of a question. If they pass, that does not matter.
#[derive(Debug, Default)]
pub(super) struct Perhaps {
    /// Where they stand in the directory.
    pub(super) people: RoaringBitmap,
    /// The fact that would settle it, and why they are in doubt.
    doubt: (&'static str, &'static str),
}

/// People who count, and the finding about them so far.
#[derive(Debug)]
pub(super) struct Asked {
    /// Where they stand in the directory.
    pub(super) people: RoaringBitmap,
    pub(super) perhaps: Perhaps,
    pub(super) finding: Finding,
}

impl Context<'_> {
    /// A finding about all enabled accounts, with the disabled ones listed and the state of the
    /// account list taken in; the rule adds the people.
    pub(super) fn about_accounts(&self, question: impl Into<String>) -> Finding {
        let mut finding = Finding {
            question: question.into(),
            whole: true,
            ..Finding::default()
        };
        finding.exclude(self.population.disabled());
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
    pub(super) fn accounts(&self, question: impl Into<String>) -> Asked {
        Asked {
            people: positions(self.population.able_to_sign_in()),
            perhaps: Perhaps::default(),
            finding: self.about_accounts(question),
        }
    }

    /// Guests who can sign in. That there are none is a legitimate answer.
    pub(super) fn guests(&self, question: impl Into<String>) -> Asked {
        let mut finding = self.about_accounts(question);
        let everybody = self.population.able_to_sign_in();
        let people = positions(everybody.filter(Person::is_outside));
        finding.excluded.clear();
        finding.exclude(self.population.disabled().filter(Person::is_outside));
        let everybody = self.population.able_to_sign_in();
        let untold = everybody.filter(|p| p.profile.may_be_guest && !p.profile.external);
        let perhaps = Perhaps {
            people: positions(untold),
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
    pub(super) fn administrators(&self, question: impl Into<String>) -> Asked {
        let population = &self.population;
        let mut finding = self.about_accounts(question);
        let able = || population.holders_able_to_sign_in();
        let people = positions(able().filter(Person::is_admin));
        let why = "holds a role that is not built in, so that it is not known whether the account \
                   administers";
        let perhaps = Perhaps {
            people: positions(able().filter(Person::may_be_admin)),
            doubt: (ROLES, why),
        };
        finding.excluded.clear();
        let holders = population.holders();
        let disabled = holders.filter(|person| person.profile.enabled == Some(false));
        finding.exclude(disabled.filter(Person::is_admin));
        for id in &population.service_principals {
            let member = population.member(id);
            finding.excluded.insert(member, "service principal");
        }
        self.need_roles(&mut finding);
        if !population.unresolved.is_empty() {
            let why =
                "holds a privileged role but is neither in the account list nor in the group list";
            for id in &population.unresolved {
                finding.unknown.insert(population.member(id), why);
            }
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

/// Where these people stand in the directory.
fn positions<'p>(people: impl Iterator<Item = Person<'p>>) -> RoaringBitmap {
    people.map(|person| person.position).collect()
}

impl Finding {
    /// Lists disabled people as not counted.
    fn exclude<'p>(&mut self, disabled: impl Iterator<Item = Person<'p>>) {
        for person in disabled {
            self.excluded.insert(person.member(), "disabled");
        }
    }
}

impl Perhaps {
    /// Takes in those who do not pass.
    pub(super) fn count(
        self,
        context: &Context<'_>,
        finding: &mut Finding,
        mut passes: impl FnMut(&Person<'_>) -> bool,
    ) {
        let (key, why) = self.doubt;
        for person in context.population.among(&self.people) {
            if !passes(&person) {
                finding.count(context, key, person.member(), Answer::Unknown(why));
            }
        }
    }
}

impl Asked {
    /// Asks each person about a fact. What fails has to be changed in the account, as `advice` says.
    pub(super) fn each(
        self,
        context: &Context<'_>,
        key: &'static str,
        advice: &'static str,
        judge: impl Fn(&Person<'_>) -> Answer,
    ) -> Finding {
        let mut finding = self.finding;
        finding.advice = advice;
        finding.target = Some(Target::Accounts);
        context.need(key, &mut finding);
        for person in context.population.among(&self.people) {
            let (answer, key) = if may_be_disabled(&person) {
                (Answer::Unknown(ENABLED_NOT_READ), USERS)
            } else {
                (judge(&person), key)
            };
            finding.count(context, key, person.member(), answer);
        }
        self.perhaps.count(context, &mut finding, |person| {
            matches!(judge(person), Answer::Pass)
        });
        finding.in_place = finding.passing > 0;
        finding
    }
}
