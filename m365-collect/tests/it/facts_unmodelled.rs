//! What becomes of members that no fact models: whatever they mean, they may narrow what stands
//! beside them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what is wrong by panicking, and what it counted by printing"
)]

use std::path::Path;

use crate::facts_tenant::sources::{self, role_policy};
use crate::facts_tenant::{NOW, Read, facts_of};
use compliance_map::{Catalogue, Facts, Options, Status, assess};
use m365_collect::Kind;
use serde_json::{Map, Value, json};

/// A policy with an object at every level that is modelled.
fn policy() -> Value {
    let guests = |kind: &str| {
        json!({"guestOrExternalUserTypes": kind,
            "externalTenants": {"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"}})
    };
    json!({"id": "ca1", "displayName": "MFA", "state": "enabled", "templateId": null,
        "#microsoft.graph.restore": {"target": "https://graph.microsoft.com/x", "title": "microsoft.graph.restore"},
        "createdDateTime": "2026-01-01T00:00:00Z", "modifiedDateTime": null, "description": "For all",
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeUsers": [],
                "includeGuestsOrExternalUsers": guests("b2bCollaborationGuest"),
                "excludeGuestsOrExternalUsers": guests("serviceProvider")},
            "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []},
            "platforms": {"includePlatforms": ["all"], "excludePlatforms": []},
            "locations": {"includeLocations": ["All"], "excludeLocations": []},
            "devices": {"includeDevices": [], "deviceFilter": null},
            "authenticationFlows": {"transferMethods": "none"},
            "clientAppTypes": ["all"], "signInRiskLevels": []},
        "grantControls": {"operator": "OR", "builtInControls": [], "termsOfUse": [],
            "authenticationStrength@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x",
            "authenticationStrength": {"id": "00000000-0000-0000-0000-000000000004", "displayName": "Phishing-resistant MFA",
                "policyType": "builtIn", "requirementsSatisfied": "mfa", "allowedCombinations": ["fido2"],
                "combinationConfigurations": []}},
        "sessionControls": {"signInFrequency": {"isEnabled": true, "value": 4, "type": "hours", "frequencyInterval": "timeBased"},
            "persistentBrowser": {"isEnabled": true, "mode": "never"}}})
}

/// Each level, and where its further members stand in the row.
const LEVELS: [(&str, &str); 12] = [
    ("", "/new"),
    ("/conditions", "/conditions/new"),
    ("/conditions/users", "/conditions/users.new"),
    (
        "/conditions/users/includeGuestsOrExternalUsers",
        "/include/guests.new",
    ),
    (
        "/conditions/users/excludeGuestsOrExternalUsers",
        "/exclude/guests.new",
    ),
    (
        "/conditions/users/includeGuestsOrExternalUsers/externalTenants",
        "/include/external_tenants.new",
    ),
    ("/conditions/applications", "/apps/new"),
    ("/conditions/platforms", "/conditions/platforms.new"),
    ("/conditions/locations", "/conditions/locations.new"),
    ("/conditions/devices", "/conditions/device_filter/new"),
    (
        "/conditions/authenticationFlows",
        "/conditions/authentication_flows/new",
    ),
    (
        "/grantControls/authenticationStrength",
        "/grant/authentication_strength.new",
    ),
];

fn with(level: &str, value: Value) -> Value {
    let mut policy = policy();
    policy.pointer_mut(level).unwrap()["new"] = value;
    policy
}

fn read(policies: Value) -> Read {
    Read::of(
        "conditional_access_policies",
        &Kind::CONDITIONAL_ACCESS_POLICY,
        policies,
    )
}

async fn row(policy: Value) -> Value {
    let facts = facts_of(&[read(json!([policy]))]).await;
    let [row] = facts.auth_ca_policies.items.as_slice() else {
        panic!("{:?}", facts.auth_ca_policies);
    };
    serde_json::to_value(row).unwrap()
}

#[tokio::test]
async fn what_is_not_modelled_of_a_policy_is_carried_from_every_level() {
    let plain = row(policy()).await;
    let grant = ("/grantControls", "/grant/new");
    for (level, place) in LEVELS.into_iter().chain([grant]) {
        for value in [json!(["x"]), json!({"deep": {"deeper": false}}), json!(0)] {
            let row = row(with(level, value.clone())).await;
            assert_eq!(row.pointer(place), Some(&value), "{level}: {row}");
            assert_ne!(row, plain, "{level}");
        }
    }
}

