//! The numbers of the published example, counted over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::common::{Reader, text};
use serde_json::{Value, json};
use tenant_sim::{Sim, SimHandle};

/// 2026-05-28T20:26:40Z
const NOW: Duration = Duration::from_secs(1_780_000_000);
const REGISTRATION: &str = "v1.0/reports/authenticationMethods/userRegistrationDetails";

async fn example() -> (SimHandle, Reader) {
    let sim = Sim::builder()
        .now(SystemTime::UNIX_EPOCH + NOW)
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    (sim, reader)
}

#[tokio::test]
async fn fifty_people_are_enabled_and_seven_of_fifty_seats_never_signed_in() {
    let (_sim, reader) = example().await;
    let select = "id,displayName,accountEnabled,userType,assignedLicenses,signInActivity";
    let users = reader
        .all(&format!("v1.0/users?$select={select}&$top=999"))
        .await;
    assert_eq!(users.len(), 54);
    let names: BTreeSet<&str> = users.iter().map(|user| text(user, "displayName")).collect();
    assert_eq!(names.len(), 54, "everybody has a name of their own");
    let enabled: Vec<&Value> = users
        .iter()
        .filter(|user| user["accountEnabled"] == true)
        .collect();
    assert_eq!(enabled.len(), 50);
    assert_eq!(
        enabled
            .iter()
            .filter(|user| user["userType"] == "Guest")
            .count(),
        2
    );

    let seats: Vec<&Value> = users
        .iter()
        .filter(|user| user["assignedLicenses"] != json!([]))
        .collect();
    assert_eq!(seats.len(), 50);
    assert!(seats.iter().all(|user| user["accountEnabled"] == true));
    assert_eq!(
        seats
            .iter()
            .filter(|user| user.get("signInActivity").is_none())
            .count(),
        7
    );
    // The others within thirty days; text of one form compares as time.
    for activity in seats.iter().filter_map(|user| user.get("signInActivity")) {
        assert!(
            text(activity, "lastSignInDateTime") > "2026-04-28T20:26:40Z",
            "{activity}"
        );
        assert!(
            text(activity, "lastSuccessfulSignInDateTime") <= "2026-05-28T20:26:40Z",
            "{activity}"
        );
    }
    let skus = reader.all("v1.0/subscribedSkus").await;
    assert_eq!(skus.len(), 1);
    assert_eq!(
        (text(&skus[0], "skuPartNumber"), text(&skus[0], "skuId")),
        ("SPB", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46")
    );
    assert_eq!(
        (
            &skus[0]["prepaidUnits"]["enabled"],
            &skus[0]["consumedUnits"]
        ),
        (&json!(50), &json!(50))
    );
    let plans = skus[0]["servicePlans"].as_array().unwrap();
    assert!(
        plans
            .iter()
            .any(|plan| plan["servicePlanName"] == "AAD_PREMIUM")
    );
}

#[tokio::test]
async fn forty_seven_are_registered_and_enforced_and_three_members_are_not() {
    let (_sim, reader) = example().await;
    let users = reader.all("v1.0/users?$select=id,accountEnabled").await;
    let enabled: BTreeSet<&str> = users
        .iter()
        .filter(|user| user["accountEnabled"] == true)
        .map(|user| text(user, "id"))
        .collect();
    let rows = reader.all(REGISTRATION).await;
    assert_eq!(
        rows.iter()
            .map(|row| text(row, "id"))
            .collect::<BTreeSet<_>>(),
        enabled,
        "no disabled account"
    );
    let count = |fits: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| fits(row)).count();
    let has = |row: &Value, method: &str| {
        row["methodsRegistered"]
            .as_array()
            .unwrap()
            .contains(&json!(method))
    };
    assert_eq!(count(&|row| row["isMfaCapable"] == true), 47);
    assert_eq!(count(&|row| has(row, "microsoftAuthenticatorPush")), 40);
    assert!(count(&|row| has(row, "softwareOneTimePasscode")) > 0);
    assert_eq!(
        count(&|row| row["methodsRegistered"] == json!(["mobilePhone"])),
        7
    );
    let without: Vec<&Value> = rows
        .iter()
        .filter(|row| row["methodsRegistered"] == json!([]))
        .collect();
    assert_eq!(without.len(), 3);
    for row in without {
        assert_eq!(
            (&row["userType"], &row["isAdmin"], &row["isMfaCapable"]),
            (&json!("member"), &json!(false), &json!(false))
        );
    }
    for user in &users {
        let answer = reader
            .get(&format!(
                "beta/users/{}/authentication/requirements",
                text(user, "id")
            ))
            .await;
        let registered = rows
            .iter()
            .any(|row| row["id"] == user["id"] && row["isMfaCapable"] == true);
        assert_eq!(
            answer["perUserMfaState"],
            if registered { "enforced" } else { "disabled" }
        );
    }
}

