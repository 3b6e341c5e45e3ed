//! Mail filters, forwarding and connectors.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};
use crate::facts::{
    ConnectorFact, ForwardingFact, MalwareFilterFact, PhishingFilterFact, SafeAttachmentsFact,
    SafeLinksFact, SpamFilterFact,
};

pub(super) fn file_types(context: &Context<'_>) -> Finding {
    Question::new(
        "does every malware filter policy block dangerous file types?",
        "switch on the common attachment filter in the policies listed",
    )
    .every(context, |row: &MalwareFilterFact| {
        Answer::is(
            row.file_filter,
            true,
            "dangerous file types are let through",
        )
    })
}

pub(super) fn malware_removed_later(context: &Context<'_>) -> Finding {
    Question::new(
        "is malware found after delivery removed by every malware filter policy?",
        "switch on zero-hour auto purge in the policies listed",
    )
    .every(context, |row: &MalwareFilterFact| {
        let why = "malware found after delivery stays in the mailbox";
        Answer::is(row.zap, true, why)
    })
}

/// An inbound policy has lists of senders, a connection policy has lists of addresses.
pub(super) fn no_allowed_senders(context: &Context<'_>) -> Finding {
    Question::new(
        "does no spam filter policy let senders or addresses through unseen?",
        "empty the allow lists of the policies listed",
    )
    .every(context, |row: &SpamFilterFact| {
        let direction = row.direction.as_deref().map(str::to_ascii_lowercase);
        let (senders, addresses) = (&row.allowed_senders, &row.allowed_ips);
        let filled = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|l| !l.is_empty());
        let told = match direction.as_deref() {
            Some("outbound") => return Answer::Skip,
            Some("inbound") => senders.is_some(),
            Some("connection") => addresses.is_some(),
            _ => senders.is_some() && addresses.is_some(),
        };
        if filled(senders) || filled(addresses) {
            Answer::fail("an allow list lets mail through unseen")
        } else if told {
            Answer::Pass
        } else {
            Answer::Unknown(NOT_READ)
        }
    })
}

/// See <https://learn.microsoft.com/en-us/defender-office-365/outbound-spam-policies-external-email-forwarding>:
/// `Automatic` has come to mean the same as `Off`.
pub(super) fn auto_forwarding_off(context: &Context<'_>) -> Finding {
    Question::new(
        "does every outbound spam policy forbid forwarding to recipients outside?",
        "switch automatic forwarding off in the policies listed",
    )
    .every(context, |row: &SpamFilterFact| {
        let is = |text: &Option<String>, word: &str| {
            text.as_deref()
                .is_some_and(|t| t.eq_ignore_ascii_case(word))
        };
        if row.direction.is_some() && !is(&row.direction, "outbound") {
            return Answer::Skip;
        }
        if is(&row.auto_forwarding, "off") || is(&row.auto_forwarding, "automatic") {
            Answer::Pass
        } else if is(&row.auto_forwarding, "on") {
            Answer::fail("mail may be forwarded to recipients outside")
        } else {
            Answer::Unknown(NOT_READ)
        }
    })
}

pub(super) fn forged_senders(context: &Context<'_>) -> Finding {
    Question::new(
        "does every anti-phishing policy that is in force detect forged senders?",
        "switch on spoof intelligence in the policies listed",
    )
    .every(context, |row: &PhishingFilterFact| {
        in_force(row, row.spoof_protection, "forged senders are not detected")
    })
}

pub(super) fn impersonation(context: &Context<'_>) -> Finding {
    Question::new(
        "does every anti-phishing policy that is in force detect senders who pose as known people?",
        "switch on impersonation protection in the policies listed",
    )
    .every(context, |row: &PhishingFilterFact| {
        let why = "senders who pose as known people or domains are not detected";
        in_force(row, row.impersonation_protection, why)
    })
}

fn in_force(row: &PhishingFilterFact, setting: Option<bool>, why_not: &str) -> Answer {
    match row.enabled {
        Some(false) => Answer::Skip,
        None => Answer::Unknown(NOT_READ),
        Some(true) => Answer::is(setting, true, why_not),
    }
}

pub(super) fn safe_links(context: &Context<'_>) -> Finding {
    let none = "no policy covers mail, Teams and Office for everybody";
    Question::new(
        "does a Safe Links policy check links in mail, Teams and Office for everybody?",
        "apply a Safe Links policy for mail, Teams and Office to everybody",
    )
    .any(context, none, |row: &SafeLinksFact| {
        Answer::all_of([row.everybody, row.mail, row.teams, row.office], none)
    })
}

pub(super) fn safe_attachments(context: &Context<'_>) -> Finding {
    let none = "no policy holds back unknown attachments for everybody";
    Question::new(
        "does a Safe Attachments policy hold back unknown attachments for everybody?",
        "apply a Safe Attachments policy that blocks or delivers dynamically to everybody",
    )
    .any(context, none, |row: &SafeAttachmentsFact| {
        let holds = row.action.as_deref().map(|action| {
            ["block", "dynamicdelivery"].contains(&action.to_ascii_lowercase().as_str())
        });
        Answer::all_of([row.everybody, row.enabled, holds], none)
    })
}

pub(super) fn no_forwarding(context: &Context<'_>) -> Finding {
    Question::new(
        "does nothing forward mail to recipients outside by itself?",
        "end the forwarding of the mailboxes, rules and domains listed",
    )
    .every(context, |row: &ForwardingFact| {
        match (row.enabled, row.external) {
            (Some(false), _) | (_, Some(false)) => Answer::Pass,
            (Some(true), Some(true)) => Answer::fail("forwards mail to recipients outside"),
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn no_rule_past_the_filter(context: &Context<'_>) -> Finding {
    Question::new(
        "does no transport rule let mail past the spam filter?",
        "take the exemption from the spam filter out of the rules listed",
    )
    .none_passes("there is no transport rule")
    .every(context, |row: &ForwardingFact| {
        match (row.kind.as_deref(), row.enabled, row.bypasses_spam_filter) {
            (Some(kind), _, _) if !kind.eq_ignore_ascii_case("transport_rule") => Answer::Skip,
            (_, Some(false), _) | (_, _, Some(false)) => Answer::Pass,
            (_, Some(true), Some(true)) => Answer::fail("lets mail past the spam filter"),
            _ => Answer::Unknown(NOT_READ),
        }
    })
}

pub(super) fn transport(context: &Context<'_>) -> Finding {
    Question::new(
        "does every mail connector in force refuse to work without TLS?",
        "require TLS on the connectors listed",
    )
    .none_is_open("there is no connector, so which mail must travel encrypted is set nowhere")
    .every(context, |row: &ConnectorFact| match row.enabled {
        Some(false) => Answer::Skip,
        None if row.tls_required != Some(true) => Answer::Unknown(NOT_READ),
        _ => Answer::is(row.tls_required, true, "works without TLS"),
    })
}