#[tokio::test]
async fn what_says_nothing_and_what_changes_nothing_is_not_carried() {
    let plain = row(policy()).await;
    for (level, _) in LEVELS {
        // These are kept as they came.
        if level.ends_with("devices") || level.ends_with("Flows") || level.ends_with("Strength") {
            continue;
        }
        for value in [
            json!(null),
            json!(""),
            json!([]),
            json!({"@odata.type": "#x", "#microsoft.graph.restore": {"title": "restore"}, "deep": {"deeper": null}}),
        ] {
            // The tenants of guests are kept as they came too.
            let mut row = row(with(level, value.clone())).await;
            if level.ends_with("externalTenants") {
                let tenants = row.pointer_mut("/include/external_tenants").unwrap();
                tenants.as_object_mut().unwrap().remove("new");
            }
            assert_eq!(row, plain, "{level}: {value}");
        }
    }
    let further = plain.as_object().unwrap().keys();
    let known = [
        "apps",
        "conditions",
        "exclude",
        "grant",
        "id",
        "include",
        "name",
        "session",
        "state",
    ];
    assert!(further.eq(known), "{plain}");
    let conditions = plain["conditions"].as_object().unwrap();
    assert!(!conditions.keys().any(|name| name.contains('.')), "{plain}");
}

/// Everybody's MFA, with the sources that it takes.
async fn mfa(policies: Value) -> Vec<(String, Status)> {
    let names = [
        "users",
        "groups",
        "role_definitions",
        "role_assignments",
        "role_eligibilities",
        "role_assignment_schedules",
        "registration_details",
        "authentication_methods_policy",
        "authentication_strengths",
        "security_defaults",
        "per_user_mfa",
        "subscribed_skus",
    ];
    let mut reads = sources::named(&names);
    reads.push(read(policies));
    let facts = facts_of(&reads).await;
    let facts = Facts::from_json(facts.to_json()).unwrap();
    let assessed = assess(
        &facts,
        &Catalogue::builtin(),
        &Options::new(NOW.parse().unwrap()),
    );
    let results = assessed.unwrap().results.into_iter();
    results
        .map(|result| (result.control.to_string(), result.status))
        .collect()
}

/// A policy for the whole tenant that asks for MFA, and no way round it.
fn plain_mfa() -> Value {
    let mut policy = policy();
    policy["conditions"]["users"]
        .as_object_mut()
        .unwrap()
        .remove("excludeGuestsOrExternalUsers");
    policy["grantControls"] = json!({"operator": "OR", "builtInControls": ["mfa"]});
    policy
}

#[tokio::test]
async fn a_policy_with_a_member_that_nobody_knows_proves_no_more_than_without_it() {
    let whole = mfa(json!([plain_mfa()])).await;
    let rank = |status: Status| match status {
        // What is left of it is for a person to look at.
        Status::Satisfied | Status::Manual => 2,
        Status::PartiallySatisfied => 1,
        _ => 0,
    };
    let satisfied = |all: &[(String, Status)]| {
        let some = all.iter().filter(|(_, status)| rank(*status) == 2);
        some.count()
    };
    for (level, _) in LEVELS {
        let mut policy = plain_mfa();
        let Some(object) = policy.pointer_mut(level) else {
            continue;
        };
        object["new"] = json!(["something"]);
        let narrowed = mfa(json!([policy])).await;
        for (before, after) in whole.iter().zip(&narrowed) {
            // What was open for want of something else may come to lack.
            let lacks = before.1 == Status::Unknown && after.1 == Status::PartiallySatisfied;
            assert!(
                lacks || rank(after.1) <= rank(before.1),
                "{level}: {before:?} {after:?}"
            );
        }
        // Beside its parts the assessment knows what narrows a policy by name.
        if !level.is_empty() {
            assert!(satisfied(&narrowed) < satisfied(&whole), "{level}");
        }
    }
}

