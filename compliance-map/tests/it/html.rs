//! The HTML report: one file that runs nothing, names everybody and can be read by everybody.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{assess_all, covered_tenant, now, registered};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use compliance_map::{Assessment, Catalogue, Facts, Options, Summary, assess, render};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

fn mixed() -> Facts {
    Facts::from_json(include_str!("../fixtures/mixed-tenant.json")).unwrap()
}

fn page_of(assessment: &Assessment, facts: &Facts) -> String {
    render::html(
        assessment,
        &Summary::new(assessment, facts, &Catalogue::builtin()),
    )
}

fn page(facts: &Facts) -> String {
    page_of(&assess_all(facts), facts)
}

/// A start tag with its attributes, or an end tag.
#[derive(Debug, PartialEq)]
struct Tag<'p> {
    name: &'p str,
    end: bool,
    attributes: BTreeMap<&'p str, &'p str>,
}

/// The tags of a page, and the text between them. A small reader, written apart from the writer.
fn tokens(page: &str) -> (Vec<Tag<'_>>, String) {
    let (mut tags, mut text, mut rest) = (Vec::new(), String::new(), page);
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let mut quoted = false;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == '>' && !quoted
            })
            .unwrap()
            .0;
        let inside = rest[..end].trim_end_matches('/');
        rest = &rest[end + 1..];
        let (name, mut attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut found = BTreeMap::new();
        while !attributes.trim().is_empty() {
            attributes = attributes.trim_start();
            let stop = attributes.find(['=', ' ']).unwrap_or(attributes.len());
            let (attribute, after) = attributes.split_at(stop);
            let (value, after) = match after.strip_prefix("=\"") {
                Some(after) => after.split_once('"').unwrap(),
                None => ("", after),
            };
            found.insert(attribute, value);
            attributes = after;
        }
        tags.push(Tag {
            name: name.trim_start_matches('/'),
            end: name.starts_with('/'),
            attributes: found,
        });
        if name == "style" {
            rest = &rest[rest.find("</style>").unwrap()..];
        }
    }
    text.push_str(rest);
    (tags, text)
}

