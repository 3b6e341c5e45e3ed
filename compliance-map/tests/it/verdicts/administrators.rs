//! Who administers: custom roles, activated ones, service principals.

use super::support::{ask, failing, policy, status, tenant, with};
use compliance_map::Status;
use serde_json::{Value, json};

#[test]
fn a_service_principal_with_a_role_that_is_in_no_list_is_not_known() {
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
fn the_holder_of_a_custom_role_may_be_an_administrator() {
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
fn a_dedicated_administrator_account_is_of_this_tenant_and_cloud_only() {
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

#[test]
fn a_service_principal_that_holds_a_role_is_known_by_the_list_of_applications() {
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
fn a_custom_role_or_an_activated_one_is_not_surely_permanent() {
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
