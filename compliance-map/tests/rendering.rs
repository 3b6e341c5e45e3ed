//! Reports for people: numbers with what they are counted of, names that cannot do harm.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

mod common;

use common::{assess_all, covered_tenant, now, registered};
use compliance_map::coverage::mfa_summary;
use compliance_map::{Catalogue, Fact, Options, assess, render};

#[test]
fn nearly_everybody_is_never_everybody() {
    let mut facts = covered_tenant(2000);
    facts.auth_registration.items[1999] = registered("u2000", &[]);
    let options = Options::new(now()).controls(["cis-v8.1:6.3"]);
    let assessment = assess(&facts, &Catalogue::builtin(), &options).unwrap();
    for report in [render::text(&assessment), render::markdown(&assessment)] {
        assert!(report.contains("1999 of 2000 (99.9 %)"), "{report}");
        assert!(!report.contains("100 %"), "{report}");
        assert!(report.contains("u2000@contoso.example"), "{report}");
    }
}

#[test]
fn an_unknown_shows_no_ratio_and_names_what_would_lift_it() {
    let mut facts = covered_tenant(3);
    facts.auth_registration = Fact::denied("AuditLog.Read.All");
    let options = Options::new(now()).controls(["cis-v8.1:6.3"]);
    let assessment = assess(&facts, &Catalogue::builtin(), &options).unwrap();
    let report = render::text(&assessment);
    assert!(report.contains("UNKNOWN"), "{report}");
    assert!(report.contains("grant AuditLog.Read.All"), "{report}");
    assert!(!report.contains('%'), "{report}");
}

#[test]
fn hostile_names_form_no_markup() {
    let mut facts = covered_tenant(2);
    facts.identity_users.items[1].display_name =
        Some("<script>|[x](http://e)\n# Big *bold*".into());
    facts.auth_registration.items[1] = registered("u02", &[]);
    let report = render::markdown(&assess_all(&facts));
    assert!(!report.contains("<script>"));
    assert!(!report.contains("[x](http"));
    assert!(!report.contains("\n# Big"));
    assert!(report.contains("&lt;script&gt;\\|\\[x\\](http://e) \\# Big \\*bold\\*"));
}

#[test]
fn json_has_the_documented_members() {
    let json: serde_json::Value =
        serde_json::from_str(&render::json(&assess_all(&covered_tenant(3)))).unwrap();
    let result = &json["results"][0];
    for member in [
        "control",
        "status",
        "native",
        "why",
        "ratio",
        "subjects",
        "evidence",
        "missing",
        "recommendation",
        "incomplete",
    ] {
        assert!(result.get(member).is_some(), "{member} is missing");
    }
    for member in ["failing", "unknown", "conditional", "excepted", "excluded"] {
        assert!(result["subjects"][member].is_array(), "{member} is missing");
    }
}

#[test]
fn the_summary_counts_people_once() {
    let mut facts = covered_tenant(50);
    facts.auth_registration.items[49] = registered("u50", &[]);
    facts.auth_registration.items[48] = registered("u49", &["mobilePhone"]);
    let summary = mfa_summary(&facts, now());
    assert!(summary.complete);
    assert_eq!(summary.overall.to_string(), "49 of 50 (98.0 %)");
    assert_eq!(summary.administrators.to_string(), "1 of 1 (100 %)");
    assert_eq!(summary.standard_users.to_string(), "48 of 49 (97.9 %)");
    assert_eq!(summary.methods["authenticator app"], 48);
    assert_eq!(summary.methods["phone"], 1);
    assert_eq!(summary.failing.len(), 1);
    assert_eq!(summary.policies, ["MFA for all"]);

    facts.auth_registration = Fact::denied("AuditLog.Read.All");
    let summary = mfa_summary(&facts, now());
    assert!(!summary.complete);
    assert_eq!(summary.overall.covered, 0);
    assert_eq!(summary.unknown.len(), 50);
}
