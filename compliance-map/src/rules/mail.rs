//! Mail: sender authentication, filters, forwarding, SMTP AUTH, auditing, transport.

use super::setting::{Answer, NOT_READ, Question, TENANT};
use super::{Context, Finding};
use crate::facts::{MailDomainFact, Record};

const DNS: &str = "email.auth_dns";

/// Which record of a domain is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) enum DnsRecord {
    Spf,
    Dkim,
    Dmarc,
}

/// See <https://learn.microsoft.com/en-us/defender-office-365/email-authentication-about>.
pub(super) fn sender_authentication(context: &Context<'_>, record: DnsRecord) -> Finding {
    let (words, advice) = match record {
        DnsRecord::Spf => (
            "does every mail domain publish SPF that rejects strangers?",
            "publish an SPF record that ends in -all for the domains listed",
        ),
        DnsRecord::Dkim => (
            "is mail of every domain signed with DKIM?",
            "switch on DKIM signing for the domains listed and publish its keys",
        ),
        DnsRecord::Dmarc => (
            "does every mail domain publish DMARC that quarantines or rejects all forged mail?",
            "publish a DMARC record with p=reject for the domains listed, without a pct below 100",
        ),
    };
    let question = Question {
        key: DNS,
        words,
        advice,
    };
    let rows = &context.evidence.facts.email_auth_dns.items;
    question.every(
        context,
        rows,
        |row| &row.domain,
        None,
        |row| look_up(row, record),
    )
}

fn look_up(row: &MailDomainFact, record: DnsRecord) -> Answer {
    let lookup = row.lookup.as_deref().unwrap_or("ok");
    let found = match record {
        DnsRecord::Spf => &row.spf,
        DnsRecord::Dkim => &row.dkim,
        DnsRecord::Dmarc => &row.dmarc,
    };
    if lookup.eq_ignore_ascii_case("nxdomain") {
        return Answer::fail("the name does not exist");
    }
    if !lookup.eq_ignore_ascii_case("ok") {
        return Answer::Unknown("the look-up failed, which is not the absence of a record");
    }
    match (found, record) {
        (None, _) => Answer::Unknown("the record was not looked up"),
        (Some(Record::Absent), _) => Answer::fail("no record is published"),
        (Some(_), DnsRecord::Dkim) => Answer::Pass,
        (Some(Record::Present), _) => {
            Answer::Unknown("a record is published, but its text was not kept")
        }
        (Some(Record::Text(text)), DnsRecord::Spf) => spf(text),
        (Some(Record::Text(text)), DnsRecord::Dmarc) => dmarc(text),
    }
}

/// RFC 7208: what stands after the mechanisms for everybody else.
fn spf(text: &str) -> Answer {
    let text = text.trim().to_ascii_lowercase();
    let terms: Vec<&str> = text.split_whitespace().collect();
    if terms.first() != Some(&"v=spf1") {
        return Answer::fail("the text is no SPF record");
    }
    match terms
        .iter()
        .find(|term| term.trim_start_matches(['+', '-', '~', '?']) == "all")
    {
        Some(&"-all") => Answer::Pass,
        None if terms.iter().any(|term| term.starts_with("redirect=")) => {
            Answer::Unknown("the record points to another one")
        }
        _ => Answer::fail("strangers are not rejected: the record does not end in -all"),
    }
}

/// RFC 7489: `p` and `pct`, tags in any order.
fn dmarc(text: &str) -> Answer {
    let lower = text.to_ascii_lowercase();
    let mut tags = lower.split(';').filter_map(|tag| {
        let (name, value) = tag.split_once('=')?;
        Some((name.trim(), value.trim()))
    });
    if tags.next() != Some(("v", "dmarc1")) {
        return Answer::fail("the text is no DMARC record");
    }
    let tags: Vec<(&str, &str)> = tags.collect();
    let tag = |wanted: &str| {
        tags.iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, v)| *v)
    };
    if !matches!(tag("p"), Some("reject" | "quarantine")) {
        return Answer::fail("forged mail is neither quarantined nor rejected");
    }
    match tag("pct") {
        None | Some("100") => Answer::Pass,
        Some(_) => Answer::fail("only a part of forged mail is acted upon"),
    }
}

