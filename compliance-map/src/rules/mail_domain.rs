//! Sender authentication of mail domains.
//!
//! See <https://learn.microsoft.com/en-us/defender-office-365/email-authentication-about>.

use std::collections::BTreeMap;

use super::setting::{Answer, Question};
use super::{Context, Finding};
use crate::domain;
use crate::evidence::latest;
use crate::facts::{MailDomainFact, Record, Row as _};

pub(super) fn spf(context: &Context<'_>) -> Finding {
    Question::new(
        "does every mail domain publish SPF that rejects strangers?",
        "publish an SPF record that ends in -all for the domains listed",
    )
    .every(context, |row: &MailDomainFact| {
        looked_up(row, Part::Spf, row.spf.as_ref(), |text| spf_text(row, text))
    })
}

pub(super) fn dkim(context: &Context<'_>) -> Finding {
    Question::new(
        "is mail of every domain signed with DKIM?",
        "switch on DKIM signing for the domains listed and publish its keys",
    )
    .every(context, |row: &MailDomainFact| match row.dkim {
        // Signing was read from the setting of the service, so there is no DNS record to judge.
        Some(Record::Present) if lookup(row, Part::Dkim).eq_ignore_ascii_case("ok") => Answer::Pass,
        _ => looked_up(row, Part::Dkim, row.dkim.as_ref(), dkim_text),
    })
}

pub(super) fn dmarc(context: &Context<'_>, reject: bool) -> Finding {
    let words = if reject {
        "does every mail domain publish DMARC that rejects all forged mail?"
    } else {
        "does every mail domain publish DMARC that quarantines or rejects all forged mail?"
    };
    let rows = &MailDomainFact::fact(context.evidence.facts).items;
    let rows = latest(rows, |row| &row.domain);
    let by_name: BTreeMap<String, &MailDomainFact> = rows
        .into_iter()
        .map(|(domain, row)| (domain.to_ascii_lowercase(), row))
        .collect();
    Question::new(
        words,
        "publish a DMARC record with p=reject for the domains listed, without a pct below 100",
    )
    .every(context, |row: &MailDomainFact| {
        // Another text at that name is no record.
        let is_other = |record: &Record| {
            matches!(record, Record::Text(text) if !is_dmarc(text)) || *record == Record::Absent
        };
        if row.dmarc.as_ref().is_some_and(is_other) && looked_well(row) {
            return inherited(&by_name, &row.domain, reject);
        }
        looked_up(row, Part::Dmarc, row.dmarc.as_ref(), |text| {
            dmarc_text(text, reject, Of::Domain)
        })
    })
}

/// What was looked up for a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Spf,
    Dkim,
    Dmarc,
}

const NO_TEXT: &str = "a record is published, but its text was not kept";

/// How the look-up of a part ended: by its own word, else by that of the domain, which is the worst
/// of its parts: a record that was read has a name.
fn lookup(row: &MailDomainFact, part: Part) -> &str {
    let (own, found) = match part {
        Part::Spf => (&row.spf_lookup, &row.spf),
        Part::Dkim => (&row.dkim_lookup, &row.dkim),
        Part::Dmarc => (&row.dmarc_lookup, &row.dmarc),
    };
    let all = row.lookup.as_deref().unwrap_or("ok");
    match (own, found) {
        (Some(own), _) => own,
        (None, Some(Record::Text(_))) if all.eq_ignore_ascii_case("nxdomain") => "ok",
        (None, _) => all,
    }
}

/// Whether it is known that the domain has no DMARC record of its own.
fn looked_well(row: &MailDomainFact) -> bool {
    let lookup = lookup(row, Part::Dmarc);
    // NXDOMAIN for the `_dmarc` name means no record, if the look-up is known to be of that name.
    lookup.eq_ignore_ascii_case("ok")
        || row.dmarc_lookup.is_some() && lookup.eq_ignore_ascii_case("nxdomain")
}

fn looked_up(
    row: &MailDomainFact,
    part: Part,
    found: Option<&Record>,
    judge: impl Fn(&str) -> Answer,
) -> Answer {
    let lookup = lookup(row, part);
    if lookup.eq_ignore_ascii_case("nxdomain") {
        return Answer::fail("the name does not exist");
    }
    if !lookup.eq_ignore_ascii_case("ok") {
        return Answer::Unknown("the look-up failed, which is not the absence of a record");
    }
    match found {
        None => Answer::Unknown("the record was not looked up"),
        Some(Record::Absent) => Answer::fail("no record is published"),
        Some(Record::Present) => Answer::Unknown(NO_TEXT),
        Some(Record::Text(text)) => judge(text),
    }
}

/// RFC 7208, section 4.6.4: with more look-ups than these the record is an error, and ignored.
const LOOKUPS: u32 = 10;
const VOID_LOOKUPS: u32 = 2;

