//! Verdicts that were wrong elsewhere without anybody noticing, each by what decides it.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test says what is wrong by panicking; JSON is put together by value"
)]

mod common;

use common::cases::whole;
use common::now;
use compliance_map::{Catalogue, ControlResult, Facts, Options, Status, assess};
use serde_json::{Value, json};

/// The answer to one rule, asked by a framework of its own.
fn ask(facts: &Value, rule: Value) -> ControlResult {
    let rule = match rule {
        Value::String(name) => json!({ "rule": name }),
        rule => rule,
    };
    let framework = json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
        {"id": "A", "title": "t", "decidability": "direct", "evidence": "identity.users",
         "clauses": [rule]}]});
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework.to_string()).unwrap();
    let facts = Facts::from_json(facts.to_string()).unwrap();
    let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
    assessment.results[0].clone()
}

fn status(facts: &Value, rule: &str) -> Status {
    ask(facts, rule.into()).status
}

fn failing(result: &ControlResult) -> Vec<&str> {
    result.subjects.failing.iter().map(String::as_str).collect()
}

fn policy(grant: &[&str]) -> Value {
    json!({"id": "p", "state": "enabled", "include": {"users": ["All"]}, "exclude": {},
        "apps": {"include": ["All"]}, "conditions": {"client_apps": ["all"]},
        "grant": {"operator": "OR", "controls": grant}})
}

/// Three people, the first a Global Administrator, each with the Authenticator app.
fn tenant(policies: &[Value]) -> Value {
    let ids = ["u1", "u2", "u3"];
    let each = |row: fn(&str) -> Value| whole(&ids.iter().map(|id| row(id)).collect());
    json!({
        "identity.users": each(|id| json!({"id": id, "upn": format!("{id}@contoso.example"),
            "enabled": true, "type": "Member", "created": "2025-01-01T00:00:00Z", "licenses": [],
            "on_premises_synced": false})),
        "identity.groups": whole(&json!([])),
        "identity.role_assignments": whole(&json!([
            {"principal": "u1", "role": "Global Administrator", "kind": "active"}])),
        "auth.registration": each(|id| json!({"user": id, "mfa_capable": true,
            "methods": ["microsoftAuthenticatorPush"]})),
        "auth.per_user_mfa": each(|id| json!({"user": id, "state": "disabled"})),
        "auth.security_defaults": whole(&json!([{"enabled": false}])),
        "auth.ca_policies": whole(&json!(policies)),
    })
}

fn with(mut facts: Value, key: &str, items: Value) -> Value {
    facts[key] = whole(&items);
    facts
}

fn nothing_registered(mut facts: Value) -> Value {
    for row in facts["auth.registration"]["items"].as_array_mut().unwrap() {
        row["mfa_capable"] = json!(false);
        row["methods"] = json!([]);
    }
    facts
}

#[test]
fn an_attempt_to_sign_in_is_no_use() {
    let rule = || json!({"rule": "dormant_accounts", "inactivity_days": 45});
    let (recent, old) = ("2026-11-20T03:00:00Z", "2026-05-05T09:00:00Z");
    let facts = |tried: Value, success: Value| {
        let rows = json!([
            {"user": "u1", "last_interactive": recent, "last_success": recent},
            {"user": "u2", "last_interactive": tried, "last_success": success},
            {"user": "u3", "last_noninteractive": recent, "last_success": recent}]);
        with(tenant(&[]), "identity.signin_activity", rows)
    };
    let asked = |tried: Value, success: Value| ask(&facts(tried, success), rule());
    assert_eq!(
        asked(json!(recent), json!(recent)).status,
        Status::Satisfied
    );
    assert_eq!(failing(&asked(json!(recent), json!(old))), ["u2"]);
    assert_eq!(
        failing(&asked(json!(recent), Value::Null)),
        ["u2"],
        "never with success"
    );
    assert_eq!(failing(&asked(json!(old), Value::Null)), ["u2"]);
    // Where nobody's success is told, an attempt is the best there is.
    let mut untold = facts(json!(old), Value::Null);
    for row in untold["identity.signin_activity"]["items"]
        .as_array_mut()
        .unwrap()
    {
        row["last_success"] = Value::Null;
    }
    let result = ask(&untold, rule());
    assert_eq!(
        (failing(&result), result.ratio.as_deref()),
        (vec!["u2"], Some("2/3"))
    );
}

