//! Which enabled accounts nobody uses.

use super::parameter::INACTIVITY_DAYS;
use super::people::{Asked, ENABLED_NOT_READ, may_be_disabled};
use super::setting::NARROWED;
use super::{Context, Finding, Target};
use crate::Timestamp;
use crate::evidence::EvidenceGrade;
use crate::population::{Person, USERS};

const SIGN_INS: &str = "identity.signin_activity";
const SECONDS_PER_DAY: i64 = 86_400;

pub(super) fn accounts(context: &Context<'_>, days: Option<u32>) -> Finding {
    let asked = context.accounts(question("enabled account", days));
    find(context, asked, days)
}

pub(super) fn administrators(context: &Context<'_>, days: Option<u32>) -> Finding {
    let asked = context.administrators(question("administrator's account", days));
    find(context, asked, days)
}

pub(super) fn guests(context: &Context<'_>, days: Option<u32>) -> Finding {
    let asked = context.guests(question("guest account", days));
    find(context, asked, days)
}

fn question(whose: &str, days: Option<u32>) -> String {
    match days {
        Some(days) => format!("has every {whose} been used within {days} days?"),
        None => format!("has every {whose} been used within the declared period?"),
    }
}

fn find(context: &Context<'_>, asked: Asked, inactivity_days: Option<u32>) -> Finding {
    let Asked {
        people,
        perhaps,
        mut finding,
    } = asked;
    finding.advice = "disable or remove the accounts listed, or find out who needs them";
    finding.target = Some(Target::Accounts);
    context.need(SIGN_INS, &mut finding);
    let Some(days) = inactivity_days else {
        finding.vacuous_pass = None;
        finding.unknown.clear();
        finding.want_parameter(INACTIVITY_DAYS);
        return finding;
    };

    let grade = context.evidence.grade(SIGN_INS);
    let recorded = match grade {
        EvidenceGrade::Absent => Recorded::default(),
        _ => Recorded::of(context.population.people()),
    };
    let answer = |person: &Person<'_>| {
        if may_be_disabled(person) {
            Answer::Unknown(ENABLED_NOT_READ)
        } else if grade == EvidenceGrade::Absent {
            Answer::Unknown("the sign-in activity is not known")
        } else if !recorded.anything {
            Answer::Unknown("no sign-in of anybody is recorded, so the field was not populated")
        } else {
            let as_of = context.evidence.as_of();
            judge(person, recorded, as_of, days)
        }
    };
    let unused = format!("last signed in more than {days} days ago");
    let never = format!("never signed in since it was created more than {days} days ago");
    for person in context.population.among(&people) {
        match answer(&person) {
            Answer::Used => finding.passing += 1,
            Answer::Unused => finding.failing.insert(person.member(), &unused),
            Answer::NeverUsed => finding.failing.insert(person.member(), &never),
            Answer::Unknown(why) => {
                let key = if why == ENABLED_NOT_READ || why == NO_CREATION {
                    USERS
                } else {
                    SIGN_INS
                };
                finding.is_unknown(context, key, person.member(), why);
            }
        }
    }
    perhaps.count(context, &mut finding, |person| {
        matches!(answer(person), Answer::Used)
    });
    finding.in_place = finding.passing > 0;
    finding
}

/// What the sign-in activity of a tenant tells. A field that was not populated reads as null for
/// everybody; then null proves nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Recorded {
    anything: bool,
    successes: bool,
}

impl Recorded {
    fn of<'p>(people: impl Iterator<Item = Person<'p>>) -> Self {
        people.fold(Self::default(), |all, person| {
            let (success, tried) = person.last_sign_ins();
            Self {
                anything: all.anything || tried.or(success).is_some(),
                successes: all.successes || success.is_some(),
            }
        })
    }
}

enum Answer {
    Used,
    Unused,
    NeverUsed,
    Unknown(&'static str),
}

const NO_CREATION: &str = "never signed in, and when the account was created was not read";

/// The service notes attempts that failed among its sign-ins, so that only a success shows use:
/// <https://learn.microsoft.com/en-us/graph/api/resources/signinactivity>.
fn judge(person: &Person<'_>, recorded: Recorded, as_of: Timestamp, days: u32) -> Answer {
    let limit = i64::from(days) * SECONDS_PER_DAY;
    let is_over = |time: Timestamp| as_of.is_more_than_seconds_after(time, limit);
    let created = person.created();
    let is_new = created.is_some_and(|created| created <= as_of && !is_over(created));
    let Some(is_narrowed) = person.profile.sign_ins else {
        return if is_new {
            Answer::Used
        } else {
            Answer::Unknown("the sign-in activity has no row for this account")
        };
    };
    let used = if is_narrowed {
        Answer::Unknown(NARROWED)
    } else {
        Answer::Used
    };
    match person.last_sign_ins() {
        (Some(time), _) | (None, Some(time)) if time > as_of => {
            Answer::Unknown("the last sign-in is dated after the time of the assessment")
        }
        (Some(used), _) if is_over(used) => Answer::Unused,
        (Some(_), _) => used,
        // Without any attempt to sign in, the account was not used.
        (None, Some(tried)) if is_over(tried) => Answer::Unused,
        // Where successful sign-ins were not read for anybody, attempts have to do.
        (None, Some(_)) if !recorded.successes => used,
        (None, _) => match created {
            None => Answer::Unknown(NO_CREATION),
            Some(created) if created > as_of => {
                Answer::Unknown("the account was created after the time of the assessment")
            }
            Some(_) if is_new => Answer::Used,
            Some(_) => Answer::NeverUsed,
        },
    }
}
