//! Guests and reviews of access.

use std::collections::BTreeSet;

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding, parameter};
use crate::evidence::EvidenceGrade;
use crate::facts::{AccessReviewFact, AppConsentFact, GuestFact, Row as _};
use crate::framework::ReviewScope;
use crate::population::USERS;

/// Template ids of what guests can be:
/// <https://learn.microsoft.com/en-us/entra/identity/users/users-restrict-guest-permissions>.
const AS_MEMBER: &str = "a0b1b346-4d3e-4e8b-98f8-753987be4970";
const LIMITED: &str = "10dae51f-b6af-4016-8d66-8c2a99b929b3";
const RESTRICTED: &str = "2af84b1e-32c8-42b7-82bc-daa82404023b";

pub(super) fn role(context: &Context<'_>) -> Finding {
    Question::new(
        "do guests see less of the directory than members?",
        "limit what guests can see of the directory",
    )
    .every(context, |row: &AppConsentFact| {
        let role = row.guest_role.as_deref().unwrap_or_default();
        match role.to_ascii_lowercase().as_str() {
            "guest" | "restricted" | LIMITED | RESTRICTED => Answer::Pass,
            "member" | AS_MEMBER => Answer::fail("guests see what members see"),
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn invitations(context: &Context<'_>) -> Finding {
    Question::new(
        "can only administrators and chosen people invite guests?",
        "let only administrators and guest inviters invite",
    )
    .every(context, |row: &AppConsentFact| {
        let who = row.allow_invites_from.as_deref().unwrap_or_default();
        match who.to_ascii_lowercase().as_str() {
            "none" | "adminsandguestinviters" => Answer::Pass,
            "adminsguestinvitersandallmembers" | "everyone" => {
                Answer::fail("every member can invite guests")
            }
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn sponsors(context: &Context<'_>) -> Finding {
    let mut finding = Question::new(
        "does somebody answer for every guest?",
        "name a sponsor for each guest listed, or remove the guest",
    )
    .none_passes("there is no guest")
    .every(context, |row: &GuestFact| match &row.sponsors {
        Some(sponsors) if sponsors.is_empty() => Answer::fail("nobody answers for the guest"),
        Some(_) => Answer::Pass,
        None => Answer::Unknown(NOT_READ),
    });
    // Without the accounts it is not known which guests there are.
    context.need(USERS, &mut finding);
    if !context.evidence.is_whole(USERS) {
        finding.vacuous_pass = None;
    }
    let key = GuestFact::KEY;
    if context.evidence.grade(key) != EvidenceGrade::Absent {
        let rows = &context.evidence.facts.identity_guests.items;
        let listed: BTreeSet<&str> = rows.iter().map(|row| row.user.as_str()).collect();
        let everybody = context.population.people();
        let guests = everybody.filter(|p| p.profile.guest || p.profile.may_be_guest);
        for guest in guests.filter(|guest| !listed.contains(guest.id())) {
            let why = "who answers for the guest was not read";
            finding.count(context, key, guest.member(), Answer::Unknown(why));
            (finding.vacuous_pass, finding.undecidable) = (None, None);
        }
    }
    finding
}

/// That none is set up here does not prove that none is held elsewhere.
pub(super) fn reviews(context: &Context<'_>, scope: ReviewScope, days: Option<u32>) -> Finding {
    let (name, what) = match scope {
        ReviewScope::Users => ("users", "accounts"),
        ReviewScope::Guests => ("guests", "guests"),
        ReviewScope::Roles => ("roles", "directory roles"),
        ReviewScope::Applications => ("applications", "applications"),
        ReviewScope::Groups => ("groups", "groups"),
    };
    let words = match days {
        Some(days) => format!("was every access review of {what} completed within {days} days?"),
        None => format!("was every access review of {what} completed within the declared period?"),
    };
    let question = Question::new(words, "complete the reviews listed").none_is_attestable(
        "no access review is set up here; whether one is held elsewhere is not known",
    );
    let Some(days) = days else {
        return question.undeclared::<AccessReviewFact>(context, parameter::REVIEW_DAYS);
    };
    let limit = i64::from(days) * 86_400;
    let as_of = context.evidence.as_of();
    question.every(context, |row: &AccessReviewFact| {
        match (row.scope.as_deref(), row.last_completed) {
            (None, _) => Answer::Unknown("what is reviewed was not read"),
            (Some(found), _) if !found.eq_ignore_ascii_case(name) => Answer::Skip,
            (_, None) => Answer::Unknown("when it was last completed is not known"),
            (_, Some(time)) if time > as_of => {
                Answer::Unknown("it is dated after the time of the assessment")
            }
            (_, Some(time)) if as_of.is_more_than_seconds_after(time, limit) => {
                Answer::Fail(format!("not completed for more than {days} days"))
            }
            _ => Answer::Pass,
        }
    })
}
