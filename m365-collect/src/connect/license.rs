//! The licenses of the tenant against those that the chosen sources need.

use std::time::Duration;

use super::calls::Calls;
use super::code::Code;
use super::context::Test;
use super::diagnosis::Diagnosis;
use super::license_check::LicenseCheck;
use super::permission::SourceAccess;
use super::problem::Problem;
use super::stage::{Stage, StageState};
use crate::id::SourceId;
use crate::subscription::{Held, LicenseState, plans};

/// The licenses that the sources need, none of them known yet.
pub(super) fn needed(sources: &[SourceAccess]) -> Vec<LicenseCheck> {
    let mut checks: Vec<LicenseCheck> = Vec::new();
    for source in sources {
        let Some(license) = &source.license else {
            continue;
        };
        match checks.iter_mut().find(|check| check.license == *license) {
            Some(check) => check.needed_by.push(source.source.clone()),
            None => checks.push(LicenseCheck {
                license: license.clone(),
                plans: plans(license).to_vec(),
                state: LicenseState::NotKnown,
                needed_by: vec![source.source.clone()],
            }),
        }
    }
    checks
}

/// Tests the licenses; tells the sources that cannot be read for want of one.
pub(super) async fn stage(test: &mut Test<'_>, calls: &Calls) -> Vec<SourceId> {
    let mut checks = needed(&test.found.sources);
    if checks.is_empty() {
        test.found.stages.licenses = Stage::passed("no chosen source needs a license", checks);
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
    let named = |state: fn(LicenseState) -> bool| {
        let checks = checks.iter().filter(|check| state(check.state));
        let names: Vec<&str> = checks.map(|check| check.license.as_str()).collect();
        names.join(", ")
    };
    let gone = named(|s| matches!(s, LicenseState::Missing | LicenseState::Lapsed));
    let unsure = named(|s| s == LicenseState::NotKnown);
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
    test.found.stages.licenses = stage.taking(elapsed).finding(checks);
    unlicensed
}

/// Looks the plans up in the tenant's subscriptions; says why not where it cannot.
async fn look_up(test: &mut Test<'_>, checks: &mut [LicenseCheck]) -> (Option<String>, Duration) {
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

/// Brings together what the subscriptions and what the calls say about a license: which sources
/// cannot be read for want of it, and what that means.
///
/// An answer of the service itself outweighs a list of subscriptions, since plans have many names.
pub(super) fn weigh(check: &mut LicenseCheck, calls: &Calls) -> (Vec<SourceId>, Option<Diagnosis>) {
    let refused: Vec<SourceId> = check
        .needed_by
        .iter()
        .filter(|source| calls.unlicensed.contains(source))
        .cloned()
        .collect();
    match check.state {
        LicenseState::Present | LicenseState::NotKnown if refused.is_empty() => (refused, None),
        LicenseState::Present => (refused.clone(), Some(contradicted(check, refused))),
        _ => {
            if check.state == LicenseState::NotKnown {
                check.state = LicenseState::Missing;
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

/// A license that is not there.
fn missing(check: &LicenseCheck, blocked: Vec<SourceId>) -> Diagnosis {
    let names: Vec<&str> = blocked.iter().map(SourceId::as_str).collect();
    let why = match check.state {
        LicenseState::Lapsed => format!("the subscription with {} is not in force", check.license),
        _ => format!("the tenant has no {}", check.license),
    };
    let mut diagnosis = Diagnosis::new(
        Code::LicenseMissing,
        format!("{why}, without which {} cannot be read", names.join(", ")),
        "have the license, or leave these sources out",
    )
    .blocking(blocked)
    .partial();
    if plans(&check.license).contains(&"INTUNE_A") {
        diagnosis.link = Some(INTUNE);
    }
    diagnosis.plan = Some(plan(check));
    diagnosis
}

fn contradicted(check: &LicenseCheck, refused: Vec<SourceId>) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        Code::LicenseContradicted,
        format!(
            "the service says that the tenant has no {}, which its subscriptions include",
            check.license
        ),
        "a new license takes some hours to be seen everywhere, and this answer also comes in \
         passing: try again later, then ask Microsoft support",
    )
    .blocking(refused)
    .partial();
    diagnosis.plan = Some(plan(check));
    diagnosis
}

fn plan(check: &LicenseCheck) -> String {
    let first = check.plans.first().copied();
    first.unwrap_or(check.license.as_str()).to_owned()
}

const INTUNE: &str = "https://learn.microsoft.com/intune/fundamentals/licensing";
