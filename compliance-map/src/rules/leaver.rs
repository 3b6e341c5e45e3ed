//! Accounts of people who left.

use super::people::{ENABLED_NOT_READ, may_be_disabled};
use super::setting::Answer;
use super::{Context, Finding, Target};
use crate::evidence::EvidenceGrade;
use crate::population::USERS;

/// See <https://learn.microsoft.com/en-us/graph/tutorial-lifecycle-workflows-set-employeeleavedatetime>.
///
/// The population is everybody whose day of leaving has passed; where none is recorded, the
/// directory does not know who left.
pub(super) fn disabled(context: &Context<'_>) -> Finding {
    let mut finding = context.about_accounts("is the account of everybody who left disabled?");
    finding.advice = "disable the accounts listed";
    finding.target = Some(Target::Accounts);
    finding.excluded.clear();
    if context.population.users == EvidenceGrade::Absent {
        return finding;
    }
    let as_of = context.evidence.as_of();
    for person in context.population.people() {
        if person.profile.leaves.is_none_or(|leaves| leaves > as_of) {
            continue;
        }
        let answer = if may_be_disabled(&person) {
            Answer::Unknown(ENABLED_NOT_READ)
        } else {
            let why = "the person left, and the account can still sign in";
            Answer::is(person.profile.enabled, false, why)
        };
        finding.count(context, USERS, person.member(), answer);
    }
    if finding.counts_nobody() {
        finding.missing.insert(context.evidence.missing(USERS));
        finding.undecidable =
            Some("nobody is recorded to have left, so who left is not known here");
    }
    finding.in_place = finding.passing > 0;
    finding
}
