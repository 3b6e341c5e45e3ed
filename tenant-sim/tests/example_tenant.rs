//! The numbers of the published example, counted over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use common::{Reader, text};
use serde_json::{Value, json};
use tenant_sim::Sim;

const NOW: Duration = Duration::from_secs(1_780_000_000);

#[tokio::test]
async fn people_methods_and_states_are_as_published() {
    let sim = Sim::builder()
        .now(SystemTime::UNIX_EPOCH + NOW)
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    let users = reader.all("v1.0/users?$select=id,displayName,accountEnabled,userType,assignedLicenses,signInActivity&$top=999").await;
    assert_eq!(users.len(), 54);
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
    let names: BTreeSet<&str> = users.iter().map(|user| text(user, "displayName")).collect();
    assert_eq!(names.len(), 54, "everybody has a name of their own");

    // Seats: all fifty are held by the enabled people, seven of whom never signed in.
    let seats: Vec<&Value> = users
        .iter()
        .filter(|user| user["assignedLicenses"] != json!([]))
        .collect();
    assert_eq!(seats.len(), 50);
    assert!(seats.iter().all(|user| user["accountEnabled"] == true));
    let never = seats
        .iter()
        .filter(|user| user.get("signInActivity").is_none())
        .count();
    assert_eq!(never, 7);
    // 2026-05-28T20:26:40Z less thirty days; text of one form compares as time.
    for user in seats.iter().filter_map(|user| user.get("signInActivity")) {
        assert!(
            text(user, "lastSignInDateTime") > "2026-04-28T20:26:40Z",
            "{user}"
        );
        assert!(
            text(user, "lastSuccessfulSignInDateTime") <= "2026-05-28T20:26:40Z",
            "{user}"
        );
    }

    let rows = reader
        .all("v1.0/reports/authenticationMethods/userRegistrationDetails")
        .await;
    assert_eq!(rows.len(), 50, "no row for disabled accounts");
    let enabled_ids: BTreeSet<&str> = enabled.iter().map(|user| text(user, "id")).collect();
    assert_eq!(
        rows.iter()
            .map(|row| text(row, "id"))
            .collect::<BTreeSet<_>>(),
        enabled_ids
    );
    let with = |method: &str| {
        rows.iter()
            .filter(|row| {
                row["methodsRegistered"]
                    .as_array()
                    .unwrap()
                    .contains(&json!(method))
            })
            .count()
    };
    assert_eq!(
        rows.iter()
            .filter(|row| row["isMfaCapable"] == true)
            .count(),
        47
    );
    assert_eq!(with("microsoftAuthenticatorPush"), 40);
    assert!(with("softwareOneTimePasscode") > 0);
    assert_eq!(
        rows.iter()
            .filter(|row| row["methodsRegistered"] == json!(["mobilePhone"]))
            .count(),
        7
    );
    let without: Vec<&Value> = rows
        .iter()
        .filter(|row| row["methodsRegistered"] == json!([]))
        .collect();
    assert_eq!(without.len(), 3);
    assert!(without.iter().all(|row| row["userType"] == "member"
        && row["isAdmin"] == false
        && row["isMfaCapable"] == false));

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
async fn roles_groups_policies_and_seats_are_as_published() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let definitions = reader
        .all("beta/roleManagement/directory/roleDefinitions")
        .await;
    let role_name = |assignment: &Value| {
        let role = definitions
            .iter()
            .find(|role| role["id"] == assignment["roleDefinitionId"])
            .unwrap();
        text(role, "displayName").to_owned()
    };
    let users = reader.all("v1.0/users?$select=id,accountEnabled").await;
    let is_user = |id: &Value, enabled: bool| {
        users
            .iter()
            .any(|user| &user["id"] == id && user["accountEnabled"] == enabled)
    };
    let active = reader
        .all("v1.0/roleManagement/directory/roleAssignments")
        .await;
    let eligible = reader
        .all("v1.0/roleManagement/directory/roleEligibilityScheduleInstances")
        .await;
    let mut held: Vec<(String, &str)> = Vec::new();
    for assignment in &active {
        let principal = &assignment["principalId"];
        let kind = if is_user(principal, true) {
            "person"
        } else if is_user(principal, false) {
            "disabled"
        } else {
            "group"
        };
        held.push((role_name(assignment), kind));
    }
    held.extend(
        eligible
            .iter()
            .map(|assignment| (role_name(assignment), "eligible")),
    );
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

    let groups = reader.all("v1.0/groups").await;
    let named = |name: &str| {
        groups
            .iter()
            .find(|group| group["displayName"] == name)
            .unwrap()
    };
    assert_eq!(named("Exchange Operators")["isAssignableToRole"], true);
    let europe = text(named("Europe"), "id");
    let direct = reader.all(&format!("v1.0/groups/{europe}/members")).await;
    assert!(
        direct
            .iter()
            .any(|member| member["@odata.type"] == "#microsoft.graph.group"
                && member["displayName"] == "Germany")
    );
    let everybody = reader
        .all(&format!("v1.0/groups/{europe}/transitiveMembers"))
        .await;
    assert_eq!(
        everybody
            .iter()
            .filter(|member| member["@odata.type"] == "#microsoft.graph.user")
            .count(),
        8
    );
    assert_eq!(
        everybody
            .iter()
            .filter(|member| member["@odata.type"] == "#microsoft.graph.group")
            .count(),
        2
    );
    assert!(
        !reader
            .all(&format!("v1.0/groups/{europe}/owners"))
            .await
            .is_empty()
    );

    let policies = reader.all("v1.0/identity/conditionalAccess/policies").await;
    let states: Vec<&str> = policies
        .iter()
        .map(|policy| text(policy, "state"))
        .collect();
    assert_eq!(
        states,
        ["enabled", "enabledForReportingButNotEnforced", "disabled"]
    );
    let roles = policies[0]["conditions"]["users"]["includeRoles"]
        .as_array()
        .unwrap();
    for assignment in active.iter().chain(&eligible) {
        assert!(
            roles.contains(&assignment["roleDefinitionId"]),
            "{}",
            role_name(assignment)
        );
    }
    assert_eq!(
        reader
            .get("v1.0/policies/identitySecurityDefaultsEnforcementPolicy")
            .await["isEnabled"],
        false
    );
    let kinds: Vec<String> = reader
        .all("v1.0/identity/conditionalAccess/namedLocations")
        .await
        .iter()
        .map(|location| text(location, "@odata.type").to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "#microsoft.graph.ipNamedLocation",
            "#microsoft.graph.countryNamedLocation"
        ]
    );

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
    assert!(
        skus[0]["servicePlans"]
            .as_array()
            .unwrap()
            .iter()
            .any(|plan| plan["servicePlanName"] == "AAD_PREMIUM")
    );

    let organization = reader.all("v1.0/organization").await;
    assert_eq!(
        (
            text(&organization[0], "displayName"),
            text(&organization[0], "id")
        ),
        ("Contoso", sim.tenant_id())
    );
    let domains: Vec<(String, bool)> = reader
        .all("v1.0/domains")
        .await
        .iter()
        .map(|domain| (text(domain, "id").to_owned(), domain["isDefault"] == true))
        .collect();
    assert_eq!(
        domains,
        [
            ("contoso.example".to_owned(), true),
            ("contoso.onmicrosoft.com".to_owned(), false)
        ]
    );
}
