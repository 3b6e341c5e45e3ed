//! Subscriptions, partners, the directory itself.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};
use crate::facts::{LicenseFact, PartnerFact, TenantFact};
use crate::role::RoleId;

pub(super) fn licenses(context: &Context<'_>) -> Finding {
    Question::new(
        "is every subscription in force, with no more seats assigned than bought?",
        "renew the subscriptions listed, buy seats, or take assignments away",
    )
    .every(context, |row: &LicenseFact| {
        let status = row.status.as_deref().unwrap_or_default();
        let in_force = match status.to_ascii_lowercase().as_str() {
            "active" | "trial" => true,
            "warning" | "suspended" | "expired" if row.assigned == Some(0) => return Answer::Skip,
            "warning" | "suspended" | "expired" => false,
            _ => return Answer::Unknown(NOT_READ),
        };
        match (row.purchased, row.assigned) {
            _ if !in_force => Answer::Fail(format!("it is {status}")),
            (Some(bought), Some(assigned)) if assigned > bought => Answer::Fail(format!(
                "{assigned} seats are assigned, {bought} were bought"
            )),
            (Some(_), Some(_)) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

/// See <https://learn.microsoft.com/en-us/partner-center/customers/gdap-introduction>; the words:
/// <https://learn.microsoft.com/en-us/graph/api/resources/delegatedadminrelationship>.
pub(super) fn partners(context: &Context<'_>) -> Finding {
    let global = RoleId::new("Global Administrator");
    let as_of = context.evidence.as_of();
    Question::new(
        "does the access of every partner end by itself, and does none hold Global Administrator?",
        "give the partners listed fewer roles, and an end date",
    )
    .none_passes("no partner has delegated administration")
    .every(context, |row: &PartnerFact| {
        match row
            .status
            .as_deref()
            .map(|status| status.trim().to_ascii_lowercase())
            .as_deref()
        {
            Some("created" | "approvalpending" | "expired" | "terminated") => return Answer::Skip,
            // From its approval to its end the relationship is in force.
            Some(
                "active"
                | "activating"
                | "approved"
                | "expiring"
                | "terminating"
                | "terminationrequested",
            ) => {}
            _ => return Answer::Unknown("whether the relationship is in force is not known"),
        }
        let roles = row.roles.as_ref();
        let all = roles.map(|roles| roles.iter().any(|role| RoleId::new(role) == global));
        match (all, row.ends) {
            (Some(true), _) => Answer::fail("holds Global Administrator"),
            (_, Some(ends)) if ends <= as_of => {
                Answer::Unknown("it is said to be in force and to have ended")
            }
            (Some(false), Some(_)) => Answer::Pass,
            (_, None) => Answer::Unknown("when the relationship ends is not known"),
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn password_hash_sync(context: &Context<'_>) -> Finding {
    Question::new(
        "if accounts are synchronised from a directory on premises, are hashes of passwords too?",
        "synchronise hashes of passwords, so that leaked ones are found and sign-in survives an outage",
    )
    .every(context, |row: &TenantFact| match row.is_synchronised() {
        None => Answer::Unknown(NOT_READ),
        Some(false) => Answer::Pass,
        Some(true) => Answer::is(
            row.synchronises_password_hashes(),
            true,
            "hashes of passwords are not synchronised",
        ),
    })
}

pub(super) fn directory_sync(context: &Context<'_>, hours: u32) -> Finding {
    let as_of = context.evidence.as_of();
    let limit = i64::from(hours) * 3600;
    let words = format!(
        "are accounts kept in one directory, or synchronised from another within {hours} hours?"
    );
    Question::new(words, "repair the synchronisation of the directory").every(
        context,
        |row: &TenantFact| match (row.is_synchronised(), row.last_sync()) {
            (Some(true), Some(time)) if time > as_of => {
                Answer::Unknown("the last synchronisation is dated after the assessment")
            }
            (Some(true), Some(time)) if as_of.is_more_than_seconds_after(time, limit) => {
                Answer::Fail(format!("not synchronised for more than {hours} hours"))
            }
            (Some(true), Some(_)) | (Some(false), _) => Answer::Pass,
            _ => Answer::Unknown(NOT_READ),
        },
    )
}
