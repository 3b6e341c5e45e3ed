//! Sender authentication of domains, and auditing of mailboxes.

use super::support::{ask, failing, status};
use crate::common::cases::whole;
use compliance_map::{ControlResult, Status};
use serde_json::{Value, json};

fn mail(rows: Value, rule: Value) -> ControlResult {
    ask(&json!({"email.auth_dns": whole(&rows)}), rule)
}

#[test]
fn a_dkim_key_is_one_by_which_mail_can_be_verified() {
    let asked = |dkim: Value| {
        let row = json!([{"domain": "contoso.example", "dkim": dkim, "lookup": "ok"}]);
        mail(row, "dkim_signing".into()).status
    };
    assert_eq!(asked(json!(true)), Status::Satisfied);
    assert_eq!(
        asked(json!("v=DKIM1; k=rsa; p=MIIBIjAN")),
        Status::Satisfied
    );
    assert_eq!(asked(json!("p=MIIBIjAN; s=email")), Status::Satisfied);
    for lost in [
        "v=DKIM1; k=rsa; p=",
        "v=DKIM1; p=MIIBIjAN; t=y",
        "v=DKIM1; p=MIIBIjAN; s=tlsrpt",
        "v=DKIM2; p=MIIBIjAN",
    ] {
        assert_eq!(asked(json!(lost)), Status::NotSatisfied, "{lost}");
    }
    for strange in [
        "v=spf1 -all",
        "v=DKIM1; k=mystery; p=AA",
        "v=DKIM1; h=sha1; p=AA",
    ] {
        assert_eq!(asked(json!(strange)), Status::Unknown, "{strange}");
    }
}

#[test]
fn a_subdomain_without_dmarc_falls_under_the_domain_above() {
    let below = |above: Value| {
        let rows = json!([{"domain": "contoso.example", "dmarc": above, "lookup": "ok"},
            {"domain": "mail.contoso.example", "dmarc": null, "lookup": "ok"}]);
        mail(rows, json!({"rule": "dmarc_enforced"}))
    };
    assert_eq!(below(json!("v=DMARC1; p=reject")).status, Status::Satisfied);
    assert_eq!(
        below(json!("v=DMARC1; p=none; sp=reject"))
            .subjects
            .failing
            .len(),
        1
    );
    assert_eq!(
        below(json!("v=DMARC1; p=reject; sp=none"))
            .subjects
            .failing
            .len(),
        2
    );
    // A policy in test is acted upon as the one below it.
    assert_eq!(
        below(json!("v=DMARC1; p=reject; t=y")).status,
        Status::Satisfied
    );
    assert_eq!(
        below(json!("v=DMARC1; p=quarantine; t=y"))
            .subjects
            .failing
            .len(),
        2
    );
    assert_eq!(
        below(json!("v=DMARC1; p=reject; np=none"))
            .subjects
            .failing
            .len(),
        2
    );
    assert_eq!(
        below(json!("v=spf1 -all")).subjects.failing.len(),
        2,
        "no record at all"
    );
    assert_eq!(below(Value::Null).subjects.failing.len(), 2);
    assert_eq!(below(json!(true)).status, Status::Unknown);
    let alone = |domain: &str| {
        let row = json!([{"domain": domain, "dmarc": null, "lookup": "ok"}]);
        mail(row, json!({"rule": "dmarc_enforced"})).status
    };
    assert_eq!(
        alone("mail.contoso.example"),
        Status::Unknown,
        "the one above was not read"
    );
    for registered in [
        "contoso.example",
        "contoso.co.uk",
        "contoso.onmicrosoft.com",
    ] {
        assert_eq!(alone(registered), Status::NotSatisfied, "{registered}");
    }
}

#[test]
fn each_dns_look_up_decides_for_itself() {
    let row = json!([{"domain": "contoso.example", "lookup": "servfail", "spf": "v=spf1 -all",
        "spf_lookup": "ok", "spf_lookups": 3, "dkim": null, "dkim_lookup": "nxdomain",
        "dmarc": null, "dmarc_lookup": "timeout"}]);
    assert_eq!(
        mail(row.clone(), "spf_published".into()).status,
        Status::Satisfied
    );
    assert_eq!(
        mail(row.clone(), "dkim_signing".into()).status,
        Status::NotSatisfied
    );
    assert_eq!(
        mail(row.clone(), json!({"rule": "dmarc_enforced"})).status,
        Status::Unknown
    );
    for (member, count) in [("spf_lookups", 11), ("spf_void_lookups", 3)] {
        let mut row = row.clone();
        row[0][member] = json!(count);
        assert_eq!(
            mail(row, "spf_published".into()).status,
            Status::NotSatisfied,
            "{member}"
        );
    }
}

#[test]
fn an_spf_record_that_needs_too_many_look_ups_is_none() {
    let record = |many: usize| {
        let includes: Vec<String> = (0..many).map(|n| format!("include:a{n}.example")).collect();
        let text = format!("v=spf1 {} -all", includes.join(" "));
        let row = json!([{"domain": "contoso.example", "spf": text, "lookup": "ok"}]);
        mail(row, "spf_published".into()).status
    };
    assert_eq!(record(10), Status::Satisfied);
    assert_eq!(record(11), Status::NotSatisfied);
}

#[test]
fn where_mailbox_auditing_is_on_for_the_organization_the_flag_of_a_mailbox_is_ignored() {
    let facts = |org_off: Value, kind: Value| {
        let rows = json!([{"org_audit_disabled": org_off},
            {"mailbox": "m", "audit_enabled": false, "bypass": false, "kind": kind}]);
        json!({"email.mailbox_audit": whole(&rows)})
    };
    let asked = |org_off: Value, kind: &str| status(&facts(org_off, json!(kind)), "mailbox_audit");
    assert_eq!(asked(json!(false), "UserMailbox"), Status::Satisfied);
    assert_eq!(asked(json!(false), "SharedMailbox"), Status::Satisfied);
    assert_ne!(asked(json!(false), "RoomMailbox"), Status::Satisfied);
    let off = ask(
        &facts(json!(true), json!("UserMailbox")),
        "mailbox_audit".into(),
    );
    assert_eq!(failing(&off), ["m", "tenant"]);
    assert_eq!(asked(Value::Null, "UserMailbox"), Status::Unknown);
}