#[tokio::test]
async fn a_limit_of_sessions_in_words_that_nobody_knows_is_not_for_everybody() {
    let session = |policy: Value| async move {
        let facts = facts_of(&[read(json!([policy]))]).await;
        let row = facts.auth_session.items.into_iter().next().unwrap();
        (row.everybody, row.extra)
    };
    let mut plain = policy();
    plain["conditions"]["users"]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| name == "includeUsers");
    for name in ["devices", "authenticationFlows"] {
        plain["conditions"].as_object_mut().unwrap().remove(name);
    }
    assert_eq!(session(plain.clone()).await.0, Some(true));
    for level in [
        "",
        "/conditions",
        "/conditions/users",
        "/conditions/applications",
        "/conditions/platforms",
        "/sessionControls",
        "/sessionControls/signInFrequency",
        "/sessionControls/persistentBrowser",
    ] {
        let mut policy = plain.clone();
        policy.pointer_mut(level).unwrap()["new"] = json!(true);
        let (everybody, extra) = session(policy.clone()).await;
        assert_eq!(everybody, None, "{level}");
        let is_carried = extra.keys().any(|name| name.contains(".new"));
        assert_eq!(
            is_carried,
            level.starts_with("/session"),
            "{level}: {extra:?}"
        );
        policy["conditions"]["users"]["excludeUsers"] = json!(["u1"]);
        assert_eq!(session(policy).await.0, Some(false), "somebody is left out");
    }
}

#[tokio::test]
async fn signing_in_again_every_time_is_the_strictest_frequency_and_no_lack() {
    let mut every = policy();
    for name in ["devices", "authenticationFlows"] {
        every["conditions"].as_object_mut().unwrap().remove(name);
    }
    every["conditions"]["users"] = json!({"includeUsers": ["All"]});
    let status = |kind: &str| {
        let mut policy = every.clone();
        policy["sessionControls"]["signInFrequency"] = json!({"isEnabled": true, "value": null,
            "type": null, "frequencyInterval": "everyTime", "authenticationType": kind});
        async move {
            let idle = Read::of(
                "activity_timeout_policies",
                &Kind::ACTIVITY_TIMEOUT_POLICY,
                json!([]),
            );
            let facts = facts_of(&[read(json!([policy])), idle]).await;
            let framework = json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
                {"id": "A", "title": "t", "decidability": "direct", "evidence": "auth.session",
                 "clauses": [{"rule": "sign_in_frequency", "sign_in_hours": 4}]}]});
            let mut catalogue = Catalogue::default();
            catalogue.add(&framework.to_string()).unwrap();
            let options = Options::new(NOW.parse().unwrap());
            assess(&facts, &catalogue, &options).unwrap().results[0].status
        }
    };
    assert_eq!(
        status("primaryAndSecondaryAuthentication").await,
        Status::Satisfied
    );
    assert_eq!(status("secondaryAuthentication").await, Status::Unknown);
}

#[tokio::test]
async fn a_method_for_some_or_in_words_that_nobody_knows_says_so() {
    let everybody = json!({"targetType": "group", "id": "all_users", "isRegistrationRequired": false, "authenticationMode": "any"});
    let feature = || {
        json!({"state": "enabled", "includeTarget": {"targetType": "group", "id": "all_users"},
            "excludeTarget": {"targetType": "group", "id": ""}})
    };
    let method = json!({"id": "MicrosoftAuthenticator", "state": "enabled", "isSoftwareOathEnabled": true,
        "includeTargets": [everybody], "excludeTargets": [],
        "featureSettings": {"displayAppInformationRequiredState": feature(), "displayLocationInformationRequiredState": feature()}});
    let rows = |method: Value| async move {
        let policy = json!([{"id": "authenticationMethodsPolicy", "policyVersion": "1.5", "policyMigrationState": "preMigration",
            "authenticationMethodConfigurations": [method]}]);
        let read = Read::of(
            "authentication_methods_policy",
            &Kind::AUTHENTICATION_METHODS_POLICY,
            policy,
        );
        let fact = facts_of(&[read]).await.auth_methods_policy;
        assert_eq!(fact.extra["policyMigrationState"], "preMigration");
        assert_eq!(fact.extra.len(), 1, "{:?}", fact.extra);
        fact.items.into_iter().next().unwrap()
    };
    let row = rows(method.clone()).await;
    assert!(row.extra.is_empty(), "{:?}", row.extra);
    assert_eq!(row.shows_application, Some(true));

    let app = "/featureSettings/displayAppInformationRequiredState";
    for (level, place, shows) in [
        ("", "new", Some(true)),
        ("/featureSettings", "featureSettings.new", Some(true)),
        (app, "application.new", None),
        (
            &format!("{app}/includeTarget"),
            "application.includeTarget.new",
            None,
        ),
        (
            &format!("{app}/excludeTarget"),
            "application.excludeTarget.new",
            None,
        ),
    ] {
        let mut method = method.clone();
        method.pointer_mut(level).unwrap()["new"] = json!("x");
        let row = rows(method).await;
        assert_eq!(row.extra.get(place), Some(&json!("x")), "{level}: {row:?}");
        assert_eq!(row.shows_application, shows, "{level}");
        assert_eq!(row.shows_location, Some(true));
    }
    for targets in [
        json!([{"targetType": "group", "id": "g1"}]),
        json!([{"targetType": "group", "id": "all_users", "until": "tomorrow"}]),
    ] {
        let mut method = method.clone();
        method["includeTargets"] = targets.clone();
        assert_eq!(rows(method).await.extra["includeTargets"], targets);
    }
    let mut method = method;
    method["excludeTargets"] = json!([{"targetType": "group", "id": "g1"}]);
    assert!(
        rows(method.clone())
            .await
            .extra
            .contains_key("excludeTargets")
    );
    method["includeTargets"] = json!([{"targetType": "group", "id": "g1"}]);
    method["state"] = json!("disabled");
    let row = rows(method).await;
    assert!(
        row.extra.is_empty(),
        "for whom it was on is no matter: {row:?}"
    );
}

