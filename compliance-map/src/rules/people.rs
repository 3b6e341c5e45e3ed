//! Findings about people: who counts, and how each is asked.

use super::setting::Answer;
use super::{Context, Finding, Target};
use crate::assess::Excluded;
use crate::evidence::Grade;
use crate::population::{GROUPS, Person, ROLES, USERS};

pub(super) const ENABLED_NOT_READ: &str = "whether the account is enabled was not read";

/// Whether it was not read if the account is enabled; then nothing about it is a proven failure.
pub(super) fn may_be_disabled(person: &Person<'_>) -> bool {
    person.fact.enabled.is_none()
}

/// Why nothing is proven about the holder of a role that is not built in.
pub(super) const MAY_BE_ADMINISTRATOR: &str =
    "holds a role that is not built in, so that it is not known whether the account administers";

/// People who count, and the finding about them so far.
#[derive(Debug)]
pub(super) struct Asked<'c, 'a> {
    pub(super) people: Vec<&'c Person<'a>>,
    /// People of whom it is not known whether they count: where they pass it is no matter.
    pub(super) perhaps: Vec<&'c Person<'a>>,
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
        if self.population.users != Grade::Absent
            && self.population.able_to_sign_in().next().is_none()
        {
            finding.nobody =
                Some("the account list holds no enabled account, which no working tenant has");
        }
        finding
    }

    /// Everybody who can sign in.
    pub(super) fn accounts(&self, question: impl Into<String>) -> Asked<'_, 'a> {
        Asked {
            people: self.population.able_to_sign_in().collect(),
            perhaps: Vec::new(),
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
        let untold = everybody_without_kind(self);
        if people.is_empty() && self.population.users == Grade::Whole && !untold {
            finding.none = Some("there is no guest");
        } else if people.is_empty() {
            finding.missing.insert(self.evidence.missing(USERS));
            finding.nobody = finding.nobody.or(Some("no guest was seen"));
        }
        Asked {
            people,
            perhaps: Vec::new(),
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
        let perhaps = everybody.filter(|p| p.may_be_admin()).collect();
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
        if finding.nobody.is_none()
            && population.users != Grade::Absent
            && population.roles != Grade::Absent
            && people.is_empty()
            && finding.unknown.is_empty()
        {
            finding.nobody = Some("no enabled administrator is known, yet every tenant has one");
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

impl Finding {
    /// Takes in somebody who may be an administrator.
    pub(super) fn count_perhaps(
        &mut self,
        context: &Context<'_>,
        person: &Person<'_>,
        passes: bool,
    ) {
        if !passes {
            self.count(
                context,
                ROLES,
                person.id,
                Answer::Unknown(MAY_BE_ADMINISTRATOR),
            );
        }
    }
}

fn everybody_without_kind(context: &Context<'_>) -> bool {
    let mut people = context.population.able_to_sign_in();
    people.any(|person| person.fact.kind.is_none())
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
        for person in self.perhaps {
            let passes = matches!(judge(person), Answer::Pass);
            finding.count_perhaps(context, person, passes);
        }
        finding.in_place = finding.passing > 0;
        finding
    }
}
