//! Which enabled accounts nobody uses.

use super::people::{Asked, ENABLED_NOT_READ, may_be_disabled};
use super::{Context, Finding, Target};
use crate::Timestamp;
use crate::evidence::Grade;
use crate::facts::SignInFact;
use crate::population::{ByPerson, Person, USERS};

const SIGN_INS: &str = "identity.signin_activity";
const SECONDS_PER_DAY: i64 = 86_400;

/// The parameter that a framework may leave to the organisation.
pub(crate) const INACTIVITY_DAYS: &str = "inactivity_days";

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

fn find(context: &Context<'_>, asked: Asked<'_, '_>, inactivity_days: Option<u32>) -> Finding {
    let Asked {
        people,
        mut finding,
    } = asked;
    finding.advice = "disable or remove the accounts listed, or find out who needs them";
    finding.target = Some(Target::Accounts);
    context.need(SIGN_INS, &mut finding);
    let Some(days) = inactivity_days else {
        finding.none = None;
        finding.unknown.clear();
        finding.want_parameter(INACTIVITY_DAYS);
        return finding;
    };

    let grade = context.evidence.grade(SIGN_INS);
    let rows: ByPerson<'_, SignInFact> = match grade {
        Grade::Absent => ByPerson::default(),
        _ => context.population.rows_by_person(
            &context.evidence.facts.identity_signin_activity.items,
            |row| &row.user,
        ),
    };
    // A field that was not populated reads as null for everybody; then null proves nothing.
    let populated = rows.rows().any(|row| last_used(row).is_some());
    for person in people {
        let row = rows.of(person).filter(|_| populated);
        let answer = if may_be_disabled(person) {
            Answer::Unknown(ENABLED_NOT_READ)
        } else if grade == Grade::Absent {
            Answer::Unknown("the sign-in activity is not known")
        } else if !populated {
            Answer::Unknown("no sign-in of anybody is recorded, so the field was not populated")
        } else {
            judge(person, row, context.evidence.as_of(), days)
        };
        let id = person.id.to_owned();
        match answer {
            Answer::Used => finding.passing += 1,
            Answer::Dormant(why) => drop(finding.failing.insert(id, why)),
            Answer::Unknown(why) => {
                let key = if why == ENABLED_NOT_READ || why == NO_CREATION {
                    USERS
                } else {
                    SIGN_INS
                };
                finding.missing.insert(context.evidence.missing(key));
                finding.unknown.insert(id, why.to_owned());
            }
        }
    }
    finding.in_place = finding.passing > 0;
    finding
}

enum Answer {
    Used,
    Dormant(String),
    Unknown(&'static str),
}

const NO_CREATION: &str = "never signed in, and when the account was created was not read";

fn judge(person: &Person<'_>, row: Option<&SignInFact>, as_of: Timestamp, days: u32) -> Answer {
    let limit = i64::from(days) * SECONDS_PER_DAY;
    let created = person.fact.created.filter(|created| !created.means_never());
    let is_new = created.is_some_and(|created| {
        created <= as_of && !as_of.is_more_than_seconds_after(created, limit)
    });
    let Some(row) = row else {
        return if is_new {
            Answer::Used
        } else {
            Answer::Unknown("the sign-in activity has no row for this account")
        };
    };
    match (last_used(row), created) {
        (Some(used), _) if used > as_of => {
            Answer::Unknown("the last sign-in is dated after the time of the assessment")
        }
        (Some(used), _) if as_of.is_more_than_seconds_after(used, limit) => {
            Answer::Dormant(format!("last signed in more than {days} days ago"))
        }
        (Some(_), _) => Answer::Used,
        (None, None) => Answer::Unknown(NO_CREATION),
        (None, Some(created)) if created > as_of => {
            Answer::Unknown("the account was created after the time of the assessment")
        }
        (None, Some(_)) if is_new => Answer::Used,
        (None, Some(_)) => Answer::Dormant(format!(
            "never signed in since it was created more than {days} days ago"
        )),
    }
}

/// The latest of the three recorded sign-ins. The service writes "never" as null or as year 1.
fn last_used(row: &SignInFact) -> Option<Timestamp> {
    [
        row.last_interactive,
        row.last_noninteractive,
        row.last_success,
    ]
    .into_iter()
    .flatten()
    .filter(|time| !time.means_never())
    .max()
}