#[tokio::test]
async fn a_rule_of_a_role_with_more_than_is_known_asks_for_nothing_surely() {
    let row = |policy: Value| async move {
        let mut reads = sources::named(&["role_definitions", "role_management_policy_assignments"]);
        reads.push(Read::of(
            "role_management_policies",
            &Kind::ROLE_POLICY,
            json!([policy]),
        ));
        facts_of(&reads).await.identity_pim.items.remove(0)
    };
    let mut plain = role_policy("p1");
    let rules = plain["rules"].as_array_mut().unwrap();
    rules.push(json!({"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyNotificationRule",
        "id": "Notification_Requestor_EndUser_Assignment", "notificationType": "Email", "recipientType": "Requestor",
        "notificationLevel": "All", "isDefaultRecipientsEnabled": true, "notificationRecipients": ["a@contoso.example"],
        "target": {"caller": "EndUser", "level": "Assignment", "operations": ["All"], "inheritableSettings": [], "enforcedSettings": []}}));
    let told = row(plain.clone()).await;
    let known: Vec<&str> = told.extra.keys().map(String::as_str).collect();
    assert_eq!(known, ["expiration_required", "role_id"], "{told:?}");
    let demands = |row: &compliance_map::facts::PimRuleFact| {
        (
            row.approval_required,
            row.mfa_required,
            row.activation_minutes,
        )
    };
    assert_eq!(demands(&told), (Some(true), Some(true), Some(480)));

    for (level, place, expected) in [
        (
            "/rules/1",
            "Expiration_EndUser_Assignment.new",
            (Some(true), Some(true), None),
        ),
        (
            "/rules/2/target",
            "Enablement_EndUser_Assignment.target.new",
            (Some(true), None, Some(480)),
        ),
        (
            "/rules/3/setting",
            "Approval_EndUser_Assignment.setting.new",
            (None, Some(true), Some(480)),
        ),
    ] {
        let mut policy = plain.clone();
        policy.pointer_mut(level).unwrap()["new"] = json!(["x"]);
        let row = row(policy).await;
        assert_eq!(row.extra.get(place), Some(&json!(["x"])), "{row:?}");
        assert_eq!(demands(&row), expected, "{level}");
    }
}

#[tokio::test]
async fn the_longest_activation_is_told_whatever_the_flag_beside_it_says() {
    for (flag, told) in [
        (json!(true), Some(json!(true))),
        (json!(false), Some(json!(false))),
        (json!(null), None),
    ] {
        let mut policy = role_policy("p1");
        policy["rules"][1]["isExpirationRequired"] = flag.clone();
        let mut reads = sources::named(&["role_management_policy_assignments"]);
        reads.push(Read::of(
            "role_management_policies",
            &Kind::ROLE_POLICY,
            json!([policy]),
        ));
        let row = facts_of(&reads).await.identity_pim.items.remove(0);
        assert_eq!(row.activation_minutes, Some(480), "{flag}");
        assert_eq!(
            row.extra.get("expiration_required"),
            told.as_ref(),
            "{flag}"
        );
    }
}

