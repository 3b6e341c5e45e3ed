//! The stage of the real calls, and what their refusals mean.

use graph_client::Error;

use super::code::Code;
use super::context::{Missed, Test};
use super::diagnosis::GRANT;
use super::diagnosis::{Diagnosis, Severity};
use super::explain;
use super::probe::{Planned, Probe, Seen, ServiceCall, all, planned};
use super::problem::Problem;
use super::stage::{Stage, StageState};
use crate::error::refuses_token;
use crate::id::SourceId;

/// What the calls showed.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// One for each service, made or not.
    pub(super) made: Vec<ServiceCall>,
    /// Sources whose own call was answered.
    pub(super) proven: Vec<SourceId>,
    /// Sources whose service says that a license is missing.
    pub(super) unlicensed: Vec<SourceId>,
    /// Sources whose service refuses for want of a permission.
    pub(super) denied: Vec<SourceId>,
}

/// What came of one call.
struct Answer {
    call: ServiceCall,
    proven: Option<SourceId>,
    verdict: Verdict,
}

enum Verdict {
    Fine,
    /// The service does not take the token: what that means where others take it, and where none does.
    Unaccepted(Diagnosis, Diagnosis),
    Unlicensed(SourceId, Option<Diagnosis>),
    Denied(Diagnosis),
    Problem(Diagnosis),
}

/// Makes one call for each service that the chosen sources use.
pub(super) async fn stage(test: &mut Test<'_>) -> Calls {
    let started = test.clock.monotonic();
    let answers = {
        let test = &*test;
        let calls = planned(&test.found.sources, test.roles.as_deref())
            .into_iter()
            .map(|planned| one(test, planned))
            .collect();
        all(calls).await
    };
    let elapsed = test.clock.monotonic().saturating_sub(started);
    let tried = answers
        .iter()
        .filter(|a| a.call.state != StageState::NotRun)
        .count();
    let answered = answers.iter().filter(|a| a.proven.is_some()).count();
    let none_works = tried > 0 && answered == 0;
    let refused = |answer: &Answer| matches!(answer.verdict, Verdict::Denied(_));
    let is_accepted = test.is_accepted || answered > 0 || answers.iter().any(refused);
    let mut calls = Calls::default();
    for answer in answers {
        calls.proven.extend(answer.proven);
        // A service may answer 401 where it means 403, as Intune does.
        let verdict = match answer.verdict {
            Verdict::Unaccepted(by_service, _) if is_accepted => Verdict::Denied(by_service),
            Verdict::Unaccepted(_, token) => Verdict::Problem(token),
            verdict => verdict,
        };
        match verdict {
            Verdict::Fine | Verdict::Unaccepted(..) => {}
            Verdict::Unlicensed(source, diagnosis) => {
                calls.unlicensed.push(source);
                if let Some(diagnosis) = diagnosis {
                    test.add(diagnosis);
                }
            }
            Verdict::Denied(diagnosis) => {
                calls.denied.extend(diagnosis.blocks.iter().cloned());
                test.add(diagnosis);
            }
            Verdict::Problem(mut diagnosis) => {
                let is_whole = !matches!(diagnosis.problem, Problem::Data | Problem::License);
                if none_works && is_whole {
                    diagnosis.severity = Severity::Error;
                }
                test.add(diagnosis);
            }
        }
        calls.made.push(answer.call);
    }
    test.found.stages.calls = Stage::new(state(&calls), note(test, &calls, tried, answered))
        .finding(calls.made.clone())
        .taking(elapsed);
    calls
}

fn state(calls: &Calls) -> StageState {
    let any = |state| calls.made.iter().any(|call| call.state == state);
    if any(StageState::Failed) {
        StageState::Failed
    } else if calls.proven.is_empty() {
        StageState::NotKnown
    } else if any(StageState::NotKnown) || any(StageState::NotRun) || any(StageState::Warned) {
        StageState::Warned
    } else {
        StageState::Passed
    }
}

fn note(test: &Test<'_>, calls: &Calls, tried: usize, answered: usize) -> String {
    if calls.made.is_empty() {
        return "no chosen source has a call that could be tried".to_owned();
    }
    let mut note = format!("{answered} of {tried} services called have answered");
    let not_tried = calls.made.len() - tried;
    if not_tried > 0 {
        note = format!("{note}; {not_tried} not tried");
    }
    let foreign = test
        .found
        .sources
        .iter()
        .filter(|access| super::probe::service_of(access).is_none())
        .count();
    if foreign > 0 {
        note = format!("{note}; for {foreign} sources no call is known");
    }
    note
}

async fn one(test: &Test<'_>, planned: Planned) -> Answer {
    let Planned {
        probe,
        service,
        sources,
    } = planned;
    let mut call = ServiceCall {
        service,
        path: None,
        state: StageState::NotRun,
        note: "no chosen source of this service has its permissions, or a call of its own"
            .to_owned(),
        elapsed: std::time::Duration::ZERO,
        sources,
    };
    let Some(probe) = probe else {
        return Answer {
            call,
            proven: None,
            verdict: Verdict::Fine,
        };
    };
    call.path = Some(probe.path.clone());
    let (result, elapsed) = test.within(probe.call(&test.client)).await;
    call.elapsed = elapsed;
    let (state, note, verdict) = judge(test, &call, &probe, &result);
    call.state = state;
    call.note = note;
    let proven = matches!(result, Ok(Seen::Answer | Seen::NoUsers)).then(|| probe.source.clone());
    Answer {
        call,
        proven,
        verdict,
    }
}

