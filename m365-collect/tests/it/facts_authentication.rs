//! What becomes of methods, passwords, sessions and risks.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, Read, Tenant, facts_of, sources};
use compliance_map::State;
use compliance_map::facts::{PasswordProtectionFact, SessionFact};
use m365_collect::Kind;
use serde_json::{Value, json};

#[tokio::test]
async fn methods_are_told_by_type_and_phones_by_what_they_can_do() {
    let method =
        |name: &str| json!({"@odata.type": format!("#microsoft.graph.{name}AuthenticationMethod")});
    let phone = |kind: &str| {
        let mut phone = method("phone");
        phone["phoneType"] = json!(kind);
        phone
    };
    let read = Read::keyed(
        "authentication_methods",
        &Kind::AUTHENTICATION_METHOD,
        [
            ("u1/1", method("password")),
            ("u1/2", phone("office")),
            ("u1/3", phone("mobile")),
            ("u1/4", phone("newPhone")),
            ("u2/1", method("somethingNew")),
            ("u2/2", json!({"id": "2"})),
        ],
    );
    let methods = facts_of(&[read]).await.auth_methods;
    assert_eq!(
        methods.items[0].methods,
        [
            "passwordAuthenticationMethod",
            "officePhone",
            "mobilePhone",
            "phoneAuthenticationMethod"
        ]
    );
    assert_eq!(
        methods.items[1].methods,
        ["somethingNewAuthenticationMethod", "unknown"]
    );
}

#[tokio::test]
async fn a_list_that_may_lack_a_method_says_so() {
    let tenant = Tenant::new();
    for read in sources::named(&["authentication_methods"]) {
        tenant.end(&read, Ending::Half).await;
    }
    let methods = tenant.facts().await.auth_methods;
    assert_eq!(methods.state, State::Truncated);
    assert_eq!(
        methods.items[0].methods,
        ["passwordAuthenticationMethod", "unknown"]
    );
}

#[tokio::test]
async fn the_methods_policy_has_a_row_for_each_method() {
    let policy = facts_of(&sources::named(&["authentication_methods_policy"])).await;
    let rows = policy.auth_methods_policy.items;
    let told: Vec<(&str, Option<bool>)> = rows
        .iter()
        .map(|r| (r.method.as_str(), r.enabled))
        .collect();
    assert_eq!(
        told,
        [
            ("Sms", Some(false)),
            ("Voice", Some(false)),
            ("MicrosoftAuthenticator", Some(true))
        ]
    );
    assert_eq!(
        (rows[2].shows_application, rows[2].shows_location),
        (Some(true), Some(true))
    );
    assert_eq!(rows[0].shows_application, None);
}

#[tokio::test]
async fn what_microsoft_decides_and_what_some_see_is_not_told() {
    let feature = |state: &str, included: &str, excluded: &str| json!({"state": state, "includeTarget": {"id": included}, "excludeTarget": {"id": excluded}});
    let policy = |app: Value, place: Value| {
        json!([{"id": "p", "authenticationMethodConfigurations": [{"id": "MicrosoftAuthenticator", "state": "Enabled",
            "featureSettings": {"displayAppInformationRequiredState": app, "displayLocationInformationRequiredState": place}},
            {"id": "New", "state": "newState"}]}])
    };
    let none = "00000000-0000-0000-0000-000000000000";
    for (app, place, expected) in [
        (
            feature("default", "all_users", none),
            Value::Null,
            (None, None),
        ),
        (
            feature("enabled", "group-1", none),
            feature("enabled", "all_users", "group-1"),
            (None, None),
        ),
        (
            feature("disabled", "all_users", none),
            feature("ENABLED", "all_users", none),
            (Some(false), Some(true)),
        ),
    ] {
        let kind = Kind::AUTHENTICATION_METHODS_POLICY;
        let read = Read::of("authentication_methods_policy", &kind, policy(app, place));
        let rows = facts_of(&[read]).await.auth_methods_policy.items;
        assert_eq!(
            (rows[0].shows_application, rows[0].shows_location),
            expected
        );
        assert_eq!((rows[0].enabled, rows[1].enabled), (Some(true), None));
    }
}

#[tokio::test]
async fn strengths_stand_under_their_key_as_received() {
    let facts = facts_of(&sources::named(&["authentication_strengths"])).await;
    let strengths = &facts.other["auth.auth_strengths"];
    assert_eq!(strengths.items[0]["allowedCombinations"], json!(["fido2"]));
}

