//! MFA that another provider or tenant does.

use super::support::{ask, failing, nothing_registered, policy, status, tenant, with};
use crate::common::cases::whole;
use compliance_map::Status;
use serde_json::{Value, json};

#[test]
fn mfa_of_a_federated_provider_is_not_in_the_registration_report() {
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
fn a_custom_control_of_another_provider_may_be_mfa() {
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
fn guests_whose_home_tenant_is_trusted_by_cross_tenant_access_are_asked_at_home() {
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
fn a_subdomain_is_federated_as_the_domain_above_and_a_part_of_the_rules_proves_no_mfa() {
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