fn judge(
    test: &Test<'_>,
    call: &ServiceCall,
    probe: &Probe,
    result: &Result<Seen, Missed>,
) -> (StageState, String, Verdict) {
    let source = probe.source.clone();
    let problem = |diagnosis: Diagnosis| {
        let note = diagnosis.cause.clone();
        (StageState::Failed, note, Verdict::Problem(diagnosis))
    };
    match result {
        Ok(Seen::Answer) => (StageState::Passed, "it answered".to_owned(), Verdict::Fine),
        Ok(Seen::NoUsers) => {
            let diagnosis = no_users();
            let note = diagnosis.cause.clone();
            (StageState::Warned, note, Verdict::Problem(diagnosis))
        }
        Ok(Seen::UsersNotFound) => (
            StageState::NotKnown,
            "it answered with empty pages that did not end".to_owned(),
            Verdict::Fine,
        ),
        Ok(Seen::Foreign) => problem(
            explain::foreign(&probe.path)
                .partial()
                .blocking(call.sources.clone()),
        ),
        Err(Missed::Failed(error)) if error.is_unlicensed() => (
            StageState::Failed,
            "it says that the tenant lacks the license".to_owned(),
            Verdict::Unlicensed(source.clone(), unlicensed(test, &source, &probe.path)),
        ),
        Err(missed) => {
            let diagnosis = test.diagnose(missed);
            if let (Code::PermissionMissing, Missed::Failed(error)) = (diagnosis.code, missed) {
                let diagnosis = denied(test, &probe.path, source, error);
                let note = diagnosis.cause.clone();
                return (StageState::Failed, note, Verdict::Denied(diagnosis));
            }
            if let Missed::Failed(error) = missed
                && refuses_token(error)
            {
                let by_service = denied(test, &probe.path, source, error);
                let token = diagnosis.partial().blocking(call.sources.clone());
                let note = token.cause.clone();
                return (
                    StageState::Failed,
                    note,
                    Verdict::Unaccepted(by_service, token),
                );
            }
            problem(diagnosis.partial().blocking(call.sources.clone()))
        }
    }
}

/// A refusal for want of a permission: of one that is named, where the token tells which there are.
pub(super) fn denied(test: &Test<'_>, path: &str, source: SourceId, error: &Error) -> Diagnosis {
    let mut all = test.found.sources.iter();
    let needs = all
        .find(|access| access.source == source)
        .map_or(&[] as &[String], |access| access.needs.as_slice());
    let has = |need: &&String| test.roles.iter().flatten().any(|role| role == *need);
    let is_unknown = error
        .code()
        .is_some_and(|code| code.eq_ignore_ascii_case("Authorization_IdentityNotFound"));
    let diagnosis = match needs.iter().find(|need| !has(need)) {
        None if is_unknown => Diagnosis::new(
            Code::AccessDenied,
            format!("{path} is refused: the service does not know the application in this tenant"),
            "give admin consent in this tenant, even where the token carries the permission; then try \
             again",
        ),
        None => Diagnosis::new(
            Code::AccessDenied,
            format!(
                "{path} is refused although the token carries {}",
                needs.join(" and ")
            ),
            "consent given in the last minutes takes a while to be seen, and a new token: try again; \
             then look for a policy of the tenant that restricts the application",
        ),
        Some(need) => Diagnosis {
            permission: Some(need.clone()),
            ..Diagnosis::new(
                Code::PermissionMissing,
                format!(
                    "the application may not read {path}, for which it needs {}",
                    needs.join(" and ")
                ),
                GRANT,
            )
        },
    };
    diagnosis
        .blocking(vec![source])
        .partial()
        .with_request_id(error.request_id())
}

/// What it means that a service refuses for want of a license: nothing yet where the source names
/// the license, which is looked up in the subscriptions.
fn unlicensed(test: &Test<'_>, source: &SourceId, path: &str) -> Option<Diagnosis> {
    let named = test
        .found
        .sources
        .iter()
        .any(|access| access.source == *source && access.license.is_some());
    (!named).then(|| {
        Diagnosis::new(
            Code::LicenseMissing,
            format!("the service says that the tenant lacks the license for {path}"),
            "have the license, or leave this source out",
        )
        .blocking(vec![source.clone()])
        .partial()
    })
}

fn no_users() -> Diagnosis {
    Diagnosis::new(
        Code::NoUsers,
        "the tenant shows no users, so everything about people would read as nothing to find",
        "check that this is the tenant of the organization's people, and not one made for tests or \
         customers",
    )
    .blocking(vec![SourceId::new("users")])
    .partial()
}
