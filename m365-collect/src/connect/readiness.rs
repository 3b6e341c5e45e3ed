//! What the stages together say about each source.

use super::calls::Calls;
use super::context::Test;
use super::permission::{Readiness, SourceAccess};
use super::stage::StageState;
use crate::id::SourceId;
use crate::subscription::LicenseState;

/// Settles each source, after all stages.
pub(super) fn settle(test: &mut Test<'_>, calls: &Calls, unlicensed: &[SourceId]) {
    let known = test.roles.is_some();
    let licenses = test.found.stages.licenses.found.iter().flatten();
    let unsure: Vec<&SourceId> = licenses
        .filter(|check| check.state == LicenseState::NotKnown)
        .flat_map(|check| &check.needed_by)
        .collect();
    for access in &mut test.found.sources {
        let id = &access.source;
        access.readiness = if !access.lacks.is_empty() || calls.denied.contains(id) {
            Readiness::Denied
        } else if unlicensed.contains(id) {
            Readiness::Unlicensed
        } else {
            of(access, known && !unsure.contains(&id), calls)
        };
    }
}

/// The readiness of a source that lacks neither permission nor license, as far as is seen.
/// `known` tells whether that was to be seen at all.
fn of(access: &SourceAccess, known: bool, calls: &Calls) -> Readiness {
    let id = &access.source;
    let call = calls.made.iter().find(|call| call.sources.contains(id));
    let state = call.map(|call| call.state);
    let answers = matches!(state, Some(StageState::Passed | StageState::Warned));
    // Who is refused for itself says nothing of its neighbours.
    let refused = |other: &SourceId| call.is_some_and(|call| call.sources.contains(other));
    let for_itself = calls.denied.iter().chain(&calls.unlicensed).any(refused);
    if state == Some(StageState::Failed) && !for_itself {
        Readiness::Failed
    } else if !(calls.proven.contains(id) || known && answers) {
        Readiness::NotKnown
    } else if access.lacks_optional.is_empty() {
        Readiness::Ready
    } else {
        Readiness::Limited
    }
}