pub(super) fn file_types(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.antimalware",
        words: "does every malware filter policy block dangerous file types?",
        advice: "switch on the common attachment filter in the policies listed",
    };
    let rows = &context.evidence.facts.email_antimalware.items;
    let why = "dangerous file types are let through";
    question.every(
        context,
        rows,
        |row| &row.policy,
        None,
        |row| Answer::is(row.file_filter, true, why),
    )
}

pub(super) fn malware_removed_later(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.antimalware",
        words: "is malware found after delivery removed by every malware filter policy?",
        advice: "switch on zero-hour auto purge in the policies listed",
    };
    let rows = &context.evidence.facts.email_antimalware.items;
    let why = "malware found after delivery stays in the mailbox";
    question.every(
        context,
        rows,
        |row| &row.policy,
        None,
        |row| Answer::is(row.zap, true, why),
    )
}

pub(super) fn no_allowed_senders(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.antispam",
        words: "does no spam filter policy let senders or addresses through unseen?",
        advice: "empty the allow lists of the policies listed",
    };
    let rows = &context.evidence.facts.email_antispam.items;
    question.every(
        context,
        rows,
        |row| &row.policy,
        None,
        |row| {
            if row.direction.as_deref() == Some("outbound") {
                return Answer::Skip;
            }
            let filled = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|l| !l.is_empty());
            if filled(&row.allowed_senders) || filled(&row.allowed_ips) {
                Answer::fail("an allow list lets mail through unseen")
            } else if row.allowed_senders.is_none() && row.allowed_ips.is_none() {
                Answer::Unknown(NOT_READ)
            } else {
                Answer::Pass
            }
        },
    )
}

pub(super) fn forged_senders(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.antiphish",
        words: "does every anti-phishing policy that is in force detect forged senders?",
        advice: "switch on spoof intelligence in the policies listed",
    };
    let rows = &context.evidence.facts.email_antiphish.items;
    question.every(
        context,
        rows,
        |row| &row.policy,
        None,
        |row| match row.enabled {
            Some(false) => Answer::Skip,
            None => Answer::Unknown(NOT_READ),
            Some(true) => Answer::is(
                row.spoof_protection,
                true,
                "forged senders are not detected",
            ),
        },
    )
}

pub(super) fn safe_links(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.safe_links",
        words: "does a Safe Links policy check links in mail, Teams and Office for everybody?",
        advice: "apply a Safe Links policy for mail, Teams and Office to everybody",
    };
    let rows = &context.evidence.facts.email_safe_links.items;
    let none = "no policy covers mail, Teams and Office for everybody";
    question.any(
        context,
        rows,
        |row| &row.policy,
        none,
        |row| all_of([row.everybody, row.mail, row.teams, row.office], none),
    )
}

pub(super) fn safe_attachments(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.safe_attachments",
        words: "does a Safe Attachments policy hold back unknown attachments for everybody?",
        advice: "apply a Safe Attachments policy that blocks or delivers dynamically to everybody",
    };
    let rows = &context.evidence.facts.email_safe_attachments.items;
    let none = "no policy holds back unknown attachments for everybody";
    question.any(
        context,
        rows,
        |row| &row.policy,
        none,
        |row| {
            let holds = row.action.as_deref().map(|action| {
                ["block", "dynamicdelivery"].contains(&action.to_ascii_lowercase().as_str())
            });
            all_of([row.everybody, row.enabled, holds], none)
        },
    )
}