#[tokio::test]
async fn five_people_administer_and_one_disabled_account_still_holds_a_role() {
    let (_sim, reader) = example().await;
    let definitions = reader
        .all("beta/roleManagement/directory/roleDefinitions")
        .await;
    let role_name = |held: &Value| {
        let role = definitions
            .iter()
            .find(|role| role["id"] == held["roleDefinitionId"])
            .unwrap();
        text(role, "displayName").to_owned()
    };
    let users = reader.all("v1.0/users?$select=id,accountEnabled").await;
    let holder = |id: &Value| match users.iter().find(|user| &user["id"] == id) {
        Some(user) if user["accountEnabled"] == true => "person",
        Some(_) => "disabled",
        None => "group",
    };
    let active = reader
        .all("v1.0/roleManagement/directory/roleAssignments")
        .await;
    let eligible = reader
        .all("v1.0/roleManagement/directory/roleEligibilityScheduleInstances")
        .await;
    let mut held: Vec<(String, &str)> = active
        .iter()
        .map(|held| (role_name(held), holder(&held["principalId"])))
        .collect();
    held.extend(eligible.iter().map(|held| (role_name(held), "eligible")));
    held.sort();
    let expected = [
        ("Exchange Administrator", "group"),
        ("Global Administrator", "person"),
        ("Global Administrator", "person"),
        ("Privileged Role Administrator", "disabled"),
        ("Security Administrator", "eligible"),
        ("User Administrator", "person"),
    ];
    assert_eq!(held, expected.map(|(role, kind)| (role.to_owned(), kind)));

    let policies = reader.all("v1.0/identity/conditionalAccess/policies").await;
    let roles = policies[0]["conditions"]["users"]["includeRoles"]
        .as_array()
        .unwrap();
    for held in active.iter().chain(&eligible) {
        assert!(
            roles.contains(&held["roleDefinitionId"]),
            "{} must use MFA",
            role_name(held)
        );
    }
}

#[tokio::test]
async fn groups_are_nested_two_deep_and_of_several_kinds() {
    let (_sim, reader) = example().await;
    let groups = reader.all("v1.0/groups").await;
    let named = |name: &str| {
        groups
            .iter()
            .find(|group| group["displayName"] == name)
            .unwrap()
    };
    let operators = named("Exchange Operators");
    assert_eq!(operators["isAssignableToRole"], true);
    assert_eq!(
        reader
            .all(&format!("v1.0/groups/{}/members", text(operators, "id")))
            .await
            .len(),
        1
    );
    let kinds: BTreeSet<String> = groups
        .iter()
        .map(|group| {
            format!(
                "{} {} {}",
                group["groupTypes"], group["mailEnabled"], group["securityEnabled"]
            )
        })
        .collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");

    let europe = text(named("Europe"), "id");
    let direct = reader.all(&format!("v1.0/groups/{europe}/members")).await;
    assert!(
        direct
            .iter()
            .any(|member| member["displayName"] == "Germany")
    );
    let everybody = reader
        .all(&format!("v1.0/groups/{europe}/transitiveMembers"))
        .await;
    let of = |kind: &str| {
        everybody
            .iter()
            .filter(|member| member["@odata.type"] == format!("#microsoft.graph.{kind}"))
            .count()
    };
    assert_eq!((of("user"), of("group")), (8, 2));
    assert_eq!(
        reader
            .all(&format!("v1.0/groups/{europe}/owners"))
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn one_policy_binds_one_only_reports_and_security_defaults_are_off() {
    let (sim, reader) = example().await;
    let policies = reader.all("v1.0/identity/conditionalAccess/policies").await;
    let states: Vec<&str> = policies
        .iter()
        .map(|policy| text(policy, "state"))
        .collect();
    assert_eq!(
        states,
        ["enabled", "enabledForReportingButNotEnforced", "disabled"]
    );
    assert_eq!(
        policies[1]["conditions"]["users"]["includeUsers"],
        json!(["All"])
    );
    let defaults = reader
        .get("v1.0/policies/identitySecurityDefaultsEnforcementPolicy")
        .await;
    assert_eq!(defaults["isEnabled"], false);
    let locations = reader
        .all("v1.0/identity/conditionalAccess/namedLocations")
        .await;
    let kinds: Vec<&str> = locations
        .iter()
        .map(|location| text(location, "@odata.type"))
        .collect();
    assert_eq!(
        kinds,
        [
            "#microsoft.graph.ipNamedLocation",
            "#microsoft.graph.countryNamedLocation"
        ]
    );
    let organization = reader.all("v1.0/organization").await;
    assert_eq!(
        (
            text(&organization[0], "displayName"),
            text(&organization[0], "id")
        ),
        ("Contoso", sim.tenant_id())
    );
    let domains = reader.all("v1.0/domains").await;
    let domains: Vec<(&str, &Value)> = domains
        .iter()
        .map(|domain| (text(domain, "id"), &domain["isDefault"]))
        .collect();
    assert_eq!(
        domains,
        [
            ("contoso.example", &json!(true)),
            ("contoso.onmicrosoft.com", &json!(false))
        ]
    );
}
