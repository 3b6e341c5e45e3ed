//! The licences of the tenant against those that the chosen sources need.

use std::time::Duration;

use super::calls::Calls;
use super::code::Code;
use super::context::Test;
use super::diagnosis::Diagnosis;
use super::licence_check::LicenceCheck;
use super::permission::SourceAccess;
use super::problem::Problem;
use super::stage::{Stage, StageState};
use crate::id::SourceId;
use crate::subscription::{Held, LicenceState, plans};

/// The licences that the sources need, none of them known yet.
pub(super) fn needed(sources: &[SourceAccess]) -> Vec<LicenceCheck> {
    let mut checks: Vec<LicenceCheck> = Vec::new();
    for source in sources {
        let Some(licence) = &source.licence else {
            continue;
        };
        match checks.iter_mut().find(|check| check.licence == *licence) {
            Some(check) => check.needed_by.push(source.source.clone()),
            None => checks.push(LicenceCheck {
                licence: licence.clone(),
                plans: plans(licence).to_vec(),
                state: LicenceState::NotKnown,
                needed_by: vec![source.source.clone()],
            }),
        }
    }
    checks
}

/// Tests the licences; tells the sources that cannot be read for want of one.
pub(super) async fn stage(test: &mut Test<'_>, calls: &Calls) -> Vec<SourceId> {
    let mut checks = needed(&test.found.sources);
    if checks.is_empty() {
        test.found.stages.licences = Stage::passed("no chosen source needs a licence", checks);
        return calls.unlicensed.clone();
    }
    let (unknown, elapsed) = look_up(test, &mut checks).await;
    let mut unlicensed = Vec::new();
    for check in &mut checks {
        let (blocked, diagnosis) = weigh(check, calls);
        unlicensed.extend(blocked);
        if let Some(diagnosis) = diagnosis {
            test.add(diagnosis);
        }
    }
    let named = |state: fn(LicenceState) -> bool| {
        let checks = checks.iter().filter(|check| state(check.state));
        let names: Vec<&str> = checks.map(|check| check.licence.as_str()).collect();
        names.join(", ")
    };
    let gone = named(|s| matches!(s, LicenceState::Missing | LicenceState::Lapsed));
    let unsure = named(|s| s == LicenceState::NotKnown);
    let stage = if !unlicensed.is_empty() {
        Stage::new(StageState::Failed, format!("no {gone}"))
    } else if let Some(why) = unknown {
        Stage::not_known(why)
    } else if !unsure.is_empty() {
        Stage::not_known(format!("which service plan {unsure} is, is not known"))
    } else if !gone.is_empty() {
        Stage::new(
            StageState::Warned,
            format!("no subscription shows {gone}, yet the service answers"),
        )
    } else {
        Stage::new(StageState::Passed, named(|_| true))
    };
    test.found.stages.licences = stage.taking(elapsed).finding(checks);
    unlicensed
}

/// Looks the plans up in the tenant's subscriptions; says why not where it cannot.
async fn look_up(test: &mut Test<'_>, checks: &mut [LicenceCheck]) -> (Option<String>, Duration) {
    if !test.may_read("LicenseAssignment.Read.All") {
        let why = "the application may not read subscriptions; LicenseAssignment.Read.All \
                   shows them";
        return (Some(why.to_owned()), Duration::ZERO);
    }
    let client = test.client.clone();
    let (held, elapsed) = test.within(Held::read(&client)).await;
    let unknown = match held {
        Ok(Some(held)) => {
            for check in checks {
                check.state = held.state(&check.plans);
            }
            None
        }
        Ok(None) => Some("the subscriptions could not be read whole".to_owned()),
        Err(missed) => {
            let diagnosis = test.diagnose(&missed);
            let note = diagnosis.cause.clone();
            if diagnosis.problem != Problem::Permission {
                test.add(diagnosis.partial());
            }
            Some(note)
        }
    };
    (unknown, elapsed)
}

/// Brings together what the subscriptions and what the calls say about a licence: which sources
/// cannot be read for want of it, and what that means.
///
/// An answer of the service itself outweighs a list of subscriptions, since plans have many names.
pub(super) fn weigh(check: &mut LicenceCheck, calls: &Calls) -> (Vec<SourceId>, Option<Diagnosis>) {
    let refused: Vec<SourceId> = check
        .needed_by
        .iter()
        .filter(|source| calls.unlicensed.contains(source))
        .cloned()
        .collect();
    match check.state {
        LicenceState::Present | LicenceState::NotKnown if refused.is_empty() => (refused, None),
        LicenceState::Present => (refused.clone(), Some(contradicted(check, refused))),
        _ => {
            if check.state == LicenceState::NotKnown {
                check.state = LicenceState::Missing;
            }
            let service = |source: &SourceId| {
                let call = calls.made.iter().find(|call| call.sources.contains(source));
                call.map(|call| call.service)
            };
            let answers = |source: &SourceId| {
                calls.proven.iter().any(|proven| {
                    proven == source
                        || (check.needed_by.contains(proven) && service(proven) == service(source))
                })
            };
            let blocked: Vec<SourceId> = check
                .needed_by
                .iter()
                .filter(|source| !answers(source))
                .cloned()
                .collect();
            let diagnosis = (!blocked.is_empty()).then(|| missing(check, blocked.clone()));
            (blocked, diagnosis)
        }
    }
}

/// A licence that is not there.
fn missing(check: &LicenceCheck, blocked: Vec<SourceId>) -> Diagnosis {
    let names: Vec<&str> = blocked.iter().map(SourceId::as_str).collect();
    let why = match check.state {
        LicenceState::Lapsed => format!("the subscription with {} is not in force", check.licence),
        _ => format!("the tenant has no {}", check.licence),
    };
    let mut diagnosis = Diagnosis::new(
        Code::LicenceMissing,
        format!("{why}, without which {} cannot be read", names.join(", ")),
        "have the licence, or leave these sources out",
    )
    .blocking(blocked)
    .partial();
    if plans(&check.licence).contains(&"INTUNE_A") {
        diagnosis.link = Some(INTUNE);
    }
    diagnosis.plan = Some(plan(check));
    diagnosis
}

fn contradicted(check: &LicenceCheck, refused: Vec<SourceId>) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        Code::LicenceContradicted,
        format!(
            "the service says that the tenant has no {}, which its subscriptions include",
            check.licence
        ),
        "a new licence takes some hours to be seen everywhere, and this answer also comes in \
         passing: try again later, then ask Microsoft support",
    )
    .blocking(refused)
    .partial();
    diagnosis.plan = Some(plan(check));
    diagnosis
}

fn plan(check: &LicenceCheck) -> String {
    let first = check.plans.first().copied();
    first.unwrap_or(check.licence.as_str()).to_owned()
}

const INTUNE: &str = "https://learn.microsoft.com/intune/fundamentals/licensing";
