//! What becomes of the tenant, its licenses, its logs and its data.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, Read, Tenant, facts_of, sources};
use compliance_map::State;
use m365_collect::Kind;
use serde_json::{Value, json};

#[tokio::test]
async fn the_tenant_names_its_federated_domains_where_domains_were_read() {
    let mut reads = sources::named(&["organization"]);
    let alone = facts_of(&reads).await.org_tenant;
    assert_eq!((alone.state, alone.complete), (State::Ok, true));
    assert!(!alone.items[0].extra.contains_key("federated_domains"));
    assert!(alone.note.unwrap().contains("federated domains"));
    let domains = json!([{"id": "a.example", "authenticationType": "Federated"}, {"id": "b.example", "authenticationType": "Managed"},
        {"id": "c.example", "authenticationType": "Federated", "isVerified": false}]);
    reads.push(Read::of("domains", &Kind::DOMAIN, domains));
    let tenant = facts_of(&reads).await.org_tenant;
    assert_eq!(
        tenant.items[0].extra["federated_domains"],
        json!(["a.example"])
    );
    assert_eq!(tenant.items[0].is_synchronised(), Some(false));
}

async fn status(capability: &str, purchases: Value, ending: Ending) -> String {
    let sku =
        json!([{"id": "x", "skuId": "S1", "skuPartNumber": "P", "capabilityStatus": capability}]);
    let tenant = Tenant::new();
    tenant
        .read(&Read::of("subscribed_skus", &Kind::SUBSCRIBED_SKU, sku))
        .await;
    let purchases = Read::of(
        "company_subscriptions",
        &Kind::COMPANY_SUBSCRIPTION,
        purchases,
    );
    tenant.end(&purchases, ending).await;
    let mut licenses = tenant.facts().await.org_licenses;
    assert_eq!((licenses.state, licenses.complete), (State::Ok, true));
    assert_eq!(licenses.items[0].sku_id.as_deref(), Some("S1"));
    licenses.items.remove(0).status.unwrap()
}

#[tokio::test]
async fn a_product_is_on_trial_only_where_nothing_of_it_is_paid() {
    let bought = |id: &str, trial: bool, status: &str| json!({"id": id, "skuId": "s1", "isTrial": trial, "status": status});
    let trial = json!([bought("1", true, "Enabled")]);
    let mixed = json!([bought("1", true, "Enabled"), bought("2", false, "Enabled")]);
    let ended = json!([bought("1", true, "Enabled"), bought("2", false, "Deleted")]);
    assert_eq!(
        status("Enabled", trial.clone(), Ending::Whole).await,
        "trial"
    );
    assert_eq!(status("Enabled", mixed, Ending::Whole).await, "active");
    assert_eq!(status("enabled", ended, Ending::Whole).await, "trial");
    assert_eq!(
        status("Enabled", trial.clone(), Ending::Part).await,
        "active"
    );
    assert_eq!(
        status("Enabled", trial.clone(), Ending::Denied).await,
        "active"
    );
    assert_eq!(
        status("Suspended", trial.clone(), Ending::Whole).await,
        "suspended"
    );
    assert_eq!(status("NewWord", trial, Ending::Whole).await, "NewWord");
}

async fn trust(default: Value, partners: Option<Value>) -> (Option<bool>, Option<String>) {
    let mut reads = vec![Read::keyed(
        "cross_tenant_access_default",
        &Kind::CROSS_TENANT_DEFAULT,
        [("default", default)],
    )];
    if let Some(partner) = partners {
        reads.push(Read::keyed(
            "cross_tenant_access_partners",
            &Kind::CROSS_TENANT_PARTNER,
            [("t2", partner)],
        ));
    }
    let mut fact = facts_of(&reads).await.org_cross_tenant;
    (fact.items.remove(0).default_inbound_trust_mfa, fact.note)
}

#[tokio::test]
async fn a_default_that_trusts_nobody_does_not_speak_for_tenants_that_are_trusted() {
    let trusting = |is: bool| json!({"inboundTrust": {"isMfaAccepted": is}});
    assert_eq!(trust(trusting(true), None).await.0, Some(true));
    assert_eq!(trust(trusting(false), None).await.0, Some(false));
    assert_eq!(trust(json!({"inboundTrust": null}), None).await.0, None);
    let (told, note) = trust(trusting(false), Some(json!({"inboundTrust": null}))).await;
    assert_eq!((told, note), (Some(false), None));
    let (told, note) = trust(trusting(false), Some(trusting(true))).await;
    assert_eq!(told, None);
    assert!(note.unwrap().contains("1 other tenants"));
}

#[tokio::test]
async fn sharing_is_read_wrapped_or_not() {
    let plain = json!({"sharingCapability": "newCapability", "isLegacyAuthProtocolsEnabled": true, "isLoopEnabled": true});
    for settings in [
        plain.clone(),
        json!({"value": plain.clone()}),
        json!({"value": [plain]}),
    ] {
        let read = Read::keyed(
            "share_point_settings",
            &Kind::SHARE_POINT_SETTINGS,
            [("s", settings)],
        );
        let row = facts_of(&[read]).await.data_sharing.items.remove(0);
        assert_eq!(row.sharing_capability.as_deref(), Some("newCapability"));
        assert_eq!((row.guest_expiry_days, row.default_link), (None, None));
        assert_eq!(row.extra["isLegacyAuthProtocolsEnabled"], true);
        assert!(!row.extra.contains_key("isLoopEnabled"));
    }
}

