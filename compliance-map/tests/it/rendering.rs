//! Reports for people: numbers with what they are counted of, names that cannot do harm.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{assess_all, covered_tenant, now, registered};
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
fn json_that_is_written_piece_by_piece_is_the_same() {
    let assessment = assess_all(&covered_tenant(3));
    let mut written = Vec::new();
    render::write_json(&assessment, &mut written).unwrap();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        render::json(&assessment)
    );
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

/// A small reader of RFC 4180, written apart from the writer.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            '"' => inside = !inside,
            ',' if !inside => row.push(std::mem::take(&mut cell)),
            '\r' if !inside => {}
            '\n' if !inside => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

#[test]
fn csv_has_a_row_for_everybody_and_no_cell_is_a_formula() {
    let mut facts = covered_tenant(3);
    facts.identity_users.items[1].display_name =
        Some("=HYPERLINK(\"http://e\",\"x\"), \"y\"".into());
    facts.identity_users.items[2].upn = Some("@SUM(1)\n+2".into());
    facts.identity_users.items[2].id = " -1+1".into();
    for row in [1, 2] {
        facts.auth_registration.items[row] = registered("u02", &[]);
    }
    let assessment = assess_all(&facts);
    let rows = cells(&render::csv(&assessment));
    assert!(rows.iter().all(|row| row.len() == 11));
    for cell in rows.iter().flatten() {
        let first = cell.trim_start().chars().next();
        assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{cell}");
    }
    let failing = |row: &&Vec<String>| row[0] == "cis-v8.1" && row[1] == "6.3" && row[7] == "u02";
    let row = rows.iter().find(failing).unwrap();
    assert_eq!(row[6], "failing");
    assert_eq!(row[9], "'=HYPERLINK(\"http://e\",\"x\"), \"y\"");
    for result in &assessment.results {
        let listed = rows
            .iter()
            .any(|row| row[0] == result.control.framework() && row[1] == result.control.control());
        assert!(listed, "{}", result.control);
    }
}

#[test]
fn junit_never_shows_what_is_not_satisfied_as_passed() {
    let mut facts = covered_tenant(2);
    facts.auth_registration.items[1] = registered("u02", &[]);
    facts.identity_users.items[1].id = "u02".into();
    let assessment = assess_all(&facts);
    let xml = render::junit(&assessment);
    let satisfied = assessment
        .results
        .iter()
        .filter(|result| result.status == compliance_map::Status::Satisfied)
        .count();
    let passed = xml
        .lines()
        .filter(|l| l.contains("<testcase") && l.ends_with("/>"))
        .count();
    assert_eq!(passed, satisfied);
    assert_eq!(xml.matches("<testcase").count(), assessment.results.len());
    let unknown = xml.matches("<skipped message=\"unknown: ").count();
    assert!(unknown > 0);
    assert!(xml.contains("<failure type=\"partially_satisfied\""));
}

#[test]
fn hostile_ids_form_no_xml() {
    let mut facts = covered_tenant(2);
    let hostile = "</failure><x a=\"\u{0}&]]>";
    facts.identity_users.items[1].id = hostile.into();
    facts.auth_registration.items[1] = registered(hostile, &[]);
    facts.auth_per_user_mfa.items[1] = crate::common::per_user(hostile, "disabled");
    let xml = render::junit(&assess_all(&facts));
    assert!(xml.contains("&lt;/failure&gt;&lt;x a=&quot;\u{fffd}&amp;]]&gt;"));
    assert!(!xml.contains("<x") && !xml.contains('\u{0}'));
}
