//! The names in JSON are a contract.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use crate::connect_service::{APP, Microsoft, TENANT, every_permission, graph_error, skus};
use m365_collect::connect::{Code, Connection};
use serde_json::Value;

fn names(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

async fn good() -> Value {
    json(&Microsoft::good().await.check().await)
}

fn json(connection: &Connection) -> Value {
    serde_json::to_value(connection).unwrap()
}

#[tokio::test]
async fn the_names_of_a_connection_are_stable() {
    let connection = good().await;
    let mut top = names(&connection);
    top.sort_unstable();
    assert_eq!(
        top,
        [
            "milliseconds",
            "permissions_known",
            "problems",
            "sources",
            "stages",
            "status",
            "tenant"
        ]
    );
    assert_eq!(connection["status"], "connected");
    assert_eq!(connection["tenant"]["id"], TENANT);
    assert_eq!(connection["tenant"]["display_name"], "Contoso");
    let mut stages = names(&connection["stages"]);
    stages.sort_unstable();
    assert_eq!(
        stages,
        [
            "authentication",
            "calls",
            "clock",
            "credentials",
            "licenses",
            "permissions",
            "report_names",
            "settings",
            "tenant"
        ]
    );
    for name in stages {
        let stage = &connection["stages"][name];
        let mut fields = names(stage);
        fields.sort_unstable();
        assert_eq!(fields, ["found", "milliseconds", "note", "state"], "{name}");
        assert_eq!(stage["state"], "passed", "{name}");
        assert!(stage["milliseconds"].is_u64(), "{name}");
    }
}

#[tokio::test]
async fn the_names_of_what_is_found_are_stable() {
    let connection = good().await;
    let stages = &connection["stages"];
    let sorted = |value: &Value| {
        let mut names: Vec<String> = names(value).iter().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    };
    let found = |name: &str| &stages[name]["found"];
    assert_eq!(sorted(found("authentication")), ["expires_in_seconds"]);
    assert_eq!(sorted(found("clock")), ["ahead_seconds"]);
    assert_eq!(
        sorted(found("permissions")),
        ["granted", "lacking", "lacking_optional", "not_needed"]
    );
    assert_eq!(
        sorted(&found("calls")[0]),
        [
            "milliseconds",
            "note",
            "path",
            "service",
            "sources",
            "state"
        ]
    );
    assert_eq!(
        sorted(&found("licenses")[0]),
        ["license", "needed_by", "plans", "state"]
    );
    assert_eq!(sorted(found("report_names")), ["concealed"]);
    assert_eq!(
        sorted(&found("credentials")[0]),
        ["days_left", "ends_at", "key_id", "kind"]
    );
    assert_eq!(
        sorted(&connection["sources"][0]),
        [
            "has",
            "lacks",
            "lacks_optional",
            "license",
            "needs",
            "readiness",
            "source"
        ]
    );
    assert_eq!(found("credentials")[0]["ends_at"], "2099-01-01T00:00:00Z");
}

#[tokio::test]
async fn the_names_of_a_problem_are_stable() {
    let microsoft = Microsoft::silent().await;
    microsoft
        .refuse(
            401,
            "invalid_client",
            7_000_222,
            &format!("The provided client secret keys for app '{APP}' are expired."),
        )
        .await;
    let connection = json(&microsoft.check().await);
    let problem = &connection["problems"][0];
    let mut fields = names(problem);
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "aadsts",
            "blocks",
            "cause",
            "code",
            "cure",
            "link",
            "permission",
            "plan",
            "problem",
            "request_id",
            "severity"
        ]
    );
    assert_eq!(connection["status"], "authentication_error");
    assert_eq!(problem["code"], "secret_expired");
    assert_eq!(problem["problem"], "authentication");
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["aadsts"], 7_000_222);
    assert_eq!(connection["stages"]["calls"]["state"], "not_run");
    assert_eq!(connection["stages"]["calls"]["found"], Value::Null);
    assert_eq!(connection["tenant"], Value::Null);
}

#[tokio::test]
async fn the_names_of_a_refused_source_are_stable() {
    let microsoft = Microsoft::silent().await;
    let roles = every_permission();
    let roles: Vec<String> = roles
        .into_iter()
        .filter(|p| p != "Policy.Read.All")
        .collect();
    microsoft.token(&roles).await;
    microsoft
        .graph("subscribedSkus", skus(&["EXCHANGE_S_STANDARD"]))
        .await;
    let code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    microsoft
        .answer(
            "reports/authenticationMethods/userRegistrationDetails",
            graph_error(403, code, "made up"),
        )
        .await;
    microsoft.rest().await;
    let connection = json(&microsoft.check().await);
    assert_eq!(connection["status"], "permission_error");
    let readiness = |id: &str| {
        let mut all = connection["sources"].as_array().unwrap().iter();
        all.find(|s| s["source"] == id).unwrap()["readiness"].clone()
    };
    assert_eq!(readiness("conditional_access_policies"), "denied");
    assert_eq!(readiness("registration_details"), "unlicensed");
    assert_eq!(readiness("users"), "ready");
    let found = &connection["stages"]["licenses"]["found"];
    assert!(
        found
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["state"] == "missing")
    );
    let lacking = &connection["stages"]["permissions"]["found"]["lacking"][0];
    assert_eq!(lacking["permission"], "Policy.Read.All");
    assert!(lacking["blocks"].as_array().unwrap().len() > 1);
}

/// Programs act on these; a new one may come, none may go or change.
#[test]
fn the_codes_are_stable() {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    for expected in [
        "wrong_secret",
        "secret_id_as_value",
        "secret_expired",
        "secret_expires_soon",
        "certificate_expires_soon",
        "assertion_rejected",
        "app_not_found",
        "app_disabled",
        "tenant_not_found",
        "tenant_deleted",
        "personal_account",
        "wrong_cloud",
        "wrong_tenant",
        "conditional_access",
        "token_refused",
        "clock_skew",
        "no_consent",
        "permission_missing",
        "access_denied",
        "license_missing",
        "license_contradicted",
        "no_users",
        "external_tenant",
        "concealed_report_names",
        "throttled",
        "outage",
        "dns",
        "unreachable",
        "tls_intercepted",
        "proxy",
    ] {
        assert!(codes.contains(&expected), "{expected}");
    }
}