#[tokio::test]
async fn trust_in_words_that_nobody_knows_is_not_trust() {
    let row = |default: Value| async move {
        let read = Read::keyed(
            "cross_tenant_access_default",
            &Kind::CROSS_TENANT_DEFAULT,
            [("default", default)],
        );
        facts_of(&[read]).await.org_cross_tenant.items.remove(0)
    };
    let plain = json!({"isServiceDefault": true, "inboundTrust": {"isMfaAccepted": true, "isCompliantDeviceAccepted": false,
        "isHybridAzureADJoinedDeviceAccepted": false}, "b2bCollaborationInbound": {"applications": {"accessType": "allowed"}}});
    let told = row(plain.clone()).await;
    assert_eq!(told.default_inbound_trust_mfa, Some(true));
    let further: Vec<&String> = told.extra.keys().collect();
    assert_eq!(further, ["single_tenants_not_read"], "{told:?}");
    for (level, place) in [("", "new"), ("/inboundTrust", "inbound_trust.new")] {
        let mut default = plain.clone();
        default.pointer_mut(level).unwrap()["new"] = json!({"only": ["t2"]});
        let told = row(default.clone()).await;
        assert_eq!(told.default_inbound_trust_mfa, None, "{level}");
        assert!(told.extra.contains_key(place), "{told:?}");
        default["inboundTrust"]["isMfaAccepted"] = json!(false);
        assert_eq!(row(default).await.default_inbound_trust_mfa, Some(false));
    }
    for (trust, is_known) in [
        (json!({"isMfaAccepted": true}), true),
        (json!(null), true),
        (json!({"isMfaAccepted": true, "until": "tomorrow"}), false),
        (json!({"isMfaAccepted": "no"}), false),
    ] {
        let partner = json!({"tenantId": "t2", "isServiceProvider": false, "isInMultiTenantOrganization": false,
            "identitySynchronization": null, "inboundTrust": trust});
        let reads = [
            Read::keyed(
                "cross_tenant_access_default",
                &Kind::CROSS_TENANT_DEFAULT,
                [("default", plain.clone())],
            ),
            Read::keyed(
                "cross_tenant_access_partners",
                &Kind::CROSS_TENANT_PARTNER,
                [("t2", partner)],
            ),
        ];
        let told = facts_of(&reads).await.org_cross_tenant.items.remove(0);
        let is_open = told.extra.contains_key("single_tenants_not_read");
        assert_eq!(is_open, !is_known, "{trust}: {told:?}");
    }
}

#[tokio::test]
async fn security_defaults_carry_what_more_is_said_of_them() {
    let read = Read::of(
        "security_defaults",
        &Kind::SECURITY_DEFAULTS,
        json!([{"id": "0", "displayName": "D", "description": "D", "isEnabled": true, "securityDefaultsUpsell": null,
            "only": "administrators"}]),
    );
    let row = facts_of(&[read])
        .await
        .auth_security_defaults
        .items
        .remove(0);
    let further: Map<String, Value> = row.extra.into_iter().collect();
    assert_eq!(Value::Object(further), json!({"only": "administrators"}));
}

/// How many of the policies that the service's pages show carry something; needs the folder of
/// recorded answers beside the workspace.
#[tokio::test]
async fn recorded_policies_carry_no_more_than_they_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/samples");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("no recorded answers beside the workspace");
        return;
    };
    let (mut policies, mut carrying) = (0, 0);
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("conditionalaccess") {
            continue;
        }
        let body: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let list = body["value"].as_array().cloned();
        for policy in list.unwrap_or_else(|| vec![body]) {
            let row = row(policy).await;
            let known = [
                "apps",
                "conditions",
                "exclude",
                "grant",
                "id",
                "include",
                "name",
                "session",
                "state",
            ];
            let mut further = row.as_object().unwrap().keys();
            let further = further.any(|name| !known.contains(&name.as_str()))
                || row["conditions"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .any(|name| name.contains('.'));
            policies += 1;
            carrying += u32::from(further);
        }
    }
    println!("{carrying} of {policies} recorded policies carry members that are not modelled");
    assert_eq!(carrying, 0);
}