/// What makes a page one that a browser reads as it was meant.
fn check_structure(page: &str) {
    const ALLOWED: &[&str] = &[
        "!doctype", "html", "head", "meta", "title", "style", "body", "header", "nav", "main",
        "footer", "section", "h1", "h2", "h3", "p", "a", "ul", "li", "dl", "dt", "dd", "b", "span",
        "small", "strong", "code", "bdi", "time", "table", "caption", "thead", "tbody", "tr", "th",
        "td", "div", "details", "summary", "svg", "rect",
    ];
    let (tags, _) = tokens(page);
    let mut open: Vec<&str> = Vec::new();
    let (mut ids, mut links) = (BTreeSet::new(), BTreeSet::new());
    for tag in &tags {
        assert!(ALLOWED.contains(&tag.name), "the element {tag:?}");
        for (attribute, value) in &tag.attributes {
            assert!(
                !attribute.starts_with("on") && *attribute != "style",
                "{tag:?}"
            );
            if *attribute == "id" {
                assert!(ids.insert(*value), "the id {value} stands twice");
            }
            if *attribute == "href" {
                links.insert(value.strip_prefix('#').unwrap());
            }
        }
        if ["!doctype", "meta", "rect"].contains(&tag.name) {
        } else if tag.end {
            assert_eq!(open.pop(), Some(tag.name), "{tag:?}");
        } else {
            open.push(tag.name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for link in links {
        assert!(ids.contains(link), "#{link} leads nowhere");
    }
}

#[test]
fn it_runs_nothing_and_loads_nothing() {
    let page = page(&mixed());
    check_structure(&page);
    let (tags, _) = tokens(&page);
    let policy = tags
        .iter()
        .find(|tag| tag.attributes.get("http-equiv") == Some(&"Content-Security-Policy"))
        .unwrap()
        .attributes["content"];
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    for tag in &tags {
        assert!(!tag.attributes.contains_key("src"), "{tag:?}");
    }
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn its_policy_names_the_digest_of_its_styles() {
    let page = page(&covered_tenant(1));
    let style = page
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let digest = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)));
    assert!(
        page.contains(&digest),
        "the styles changed: their digest is {digest}"
    );
}

#[test]
fn everybody_who_fails_is_named() {
    let facts = mixed();
    let assessment = assess_all(&facts);
    let (_, text) = tokens(&page_of(&assessment, &facts));
    for result in &assessment.results {
        let subjects = &result.subjects;
        for id in subjects
            .failing
            .iter()
            .chain(&subjects.conditional)
            .chain(&subjects.excepted)
        {
            let named = text.contains(&format!("({id})")) || text.contains(id);
            assert!(named || id == "tenant", "{}: {id}", result.control);
        }
    }
}

#[test]
fn a_list_that_is_too_long_says_how_many_are_left_out() {
    let mut facts = covered_tenant(1203);
    for (n, row) in facts.auth_registration.items.iter_mut().enumerate().skip(1) {
        *row = registered(&format!("u{:02}", n + 1), &[]);
    }
    let same = ["cis-v8.1:6.3", "cis-v8.1:6.4", "pci-dss-4.0.1:8.4.2"];
    let options = Options::new(now()).controls(same);
    let page = page_of(
        &assess(&facts, &Catalogue::builtin(), &options).unwrap(),
        &facts,
    );
    assert!(page.contains("and 202 more, who are not printed here"));
    let times = page.matches("u500@contoso.example").count();
    assert_eq!(
        times, 1,
        "each list stands once, however many controls it fails"
    );
    check_structure(&page);
}

#[test]
fn no_percentage_stands_without_its_numbers_and_nearly_all_is_never_all() {
    let mut facts = covered_tenant(2000);
    facts.auth_registration.items[1999] = registered("u2000", &[]);
    let options = Options::new(now()).controls(["cis-v8.1:6.3"]);
    let assessment = assess(&facts, &Catalogue::builtin(), &options).unwrap();
    let (_, text) = tokens(&page_of(&assessment, &facts));
    assert!(text.contains("1999 of 2000 (99.9 %)"));
    assert!(!text.contains("100 %"));

    let page = page(&mixed());
    let (_, text) = tokens(&page);
    for (place, _) in text.match_indices('%') {
        let before: String = text[..place].chars().rev().take(30).collect();
        let before: String = before.chars().rev().collect();
        assert!(before.contains(" of ") && before.contains('('), "{before}%");
    }
}

#[test]
fn it_can_be_read_without_seeing_it() {
    let page = page(&mixed());
    let (tags, _) = tokens(&page);
    let start = |name: &str| {
        tags.iter()
            .filter(|tag| tag.name == name && !tag.end)
            .collect::<Vec<_>>()
    };
    assert_eq!(start("html")[0].attributes["lang"], "en");
    for landmark in ["header", "nav", "main", "footer", "h1"] {
        assert_eq!(start(landmark).len(), 1, "{landmark}");
    }
    for section in start("section") {
        assert!(
            section.attributes.contains_key("aria-labelledby"),
            "{section:?}"
        );
    }
    for chart in start("svg") {
        let told = chart.attributes.get("role") == Some(&"img")
            && chart.attributes.contains_key("aria-label");
        assert!(
            told || chart.attributes.get("aria-hidden") == Some(&"true"),
            "{chart:?}"
        );
    }
    for cell in start("th") {
        assert!(
            ["col", "row"].contains(&cell.attributes["scope"]),
            "{cell:?}"
        );
    }
    assert_eq!(start("table").len(), start("caption").len());
    let headings = tags
        .iter()
        .filter(|tag| !tag.end && tag.name.len() == 2 && tag.name.starts_with('h'));
    let levels: Vec<u32> = headings
        .filter_map(|tag| tag.name[1..].parse().ok())
        .collect();
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "a level is left out"
    );
}