async fn policy(domain: Value, synced: Option<Value>) -> compliance_map::facts::PasswordPolicyFact {
    let mut reads = vec![Read::of("domains", &Kind::DOMAIN, json!([domain]))];
    if let Some(synced) = synced {
        let tenant = json!([{"id": "t1", "onPremisesSyncEnabled": synced}]);
        reads.push(Read::of("organization", &Kind::ORGANIZATION, tenant));
    }
    facts_of(&reads).await.auth_password_policy.items.remove(0)
}

#[tokio::test]
async fn the_service_s_own_rules_hold_only_where_it_keeps_the_passwords() {
    let managed = json!({"id": "a.example", "authenticationType": "Managed", "passwordValidityPeriodInDays": 90});
    let row = policy(managed.clone(), Some(Value::Null)).await;
    assert_eq!((row.min_length, row.history), (Some(8), Some(1)));
    assert_eq!((row.validity_days, row.federated), (Some(90), Some(false)));
    for synced in [Some(json!(true)), None] {
        let row = policy(managed.clone(), synced).await;
        assert_eq!((row.min_length, row.history), (None, None));
    }
    let federated = json!({"id": "b.example", "authenticationType": "federated", "passwordValidityPeriodInDays": null});
    let row = policy(federated, Some(json!(false))).await;
    assert_eq!((row.min_length, row.validity_days), (None, None));
    assert_eq!(row.federated, Some(true));
    let new = json!({"id": "c.example", "authenticationType": "New", "passwordValidityPeriodInDays": 2_147_483_647});
    let row = policy(new, Some(json!(false))).await;
    assert_eq!(
        (row.federated, row.validity_days),
        (None, Some(2_147_483_647))
    );
}

#[tokio::test]
async fn a_domain_that_is_not_verified_has_no_passwords() {
    let domains =
        json!([{"id": "a.example", "isVerified": false, "authenticationType": "Managed"}]);
    let read = Read::of("domains", &Kind::DOMAIN, domains);
    assert!(
        facts_of(&[read])
            .await
            .auth_password_policy
            .items
            .is_empty()
    );
}

async fn protection(settings: Value, ending: Ending) -> Vec<PasswordProtectionFact> {
    let tenant = Tenant::new();
    let read = Read::of("group_settings", &Kind::GROUP_SETTING, settings);
    tenant.end(&read, ending).await;
    tenant.facts().await.auth_password_protection.items
}

#[tokio::test]
async fn lockout_is_as_set_or_as_the_platform_has_it_where_nothing_surely_is() {
    let rows = protection(
        json!([{"id": "1", "templateId": "5CF42378-D67D-4F36-BA46-E8B86229381D", "values": [
            {"name": "LockoutThreshold", "value": "5"}, {"name": "LockoutDurationInSeconds", "value": "soon"},
            {"name": "EnableBannedPasswordCheck", "value": "True"}, {"name": "BannedPasswordList", "value": " "}]}]),
        Ending::Whole,
    )
    .await;
    assert_eq!(rows[0].lockout_threshold, Some(5));
    assert_eq!(
        rows[0].lockout_seconds, None,
        "what is no number is not told"
    );
    assert_eq!(
        rows[0].banned_list_enforced,
        Some(false),
        "an empty list bans nothing"
    );

    let other = json!([{"id": "2", "displayName": "Group.Unified", "values": []}]);
    let rows = protection(other.clone(), Ending::Whole).await;
    let told = (
        rows[0].lockout_threshold,
        rows[0].lockout_seconds,
        rows[0].banned_list_enforced,
    );
    assert_eq!(told, (Some(10), Some(60), Some(false)));
    assert!(
        protection(other, Ending::Part).await.is_empty(),
        "it may stand where nobody read"
    );
}

async fn sessions(policy: Value) -> Vec<SessionFact> {
    let reads = [
        Read::of(
            "conditional_access_policies",
            &Kind::CONDITIONAL_ACCESS_POLICY,
            json!([policy]),
        ),
        Read::of(
            "activity_timeout_policies",
            &Kind::ACTIVITY_TIMEOUT_POLICY,
            json!([]),
        ),
    ];
    facts_of(&reads).await.auth_session.items
}

