//! Data: sharing, loss, labels, retention, and Teams.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};
use crate::facts::{DlpPolicyFact, LabelFact, RetentionPolicyFact, SharingFact, TeamsFact};

pub(super) fn sharing(context: &Context<'_>) -> Finding {
    Question::new(
        "is sharing limited to people who sign in?",
        "end sharing by links that need no sign-in",
    )
    .every(context, |row: &SharingFact| {
        let capability = row.sharing_capability.as_deref().unwrap_or_default();
        match capability.to_ascii_lowercase().as_str() {
            "disabled" | "existingexternalusersharingonly" | "externalusersharingonly" => {
                Answer::Pass
            }
            "externaluserandguestsharing" => {
                Answer::fail("files can be shared by links that need no sign-in")
            }
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn sharing_expires(context: &Context<'_>, days: u32) -> Finding {
    let words = format!("does access of people outside to shared files end within {days} days?");
    Question::new(words, "let the access of people outside expire").every(
        context,
        |row: &SharingFact| match row.guest_expiry_days {
            Some(0) => Answer::fail("it never ends"),
            found => Answer::at_most(found, days, |n| format!("it ends only after {n} days")),
        },
    )
}

pub(super) fn dlp(context: &Context<'_>) -> Finding {
    let none = "no policy against loss of data is enforced";
    Question::new(
        "is a policy against loss of data enforced, not only tested?",
        "enforce a policy against loss of data",
    )
    .any(context, none, |row: &DlpPolicyFact| {
        let mode = row.mode.as_deref().unwrap_or_default();
        let is_enforced = match mode.trim().to_ascii_lowercase().as_str() {
            _ if row.enabled == Some(false) => Some(false),
            "enable" => Some(true),
            "disable"
            | "pendingdeletion"
            | "testwithnotifications"
            | "testwithoutnotifications" => Some(false),
            _ => None,
        };
        let applies = row.locations.as_ref().and_then(|locations| {
            let is = |word: &str| locations.values().any(|l| l.eq_ignore_ascii_case(word));
            let is_none = |location: &String| location.eq_ignore_ascii_case("none");
            if is("all") {
                Some(true)
            } else {
                let are_none = !locations.is_empty() && locations.values().all(is_none);
                are_none.then_some(false)
            }
        });
        Answer::all_of([is_enforced, applies], none)
    })
}

pub(super) fn labels(context: &Context<'_>) -> Finding {
    let none = "no sensitivity label is offered";
    Question::new(
        "are sensitivity labels offered to people?",
        "publish sensitivity labels",
    )
    .any(context, none, |row: &LabelFact| {
        Answer::is(row.published, true, none)
    })
}

pub(super) fn retention(context: &Context<'_>) -> Finding {
    let none = "no retention policy is in force";
    Question::new(
        "is a retention policy in force?",
        "set up retention policies for the data that has to be kept or deleted",
    )
    .any(context, none, |row: &RetentionPolicyFact| {
        Answer::is(row.enabled, true, none)
    })
}

pub(super) fn federation(context: &Context<'_>) -> Finding {
    of_kind(
        context,
        "federation",
        "can people in Teams talk only to organisations that are listed, and not to personal accounts?",
        "list the organisations that people may talk to, and leave out personal accounts",
        |row| {
            let allowed = row.allowed_organizations.as_deref();
            let listed = allowed.and_then(|a| match a.to_ascii_lowercase().as_str() {
                "listed" | "none" => Some(true),
                "all" => Some(false),
                _ => None,
            });
            let why = "people can talk to any organisation or to personal accounts";
            Answer::all_of([listed, row.consumers_allowed.map(|allowed| !allowed)], why)
        },
    )
}

/// See <https://learn.microsoft.com/en-us/microsoftteams/who-can-bypass-meeting-lobby>.
pub(super) fn lobby(context: &Context<'_>) -> Finding {
    of_kind(
        context,
        "meeting",
        "do people from outside wait in the lobby of every Teams meeting?",
        "let only people of the organisation past the lobby in the policies listed",
        |row| {
            let bypass = row.lobby_bypass.as_deref().unwrap_or_default();
            match bypass.to_ascii_lowercase().as_str() {
                "organizeronly" | "invitedusers" | "everyoneincompanyexcludingguests" => {
                    Answer::Pass
                }
                "everyone" | "everyoneincompany" | "everyoneinsameandfederatedcompany" => {
                    Answer::fail("guests or people from outside come in without waiting")
                }
                _ => Answer::Unknown(NOT_READ),
            }
        },
    )
}

pub(super) fn outside_control(context: &Context<'_>) -> Finding {
    of_kind(
        context,
        "meeting",
        "can nobody from outside take control of what is shown in a Teams meeting?",
        "forbid people from outside to take control in the policies listed",
        |row| {
            let why = "people from outside can take control of what is shown";
            Answer::is(row.outside_control, false, why)
        },
    )
}

fn of_kind(
    context: &Context<'_>,
    kind: &str,
    words: &str,
    advice: &'static str,
    judge: fn(&TeamsFact) -> Answer,
) -> Finding {
    Question::new(words, advice).every(context, |row: &TeamsFact| match row.kind.as_deref() {
        Some(found) if !found.eq_ignore_ascii_case(kind) => Answer::Skip,
        Some(_) => judge(row),
        None => Answer::Unknown("what kind of policy it is was not read"),
    })
}
