//! The relation graph of a tenant that is written by hand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;

use crate::relation_fixture::{contoso, edge, ended, lines, lines_with, named, object, read, said};
use m365_collect::insight::relation::{Head, Options, RelationshipClass};
use m365_collect::{Kind, MemoryStore, Outcome, Relation, SourceId};
use serde_json::{Value, json};

const SPB: &str = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn expected() -> BTreeSet<String> {
    [
        "account:t1 HAS domain:contoso.com",
        "account:t1 HAS user:u1",
        "account:t1 HAS user:u2",
        "account:t1 HAS user:u3",
        "account:t1 HAS group:g1",
        "account:t1 HAS group:g2",
        "account:t1 HAS group:g3",
        "account:t1 HAS group:g4",
        "account:t1 HAS subscription:s1",
        &format!("account:t1 HAS sku:{SPB}"),
        &format!("account:t1 HAS sku:{E3}"),
        "group:g1 HAS user:u1",
        "group:g2 HAS group:g3",
        "group:g3 HAS user:u2",
        "group:g3 HAS directory_device:dd1",
        "group:g4 HAS contact:c1",
        "group:g4 HAS service_principal:sp2",
        "group:g4 HAS directory_object:gone?",
        "user:u1 OWNS group:g1",
        "user:u1 MANAGES user:u2",
        "administrative_unit:au1 HAS user:u2",
        "user:u1 HAS directory_device:dd1",
        "user:u1 ASSIGNED role:r1",
        "group:g2 ASSIGNED role:r2",
        "service_principal:sp2 ASSIGNED role:r2",
        "user:u1 ASSIGNED role:r2",
        "application:a1 HAS service_principal:sp1",
        "user:u1 OWNS application:a1",
        "user:u1 OWNS service_principal:sp1",
        "service_principal:sp1 ASSIGNED service_principal:sp2",
        "group:g2 ASSIGNED service_principal:sp1",
        "user:u1 ASSIGNED service_principal:sp1",
        "account:t1 ALLOWS service_principal:sp1",
        "user:u2 ALLOWS service_principal:sp1",
        &format!("sku:{SPB} HAS subscription:s1"),
        &format!("user:u2 ASSIGNED sku:{SPB}"),
        &format!("user:u3 ASSIGNED sku:{E3}"),
        &format!("group:g2 ASSIGNED sku:{SPB}"),
        "group:g1 HAS team:g1",
        "team:g1 HAS channel:ch1",
        "team:g1 HAS user:u1",
        "team:g1 HAS user:u2",
        "conditional_access_policy:ca1 ASSIGNED account:t1",
        "conditional_access_policy:ca1 ASSIGNED user:u3",
        "conditional_access_policy:ca1 ASSIGNED group:g1",
        "conditional_access_policy:ca1 ASSIGNED group:lost?",
        "conditional_access_policy:ca1 ASSIGNED role:r1",
        "access_review:ar1 REVIEWS group:g1",
        "access_review:ar1 HAS access_review_instance:ari1",
        "user:u1 HAS laptop:d1",
        "user:u2 HAS smartphone:d2",
        "user:u2 USES laptop:d1",
        "directory_device:dd1 IS laptop:d1",
        "host_agent:d1 MANAGES laptop:d1",
        "host_agent:d2 MANAGES smartphone:d2",
        "host_agent:d3 MANAGES user_endpoint:d3",
        "laptop:d1 INSTALLED detected_application:da1",
        "smartphone:d2 ASSIGNED managed_application:m1",
        "smartphone:d2 ASSIGNED managed_application:m2",
        "user_endpoint:d3 ASSIGNED managed_application:m1",
        "host_agent:d1 ASSIGNED compliance_policy:cp1",
        "host_agent:d2 ASSIGNED compliance_policy:cp1",
        "host_agent:d3 ASSIGNED compliance_policy:cp1",
        "host_agent:d1 ASSIGNED device_configuration:dc1",
        "host_agent:d1 ASSIGNED configuration_policy:sc1",
        "host_agent:d3 ASSIGNED configuration_policy:sc1",
        "laptop:d1 HAS noncompliance_finding:compliance:u1_cp1_d1",
        "smartphone:d2 HAS noncompliance_finding:compliance:odd-1",
        "laptop:d1 HAS noncompliance_finding:configuration:u1_dc1_d1",
        "compliance_policy:cp1 IDENTIFIED noncompliance_finding:compliance:u1_cp1_d1",
        "compliance_policy:cp1 IDENTIFIED noncompliance_finding:compliance:odd-1",
        "compliance_policy:cp1 IDENTIFIED noncompliance_finding:compliance:odd-2",
        "device_configuration:dc1 IDENTIFIED noncompliance_finding:configuration:u1_dc1_d1",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect()
}

#[tokio::test]
async fn every_relationship_of_the_tenant_is_told_and_no_other() {
    let lines = lines(&contoso().await).await;
    let told: BTreeSet<String> = lines.relationships().map(said).collect();
    let (expected, told) = (expected(), told);
    let missing: Vec<_> = expected.difference(&told).collect();
    let surplus: Vec<_> = told.difference(&expected).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing: {missing:#?}, surplus: {surplus:#?}"
    );
    for class in RelationshipClass::ALL {
        let class = format!(" {class} ");
        assert!(told.iter().any(|one| one.contains(&class)), "no{class}");
    }
}

#[tokio::test]
async fn nothing_is_told_twice_and_each_end_is_told_or_missing() {
    let lines = lines(&contoso().await).await;
    let entities: BTreeSet<String> = lines.entities().map(named).collect();
    assert_eq!(entities.len(), lines.entities().count());
    let keys: BTreeSet<String> = lines
        .relationships()
        .map(|one| format!("{} {}", said(one), one["id"]))
        .collect();
    assert_eq!(keys.len(), lines.relationships().count());
    for one in lines.relationships() {
        for end in [&one["from"], &one["to"]] {
            let key = format!(
                "{}:{}",
                end["type"].as_str().unwrap(),
                end["id"].as_str().unwrap()
            );
            let is_missing = end["missing"] == json!(true);
            assert_eq!(entities.contains(&key), !is_missing, "{key}");
        }
    }
}

#[tokio::test]
async fn the_same_store_gives_the_same_lines() {
    let store = contoso().await;
    assert_eq!(lines(&store).await.text, lines(&store).await.text);
}

#[tokio::test]
async fn no_secret_is_told() {
    let text = lines(&contoso().await).await.text;
    assert!(!text.contains("SECRET"));
    let text = text.to_lowercase();
    for word in ["bypasscode", "secrettext", "largeicon", "assistance"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn entities_say_what_they_are() {
    let lines = lines(&contoso().await).await;
    let account = lines.entity("account:t1");
    assert_eq!(account["class"], json!(["Account"]));
    assert_eq!(account["name"], "Contoso");
    assert_eq!(account["mobileDeviceManagementAuthority"], "intune");
    assert_eq!(account["default_domain"], "contoso.com");
    assert_eq!(account["initial_domain"], "contoso.onmicrosoft.com");
    assert_eq!(account["verified_domains"].as_array().unwrap().len(), 2);
    assert_eq!(account["intune_subscription_state"], "active");
    for (group, kind) in [
        ("g1", "microsoft365"),
        ("g2", "security"),
        ("g3", "mail_enabled_security"),
        ("g4", "distribution"),
    ] {
        let group = lines.entity(&format!("group:{group}"));
        assert_eq!(group["group_kind"], kind);
    }
    let flags = |group: &str| {
        let group = lines.entity(group);
        ["team", "role_assignable", "dynamic"].map(|flag| group[flag].as_bool().unwrap())
    };
    assert_eq!(flags("group:g1"), [true, false, false]);
    assert_eq!(flags("group:g2"), [false, true, false]);
    assert_eq!(flags("group:g3"), [false, false, true]);
    let laptop = lines.entity("laptop:d1");
    assert_eq!(laptop["class"], json!(["Device", "Host"]));
    assert_eq!(lines.entity("host_agent:d1")["managementAgent"], "mdm");
    let sku = lines.entity(&format!("sku:{SPB}"));
    assert_eq!(sku["name"], "Microsoft 365 Business Premium");
    assert_eq!(sku["purchased"], 5);
    assert_eq!(lines.entity("application:a1")["secrets"], 1);
    assert_eq!(lines.entity("configuration_policy:sc1")["name"], "P sc1");
}

#[tokio::test]
async fn roles_say_their_state_scope_and_end() {
    let lines = lines(&contoso().await).await;
    let active = lines.relationship("user:u1 ASSIGNED role:r1");
    assert_eq!(
        (&active["id"], &active["state"], &active["scope"]),
        (&json!("ra1"), &json!("active"), &json!("/"))
    );
    assert_eq!(active["assignmentType"], "Activated");
    assert_eq!(active["end"], "2026-01-01T08:00:00Z");
    let eligible = lines.relationship("user:u1 ASSIGNED role:r2");
    assert_eq!(eligible["state"], "eligible");
    assert_eq!(eligible["scope"], "/administrativeUnits/au1");
    let instance = lines.relationship("service_principal:sp2 ASSIGNED role:r2");
    assert_eq!(
        (&instance["id"], &instance["state"]),
        (&json!("ri2"), &json!("active"))
    );
}

#[tokio::test]
async fn licenses_applications_and_policies_say_how() {
    let lines = lines(&contoso().await).await;
    let ways = &lines.relationship(&format!("user:u2 ASSIGNED sku:{SPB}"))["assignments"];
    assert_eq!(
        *ways,
        json!([
            {"by": "group", "group": "g3", "state": "Error", "error": "CountViolation"},
            {"by": "direct", "state": "Active"},
        ])
    );
    let ways = &lines.relationship(&format!("user:u3 ASSIGNED sku:{E3}"))["assignments"];
    assert_eq!(*ways, json!([]), "how is not stored, and not guessed");
    let role = lines.relationship("service_principal:sp1 ASSIGNED service_principal:sp2");
    assert_eq!(role["app_role_value"], "User.Read.All");
    let grant = lines.relationship("account:t1 ALLOWS service_principal:sp1");
    assert_eq!(grant["scopes"], json!(["Mail.Read", "User.Read"]));
    assert_eq!(grant["resource"]["id"], "sp2");
    let effects = |to: &str| {
        &lines.relationship(&format!("conditional_access_policy:ca1 ASSIGNED {to}"))["effects"]
    };
    assert_eq!(*effects("group:g1"), json!(["exclude", "include"]));
    assert_eq!(*effects("user:u3"), json!(["exclude"]));
    assert_eq!(
        *effects("account:t1"),
        json!(["exclude_guests", "include_all_users"])
    );
    assert_eq!(lines.relationship("team:g1 HAS user:u1")["owner"], true);
    assert_eq!(lines.relationship("team:g1 HAS user:u2")["owner"], false);
    assert_eq!(
        lines.relationship("user:u2 USES laptop:d1")["lastLogOnDateTime"],
        "2026-02-01T00:00:00Z"
    );
}

#[tokio::test]
async fn assignments_to_devices_say_how_they_were_derived() {
    let lines = lines(&contoso().await).await;
    let derived = |words: &str| lines.relationship(words)["derived"].clone();
    assert_eq!(
        derived("smartphone:d2 ASSIGNED managed_application:m1"),
        json!([{"by": "all_devices", "intent": "required"}])
    );
    assert_eq!(
        derived("smartphone:d2 ASSIGNED managed_application:m2"),
        json!([
            {"by": "group_of_user", "group": "g2", "intent": "available"},
            {"by": "all_users", "intent": "required", "filtered": true},
        ]),
        "the owner is in a group that is in the group"
    );
    assert_eq!(
        derived("host_agent:d1 ASSIGNED device_configuration:dc1"),
        json!([{"by": "group_of_device", "group": "g3"}])
    );
    assert_eq!(
        derived("host_agent:d2 ASSIGNED compliance_policy:cp1"),
        json!([{"by": "status"}]),
        "a policy for Windows on a phone: only its status says so"
    );
}

#[tokio::test]
async fn a_device_to_which_a_policy_does_not_apply_is_not_under_it() {
    for (says, is_under) in [
        ("compliant", true),
        ("newStatus", true),
        ("notApplicable", false),
        ("notAssigned", false),
    ] {
        let store = contoso().await;
        let status = json!({"id": "u2_cp1_d2", "status": says});
        let changes = vec![
            object(&Kind::COMPLIANCE_STATUS, &status),
            edge(&Relation::COMPLIANCE_STATUS, "cp1", "u2_cp1_d2"),
        ];
        read(&store, "device_compliance_states", changes).await;
        let lines = lines(&store).await;
        let words = "host_agent:d2 ASSIGNED compliance_policy:cp1";
        let found = lines.relationships().any(|one| said(one) == words);
        assert_eq!(found, is_under, "{says}");
    }
}

#[tokio::test]
async fn a_finding_without_a_device_says_so() {
    let lines = lines(&contoso().await).await;
    let device = |id: &str| lines.entity(&format!("noncompliance_finding:{id}"))["device"].clone();
    assert_eq!(device("compliance:u1_cp1_d1"), "d1");
    assert_eq!(device("compliance:odd-1"), "d2");
    assert_eq!(device("compliance:odd-2"), "unknown");
    let by = |words: &str| lines.relationship(words)["joined_by"].clone();
    assert_eq!(
        by("laptop:d1 HAS noncompliance_finding:compliance:u1_cp1_d1"),
        "id"
    );
    assert_eq!(
        by("smartphone:d2 HAS noncompliance_finding:compliance:odd-1"),
        "name_and_user"
    );
}

#[tokio::test]
async fn two_devices_of_one_name_and_user_are_not_told_apart_by_it() {
    let store = contoso().await;
    let device = |id: &str| {
        let json = json!({
            "id": id, "deviceName": "NAME-d2", "userPrincipalName": "u2@contoso.com",
            "operatingSystem": "iOS", "model": "iPhone",
        });
        crate::relation_fixture::object(&m365_collect::Kind::MANAGED_DEVICE, &json)
    };
    read(&store, "managed_devices", vec![device("d2"), device("d4")]).await;
    let lines = lines(&store).await;
    assert_eq!(
        lines.entity("noncompliance_finding:compliance:odd-1")["device"],
        "unknown"
    );
}

#[tokio::test]
async fn a_refused_source_is_never_an_empty_one() {
    let store = MemoryStore::new();
    let member = edge(&Relation::MEMBER, "g1", "u1");
    read(&store, "groups", vec![member]).await;
    let denied = Outcome::Denied {
        permission: "User.Read.All".to_owned(),
        code: None,
    };
    ended(&store, SourceId::new("users"), denied).await;
    let lines = lines(&store).await;
    assert_eq!(lines.head["relations"], 1);
    let evidence = &lines.head["evidence"];
    assert_eq!(
        evidence["users"],
        json!({"state": "denied", "permission": "User.Read.All"})
    );
    assert_eq!(evidence["groups"]["state"], "ok");
    assert_eq!(evidence["managed_devices"]["state"], "not_collected");
    assert_eq!(evidence["detected_app_devices"]["state"], "not_collected");
    assert_eq!(lines.head["as_of"], evidence["groups"]["as_of"]);
    assert_eq!(
        lines.relationships().map(said).collect::<Vec<_>>(),
        ["group:g1? HAS directory_object:u1?"],
        "what is named is told, though nothing more is known of it"
    );
    let head = Head::load(&store).await.unwrap();
    assert!(!head.is_complete());
    assert!(
        head.shortcomings()
            .any(|(id, what)| id.as_str() == "users" && what.contains("User.Read.All"))
    );
}

#[tokio::test]
async fn a_tenant_that_was_read_whole_is_complete() {
    let head = Head::load(&contoso().await).await.unwrap();
    let lacks: Vec<_> = head.shortcomings().collect();
    assert!(head.is_complete(), "{lacks:?}");
}

#[tokio::test]
async fn what_is_not_stored_can_be_left_out() {
    let options = Options::default().without_missing();
    let lines = lines_with(&contoso().await, options).await;
    let told: BTreeSet<String> = lines.relationships().map(said).collect();
    let all = expected();
    let stored: BTreeSet<String> = all.into_iter().filter(|one| !one.contains('?')).collect();
    assert_eq!(told, stored);
}

#[tokio::test]
async fn odd_records_are_told_as_far_as_they_go() {
    let store = MemoryStore::new();
    let kinds = m365_collect::Kind::CONDITIONAL_ACCESS_POLICY;
    let odd = |id: &str, json: &Value| crate::relation_fixture::keyed(&kinds, id, json);
    let policies = vec![
        odd("a", &json!([])),
        odd(
            "b",
            &json!({"displayName": 7, "conditions": {"users": {"includeUsers": "All"}}}),
        ),
        odd(
            "c",
            &json!({"displayName": "C", "conditions": {"users": {"includeUsers": [1, "u1"]}}}),
        ),
    ];
    read(&store, "conditional_access_policies", policies).await;
    let lines = lines(&store).await;
    let entities: Vec<String> = lines.entities().map(named).collect();
    assert_eq!(
        entities,
        ["a", "b", "c"].map(|id| format!("conditional_access_policy:{id}"))
    );
    assert_eq!(
        lines.relationships().map(said).collect::<Vec<_>>(),
        ["conditional_access_policy:c ASSIGNED user:u1?"]
    );
}
