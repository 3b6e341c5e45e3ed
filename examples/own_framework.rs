//! A framework of one's own: the house rules of a company as JSON, with parameters of its own and
//! rules by name, assessed beside the published frameworks.
//!
//! `cargo run --example own_framework`

use compliance_map::{Catalogue, Facts, Options, assess, crosswalk, render};

const HOUSE_RULES: &str = r#"{
  "id": "fabrikam-house",
  "name": "Fabrikam house rules",
  "version": "2026",
  "ids": "ACCESS-1 ACCESS-2 MAIL-1 PEOPLE-1",
  "native": {"satisfied": "kept", "partially_satisfied": "broken", "not_satisfied": "broken"},
  "controls": [
    {"id": "ACCESS-1", "title": "Nobody signs in without a second factor", "decidability": "direct",
     "evidence": "identity.users auth.ca_policies auth.registration", "themes": "mfa",
     "clauses": [{"rule": "mfa_all"}]},
    {"id": "ACCESS-2", "title": "Accounts unused for a month are disabled", "decidability": "direct",
     "evidence": "identity.users identity.signin_activity",
     "clauses": [{"rule": "dormant_accounts", "inactivity_days": 30}]},
    {"id": "MAIL-1", "title": "No old mail protocols", "decidability": "partial",
     "evidence": "email.smtp_auth",
     "clauses": [{"rule": "smtp_auth_off"}, {"open": "printers and scanners that send mail"}]},
    {"id": "PEOPLE-1", "title": "Leavers hand in their devices", "decidability": "evidence-only",
     "evidence": "attest.document"}
  ]
}"#;

const FACTS: &str = r#"{
  "tenant": {"id": "fabrikam", "name": "Fabrikam"},
  "identity.users": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": [
    {"id": "u1", "upn": "ada@fabrikam.example", "enabled": true, "created": "2025-01-01T00:00:00Z"},
    {"id": "u2", "upn": "bob@fabrikam.example", "enabled": true, "created": "2025-01-01T00:00:00Z"}]},
  "identity.signin_activity": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": [
    {"user": "u1", "last_interactive": "2026-11-20T08:00:00Z"},
    {"user": "u2", "last_interactive": "2026-10-10T08:00:00Z"}]},
  "email.smtp_auth": {"state": "denied", "permission": "Exchange.ManageAsApp"}
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut catalogue = Catalogue::builtin();
    catalogue.add(HOUSE_RULES)?;

    let facts = Facts::from_json(FACTS)?;
    let options = Options::new("2026-11-21T12:00:00Z".parse()?)
        .frameworks(["fabrikam-house"])
        .controls(["cis-v8.1:5.3"]);
    let assessment = assess(&facts, &catalogue, &options)?;
    eprintln!("{}", render::text(&assessment));
    for question in crosswalk(&assessment) {
        eprintln!(
            "{} is asked {}×",
            question.question,
            question.controls.len()
        );
    }

    eprintln!("\nWhat is wrong with a framework is said before anything is assessed:");
    for (mistake, broken) in [
        (
            "a misspelt rule",
            HOUSE_RULES.replace("smtp_auth_off", "smtp_auth_of"),
        ),
        (
            "a parameter that the rule has not",
            HOUSE_RULES.replace("inactivity_days", "idle_days"),
        ),
        (
            "a fact that does not exist",
            HOUSE_RULES.replace("email.smtp_auth\"", "email.smtp\""),
        ),
        (
            "a control without an id of its own",
            HOUSE_RULES.replace("ACCESS-1 ", ""),
        ),
    ] {
        match Catalogue::builtin().add(&broken) {
            Err(error) => eprintln!("  {mistake}: {error}"),
            Ok(()) => return Err(format!("{mistake} was taken").into()),
        }
    }
    Ok(())
}
