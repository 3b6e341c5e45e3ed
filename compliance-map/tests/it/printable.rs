//! No report for people holds a character that steers, hides or turns, whatever names say.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{covered_tenant, fact_of, now, registered};
use compliance_map::facts::{AttestationFact, CaPrincipals, MailDomainFact};
use compliance_map::{
    Assessment, Catalogue, Exception, Fact, Facts, Options, Summary, TenantInfo, assess, render,
};
use proptest::prelude::*;
use serde_json::json;

/// What no person can see, written apart from the code under test; line feeds are looked at by line.
fn is_unseen(c: char) -> bool {
    let code = u32::from(c);
    (c.is_control() && c != '\n')
        || [
            0xad, 0x34f, 0x61c, 0x180e, 0x2028, 0x2029, 0x3164, 0xfeff, 0xfffe, 0xffff,
        ]
        .contains(&code)
        || (0x200b..=0x200f).contains(&code)
        || (0x202a..=0x202e).contains(&code)
        || (0x2060..=0x206f).contains(&code)
        || (0xe0000..=0xe007f).contains(&code)
}

/// A name that tries everything, with a line of its own that nobody wrote.
fn hostile() -> impl Strategy<Value = String> {
    let unseen = prop::sample::select(vec![
        '\u{1b}',
        '\u{0}',
        '\u{7}',
        '\u{8}',
        '\r',
        '\t',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{9d}',
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2067}',
        '\u{2069}',
        '\u{feff}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{ffff}',
    ]);
    (
        unseen.clone(),
        "\\PC{0,4}",
        unseen.clone(),
        any::<bool>(),
        unseen,
    )
        .prop_map(|(first, word, second, forges, last)| {
            let line = if forges { "\nFORGED" } else { "" };
            format!("{first}[31m{word}{second}{line}{last}")
        })
}

fn facts(name: &str, id: &str) -> Facts {
    let mut facts = covered_tenant(3);
    facts.tenant = Some(TenantInfo {
        id: id.into(),
        name: Some(name.into()),
        ..TenantInfo::default()
    });
    facts.identity_users.items[1].id = id.into();
    facts.identity_users.items[1].display_name = Some(name.into());
    facts.identity_users.items[1].upn = Some(name.into());
    facts.identity_users.items[2].enabled = Some(false);
    facts.auth_registration.items[1] = registered(id, &[]);
    facts.auth_registration.items[1].methods = vec![name.into()];
    facts.auth_per_user_mfa.items[1] = crate::common::per_user(id, "disabled");
    facts.auth_ca_policies.items[0].id = id.into();
    facts.auth_ca_policies.items[0].name = Some(name.into());
    facts.auth_ca_policies.items[0].exclude = Some(CaPrincipals {
        users: vec![id.into()],
        ..CaPrincipals::default()
    });
    facts.email_auth_dns = fact_of([MailDomainFact {
        domain: name.into(),
        lookup: Some(name.into()),
        ..MailDomainFact::default()
    }]);
    facts.email_smtp_auth = Fact::denied(name);
    facts.identity_signin_activity = Fact::unlicensed(name);
    facts.exceptions = vec![Exception {
        id: Some(name.into()),
        controls: vec!["cis-v8.1:6.3".into(), name.into()],
        subject: Some(id.into()),
        reason: Some(name.into()),
        approved_by: Some(name.into()),
        expires: Some(name.into()),
        ..Exception::default()
    }];
    facts.attest_document = fact_of([AttestationFact {
        control: name.into(),
        document: Some(name.into()),
        signer: Some(name.into()),
        date: Some(name.into()),
        expires: Some(name.into()),
        ..AttestationFact::default()
    }]);
    facts
}

