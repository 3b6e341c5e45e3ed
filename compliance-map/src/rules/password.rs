//! Passwords, lockout, sessions and methods.

use std::collections::BTreeMap;

use super::people::{ENABLED_NOT_READ, may_be_disabled};
use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding, parameter};
use crate::domain;
use crate::evidence::latest;
use crate::facts::{
    MethodPolicyFact, PasswordPolicyFact, PasswordProtectionFact, Row as _, SessionFact,
};
use crate::population::USERS;

pub(super) fn lockout(
    context: &Context<'_>,
    attempts: Option<u32>,
    minutes: Option<u32>,
) -> Finding {
    let attempts = attempts.unwrap_or(u32::MAX);
    let seconds = minutes.unwrap_or(0).saturating_mul(60);
    let words = match minutes {
        Some(minutes) => format!(
            "do accounts lock after at most {attempts} failed attempts, for {minutes} minutes or more?"
        ),
        None => "do accounts lock after failed attempts?".to_owned(),
    };
    let question = Question::new(
        words,
        "set smart lockout to fewer attempts or a longer lockout",
    );
    // Where nothing is set, accounts lock after ten failed attempts, for a minute.
    let question = if attempts < 10 || seconds > 60 {
        question
            .none_fails("nothing is set, so that accounts lock after ten attempts, for a minute")
    } else {
        question
    };
    question.every(context, |row: &PasswordProtectionFact| {
        match (row.lockout_threshold, row.lockout_seconds) {
            (Some(0), _) => Answer::fail("accounts never lock"),
            (Some(found), _) if found > attempts => {
                Answer::Fail(format!("accounts lock only after {found} failed attempts"))
            }
            (_, Some(found)) if found < seconds => {
                Answer::Fail(format!("the lockout lasts only {found} seconds"))
            }
            (Some(_), Some(0)) => Answer::Unknown("a lockout of no time cannot be set"),
            (Some(_), Some(_)) => Answer::Pass,
            (Some(_), None) if seconds == 0 => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn banned(context: &Context<'_>) -> Finding {
    Question::new(
        "is a list of banned passwords of the organisation's own enforced?",
        "enforce a custom list of banned passwords",
    )
    .none_fails("nothing is set, so that only the service's own list is enforced")
    .every(context, |row: &PasswordProtectionFact| {
        let why = "words of the organisation's own can be passwords";
        Answer::is(row.banned_list_enforced, true, why)
    })
}

/// Judges the rules of domains whose passwords are kept here. A subdomain without rules of its own
/// follows the domain above it:
/// <https://learn.microsoft.com/en-us/entra/identity/users/domains-verify-custom-subdomain>.
fn domains(
    question: &Question,
    context: &Context<'_>,
    judge: fn(&PasswordPolicyFact, u32) -> Answer,
    limit: u32,
) -> Finding {
    let rows = latest(&context.evidence.facts.auth_password_policy.items, |row| {
        &row.domain
    });
    let by_name: BTreeMap<String, &PasswordPolicyFact> = rows
        .into_iter()
        .map(|(domain, row)| (domain.to_ascii_lowercase(), row))
        .collect();
    question.every(context, |row: &PasswordPolicyFact| {
        let mut row = row.clone();
        let name = row.domain.to_ascii_lowercase();
        for parent in domain::above(&name).filter_map(|parent| by_name.get(parent)) {
            row.min_length = row.min_length.or(parent.min_length);
            row.history = row.history.or(parent.history);
            row.validity_days = row.validity_days.or(parent.validity_days);
            row.federated = row.federated.or(parent.federated);
        }
        match row.federated {
            Some(true) => Answer::Unknown("another identity provider holds the passwords"),
            _ => judge(&row, limit),
        }
    })
}

pub(super) fn length(context: &Context<'_>, least: u32) -> Finding {
    let words = format!("does every domain ask for passwords of {least} characters or more?");
    let question = Question::new(
        words,
        "make passwords longer where they are set, or do without passwords",
    );
    let judge = |row: &PasswordPolicyFact, least| {
        Answer::at_least(row.min_length, least, |n| {
            format!("{n} characters are enough")
        })
    };
    domains(&question, context, judge, least)
}

pub(super) fn history(context: &Context<'_>, last: Option<u32>) -> Finding {
    let words = match last {
        Some(last) => format!("can none of the last {last} passwords be used again?"),
        None => "can none of the declared number of last passwords be used again?".to_owned(),
    };
    let question = Question::new(
        words,
        "keep a longer history of passwords where they are set",
    );
    let Some(last) = last else {
        return question.undeclared::<PasswordPolicyFact>(context, parameter::PASSWORDS);
    };
    let judge = |row: &PasswordPolicyFact, last| {
        Answer::at_least(row.history, last, |n| {
            format!("only the last {n} passwords are kept from use")
        })
    };
    domains(&question, context, judge, last)
}

/// What Graph writes for a password that never ends:
/// <https://learn.microsoft.com/en-us/graph/api/resources/domain>.
const NEVER: u32 = 2_147_483_647;

pub(super) fn never_expire(context: &Context<'_>) -> Finding {
    let question = Question::new(
        "do passwords of every domain stay valid until there is a reason to change them?",
        "let passwords of the domains listed never expire",
    );
    let judge = |row: &PasswordPolicyFact, never| {
        Answer::at_least(row.validity_days, never, |n| {
            format!("passwords have to be changed every {n} days")
        })
    };
    domains(&question, context, judge, NEVER)
}

/// Whoever is bound to use MFA and ready to is not asked: the password is not the only factor.
pub(super) fn age_without_mfa(context: &Context<'_>, days: u32) -> Finding {
    let words = format!(
        "is every enabled account covered by MFA, or in a domain where passwords change every {days} days?"
    );
    let everybody = context.mfa_of_everybody();
    let mut finding = context.about_accounts(words);
    finding.advice = "cover the people listed with MFA, or let their passwords expire";
    finding.target = Some(super::Target::Accounts);
    finding.evidence.extend(everybody.evidence.iter().copied());
    finding.evidence.insert(POLICIES);
    finding.passing = everybody.passing;
    let domains = domains(
        &Question::new("", ""),
        context,
        |row, days| {
            let days_told = row.validity_days.filter(|days| *days > 0);
            Answer::at_most(days_told, days, |n| format!("{n}"))
        },
        days,
    );
    let told = domains.undecidable.is_none() && domains.whole;
    // Whether passwords of a domain have to be changed in time; unknown where it was not read.
    let rows = context.evidence.facts.auth_password_policy.items.iter();
    let of = |domain: &str, in_time| (domain.to_ascii_lowercase(), in_time);
    let mut in_time: BTreeMap<String, Option<bool>> = rows
        .map(|row| of(&row.domain, told.then_some(true)))
        .collect();
    in_time.extend(domains.unknown.ids().iter().map(|domain| of(domain, None)));
    in_time.extend(
        domains
            .failing
            .ids()
            .iter()
            .map(|domain| of(domain, Some(false))),
    );
    let mut uncovered = everybody.failing.ids();
    uncovered.add(&everybody.conditional.ids());
    let unknown = everybody.unknown.ids();
    uncovered.add(&unknown);
    for person in context.population.among(uncovered.people()) {
        let domain = person
            .domain()
            .filter(|_| person.upn().is_some_and(|upn| upn.contains('@')));
        // A domain without rules of its own follows the one above it.
        let above = domain.into_iter().flat_map(domain::above);
        let mut names = domain.into_iter().chain(above);
        let in_time = names.find_map(|name| in_time.get(name)).copied().flatten();
        let answer = if may_be_disabled(&person) {
            (Answer::Unknown(ENABLED_NOT_READ), USERS)
        } else if unknown.holds(person.member()) {
            (
                Answer::Unknown("whether MFA covers the account is not known"),
                USERS,
            )
        } else if in_time == Some(false) {
            let why = "signs in with a password alone that need not be changed in time";
            (Answer::fail(why), POLICIES)
        } else if in_time == Some(true) {
            (Answer::Pass, POLICIES)
        } else {
            (
                Answer::Unknown("how long passwords of its domain hold is not known"),
                POLICIES,
            )
        };
        finding.count(context, answer.1, person.member(), answer.0);
    }
    if !everybody.unknown.is_empty() || !everybody.whole {
        finding.missing.extend(everybody.missing.iter().cloned());
        finding.whole &= everybody.whole;
    }
    finding.undecidable = finding.undecidable.or(everybody.undecidable);
    finding.in_place = finding.passing > 0;
    finding
}

const POLICIES: &str = "auth.password_policy";

pub(super) fn idle_sessions(context: &Context<'_>, minutes: Option<u32>) -> Finding {
    let words = match minutes {
        Some(minutes) => format!("do idle sessions of everybody end within {minutes} minutes?"),
        None => "do idle sessions of everybody end within the declared time?".to_owned(),
    };
    let question = Question::new(
        words,
        "set an idle timeout for everybody and every application",
    );
    let Some(minutes) = minutes else {
        return question.undeclared::<SessionFact>(context, parameter::IDLE_MINUTES);
    };
    let none = "no idle timeout that is short enough applies to everybody";
    question.any(context, none, |row: &SessionFact| {
        // No limit is written as 0 as well.
        match row.idle_minutes {
            Some(0) => Answer::fail(none),
            found => session(row, found, minutes, none),
        }
    })
}

pub(super) fn sign_in_frequency(context: &Context<'_>, hours: Option<u32>) -> Finding {
    let words = match hours {
        Some(hours) => format!("does everybody have to sign in again within {hours} hours?"),
        None => "does everybody have to sign in again within the declared time?".to_owned(),
    };
    let question = Question::new(words, "set a sign-in frequency for everybody");
    let Some(hours) = hours else {
        return question.undeclared::<SessionFact>(context, parameter::SIGN_IN_HOURS);
    };
    let none = "no sign-in frequency that is short enough applies to everybody";
    question.any(context, none, |row: &SessionFact| {
        session(row, row.sign_in_frequency_hours, hours, none)
    })
}

/// A limit that is absent from a row is not set by it.
fn session(row: &SessionFact, found: Option<u32>, limit: u32, why_not: &str) -> Answer {
    match (row.enabled, row.everybody, found) {
        (Some(false), _, _) | (_, Some(false), _) => Answer::fail(why_not),
        (_, _, Some(found)) if found > limit => Answer::fail(why_not),
        (Some(true), Some(true), Some(_)) => Answer::Pass,
        (Some(true), Some(true), None) => Answer::Skip,
        _ => Answer::Unknown(NOT_READ),
    }
}

/// See <https://learn.microsoft.com/en-us/entra/identity/authentication/how-to-mfa-additional-context>.
pub(super) fn authenticator_context(context: &Context<'_>) -> Finding {
    Question::new(
        "does a prompt of the Authenticator app name the application and the place?",
        "let the Authenticator app show the application's name and the place",
    )
    .every(context, |row: &MethodPolicyFact| {
        if !row.method.eq_ignore_ascii_case("microsoftAuthenticator") {
            return Answer::Skip;
        }
        match row.enabled {
            Some(false) => Answer::Skip,
            None => Answer::Unknown(NOT_READ),
            Some(true) => Answer::all_of(
                [row.shows_application, row.shows_location],
                "a prompt does not name the application and the place",
            ),
        }
    })
}

pub(super) fn phone_methods_off(context: &Context<'_>) -> Finding {
    let key = MethodPolicyFact::KEY;
    let fact = MethodPolicyFact::fact(context.evidence.facts);
    // Until the migration is complete, the older policies allow methods too:
    // <https://learn.microsoft.com/en-us/graph/api/resources/authenticationmethodspolicy>.
    let names = ["migration", "policyMigrationState"];
    let migration = names.iter().find_map(|name| fact.extra.get(*name));
    let is_over = migration.is_none_or(|state| {
        let word = state.as_str();
        state.is_null() || word.is_some_and(|w| w.eq_ignore_ascii_case("migrationComplete"))
    });
    let mut finding = Question::new(
        "can text messages and calls not be used as a second factor?",
        "switch off the methods listed",
    )
    .every(context, |row: &MethodPolicyFact| {
        match row.method.to_ascii_lowercase().as_str() {
            "sms" | "voice" => match row.enabled {
                Some(false) if !is_over => Answer::Unknown("an older policy may still allow it"),
                enabled => Answer::is(enabled, false, "it can be used to sign in"),
            },
            _ => Answer::Skip,
        }
    });
    let has = |method: &str| {
        fact.items
            .iter()
            .any(|row| row.method.eq_ignore_ascii_case(method))
    };
    if finding.undecidable.is_none() && !(has("sms") && has("voice")) {
        finding.whole = false;
        finding.missing.insert(context.evidence.missing(key));
    }
    finding
}
