//! compliance-map alone, on facts from elsewhere: no network, no clock, no runtime.
//!
//! `cargo run --example embed_map`

use compliance_map::{Catalogue, Facts, Options, assess, render};

const FACTS: &str = r#"{
  "tenant": {"id": "fabrikam", "name": "Fabrikam"},
  "identity.users": {
    "state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z",
    "items": [
      {"id": "u1", "upn": "ada@fabrikam.example", "enabled": true, "type": "Member"},
      {"id": "u2", "upn": "bob@fabrikam.example", "enabled": true, "type": "Member"}
    ]
  },
  "identity.signin_activity": {"state": "denied", "permission": "AuditLog.Read.All"},
  "auth.security_defaults": {
    "state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z",
    "items": [{"enabled": false}]
  },
  "auth.ca_policies": {
    "state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": []
  },
  "auth.per_user_mfa": {
    "state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z",
    "items": [{"user": "u1", "state": "enforced"}, {"user": "u2", "state": "disabled"}]
  },
  "auth.registration": {
    "state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z",
    "items": [
      {"user": "u1", "mfa_capable": true, "methods": ["microsoftAuthenticatorPush"]},
      {"user": "u2", "mfa_capable": false, "methods": []}
    ]
  }
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let facts = Facts::from_json(FACTS)?;
    let options = Options::new("2026-11-21T12:00:00Z".parse()?).controls([
        "cis-v8.1:6.3",
        "cis-v8.1:5.3",
        "cmmc-2.0-l2:IA.L2-3.5.3",
    ]);
    let assessment = assess(&facts, &Catalogue::builtin(), &options)?;
    eprintln!("{}", render::text(&assessment));
    Ok(())
}