/// The contrast ratio of two colours, <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let hex = colour.trim_start_matches('#');
        let hex: String = match hex.len() {
            3 => hex.chars().flat_map(|c| [c, c]).collect(),
            _ => hex.to_owned(),
        };
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_stands_out_in_light_dark_and_print() {
    let style = include_str!("../../src/render/html/style.css");
    let schemes: Vec<BTreeMap<&str, &str>> = style
        .split("--paper:")
        .skip(1)
        .map(|rest| {
            let block = rest.split('}').next().unwrap();
            let declarations = block.split(';').filter_map(|d| d.split_once(':'));
            let mut colours: BTreeMap<&str, &str> =
                declarations.map(|(n, v)| (n.trim(), v.trim())).collect();
            colours.insert("--paper", block.split(';').next().unwrap().trim());
            colours
        })
        .collect();
    assert_eq!(schemes.len(), 3, "light, dark and print");
    for colours in schemes {
        for text in [
            "--ink",
            "--quiet",
            "--link",
            "--satisfied",
            "--partial",
            "--failed",
            "--unknown",
            "--manual",
        ] {
            let ratio = contrast(colours[text], colours["--paper"]);
            assert!(
                ratio >= 4.5,
                "{text} {} on {}: {ratio:.2}",
                colours[text],
                colours["--paper"]
            );
        }
    }
}

#[test]
fn what_would_change_an_answer_stands_beside_it() {
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &[]);
    let assessment = assess_all(&facts);
    let markdown = render::markdown(&assessment);
    for report in [page_of(&assessment, &facts), markdown] {
        assert!(report.contains("Enrol people in a method that does what is asked (1 concerned)"));
    }
}

#[test]
fn text_that_turns_its_surroundings_is_shown_as_such() {
    let page = page(&mixed());
    assert!(!page.contains('\u{202e}') && page.contains("\u{fffd}gnp.exe"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 8))]

    #[test]
    fn hostile_names_form_no_markup(
        name in "(<|>|&|\"|'|/|=|!|-|script|img|onerror|\\PC|[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{fffe}]){0,24}",
        id in "(<|>|&|\"|'|\\]|#|[a-z ]|\\PC){1,12}",
    ) {
        let mut facts = covered_tenant(2);
        facts.tenant = Some(compliance_map::TenantInfo { id: id.clone(), name: Some(name.clone()), ..Default::default() });
        facts.identity_users.items[1].id.clone_from(&id);
        facts.identity_users.items[1].display_name = Some(name.clone());
        facts.auth_registration.items[1] = registered(&id, &[]);
        facts.auth_per_user_mfa.items[1] = crate::common::per_user(&id, "disabled");
        facts.auth_ca_policies.items[0].name = Some(name.clone());
        facts.auth_ca_policies.items[0].exclude = Some(compliance_map::facts::CaPrincipals { users: vec![id.clone()], ..Default::default() });
        facts.exceptions = vec![compliance_map::Exception {
            id: Some(name.clone()), controls: vec!["cis-v8.1:6.3".into(), id.clone()], subject: Some(id.clone()),
            reason: Some(name.clone()), approved_by: Some(name.clone()), expires: Some("2027-01-01T00:00:00Z".into()),
            approved_at: Some(name), ..Default::default()
        }];
        check_structure(&page(&facts));
    }

    #[test]
    fn shuffled_facts_give_the_same_page(turn in 0usize..80) {
        let facts = mixed();
        let mut shuffled = facts.clone();
        shuffled.identity_users.items.rotate_left(turn);
        shuffled.auth_registration.items.rotate_left(turn / 2);
        shuffled.device_inventory.items.rotate_left(turn % 60);
        prop_assert_eq!(page(&facts), page(&shuffled));
    }
}
