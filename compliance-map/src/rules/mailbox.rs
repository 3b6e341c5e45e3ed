//! Mailboxes: auditing, SMTP AUTH, and what holds for the whole organisation.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};
use crate::evidence::{EvidenceGrade, latest};
use crate::facts::{MailboxAuditFact, Row, SmtpAuthFact, Subject, TENANT};
use crate::population::USERS;

pub(super) fn smtp_auth(context: &Context<'_>) -> Finding {
    let mut finding = Question::new(
        "is SMTP AUTH off for the organisation, and switched on again for no mailbox?",
        "switch SMTP AUTH off for the organisation and the mailboxes listed",
    )
    .every(context, |row: &SmtpAuthFact| match row.disabled {
        // A mailbox without a setting of its own follows the organisation.
        None if row.mailbox.is_some() => Answer::Skip,
        disabled => Answer::is(disabled, true, "SMTP AUTH takes a password alone"),
    });
    need_organisation::<SmtpAuthFact>(context, &mut finding);
    finding
}

pub(super) fn modern_authentication(context: &Context<'_>) -> Finding {
    organisation(
        context,
        "is modern authentication on for the organisation's mail?",
        "switch modern authentication on",
        |row: &SmtpAuthFact| Answer::is(row.modern_authentication, true, "it is switched off"),
    )
}

pub(super) fn direct_send_rejected(context: &Context<'_>) -> Finding {
    organisation(
        context,
        "is mail rejected that is sent without authentication in the organisation's name?",
        "reject Direct Send",
        |row: &SmtpAuthFact| {
            let why = "anybody can send mail in the organisation's name to its own mailboxes";
            Answer::is(row.direct_send_rejected, true, why)
        },
    )
}

pub(super) fn customer_lockbox(context: &Context<'_>) -> Finding {
    organisation(
        context,
        "must Microsoft's engineers ask before they can see content?",
        "switch Customer Lockbox on",
        |row: &MailboxAuditFact| Answer::is(row.customer_lockbox, true, "they need not ask"),
    )
}

/// Asks the row of the organisation alone.
fn organisation<'a, T: Row + Subject>(
    context: &Context<'a>,
    words: &str,
    advice: &'static str,
    judge: impl Fn(&'a T) -> Answer,
) -> Finding {
    Question::new(words, advice).every(context, |row: &T| {
        if row.subject() == TENANT {
            judge(row)
        } else {
            Answer::Skip
        }
    })
}

/// Kinds of mailbox that auditing by default reaches; there the flag of the mailbox is ignored:
/// <https://learn.microsoft.com/en-us/purview/audit-mailboxes>.
const BY_DEFAULT: [&str; 3] = ["UserMailbox", "SharedMailbox", "GroupMailbox"];
/// Kinds that it does not reach.
const BY_FLAG: [&str; 3] = ["RoomMailbox", "EquipmentMailbox", "PublicFolderMailbox"];

pub(super) fn mailbox_audit(context: &Context<'_>) -> Finding {
    let rows = latest(
        &MailboxAuditFact::fact(context.evidence.facts).items,
        MailboxAuditFact::subject,
    );
    let is_off = rows.get(TENANT).and_then(|row| row.org_audit_disabled);
    let why_off = "auditing is switched off for the whole organisation";
    let mut finding = Question::new(
        "is every mailbox audited, with nobody left out?",
        "switch on mailbox auditing and end the bypass for the accounts listed",
    )
    .every(context, |row: &MailboxAuditFact| {
        if row.mailbox.is_none() {
            return Answer::is(row.org_audit_disabled, false, why_off);
        }
        let kind = row.kind.as_deref();
        let is = |kinds: &[&str]| {
            kind.is_some_and(|kind| kinds.iter().any(|k| k.eq_ignore_ascii_case(kind)))
        };
        let by_default = (is(&BY_DEFAULT) || is(&BY_FLAG)).then_some(is(&BY_DEFAULT));
        match (row.bypass, row.audit_enabled) {
            (Some(true), _) => Answer::fail("actions of this account escape auditing"),
            _ if is_off == Some(true) => Answer::fail(why_off),
            (Some(false), Some(true)) => Answer::Pass,
            (Some(false), _) if is_off == Some(false) && by_default == Some(true) => Answer::Pass,
            (_, Some(false)) if by_default != Some(false) => {
                Answer::Unknown("whether the service heeds the mailbox's own switch is not known")
            }
            (_, Some(false)) => Answer::fail("the mailbox is not audited"),
            _ => Answer::Unknown(NOT_READ),
        }
    });
    need_organisation::<MailboxAuditFact>(context, &mut finding);
    need_mailboxes(context, &mut finding);
    finding
}