#[tokio::test]
async fn a_sign_in_frequency_counts_in_hours_and_for_everybody_only_without_exception() {
    let policy = sources::frequency_policy();
    let row = sessions(policy.clone()).await.remove(0);
    assert_eq!((row.enabled, row.everybody), (Some(true), Some(true)));
    assert_eq!(
        (row.sign_in_frequency_hours, row.idle_minutes),
        (Some(24), None)
    );

    for (pointer, value) in [
        ("/conditions/users/excludeUsers", json!(["u1"])),
        ("/conditions/users/includeUsers", json!(["u1"])),
        (
            "/conditions/applications/includeApplications",
            json!(["Office365"]),
        ),
        ("/conditions/signInRiskLevels", json!(["high"])),
        ("/conditions/clientAppTypes", json!(["browser"])),
    ] {
        let mut narrowed = policy.clone();
        *narrowed.pointer_mut(pointer).unwrap() = value;
        let row = sessions(narrowed).await.remove(0);
        assert_eq!(row.everybody, Some(false), "{pointer}");
    }

    let mut untold = policy.clone();
    untold["conditions"] = Value::Null;
    assert_eq!(sessions(untold).await[0].everybody, None);

    let mut report_only = policy.clone();
    report_only["state"] = json!("enabledForReportingButNotEnforced");
    assert_eq!(sessions(report_only).await[0].enabled, Some(false));

    let mut always = policy.clone();
    always["sessionControls"]["signInFrequency"] =
        json!({"isEnabled": true, "frequencyInterval": "everyTime", "value": null, "type": null});
    assert_eq!(sessions(always).await[0].sign_in_frequency_hours, Some(0));

    let mut strange = policy.clone();
    strange["sessionControls"]["signInFrequency"]["type"] = json!("weeks");
    let row = sessions(strange).await.remove(0);
    assert_eq!((row.sign_in_frequency_hours, row.everybody), (None, None));

    let mut none = policy;
    none["sessionControls"]["signInFrequency"]["isEnabled"] = json!(false);
    assert!(sessions(none).await.is_empty());
}

async fn timeouts(definition: Value) -> Vec<SessionFact> {
    let policy = json!([{"id": "t1", "isOrganizationDefault": true, "definition": definition}]);
    let reads = [
        Read::of(
            "conditional_access_policies",
            &Kind::CONDITIONAL_ACCESS_POLICY,
            json!([]),
        ),
        Read::of(
            "activity_timeout_policies",
            &Kind::ACTIVITY_TIMEOUT_POLICY,
            policy,
        ),
    ];
    facts_of(&reads).await.auth_session.items
}

#[tokio::test]
async fn an_idle_timeout_is_for_everything_only_where_nothing_lasts_longer() {
    let text = |apps: &[(&str, &str)]| {
        let apps: Vec<Value> = apps
            .iter()
            .map(|(id, time)| json!({"ApplicationId": id, "WebSessionIdleTimeout": time}))
            .collect();
        let policy =
            json!({"ActivityBasedTimeoutPolicy": {"Version": 1, "ApplicationPolicies": apps}});
        json!([policy.to_string()])
    };
    let rows = timeouts(text(&[("default", "00:15:00"), ("portal", "00:10:00")])).await;
    assert_eq!(
        (rows[0].everybody, rows[0].idle_minutes),
        (Some(true), Some(15))
    );
    assert_eq!(
        (rows[1].id.as_str(), rows[1].everybody),
        ("t1/portal", Some(false))
    );

    let rows = timeouts(text(&[("default", "00:15:00"), ("portal", "08:00:00")])).await;
    assert_eq!(rows[0].everybody, Some(false));
    let rows = timeouts(text(&[("default", "soon")])).await;
    assert_eq!((rows[0].everybody, rows[0].idle_minutes), (None, None));
    let rows = timeouts(json!(["not JSON"])).await;
    assert_eq!(
        (rows.len(), rows[0].everybody),
        (1, None),
        "it sets something"
    );
}

#[tokio::test]
async fn risks_of_accounts_that_are_gone_are_not_told_and_new_words_are_kept() {
    let risky = json!([
        {"id": "u1", "riskLevel": "high", "riskState": "confirmedCompromised", "isDeleted": true},
        {"id": "u2", "riskLevel": "newLevel", "riskState": "atRisk", "riskLastUpdatedDateTime": "0001-01-01T00:00:00Z"},
    ]);
    let risk = facts_of(&[Read::of("risky_users", &Kind::RISKY_USER, risky)])
        .await
        .auth_risk;
    assert_eq!(risk.items.len(), 1);
    assert_eq!(risk.items[0].level.as_deref(), Some("newLevel"));
    assert_eq!(risk.items[0].updated, None);
    let tenant = Tenant::new();
    for read in sources::named(&["risky_users"]) {
        tenant.end(&read, Ending::Unlicensed).await;
    }
    assert_eq!(tenant.facts().await.auth_risk.state, State::Unlicensed);
}