#[tokio::test]
async fn whether_a_label_is_offered_is_told_only_where_its_policies_were_read() {
    let label = facts_of(&sources::named(&["sensitivity_labels"]))
        .await
        .data_labels;
    assert_eq!(label.items[0].published, None);
    assert!(label.note.unwrap().contains("v1.0"));
    for (policies, expected) in [(json!([]), Some(false)), (json!([{"id": "p"}]), Some(true))] {
        let labels = json!([{"id": "l1", "assignedPolicies": policies}]);
        let read = Read::of("sensitivity_labels", &Kind::SENSITIVITY_LABEL, labels);
        assert_eq!(
            facts_of(&[read]).await.data_labels.items[0].published,
            expected
        );
    }
}

#[tokio::test]
async fn each_log_has_the_times_of_its_oldest_and_newest_entry() {
    let logs = facts_of(&sources::named(&["sign_ins", "directory_audits"]))
        .await
        .log_directory;
    let told: Vec<_> = logs
        .items
        .iter()
        .map(|row| {
            let times = [row.oldest, row.newest].map(|time| time.unwrap().to_string());
            (row.log.as_deref().unwrap(), times)
        })
        .collect();
    let time = |text: &str| text.to_owned();
    assert_eq!(
        told[0],
        (
            "sign_ins",
            [time("2026-10-22T10:00:00Z"), time("2026-11-21T10:00:00Z")]
        )
    );
    assert_eq!(told[1].0, "audits");
}

#[tokio::test]
async fn a_log_that_was_not_read_has_no_row_and_one_that_was_cut_off_has_no_newest() {
    let tenant = Tenant::new();
    for read in sources::named(&["sign_ins"]) {
        tenant.end(&read, Ending::Unlicensed).await;
    }
    for read in sources::named(&["directory_audits"]) {
        tenant.end(&read, Ending::Part).await;
    }
    let logs = tenant.facts().await.log_directory;
    assert_eq!(logs.state, State::Truncated);
    let [audits] = logs.items.as_slice() else {
        panic!("{logs:?}");
    };
    assert_eq!(audits.log.as_deref(), Some("audits"));
    assert!(audits.oldest.is_some());
    assert_eq!(audits.newest, None, "a later one may not have been reached");
}

#[tokio::test]
async fn alerts_stand_beside_policies_of_which_nothing_is_told() {
    let alerts = json!([{"id": "a", "severity": "unknownFutureValue", "status": "new", "createdDateTime": "2026-11-20T00:00:00Z"}]);
    let alerts = facts_of(&[Read::of("alerts", &Kind::ALERT, alerts)])
        .await
        .log_alerts;
    let told: Vec<_> = alerts
        .items
        .iter()
        .map(|row| (row.kind.as_deref(), row.severity.as_deref(), row.enabled))
        .collect();
    assert_eq!(
        told,
        [
            (Some("alert"), Some("unknownFutureValue"), None),
            (Some("policy"), None, None)
        ]
    );
}

#[tokio::test]
async fn scores_come_day_by_day() {
    let day = |id: &str, day: &str| json!({"id": id, "createdDateTime": day, "currentScore": 10, "maxScore": 20.5});
    let scores = json!([
        day("a", "2026-11-21T00:00:00Z"),
        day("b", "2026-11-20T00:00:00Z")
    ]);
    let scores = facts_of(&[Read::of("secure_scores", &Kind::SECURE_SCORE, scores)]).await;
    let days: Vec<String> = scores
        .posture_secure_score
        .items
        .iter()
        .map(|row| row.time.unwrap().to_string())
        .collect();
    assert_eq!(days, ["2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"]);
    assert_eq!(scores.posture_secure_score.items[0].score, Some(10.0));
}

#[tokio::test]
async fn a_record_that_cannot_be_understood_cuts_its_fact_short() {
    for (source, kind, key) in [
        ("managed_devices", Kind::MANAGED_DEVICE, "device.inventory"),
        ("risky_users", Kind::RISKY_USER, "auth.risk"),
        ("alerts", Kind::ALERT, "log.alerts"),
        ("domains", Kind::DOMAIN, "auth.password_policy"),
        (
            "group_settings",
            Kind::GROUP_SETTING,
            "auth.password_protection",
        ),
    ] {
        let read = Read::keyed(source, &kind, [("x", json!("not an object"))]);
        let facts = facts_of(&[read]).await;
        let envelope = facts.envelope(key);
        assert_eq!(envelope.state, State::Truncated, "{key}");
        assert!(
            envelope.note.unwrap().contains("could not be understood"),
            "{key}"
        );
    }
}