/// Every tenant has mailboxes: where none was read, nothing is said of them.
fn need_mailboxes(context: &Context<'_>, finding: &mut Finding) {
    let key = MailboxAuditFact::KEY;
    let rows = &MailboxAuditFact::fact(context.evidence.facts).items;
    if context.evidence.grade(key) != EvidenceGrade::Absent
        && rows.iter().all(|row| row.mailbox.is_none())
    {
        finding.whole = false;
        finding.missing.insert(context.evidence.missing(key));
        if finding.vacuous_pass.take().is_some() {
            finding.undecidable = Some("no mailbox was read");
        }
    }
}

/// The actions that Microsoft's own set holds for every license:
/// <https://learn.microsoft.com/en-us/purview/audit-mailboxes>.
const BY_EVERYBODY: [&str; 6] = [
    "HardDelete",
    "MoveToDeletedItems",
    "SoftDelete",
    "Update",
    "UpdateFolderPermissions",
    "UpdateInboxRules",
];
const BY_OTHERS: [&str; 3] = ["Create", "SendAs", "SendOnBehalf"];

pub(super) fn audited_actions(context: &Context<'_>) -> Finding {
    Question::new(
        "is every action on every mailbox logged that can hide, forge or destroy mail?",
        "let the mailboxes listed log what Microsoft chose for administrators, delegates and owners",
    )
    .every(context, |row: &MailboxAuditFact| {
        if row.mailbox.is_none() {
            return Answer::Skip;
        }
        let by_default = |kind: &str| {
            let sets = row.default_audit_set.as_deref().unwrap_or_default();
            sets.iter().any(|set| set.eq_ignore_ascii_case(kind))
        };
        let mut unread = false;
        for (kind, actions, others) in [
            ("Admin", &row.admin_actions, true),
            ("Delegate", &row.delegate_actions, true),
            ("Owner", &row.owner_actions, false),
        ] {
            let Some(actions) = actions else {
                unread |= !by_default(kind);
                continue;
            };
            let logs = |wanted: &&str| actions.iter().any(|a| a.eq_ignore_ascii_case(wanted));
            let wanted = BY_EVERYBODY
                .iter()
                .chain(BY_OTHERS.iter().filter(|_| others));
            let lost: Vec<&str> = wanted.filter(|wanted| !logs(wanted)).copied().collect();
            if !lost.is_empty() && !by_default(kind) {
                let lost = lost.join(", ");
                return Answer::Fail(format!("{lost} by {kind} leave no record"));
            }
        }
        if unread {
            Answer::Unknown(NOT_READ)
        } else {
            Answer::Pass
        }
    })
}

/// A shared mailbox has an account, which is not meant to sign in:
/// <https://learn.microsoft.com/en-us/microsoft-365/admin/email/about-shared-mailboxes>.
pub(super) fn shared_mailboxes_closed(context: &Context<'_>) -> Finding {
    let mut finding = Question::new(
        "can nobody sign in to the account of a shared mailbox?",
        "block sign-in to the accounts of the shared mailboxes listed",
    )
    .none_passes("there is no shared mailbox")
    .every(context, |row: &MailboxAuditFact| {
        if row.mailbox.is_none() {
            return Answer::Skip;
        }
        match row.kind.as_deref() {
            None => return Answer::Unknown("what kind of mailbox it is was not read"),
            Some(kind) if !kind.eq_ignore_ascii_case("SharedMailbox") => return Answer::Skip,
            Some(_) => {}
        }
        let person = row
            .user
            .as_deref()
            .and_then(|id| context.population.person(id));
        match person.map(|person| person.profile.enabled) {
            Some(Some(true)) => Answer::fail("its account can sign in"),
            Some(Some(false)) => Answer::Pass,
            _ => Answer::Unknown("whether its account can sign in is not known"),
        }
    });
    context.need(USERS, &mut finding);
    need_mailboxes(context, &mut finding);
    finding
}

/// Without the row of the organisation, what holds for everybody is not known.
fn need_organisation<T: Row + Subject>(context: &Context<'_>, finding: &mut Finding) {
    let absent = context.evidence.grade(T::KEY) == EvidenceGrade::Absent;
    let rows = latest(&T::fact(context.evidence.facts).items, T::subject);
    if !absent && finding.undecidable.is_none() && !rows.contains_key(TENANT) {
        finding.missing.insert(context.evidence.missing(T::KEY));
        finding.unknown.insert(context.tenant(), NOT_READ);
    }
}