#[test]
fn a_compliant_device_rests_on_policies_that_test_health_and_reach_somebody() {
    let facts = |policies: Value| {
        with(
            tenant(&[policy(&["compliantDevice"])]),
            "device.compliance",
            policies,
        )
    };
    let row = |id: &str, tests: &[&str], to: &[&str]| json!({"policy": id, "tests": tests, "assigned_to": to});
    let asked = |policies: Value| ask(&facts(policies), "managed_device_required".into());
    let healthy = || row("a", &["os_version", "antivirus"], &["AllDevices"]);
    assert_eq!(asked(json!([healthy()])).status, Status::Satisfied);
    assert_eq!(
        asked(json!([healthy(), row("b", &["password"], &["AllUsers"])])).status,
        Status::Satisfied
    );
    assert_eq!(
        failing(&asked(json!([row("b", &[], &["AllDevices"])]))),
        ["b"]
    );
    assert_eq!(
        failing(&asked(json!([row("b", &["password"], &["AllDevices"])]))),
        ["b"]
    );
    assert_eq!(
        failing(&asked(json!([row("b", &["antivirus"], &[])]))),
        ["tenant"],
        "reaches nobody"
    );
    assert_eq!(failing(&asked(json!([]))), ["tenant"]);
    let strange = asked(json!([row("b", &["star_sign"], &["AllDevices"])]));
    assert_eq!(strange.status, Status::Unknown, "{strange:?}");
    let some = asked(json!([
        row("a", &["antivirus"], &["g1"]),
        row("b", &[], &["AllDevices"])
    ]));
    assert_eq!(
        some.status,
        Status::Unknown,
        "others than g1 may be tested or not"
    );
    let mut platforms = [healthy(), row("b", &[], &["AllDevices"])];
    platforms[0]["platform"] = json!("windows");
    platforms[1]["platform"] = json!("ios");
    assert_eq!(failing(&asked(json!(platforms))), ["b"]);
    assert_eq!(
        status(
            &tenant(&[policy(&["compliantDevice"])]),
            "managed_device_required"
        ),
        Status::Unknown
    );
}

#[test]
fn a_joined_device_is_no_healthy_one() {
    let health = json!([{"policy": "a", "tests": ["antivirus"], "assigned_to": ["AllDevices"]}]);
    for grant in [
        &["domainJoinedDevice"][..],
        &["compliantDevice", "domainJoinedDevice"],
    ] {
        let facts = with(
            tenant(&[policy(grant)]),
            "device.compliance",
            health.clone(),
        );
        assert_eq!(
            status(&facts, "managed_device_required"),
            Status::NotSatisfied,
            "{grant:?}"
        );
    }
}

#[test]
fn what_users_consent_to_is_harmless_by_name_only() {
    let asked = |policies: &[&str]| {
        let row = json!([{"users_can_register_apps": false, "user_consent": policies}]);
        status(&json!({"identity.app_consent": whole(&row)}), "app_consent")
    };
    let of = |name: &str| format!("ManagePermissionGrantsForSelf.{name}");
    assert_eq!(asked(&[]), Status::Satisfied);
    assert_eq!(
        asked(&[&of("microsoft-user-default-low")]),
        Status::Satisfied
    );
    let team =
        "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team";
    assert_eq!(asked(&[team]), Status::Satisfied);
    assert_eq!(
        asked(&[&of("microsoft-user-default-recommended")]),
        Status::NotSatisfied
    );
    assert_eq!(
        asked(&[&of("microsoft-user-default-legacy")]),
        Status::NotSatisfied
    );
    assert_eq!(asked(&[&of("contoso-everything")]), Status::Unknown);
    assert_eq!(
        asked(&[&of("microsoft-user-default-low"), "SomethingNew.low"]),
        Status::Unknown
    );
}

#[test]
fn what_a_permission_allows_is_harmless_by_name_only() {
    let asked = |permission: &str| {
        let row = json!([{"id": "sp", "first_party": false, "permissions": [permission],
            "credentials": [{"kind": "secret", "expires": "2027-05-01T00:00:00Z"}]}]);
        ask(
            &with(tenant(&[]), "identity.service_principals", row),
            "privileged_applications".into(),
        )
    };
    for read in [
        "User.Read.All",
        "Sites.FullControl.All",
        "Mail.ReadWrite",
        "Directory.Read.All",
    ] {
        assert_eq!(asked(read).status, Status::Satisfied, "{read}");
    }
    for writes in [
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "Domain.ReadWrite.All",
    ] {
        assert_eq!(failing(&asked(writes)), ["sp"], "{writes}");
    }
    for strange in [
        "Something.ReadWrite.All",
        "full_access",
        "6a1c3f2e-0000-4000-8000-000000000001",
    ] {
        assert_eq!(asked(strange).status, Status::Unknown, "{strange}");
    }
}

#[test]
fn an_application_with_a_role_that_is_in_no_list_is_not_known() {
    let roles = json!([
        {"principal": "u1", "role": "Global Administrator", "kind": "eligible"},
        {"principal": "sp1", "role": "Global Administrator", "principal_type": "servicePrincipal"}]);
    let facts = with(tenant(&[]), "identity.role_assignments", roles);
    let facts = with(facts, "identity.service_principals", json!([]));
    let result = ask(&facts, "privileged_applications".into());
    assert_eq!(result.status, Status::Unknown);
    assert!(result.subjects.unknown.contains("sp1"));
}