/// RFC 7208: what stands after the mechanisms for everybody else.
fn spf_text(row: &MailDomainFact, text: &str) -> Answer {
    let text = text.trim().to_ascii_lowercase();
    let terms: Vec<&str> = text.split_whitespace().collect();
    if terms.first() != Some(&"v=spf1") {
        return Answer::fail("the text is no SPF record");
    }
    let above = |count: Option<u32>, limit| count.is_some_and(|count| count > limit);
    // The look-ups written in the record itself are the minimum; includes add more.
    let asks = |term: &&&str| {
        let term = term.trim_start_matches(['+', '-', '~', '?']);
        let name = term.split([':', '/', '=']).next().unwrap_or_default();
        ["include", "a", "mx", "ptr", "exists", "redirect"].contains(&name)
    };
    let told = u32::try_from(terms.iter().filter(asks).count()).ok();
    if above(told, LOOKUPS)
        || above(row.spf_lookups, LOOKUPS)
        || above(row.spf_void_lookups, VOID_LOOKUPS)
    {
        return Answer::fail("the record needs more look-ups than receivers make");
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

/// The tags of a record, the first of which stands at the start.
fn tags(lower: &str) -> Vec<(&str, &str)> {
    let tags = lower.split(';').filter_map(|tag| tag.split_once('='));
    tags.map(|(name, value)| (name.trim(), value.trim()))
        .collect()
}

fn tag<'t>(tags: &[(&str, &'t str)], wanted: &str) -> Option<&'t str> {
    let mut found = tags.iter().filter(|(name, _)| *name == wanted);
    found.next().map(|(_, value)| *value)
}

/// RFC 6376, section 3.6.1: a key by which a signature of mail can be verified.
fn dkim_text(text: &str) -> Answer {
    let lower = text.to_ascii_lowercase();
    let tags = tags(&lower);
    let is = |name: &str, known: &[&str]| {
        tag(&tags, name).is_none_or(|found| found.split(':').any(|f| known.contains(&f.trim())))
    };
    match tag(&tags, "p") {
        None => return Answer::Unknown("the text is no DKIM key"),
        Some("") => return Answer::fail("the key is empty, which revokes it"),
        Some(_) => {}
    }
    if !is("v", &["dkim1"]) {
        Answer::fail("the record is of no version that receivers know")
    } else if tag(&tags, "t").is_some_and(|flags| flags.split(':').any(|f| f.trim() == "y")) {
        Answer::fail("the key is for tests, so that receivers do not act by it")
    } else if !is("s", &["*", "email"]) {
        Answer::fail("the key is not for mail")
    } else if !is("k", &["rsa", "ed25519"]) || !is("h", &["sha256"]) {
        Answer::Unknown("whether receivers know the kind of the key is not known")
    } else {
        Answer::Pass
    }
}

fn is_dmarc(text: &str) -> bool {
    tags(&text.to_ascii_lowercase()).first() == Some(&("v", "dmarc1"))
}

/// Whose mail a DMARC record is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Domain,
    Subdomain,
}

/// RFC 9989: `p`, `sp` and `pct`, tags in any order.
fn dmarc_text(text: &str, reject: bool, of: Of) -> Answer {
    let lower = text.to_ascii_lowercase();
    let tags = tags(&lower);
    if tags.first() != Some(&("v", "dmarc1")) {
        return Answer::fail("the text is no DMARC record");
    }
    let strict = |policy: &str| policy == "reject" || (policy == "quarantine" && !reject);
    let (own, below) = (tag(&tags, "p"), tag(&tags, "sp"));
    let decides = match of {
        Of::Domain => own,
        Of::Subdomain => below.or(own),
    };
    if !decides.is_some_and(strict) {
        return Answer::fail(if reject {
            "forged mail is not rejected"
        } else {
            "forged mail is neither quarantined nor rejected"
        });
    }
    let of_none = tag(&tags, "np");
    if [below, of_none]
        .into_iter()
        .flatten()
        .any(|policy| !strict(policy))
    {
        return Answer::fail("forged mail in the name of subdomains is let through");
    }
    // With `t=y`, receivers apply the next weaker policy.
    if tag(&tags, "t") == Some("y") && (reject || decides != Some("reject")) {
        return Answer::fail("the policy is only tested, and not acted upon");
    }
    match tag(&tags, "pct") {
        None | Some("100") => Answer::Pass,
        Some(_) => Answer::fail("only a part of forged mail is acted upon"),
    }
}

/// Names below which organisations have theirs, as far as they look like it: what stands above a
/// domain there is nobody's.
const REGISTRIES: [&str; 12] = [
    "ac", "co", "com", "edu", "gob", "gov", "ltd", "net", "ne", "or", "org", "plc",
];

/// Whether what stands above a domain is a registry's, and no organisation's.
fn is_of_a_registry(parent: &str) -> bool {
    match parent.rsplit_once('.') {
        None => true,
        Some((name, country)) => {
            parent == "onmicrosoft.com"
                || country.len() == 2 && !name.contains('.') && REGISTRIES.contains(&name)
        }
    }
}

/// What holds for a domain without a DMARC record: that of its organisation, found by walking up the
/// names (RFC 9989, section 4.10).
fn inherited(by_name: &BTreeMap<String, &MailDomainFact>, domain: &str, reject: bool) -> Answer {
    const NONE: &str = "no record is published";
    let domain = domain.to_ascii_lowercase();
    let (mut highest, mut unread) = (None, false);
    for parent in domain::above(&domain).take_while(|parent| !is_of_a_registry(parent)) {
        let row = by_name.get(parent);
        match row.map(|row| (looked_well(row), &row.dmarc)) {
            Some((true, Some(Record::Text(text)))) if is_dmarc(text) => highest = Some(text),
            Some((true, Some(Record::Absent | Record::Text(_)))) => {}
            _ => unread = true,
        }
    }
    match highest {
        _ if unread => {
            Answer::Unknown("a domain above may publish what holds for it, and was not read")
        }
        Some(text) => dmarc_text(text, reject, Of::Subdomain),
        None => Answer::fail(NONE),
    }
}