/// A framework of somebody's own, of which every text is hostile.
fn framework(name: &str) -> String {
    let id: String = name.split_whitespace().collect::<String>().replace(':', "");
    json!({"id": id, "name": name, "version": name, "ids": format!("{id}1 {id}2"), "scope_assumption": name,
        "native": {"satisfied": name, "partially_satisfied": name, "not_satisfied": name, "unknown": name},
        "controls": [
            {"id": format!("{id}1"), "title": name, "decidability": "partial", "evidence": "identity.users",
             "note": name, "themes": "mfa", "clauses": [{"rule": "mfa_all"}, {"open": name}]},
            {"id": format!("{id}2"), "title": name, "decidability": "evidence-only", "evidence": "", "no_fact": name}]})
    .to_string()
}

fn reports(assessment: &Assessment, summary: &Summary) -> [(&'static str, String); 5] {
    [
        ("text", render::text(assessment)),
        ("markdown", render::markdown(assessment)),
        ("html", render::html(assessment, summary)),
        ("csv", render::csv(assessment).replace("\r\n", "\n")),
        ("junit", render::junit(assessment)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_report_for_people_holds_what_cannot_be_seen_nor_a_line_that_a_name_wrote(name in hostile(), id in hostile()) {
        let facts = facts(&name, &id);
        let mut catalogue = Catalogue::builtin();
        catalogue.add(&framework(&name)).unwrap();
        let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
        let summary = Summary::new(&assessment, &facts, &catalogue);
        for (format, report) in reports(&assessment, &summary) {
            let unseen: Vec<char> = report.chars().filter(|c| is_unseen(*c)).collect();
            prop_assert!(unseen.is_empty(), "{} holds {:?}", format, unseen);
            let forged = report.lines().find(|line| line.trim_start().starts_with("FORGED"));
            prop_assert!(forged.is_none(), "{}: {:?}", format, forged);
        }
    }

    #[test]
    fn what_was_made_printable_is_left_as_it_is(text in "\\PC{0,12}|[\u{0}-\u{a0}]{0,6}") {
        let once = render::printable(&text).into_owned();
        prop_assert_eq!(render::printable(&once), once.as_str());
        prop_assert_eq!(once.chars().count(), text.chars().count());
    }
}

#[test]
fn letters_marks_and_pictures_of_all_scripts_are_left_as_they_are() {
    for name in [
        "Zoë Müller",
        "李小龍",
        "Ωμέγα",
        "שלום",
        "مرحبا",
        "क्षत्रिय",
        "❤\u{fe0f} Team",
        "a\u{a0}b",
    ] {
        assert_eq!(render::printable(name), name);
    }
}

#[test]
fn no_cell_is_a_formula_after_what_cannot_be_seen_or_in_full_width() {
    let unseen = [
        "",
        "\u{feff}",
        "\u{200b}",
        "\u{a0}",
        "\t",
        "\r",
        "\u{1b}",
        "\u{202e}",
        "\u{3000}\u{2060}",
        " \u{0}",
        "\u{fe0f}",
        "\u{2800}",
        "\u{301}",
        "\u{e000}",
        "\u{fffc}",
    ];
    let signs = [
        "=", "+", "-", "@", "x;=", "x|+", "\u{2212}", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}",
        "\u{ff20}",
    ];
    for (before, sign) in unseen
        .iter()
        .flat_map(|before| signs.map(|sign| (before, sign)))
    {
        let mut facts = covered_tenant(2);
        facts.identity_users.items[1].display_name = Some(format!("{before}{sign}cmd|x"));
        facts.auth_registration.items[1] = registered("u02", &[]);
        let options = Options::new(now()).controls(["cis-v8.1:6.3"]);
        let csv = render::csv(&assess(&facts, &Catalogue::builtin(), &options).unwrap());
        let row = csv.lines().find(|line| line.contains("cmd|x")).unwrap();
        let cell = row
            .split("\",\"")
            .find(|cell| cell.contains("cmd|x"))
            .unwrap();
        let guarded = match sign.strip_prefix('x') {
            Some(part) => cell.contains(&format!("{}'", part.chars().next().unwrap())),
            None => cell.starts_with('\''),
        };
        assert!(guarded, "{before:?} {sign}: {cell:?}");
    }
}
