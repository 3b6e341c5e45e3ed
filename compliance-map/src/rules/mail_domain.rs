//! Sender authentication of mail domains.
//!
//! See <https://learn.microsoft.com/en-us/defender-office-365/email-authentication-about>.

use super::setting::{Answer, Question};
use super::{Context, Finding};
use crate::facts::{MailDomainFact, Record};

pub(super) fn spf(context: &Context<'_>) -> Finding {
    Question::new(
        "does every mail domain publish SPF that rejects strangers?",
        "publish an SPF record that ends in -all for the domains listed",
    )
    .every(context, |row: &MailDomainFact| {
        looked_up(row, row.spf.as_ref(), spf_text)
    })
}

pub(super) fn dkim(context: &Context<'_>) -> Finding {
    Question::new(
        "is mail of every domain signed with DKIM?",
        "switch on DKIM signing for the domains listed and publish its keys",
    )
    .every(context, |row: &MailDomainFact| {
        match looked_up(row, row.dkim.as_ref(), |_| Answer::Pass) {
            // Signing is on or off; there is no text to judge.
            Answer::Unknown(why) if why == NO_TEXT => Answer::Pass,
            answer => answer,
        }
    })
}

pub(super) fn dmarc(context: &Context<'_>, reject: bool) -> Finding {
    let words = if reject {
        "does every mail domain publish DMARC that rejects all forged mail?"
    } else {
        "does every mail domain publish DMARC that quarantines or rejects all forged mail?"
    };
    Question::new(
        words,
        "publish a DMARC record with p=reject for the domains listed, without a pct below 100",
    )
    .every(context, |row: &MailDomainFact| {
        looked_up(row, row.dmarc.as_ref(), |text| dmarc_text(text, reject))
    })
}

const NO_TEXT: &str = "a record is published, but its text was not kept";

fn looked_up(
    row: &MailDomainFact,
    found: Option<&Record>,
    judge: impl Fn(&str) -> Answer,
) -> Answer {
    let lookup = row.lookup.as_deref().unwrap_or("ok");
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

/// RFC 7208: what stands after the mechanisms for everybody else.
fn spf_text(text: &str) -> Answer {
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

/// RFC 7489: `p`, `sp` and `pct`, tags in any order.
fn dmarc_text(text: &str, reject: bool) -> Answer {
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
    let strict = |policy: &str| policy == "reject" || (policy == "quarantine" && !reject);
    if !tag("p").is_some_and(strict) {
        return Answer::fail(if reject {
            "forged mail is not rejected"
        } else {
            "forged mail is neither quarantined nor rejected"
        });
    }
    if tag("sp").is_some_and(|policy| !strict(policy)) {
        return Answer::fail("forged mail in the name of subdomains is let through");
    }
    match tag("pct") {
        None | Some("100") => Answer::Pass,
        Some(_) => Answer::fail("only a part of forged mail is acted upon"),
    }
}