/// Passes when all are on, fails when one is off.
fn all_of<const N: usize>(settings: [Option<bool>; N], why_not: &str) -> Answer {
    if settings.contains(&Some(false)) {
        Answer::fail(why_not)
    } else if settings.contains(&None) {
        Answer::Unknown(NOT_READ)
    } else {
        Answer::Pass
    }
}

pub(super) fn no_forwarding(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.forwarding",
        words: "does nothing forward mail to recipients outside by itself?",
        advice: "end the forwarding of the mailboxes, rules and domains listed",
    };
    let rows = &context.evidence.facts.email_forwarding.items;
    question.every(
        context,
        rows,
        |row| &row.id,
        None,
        |row| match (row.enabled, row.external) {
            (Some(false), _) | (_, Some(false)) => Answer::Pass,
            (Some(true), Some(true)) => Answer::fail("forwards mail to recipients outside"),
            _ => Answer::Unknown(NOT_READ),
        },
    )
}

pub(super) fn smtp_auth(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.smtp_auth",
        words: "is SMTP AUTH off for the organisation, and switched on again for no mailbox?",
        advice: "switch SMTP AUTH off for the organisation and the mailboxes listed",
    };
    let rows = &context.evidence.facts.email_smtp_auth.items;
    let organisation = rows.iter().any(|row| row.mailbox.is_none());
    let mut finding = question.every(
        context,
        rows,
        |row| mailbox_or_tenant(row.mailbox.as_ref()),
        None,
        |row| match row.disabled {
            // A mailbox without a setting of its own follows the organisation.
            None if row.mailbox.is_some() => Answer::Skip,
            disabled => Answer::is(disabled, true, "SMTP AUTH takes a password alone"),
        },
    );
    need_organisation(context, organisation, question.key, &mut finding);
    finding
}

pub(super) fn mailbox_audit(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.mailbox_audit",
        words: "is every mailbox audited, with nobody left out?",
        advice: "switch on mailbox auditing and end the bypass for the accounts listed",
    };
    let rows = &context.evidence.facts.email_mailbox_audit.items;
    let organisation = rows.iter().any(|row| row.mailbox.is_none());
    let mut finding = question.every(
        context,
        rows,
        |row| mailbox_or_tenant(row.mailbox.as_ref()),
        None,
        |row| {
            if row.mailbox.is_none() {
                let why = "auditing is switched off for the whole organisation";
                return Answer::is(row.org_audit_disabled, false, why);
            }
            match (row.bypass, row.audit_enabled) {
                (Some(true), _) => Answer::fail("actions of this account escape auditing"),
                (_, Some(false)) => Answer::fail("the mailbox is not audited"),
                (Some(false), Some(true)) => Answer::Pass,
                _ => Answer::Unknown(NOT_READ),
            }
        },
    );
    need_organisation(context, organisation, question.key, &mut finding);
    finding
}

fn mailbox_or_tenant(mailbox: Option<&String>) -> &str {
    mailbox.map_or(TENANT, String::as_str)
}

/// Without the row of the organisation, what holds for everybody is not known.
fn need_organisation(context: &Context<'_>, there: bool, key: &str, finding: &mut Finding) {
    if !there && finding.nobody.is_none() {
        finding.missing.insert(context.evidence.missing(key));
        finding
            .unknown
            .insert(TENANT.to_owned(), NOT_READ.to_owned());
    }
}

pub(super) fn transport(context: &Context<'_>) -> Finding {
    let question = Question {
        key: "email.transport",
        words: "does every mail connector in force refuse to work without TLS?",
        advice: "require TLS on the connectors listed",
    };
    let rows = &context.evidence.facts.email_transport.items;
    let why = "works without TLS";
    question.every(
        context,
        rows,
        |row| &row.connector,
        None,
        |row| match row.enabled {
            Some(false) => Answer::Skip,
            None if row.tls_required != Some(true) => Answer::Unknown(NOT_READ),
            _ => Answer::is(row.tls_required, true, why),
        },
    )
}