#[test]
fn the_holder_of_a_role_that_is_not_built_in_may_be_an_administrator() {
    let mut admins = policy(&["mfa"]);
    admins["include"] = json!({"roles": ["Global Administrator"]});
    let roles = json!([
        {"principal": "u1", "role": "Global Administrator"},
        {"principal": "u2", "role": "Contoso identity operations"}]);
    let facts =
        |policies: &[Value]| with(tenant(policies), "identity.role_assignments", roles.clone());
    let result = ask(&facts(&[admins]), "mfa_administrators".into());
    assert_eq!(result.status, Status::Unknown);
    assert!(result.subjects.unknown.contains("u2"));
    assert_eq!(
        status(&facts(&[policy(&["mfa"])]), "mfa_administrators"),
        Status::Satisfied
    );
    // Policies are not enforced for such roles, and one that is new may be built in.
    let mut custom = policy(&["mfa"]);
    custom["include"] = json!({"roles": ["Global Administrator", "Contoso identity operations"]});
    assert_eq!(
        status(&facts(&[custom]), "mfa_administrators"),
        Status::Unknown
    );
}

#[test]
fn an_account_for_administration_alone_is_from_here_and_from_the_cloud() {
    let asked = |change: fn(&mut Value)| {
        let mut facts = tenant(&[]);
        change(&mut facts["identity.users"]["items"][0]);
        status(
            &with(facts, "org.licenses", json!([])),
            "dedicated_administrators",
        )
    };
    assert_eq!(asked(|_| {}), Status::Satisfied);
    assert_eq!(
        asked(|user| user["on_premises_synced"] = json!(true)),
        Status::Unknown
    );
    assert_eq!(asked(|user| user["type"] = json!("Guest")), Status::Unknown);
    assert_eq!(
        asked(|user| user["upn"] = json!("a_b.example#EXT#@contoso.example")),
        Status::Unknown
    );
}

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
fn each_part_of_a_look_up_decides_for_itself() {
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
fn mfa_of_a_federated_provider_is_not_in_the_report() {
    let facts = |behaviour: Value| {
        let row = json!([{"domain": "contoso.example", "federated": true,
            "federated_idp_mfa_behavior": behaviour}]);
        with(
            nothing_registered(tenant(&[policy(&["mfa"])])),
            "auth.password_policy",
            row,
        )
    };
    assert_eq!(status(&facts(Value::Null), "mfa_all"), Status::Unknown);
    assert_eq!(
        status(&facts(json!("acceptIfMfaDoneByFederatedIdp")), "mfa_all"),
        Status::Unknown
    );
    assert_eq!(
        status(&facts(json!("enforceMfaByFederatedIdp")), "mfa_all"),
        Status::Satisfied
    );
    let rejected = ask(&facts(json!("rejectMfaByFederatedIdp")), "mfa_all".into());
    assert_eq!(failing(&rejected), ["u1", "u2", "u3"]);
    let by_tenant = nothing_registered(tenant(&[policy(&["mfa"])]));
    let by_tenant = with(
        by_tenant,
        "org.tenant",
        json!([{"federated_domains": ["Contoso.example"]}]),
    );
    assert_eq!(status(&by_tenant, "mfa_all"), Status::Unknown);
    // Of a provider it is not known whether what it asks for can be phished.
    let enforced = facts(json!("enforceMfaByFederatedIdp"));
    assert_ne!(
        status(&enforced, "phishing_resistant_administrators"),
        Status::Satisfied
    );
    let nobody_asks = with(enforced, "auth.ca_policies", json!([]));
    assert_eq!(status(&nobody_asks, "mfa_all"), Status::NotSatisfied);
}

#[test]
fn a_control_of_another_provider_may_be_mfa() {
    for (operator, grant, expected) in [
        ("OR", &["duo"][..], Status::Unknown),
        ("OR", &["mfa", "duo"], Status::Unknown),
        ("AND", &["duo", "compliantDevice"], Status::Unknown),
        ("OR", &["duo", "compliantDevice"], Status::NotSatisfied),
    ] {
        let mut asks = policy(grant);
        asks["grant"]["operator"] = json!(operator);
        let facts = nothing_registered(tenant(&[asks]));
        assert_eq!(status(&facts, "mfa_all"), expected, "{operator} {grant:?}");
    }
}

#[test]
fn guests_whose_home_is_trusted_are_asked_at_home() {
    let facts = |trust: Value, upn: &str| {
        let mut facts = nothing_registered(tenant(&[policy(&["mfa"])]));
        for n in 0..2 {
            facts["auth.registration"]["items"][n]["methods"] = json!(["fido2"]);
            facts["auth.registration"]["items"][n]["mfa_capable"] = json!(true);
        }
        facts["identity.users"]["items"][2]["type"] = json!("Guest");
        facts["identity.users"]["items"][2]["upn"] = json!(upn);
        with(facts, "org.cross_tenant", json!([trust]))
    };
    let external = "a_b.example#EXT#@contoso.example";
    let trusted = json!({"default_inbound_trust_mfa": true});
    assert_eq!(
        status(&facts(trusted.clone(), external), "mfa_all"),
        Status::Satisfied
    );
    assert_eq!(
        status(&facts(trusted.clone(), external), "mfa_guests"),
        Status::Satisfied
    );
    assert_eq!(
        status(&facts(trusted, "c@contoso.example"), "mfa_guests"),
        Status::Unknown
    );
    let some_refuse = json!({"default_inbound_trust_mfa": true, "refused_tenants": ["t"]});
    assert_eq!(
        status(&facts(some_refuse, external), "mfa_guests"),
        Status::Unknown
    );
    let refused = json!({"default_inbound_trust_mfa": false});
    let refused = ask(&facts(refused, external), "mfa_guests".into());
    assert_eq!(failing(&refused), ["u3"]);
}

#[test]
fn security_defaults_rule_out_policies_that_could_not_be_read() {
    let mut facts = tenant(&[]);
    facts["auth.ca_policies"] = json!({"state": "unlicensed", "complete": false});
    assert_eq!(status(&facts, "mfa_all"), Status::Unknown);
    facts["auth.security_defaults"] = whole(&json!([{"enabled": true}]));
    let result = ask(&facts, "mfa_all".into());
    assert_eq!(result.status, Status::PartiallySatisfied);
    assert_eq!(
        result.subjects.conditional.len(),
        2,
        "asked when a risk is seen"
    );
    assert_eq!(status(&facts, "mfa_administrators"), Status::Satisfied);
    assert_eq!(
        status(&facts, "legacy_authentication_blocked"),
        Status::Satisfied
    );
    assert_eq!(status(&facts, "device_code_blocked"), Status::NotSatisfied);
    assert_eq!(status(&facts, "exclusions_covered"), Status::Satisfied);
}

#[test]
fn a_strength_that_takes_a_password_alone_is_known_to_ask_for_no_mfa() {
    let facts = |combinations: &[&str]| {
        let mut weak = policy(&[]);
        weak["grant"]["authentication_strength"] =
            json!({"id": "x", "allowed_combinations": combinations});
        tenant(&[weak])
    };
    for known in [
        &["password"][..],
        &["fido2", "password"],
        &["sms"],
        &["password", "riddle"],
    ] {
        assert_eq!(
            failing(&ask(&facts(known), "mfa_all".into())),
            ["u1", "u2", "u3"],
            "{known:?}"
        );
    }
    assert_eq!(
        status(&facts(&["password,riddle"]), "mfa_all"),
        Status::Unknown
    );
    let enough = &["password,microsoftAuthenticatorPush"];
    assert_eq!(status(&facts(enough), "mfa_all"), Status::Satisfied);
}

#[test]
fn whoever_is_left_out_of_mfa_is_covered_by_mfa_alone() {
    let mut mfa = policy(&["mfa"]);
    mfa["exclude"] = json!({"users": ["u3"]});
    let mut other = policy(&["block"]);
    other["id"] = json!("other");
    other["conditions"]["client_apps"] = json!(["exchangeActiveSync", "other"]);
    let result = ask(
        &tenant(&[mfa.clone(), other.clone()]),
        "exclusions_covered".into(),
    );
    assert_eq!(failing(&result), ["u3"]);
    other["grant"]["controls"] = json!(["mfa"]);
    other["conditions"]["client_apps"] = json!(["all"]);
    assert_eq!(
        status(&tenant(&[mfa.clone(), other.clone()]), "exclusions_covered"),
        Status::Satisfied
    );
    other["grant"] = json!({"operator": "OR", "controls": ["duo"]});
    assert_eq!(
        status(&tenant(&[mfa, other]), "exclusions_covered"),
        Status::Unknown
    );
}

#[test]
fn to_accept_something_verifies_nobody_before_a_factor_is_registered() {
    let facts = |grant: &[&str]| {
        let mut registers = policy(grant);
        registers["apps"] = json!({"user_actions": ["urn:user:registersecurityinfo"]});
        tenant(&[registers])
    };
    assert_eq!(
        status(&facts(&["mfa"]), "registration_protected"),
        Status::Satisfied
    );
    assert_eq!(
        status(&facts(&["block"]), "registration_protected"),
        Status::Satisfied
    );
    assert_eq!(
        status(&facts(&["termsOfUse"]), "registration_protected"),
        Status::NotSatisfied
    );
    assert_eq!(
        status(&facts(&["approvedApplication"]), "registration_protected"),
        Status::NotSatisfied
    );
    assert_eq!(
        status(&facts(&["compliantDevice"]), "registration_protected"),
        Status::Unknown
    );
}

#[test]
fn a_demand_that_legacy_protocols_cannot_answer_blocks_them() {
    let rule = "legacy_authentication_blocked";
    assert_eq!(
        status(&tenant(&[policy(&["mfa"])]), rule),
        Status::Satisfied
    );
    let mut browsers = policy(&["mfa"]);
    browsers["conditions"]["client_apps"] = json!(["browser"]);
    assert_eq!(status(&tenant(&[browsers]), rule), Status::NotSatisfied);
    // Mail by Exchange ActiveSync can show a device.
    let mut device = policy(&["compliantDevice"]);
    assert_eq!(
        status(&tenant(&[device.clone()]), rule),
        Status::PartiallySatisfied
    );
    device["grant"]["controls"] = json!([]);
    assert_eq!(
        status(&tenant(&[device]), rule),
        Status::NotSatisfied,
        "nothing is demanded"
    );
}

#[test]
fn where_auditing_is_on_for_all_the_flag_of_a_mailbox_is_ignored() {
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

#[test]
fn a_subdomain_follows_the_password_rules_of_the_domain_above() {
    let facts = |above: u32| {
        let rows = json!([{"domain": "contoso.example", "federated": false, "validity_days": above},
            {"domain": "eu.contoso.example", "federated": false}]);
        json!({"auth.password_policy": whole(&rows)})
    };
    let asked = |above| ask(&facts(above), "passwords_never_expire".into());
    assert_eq!(asked(2_147_483_647).status, Status::Satisfied);
    assert_eq!(
        failing(&asked(90)),
        ["contoso.example", "eu.contoso.example"]
    );
}

#[test]
fn nobody_fails_for_want_of_mfa_where_one_factor_is_asked_for() {
    let facts = Facts::from_json(tenant(&[]).to_string()).unwrap();
    let assessment = assess(&facts, &Catalogue::builtin(), &Options::new(now())).unwrap();
    for control in [
        "pci-dss-4.0.1:8.3.1",
        "nist-800-171-r2:3.5.2",
        "cmmc-2.0-l2:IA.L2-3.5.2",
    ] {
        let result = assessment.result(control).unwrap();
        assert_eq!(result.status, Status::Manual, "{control}");
    }
    let mfa = assessment.result("pci-dss-4.0.1:8.4.2").unwrap();
    assert_eq!(mfa.status, Status::NotSatisfied);
}

#[test]
fn a_member_of_a_policy_that_is_not_known_narrows_it_at_any_depth() {
    let facts = |change: fn(&mut Value, Value), value: Value| {
        let mut asks = policy(&["mfa"]);
        change(&mut asks, value);
        tenant(&[asks])
    };
    let levels: [fn(&mut Value, Value); 5] = [
        |policy, value| policy["newThing"] = value,
        |policy, value| policy["include"]["newThing"] = value,
        |policy, value| policy["apps"]["newThing"] = value,
        |policy, value| policy["conditions"]["newThing"] = value,
        |policy, value| policy["grant"]["newThing"] = value,
    ];
    for (n, change) in levels.into_iter().enumerate() {
        for value in [json!("x"), json!(false), json!(0), json!({"a": [1]})] {
            assert_ne!(
                status(&facts(change, value.clone()), "mfa_all"),
                Status::Satisfied,
                "{n} {value}"
            );
        }
        for value in [
            Value::Null,
            json!(""),
            json!([]),
            json!({"@odata.type": "x"}),
        ] {
            assert_eq!(
                status(&facts(change, value.clone()), "mfa_all"),
                Status::Satisfied,
                "{n} {value}"
            );
        }
    }
    let remark = facts(
        |policy, value| policy["description"] = value,
        json!("asks everybody"),
    );
    assert_eq!(status(&remark, "mfa_all"), Status::Satisfied);
}

#[test]
fn what_more_is_said_of_a_strength_unsettles_it() {
    let facts = |member: &str| {
        let mut strict = policy(&[]);
        strict["grant"]["operator"] = json!("AND");
        strict["grant"]["authentication_strength"] = json!("00000000-0000-0000-0000-000000000002");
        strict["grant"][member] = json!(["x"]);
        tenant(&[strict])
    };
    assert_eq!(status(&facts("other"), "mfa_all"), Status::Unknown);
    assert_eq!(
        status(&facts("customAuthenticationFactors"), "mfa_all"),
        Status::Satisfied,
        "all are asked"
    );
    assert_eq!(
        status(&facts("authentication_strength.rings"), "mfa_all"),
        Status::Unknown
    );
}

#[test]
fn an_identity_that_the_service_makes_needs_no_owner() {
    let asked = |kind: &str| {
        let rows = json!([{"id": "sp", "owners": [], "first_party": false, "type": kind},
            {"id": "own", "owners": ["u1"], "first_party": false}]);
        status(
            &json!({"identity.service_principals": whole(&rows)}),
            "application_owners",
        )
    };
    assert_eq!(asked("ManagedIdentity"), Status::Satisfied);
    assert_eq!(asked("SocialIdp"), Status::Satisfied);
    assert_eq!(asked("Application"), Status::PartiallySatisfied);
}

#[test]
fn a_device_under_no_policy_is_not_shown_to_comply() {
    let asked = |under: Value| {
        let row = json!([{"device": "d", "compliance_state": "compliant", "under_policy": under}]);
        status(
            &json!({"device.inventory": whole(&row)}),
            "device_compliance",
        )
    };
    assert_eq!(asked(json!(true)), Status::Satisfied);
    assert_eq!(asked(Value::Null), Status::Satisfied);
    assert_eq!(asked(json!(false)), Status::Unknown);
}

#[test]
fn a_subdomain_signs_in_as_the_domain_above_and_a_part_of_the_rules_proves_no_mfa() {
    let facts = |upn: Value, complete: bool| {
        let mut facts = nothing_registered(tenant(&[policy(&["mfa"])]));
        facts["identity.users"]["items"][2]["upn"] = upn;
        facts["auth.password_policy"] = whole(&json!([{"domain": "contoso.example",
            "federated": true, "federated_idp_mfa_behavior": "enforceMfaByFederatedIdp"}]));
        facts["auth.password_policy"]["complete"] = json!(complete);
        status(&facts, "mfa_all")
    };
    assert_eq!(
        facts(json!("u3@eu.contoso.example"), true),
        Status::Satisfied
    );
    assert_eq!(facts(Value::Null, true), Status::Unknown);
    assert_eq!(facts(json!("u3@contoso.example"), false), Status::Unknown);
    let other = facts(json!("u3@fabrikam.example"), true);
    assert_eq!(other, Status::PartiallySatisfied, "which is not federated");
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
fn an_id_of_a_strength_that_is_no_text_is_no_strength_by_name() {
    let mut strange = policy(&[]);
    strange["grant"]["authentication_strength"] =
        json!({"id": 7, "displayName": "Multifactor authentication"});
    assert_eq!(status(&tenant(&[strange]), "mfa_all"), Status::Unknown);
}

#[test]
fn what_results_list_has_its_name() {
    let mut facts = tenant(&[policy(&["mfa"])]);
    facts["identity.users"]["items"][1]["enabled"] = json!(false);
    facts["identity.users"]["items"][1]["display_name"] = json!("Bob");
    let facts = with(
        facts,
        "device.inventory",
        json!([{"device": "d1", "name": "LAPTOP-1",
        "owner": "u1", "encrypted": false}]),
    );
    let facts = with(
        facts,
        "identity.service_principals",
        json!([{"id": "sp1", "name": "Payroll",
        "owners": [], "first_party": false}]),
    );
    let facts = Facts::from_json(facts.to_string()).unwrap();
    let assessment = assess(&facts, &Catalogue::builtin(), &Options::new(now())).unwrap();
    assert_eq!(
        assessment.names["d1"],
        "LAPTOP-1, owned by u1@contoso.example"
    );
    assert_eq!(assessment.names["sp1"], "Payroll");
    let disabled = &assessment.people.names["u2"];
    assert_eq!(disabled.display_name.as_deref(), Some("Bob"));
    let reports = [
        compliance_map::render::text(&assessment),
        compliance_map::render::markdown(&assessment),
        compliance_map::render::csv(&assessment),
    ];
    for report in reports {
        assert!(
            report.contains("LAPTOP-1, owned by u1@contoso.example"),
            "{report:.200}"
        );
        assert!(report.contains("Payroll"), "{report:.200}");
    }
}

#[test]
fn a_strength_that_takes_some_keys_only_is_not_met_by_any() {
    let facts = |more: Value| {
        let mut strict = policy(&[]);
        strict["grant"]["authentication_strength"] = json!({"id": "x",
            "allowed_combinations": ["password,microsoftAuthenticatorPush"],
            "combinationConfigurations": more});
        status(&tenant(&[strict]), "mfa_all")
    };
    assert_eq!(facts(json!([])), Status::Satisfied);
    assert_eq!(facts(json!([{"allowedAAGUIDs": ["a"]}])), Status::Unknown);
}

#[test]
fn security_defaults_of_which_more_is_said_are_not_known_to_be_on_for_all() {
    let facts = |more: Value| {
        let row = json!([{"enabled": true, "description": "x", "rollout": more}]);
        status(
            &with(tenant(&[]), "auth.security_defaults", row),
            "mfa_administrators",
        )
    };
    assert_eq!(facts(Value::Null), Status::Satisfied);
    assert_eq!(facts(json!("a part")), Status::Unknown);
}

#[test]
fn flows_in_words_that_nobody_knows_may_be_the_device_code() {
    let facts = |flows: Value| {
        let mut blocks = policy(&["block"]);
        blocks["conditions"]["authentication_flows"] = flows;
        status(&tenant(&[blocks]), "device_code_blocked")
    };
    assert_eq!(
        facts(json!({"transferMethods": "deviceCodeFlow"})),
        Status::Satisfied
    );
    assert_eq!(
        facts(json!({"transferMethods": "authenticationTransfer"})),
        Status::NotSatisfied
    );
    assert_eq!(
        facts(json!({"transferMethods": "semaphore"})),
        Status::Unknown
    );
    assert_eq!(facts(json!({"transferMethods": true})), Status::Unknown);
}

#[test]
fn a_policy_of_a_platform_that_is_not_told_may_test_any() {
    let device = policy(&["compliantDevice"]);
    let rows = json!([
        {"policy": "a", "platform": 7, "tests": ["antivirus"], "assigned_to": ["AllDevices"]},
        {"policy": "b", "platform": "windows", "tests": ["password"], "assigned_to": ["AllDevices"]}]);
    let facts = with(tenant(&[device]), "device.compliance", rows);
    assert_eq!(status(&facts, "managed_device_required"), Status::Unknown);
}

#[test]
fn an_application_that_holds_a_role_is_known_by_the_list_of_applications() {
    let app = json!([{"id": "sp", "name": "Backup", "permissions": [], "owners": ["u1"],
        "credentials": [{"kind": "secret", "expires": "2027-01-01T00:00:00Z"}]}]);
    let role = |holder: &str| {
        json!([{"principal": "u1", "role": "Global Administrator", "kind": "active"},
            {"principal": holder, "role": "Global Administrator", "kind": "active"}])
    };
    for (holder, groups) in [
        ("sp", json!([])),
        ("g", json!([{"id": "g", "members": ["sp"]}])),
    ] {
        let facts = with(tenant(&[]), "identity.service_principals", app.clone());
        let facts = with(facts, "identity.role_assignments", role(holder));
        let facts = with(facts, "identity.groups", groups);
        let result = ask(&facts, "privileged_applications".into());
        assert_eq!(failing(&result), ["sp"], "{holder}");
        assert_eq!(status(&facts, "mfa_administrators"), Status::NotSatisfied);
    }
}

#[test]
fn guest_types_in_one_text_are_several_and_strange_ones_leave_guests_open() {
    let facts = |types: &str| {
        let mut policy = policy(&["mfa"]);
        policy["exclude"] = json!({"guest_types": [types]});
        let mut facts = tenant(&[policy]);
        let mut row = facts["identity.users"]["items"][2].clone();
        row["upn"] = json!("u3_other.example#EXT#@contoso.example");
        row["type"] = json!("Guest");
        facts["identity.users"]["items"][2] = row;
        facts
    };
    let result = ask(
        &facts("internalGuest,b2bCollaborationGuest"),
        "mfa_all".into(),
    );
    assert_eq!(failing(&result), ["u3"]);
    let result = ask(&facts("aGuestOfTomorrow"), "mfa_all".into());
    assert_eq!(result.status, Status::Unknown);
    assert!(result.subjects.unknown.contains("u3") && result.subjects.unknown.len() == 1);
    assert_eq!(
        status(&facts("serviceProvider"), "mfa_all"),
        Status::Satisfied
    );
}

#[test]
fn a_role_that_is_not_built_in_or_only_activated_is_not_surely_permanent() {
    let facts = |rows: Value| with(tenant(&[]), "identity.role_assignments", rows);
    let eligible = json!({"principal": "u1", "role": "Global Administrator", "kind": "eligible"});
    let own = json!({"principal": "u1", "role": "Tier 0 operators", "kind": "active"});
    assert_eq!(
        status(
            &facts(json!([eligible, own])),
            "no_permanent_administrators"
        ),
        Status::Unknown
    );
    let activated = json!([{"principal": "u1", "role": "Global Administrator", "kind": "active",
        "assignment": "Activated", "ends": null}]);
    assert_eq!(
        status(&facts(activated), "no_permanent_administrators"),
        Status::Unknown
    );
}

#[test]
fn the_report_decides_of_methods_that_are_not_known_here() {
    let mut facts = tenant(&[policy(&["mfa"])]);
    for row in facts["auth.registration"]["items"].as_array_mut().unwrap() {
        row["methods"] = json!(["retinaScan"]);
    }
    assert_eq!(status(&facts, "mfa_all"), Status::Satisfied);
    let mut strict = policy(&[]);
    strict["grant"]["authentication_strength"] = json!("00000000-0000-0000-0000-000000000004");
    facts["auth.ca_policies"] = whole(&json!([strict]));
    assert_eq!(
        status(&facts, "mfa_all"),
        Status::Unknown,
        "whether it resists phishing"
    );
}

#[test]
fn a_strength_that_says_it_is_no_mfa_is_none_and_ids_are_looked_up_by_id() {
    let facts = |strength: Value| {
        let mut policy = policy(&[]);
        policy["grant"]["authentication_strength"] = strength;
        let definitions = json!([
            {"id": "b", "displayName": "Key", "allowedCombinations": ["fido2"]},
            {"id": "c", "displayName": "b", "allowedCombinations": ["password,microsoftAuthenticatorPush"]}]);
        with(tenant(&[policy]), "auth.auth_strengths", definitions)
    };
    let none = json!({"id": "z", "requirementsSatisfied": "none"});
    assert_eq!(status(&facts(none), "mfa_all"), Status::NotSatisfied);
    let result = ask(&facts(json!({"id": "b"})), "mfa_all".into());
    assert_eq!(failing(&result), ["u1", "u2", "u3"], "a key is asked for");
    assert_eq!(
        status(&facts(json!({"id": "c"})), "mfa_all"),
        Status::Satisfied
    );
    let more = json!({"id": "00000000-0000-0000-0000-000000000002", "limitedTo": "x"});
    assert_eq!(status(&facts(more), "mfa_all"), Status::Unknown);
}

#[test]
fn mfa_that_is_asked_of_nobody_is_passed_by_everybody() {
    let block = |left_out: &str| {
        let mut policy = policy(&["block"]);
        policy["id"] = json!("b");
        policy["conditions"]["client_apps"] = json!(["exchangeActiveSync", "other"]);
        policy["exclude"] = json!({"users": [left_out]});
        policy
    };
    assert_eq!(
        status(&tenant(&[block("")]), "exclusions_covered"),
        Status::NotSatisfied
    );
    // Left out of MFA, whatever else is asked beside it.
    for (member, value) in [
        ("new", json!("x")),
        ("controls", json!(["mfa", "compliantDevice"])),
    ] {
        let mut mfa = policy(&["mfa"]);
        mfa["id"] = json!("m");
        mfa["grant"][member] = value;
        mfa["exclude"] = json!({"users": ["u3"]});
        let everybody = {
            let mut policy = policy(&["mfa"]);
            policy["exclude"] = json!({"users": ["u3"]});
            policy
        };
        let facts = tenant(&[everybody, mfa, block("")]);
        assert_eq!(
            failing(&ask(&facts, "exclusions_covered".into())),
            ["u3"],
            "{member}"
        );
    }
}

#[test]
fn who_gets_in_is_decided_by_several_policies_for_everybody_together() {
    let of = |id: &str, include: Value| {
        let mut policy = policy(&["mfa"]);
        policy["id"] = json!(id);
        policy["include"] = include;
        policy
    };
    let personas = [
        of("a", json!({"roles": ["Global Administrator"]})),
        of("b", json!({"groups": ["internal"]})),
    ];
    let groups = |members: &[&str]| json!([{"id": "internal", "members": members}]);
    let facts = |members: &[&str]| with(tenant(&personas), "identity.groups", groups(members));
    assert_eq!(
        status(&facts(&["u2", "u3"]), "access_decided"),
        Status::Satisfied
    );
    assert_eq!(
        failing(&ask(&facts(&["u2"]), "access_decided".into())),
        ["u3"]
    );
}

#[test]
fn the_device_code_flow_is_blocked_by_its_name_alone() {
    let facts = |flows: Value| {
        let mut policy = policy(&["block"]);
        policy["conditions"]["authentication_flows"] = flows;
        tenant(&[policy])
    };
    let asked = |flows: Value| status(&facts(flows), "device_code_blocked");
    assert_eq!(
        asked(json!({"transferMethods": "deviceCodeFlow,authenticationTransfer"})),
        Status::Satisfied
    );
    assert_eq!(
        asked(json!({"transferMethods": "deviceCodeFlow", "onlyFor": "x"})),
        Status::Unknown
    );
    assert_ne!(
        asked(json!({"transferMethods": "none", "except": "deviceCodeFlow"})),
        Status::Satisfied
    );
}

#[test]
fn what_the_service_does_where_nothing_is_set_is_known() {
    let people = |facts: Value| {
        let mut facts = nothing_registered(facts);
        facts["identity.users"]["items"][2]["type"] = json!("Guest");
        facts["identity.users"]["items"][2]["upn"] = json!("u3_other.example#EXT#@contoso.example");
        facts
    };
    let facts = with(
        people(tenant(&[policy(&["mfa"])])),
        "org.cross_tenant",
        json!([]),
    );
    assert!(
        failing(&ask(&facts, "mfa_all".into())).contains(&"u3"),
        "trusted by default"
    );
    let facts = with(tenant(&[]), "auth.password_protection", json!([]));
    let lockout =
        |minutes: u32| json!({"rule": "lockout", "attempts": 10, "lockout_minutes": minutes});
    assert_eq!(ask(&facts, lockout(30)).status, Status::NotSatisfied);
    let rules = json!([{"domain": "contoso.example", "validity_days": 90, "federated": false}]);
    let mut facts = with(tenant(&[]), "auth.password_policy", rules);
    for row in facts["identity.users"]["items"].as_array_mut().unwrap() {
        row["upn"] = json!("a@eu.contoso.example");
    }
    let age = |days: u32| ask(&facts, json!({"rule": "password_age", "days": days})).status;
    assert_eq!(
        (age(90), age(30)),
        (Status::Satisfied, Status::NotSatisfied)
    );
}

#[test]
fn who_is_asked_for_mfa_by_other_means_does_not_pass_it_by() {
    let mut mfa = policy(&["mfa"]);
    mfa["exclude"] = json!({"users": ["u3"]});
    let state = |id: &str, state: &str| json!({"user": id, "state": state});
    let states = json!([
        state("u1", "disabled"),
        state("u2", "disabled"),
        state("u3", "enforced")
    ]);
    let facts = with(tenant(&[mfa.clone()]), "auth.per_user_mfa", states);
    assert_eq!(status(&facts, "exclusions_covered"), Status::Satisfied);
    assert_eq!(
        failing(&ask(&tenant(&[mfa]), "exclusions_covered".into())),
        ["u3"]
    );
}

#[test]
fn terms_of_use_are_a_way_round_mfa() {
    let facts = |operator: &str| {
        let mut mfa = policy(&["mfa"]);
        mfa["grant"]["operator"] = json!(operator);
        mfa["grant"]["termsOfUse"] = json!(["79f4bc06-5b1c-4f6f-a1a5-1b5c5f8a3c1d"]);
        tenant(&[mfa])
    };
    assert_eq!(failing(&ask(&facts("OR"), "mfa_all".into())).len(), 3);
    assert_eq!(status(&facts("AND"), "mfa_all"), Status::Satisfied);
}
