//! Mail filters, forwarding and connectors.

use super::setting::{Answer, NOT_READ, Question};
use super::{Context, Finding};
use crate::facts::{
    ConnectorFact, ForwardingFact, MalwareFilterFact, PhishingFilterFact, Row as _,
    SafeAttachmentsFact, SafeLinksFact, SpamFilterFact,
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
    let mut finding = Question::new(
        "does no spam filter policy let senders or addresses through unseen?",
        "empty the allow lists of the policies listed",
    )
    .every(context, |row: &SpamFilterFact| {
        let (senders, addresses) = (&row.allowed_senders, &row.allowed_ips);
        let filled = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|l| !l.is_empty());
        let inbound = senders.is_some() && row.allowed_domains.is_some();
        let connection = addresses.is_some() && row.safe_list.is_some();
        let told = match direction(row).as_deref() {
            Some("outbound") => return Answer::Skip,
            Some("inbound") => inbound,
            Some("connection") => connection,
            _ => inbound && connection,
        };
        let any = filled(senders) || filled(addresses) || filled(&row.allowed_domains);
        if any || row.safe_list == Some(true) {
            Answer::fail("an allow list lets mail through unseen")
        } else if told {
            Answer::Pass
        } else {
            Answer::Unknown(NOT_READ)
        }
    });
    // Every tenant has a filter of each of the two kinds.
    let rows = &context.evidence.facts.email_antispam.items;
    let has = |kind: &str| {
        let mut rows = rows.iter().map(direction);
        rows.any(|direction| direction.is_none_or(|direction| direction == kind))
    };
    if finding.undecidable.is_none() && !(has("inbound") && has("connection")) {
        finding.whole = false;
        finding
            .missing
            .insert(context.evidence.missing(SpamFilterFact::KEY));
    }
    finding
}

fn direction(row: &SpamFilterFact) -> Option<String> {
    row.direction
        .as_deref()
        .map(|direction| direction.trim().to_ascii_lowercase())
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
    // A policy has one switch each for mail, Teams and Office.
    let is_in_force = |row: &SafeLinksFact| ![row.enabled, row.rule_enabled].contains(&Some(false));
    let values = |row: &SafeLinksFact| [row.mail, row.teams, row.office];
    let finding = Question::new(
        "does a Safe Links policy check links in mail, Teams and Office for everybody?",
        "apply a Safe Links policy for mail, Teams and Office to everybody",
    )
    .any(context, none, |row: &SafeLinksFact| {
        let [mail, teams, office] = values(row);
        Answer::all_of(
            [row.everybody, Some(is_in_force(row)), mail, teams, office],
            none,
        )
    });
    let mut rows = context.evidence.facts.email_safe_links.items.iter();
    let is_weaker = |row: &SafeLinksFact| is_in_force(row) && values(row) != [Some(true); 3];
    unless_weaker_for_some(context, finding, SafeLinksFact::KEY, rows.any(is_weaker))
}

pub(super) fn safe_attachments(context: &Context<'_>) -> Finding {
    let none = "no policy holds back unknown attachments for everybody";
    let is_in_force = |row: &SafeAttachmentsFact| match row.rule_enabled {
        Some(false) => Some(false),
        _ => row.enabled,
    };
    let holds = |row: &SafeAttachmentsFact| {
        let action = row.action.as_deref()?.to_ascii_lowercase();
        Some(["block", "dynamicdelivery"].contains(&action.as_str()))
    };
    let finding = Question::new(
        "does a Safe Attachments policy hold back unknown attachments for everybody?",
        "apply a Safe Attachments policy that blocks or delivers dynamically to everybody",
    )
    .any(context, none, |row: &SafeAttachmentsFact| {
        Answer::all_of([row.everybody, is_in_force(row), holds(row)], none)
    });
    let mut rows = context.evidence.facts.email_safe_attachments.items.iter();
    // A policy that is switched off holds nothing back for the people it applies to.
    let is_weaker = |row: &SafeAttachmentsFact| {
        row.rule_enabled != Some(false) && (row.enabled != Some(true) || holds(row) != Some(true))
    };
    unless_weaker_for_some(
        context,
        finding,
        SafeAttachmentsFact::KEY,
        rows.any(is_weaker),
    )
}

/// Of several policies the first that is meant for somebody counts, alone: one that is weaker may come
/// before the one for everybody. See
/// <https://learn.microsoft.com/en-us/defender-office-365/how-policies-and-protections-are-combined>.
fn unless_weaker_for_some(
    context: &Context<'_>,
    mut finding: Finding,
    key: &'static str,
    is_weaker: bool,
) -> Finding {
    if is_weaker && finding.passing > 0 {
        finding.passing = 0;
        let why = "a weaker policy may come before the one for everybody";
        finding.count(context, key, context.tenant(), Answer::Unknown(why));
    }
    finding
}

pub(super) fn no_forwarding(context: &Context<'_>) -> Finding {
    // The outbound filter stops what mailboxes, their rules and remote domains let out; not what a
    // transport rule sends on.
    let key = SpamFilterFact::KEY;
    let is_stopped = context.evidence.is_whole(key) && {
        let filter = auto_forwarding_off(context);
        filter.passing > 0 && filter.failing.is_empty() && filter.unknown.is_empty()
    };
    let mut finding = Question::new(
        "does nothing forward mail to recipients outside by itself?",
        "end the forwarding of the mailboxes, rules and domains listed",
    )
    .none_passes("nothing forwards mail")
    .every(context, |row: &ForwardingFact| {
        let kind = row.kind.as_deref().unwrap_or_default().to_ascii_lowercase();
        let is_filtered = ["remote_domain", "mailbox", "inbox_rule"].contains(&kind.as_str());
        match (row.enabled, row.external) {
            _ if is_stopped && is_filtered => Answer::Pass,
            (Some(false), _) | (_, Some(false)) => Answer::Pass,
            (Some(true), Some(true)) => Answer::fail("forwards mail to recipients outside"),
            _ => Answer::Unknown(NOT_READ),
        }
    });
    if is_stopped {
        finding.evidence.insert(key);
    }
    finding
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
