//! What the catalogue of requests asks for is answered, and the parts agree with each other.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use crate::common::{Reader, text};
use serde_json::Value;
use tenant_sim::{Area, GenerateOptions, Sim, SimHandle, Tenant, ThrottleMode};

/// A moment that tests count from.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

async fn example() -> (SimHandle, Reader) {
    let sim = Sim::builder().now(now()).start().await.unwrap();
    let reader = Reader::new(&sim).await;
    (sim, reader)
}

fn ids<'v>(items: &'v [Value], name: &str) -> BTreeSet<&'v str> {
    items.iter().map(|item| text(item, name)).collect()
}

#[tokio::test]
async fn every_member_but_one_has_a_manager_and_nobody_is_above_themselves() {
    let (sim, reader) = example().await;
    let people = reader
        .all("v1.0/users?$select=id,userType&$expand=manager($select=id)&$top=20")
        .await;
    let above: BTreeMap<&str, Option<&str>> = people
        .iter()
        .map(|user| (text(user, "id"), user["manager"]["id"].as_str()))
        .collect();
    let members = people.iter().filter(|user| user["userType"] == "Member");
    let without = members.filter(|user| user.get("manager").is_none()).count();
    assert_eq!(without, 1);
    for user in &people {
        assert!(user["userType"] == "Member" || user.get("manager").is_none());
        let mut at = text(user, "id");
        let mut steps = 0;
        while let Some(Some(next)) = above.get(at) {
            at = next;
            steps += 1;
            assert!(steps < 20, "{user}");
        }
    }
    // Without the permission there is no list, and so no manager.
    sim.deny(Area::Users);
    assert_eq!(
        reader.refusal("v1.0/users?$expand=manager", &[]).await.0,
        403
    );
}

#[tokio::test]
async fn an_expanded_relation_is_cut_at_twenty_without_a_next_link() {
    let (_sim, reader) = example().await;
    let apps = reader
        .all("v1.0/applications?$select=id,displayName&$expand=owners($select=id)&$top=999")
        .await;
    assert_eq!(apps.len(), 12);
    let most = apps
        .iter()
        .max_by_key(|app| app["owners"].as_array().unwrap().len())
        .unwrap();
    assert_eq!(most["owners"].as_array().unwrap().len(), 20);
    assert!(
        !most
            .as_object()
            .unwrap()
            .keys()
            .any(|name| name.contains("nextLink"))
    );
    let whole = reader
        .all(&format!(
            "v1.0/applications/{}/owners?$select=id",
            text(most, "id")
        ))
        .await;
    assert_eq!(whole.len(), 25);
    assert!(
        apps.iter()
            .any(|app| app["owners"].as_array().unwrap().is_empty())
    );
    // What was selected, and the type, are all that comes.
    let owner = &most["owners"][0];
    assert_eq!(owner.as_object().unwrap().len(), 2, "{owner}");
    assert_eq!(owner["@odata.type"], "#microsoft.graph.user");
    let (status, _) = reader
        .refusal("v1.0/applications?$expand=extensionProperties", &[])
        .await;
    assert_eq!(status, 501, "other relations are not made up");
}

#[tokio::test]
async fn owners_that_may_not_be_read_come_with_type_and_id_only() {
    let (sim, reader) = example().await;
    sim.deny(Area::Users);
    let apps = reader
        .all("v1.0/applications?$expand=owners($select=id,displayName)")
        .await;
    let owner = &apps[0]["owners"][0];
    assert!(
        owner["id"].is_string() && owner["displayName"].is_null(),
        "{owner}"
    );
}

#[tokio::test]
async fn devices_have_owners_that_exist_and_a_count() {
    let (sim, reader) = example().await;
    let devices = reader
        .all("v1.0/devices?$select=id,deviceId,isManaged,trustType&$expand=registeredOwners($select=id)&$top=7")
        .await;
    assert_eq!(devices.len(), 32);
    assert_eq!(ids(&devices, "deviceId").len(), 32);
    let truth = sim.truth();
    for device in &devices {
        let owners = device["registeredOwners"].as_array().unwrap();
        assert!(
            owners
                .iter()
                .all(|owner| truth.users.contains_key(text(owner, "id")))
        );
    }
    let eventual = [("consistencylevel", "eventual")];
    let count = reader
        .send("v1.0/devices/$count", &eventual)
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(count, "32");
    let one = reader
        .get(&format!("v1.0/devices/{}", text(&devices[3], "id")))
        .await;
    assert_eq!(one["deviceId"], devices[3]["deviceId"]);
}

#[tokio::test]
async fn sign_ins_agree_with_the_activity_of_users() {
    let (_sim, reader) = example().await;
    let log = reader.all("v1.0/auditLogs/signIns").await;
    assert!(log.len() > 500, "{}", log.len());
    let times: Vec<&str> = log
        .iter()
        .map(|entry| text(entry, "createdDateTime"))
        .collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "newest first");
    assert!(
        log.iter()
            .all(|entry| entry.get("signInEventTypes").is_none())
    );
    assert_eq!(ids(&log, "id").len(), log.len());
    let users = reader.all("v1.0/users?$select=id,signInActivity").await;
    let mut shown = 0;
    for user in &users {
        let newest = log.iter().find(|entry| entry["userId"] == user["id"]);
        let last = &user["signInActivity"];
        let Some(newest) = newest else {
            assert!(
                last["lastSignInDateTime"]
                    .as_str()
                    .is_none_or(|at| at < "2026-12-16T08:00:00Z"),
                "{last}"
            );
            continue;
        };
        assert_eq!(
            newest["createdDateTime"], last["lastSignInDateTime"],
            "{user}"
        );
        assert_eq!(newest["id"], last["lastSignInRequestId"]);
        assert_eq!(newest["status"]["errorCode"], 0);
        shown += 1;
    }
    assert!(shown >= 43, "{shown}");
}

#[tokio::test]
async fn sign_ins_of_beta_are_filtered_by_time_and_by_what_made_them() {
    let (_sim, reader) = example().await;
    let range =
        "createdDateTime ge 2027-01-10T00:00:00Z and createdDateTime lt 2027-01-12T12:00:00.000Z";
    let people = reader
        .all(&format!("v1.0/auditLogs/signIns?$filter={range}&$top=9"))
        .await;
    assert!(people.len() > 30, "{}", people.len());
    for entry in &people {
        let at = text(entry, "createdDateTime");
        assert!(
            ("2027-01-10T00:00:00Z".."2027-01-12T12:00:00Z").contains(&at),
            "{at}"
        );
    }
    let wanted = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'servicePrincipal')";
    let both = reader
        .all(&format!(
            "beta/auditLogs/signIns?$filter={range} and {wanted}&$top=1000"
        ))
        .await;
    let of = |kind: &str| {
        both.iter()
            .filter(|entry| entry["signInEventTypes"][0] == kind)
            .count()
    };
    assert_eq!(of("interactiveUser"), people.len());
    assert!(
        (24..=36).contains(&of("servicePrincipal")),
        "{}",
        of("servicePrincipal")
    );
    assert_eq!(of("interactiveUser") + of("servicePrincipal"), both.len());
    assert!(
        both.iter()
            .any(|entry| entry["authenticationRequirement"] == "multiFactorAuthentication")
    );
    // Without asking, beta tells of people at a keyboard alone.
    let plain = reader
        .all(&format!("beta/auditLogs/signIns?$filter={range}"))
        .await;
    assert_eq!(plain.len(), people.len());
    let (status, _) = reader
        .refusal(&format!("v1.0/auditLogs/signIns?$filter={wanted}"), &[])
        .await;
    assert_eq!(status, 400, "v1.0 does not have the property");
}

#[tokio::test]
async fn windows_of_time_add_up_to_the_whole() {
    let (_sim, reader) = example().await;
    for (path, date) in [
        ("v1.0/auditLogs/directoryAudits", "activityDateTime"),
        ("v1.0/security/alerts_v2", "lastUpdateDateTime"),
        ("v1.0/security/incidents", "lastUpdateDateTime"),
        ("v1.0/auditLogs/signIns", "createdDateTime"),
    ] {
        let middle = "2027-01-06T00:00:00Z";
        let whole = reader.all(path).await.len();
        let before = reader
            .all(&format!("{path}?$filter={date} lt {middle}"))
            .await
            .len();
        let after = reader
            .all(&format!("{path}?$filter={date} ge {middle}"))
            .await
            .len();
        assert_eq!(before + after, whole, "{path}");
        assert!(before > 0 && after > 0, "{path}: {before} and {after}");
    }
}

#[tokio::test]
async fn risk_is_told_of_people_and_of_what_was_seen() {
    let sim = Sim::builder()
        .now(now())
        .tenant(Tenant::generate(GenerateOptions::default()))
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    let people = reader.all("v1.0/identityProtection/riskyUsers").await;
    let seen = reader.all("v1.0/identityProtection/riskDetections").await;
    assert!(people.len() >= 3, "{}", people.len());
    assert_eq!(ids(&people, "id"), ids(&seen, "userId"));
    let truth = sim.truth();
    assert!(
        people
            .iter()
            .all(|user| truth.users.contains_key(text(user, "id")))
    );
}

#[tokio::test]
async fn applications_have_credentials_of_every_age() {
    let (sim, reader) = example().await;
    let apps = reader
        .all("v1.0/applications?$select=id,appId,passwordCredentials,keyCredentials")
        .await;
    let ends: Vec<&str> = apps
        .iter()
        .flat_map(|app| app["passwordCredentials"].as_array().unwrap())
        .map(|credential| text(credential, "endDateTime"))
        .collect();
    // The tenant's time is 2027-01-15.
    assert!(ends.iter().any(|end| *end < "2027-01-01"), "one is over");
    let soon = ends
        .iter()
        .filter(|end| ("2027-01-15".."2027-02-01").contains(*end))
        .count();
    assert_eq!(soon, 1);
    let principals = reader.all("v1.0/servicePrincipals").await;
    let known = ids(&principals, "appId");
    assert!(ids(&apps, "appId").is_subset(&known));
    assert!(known.contains("00000003-0000-0000-c000-000000000000"));
    let by_key = |set: &str, key: &str| format!("v1.0/{set}(appId='{key}')");
    for principal in &principals {
        let one = reader
            .get(&by_key("servicePrincipals", text(principal, "appId")))
            .await;
        assert_eq!(one["id"], principal["id"]);
    }
    let one = reader
        .get(&by_key("applications", text(&apps[4], "appId")))
        .await;
    assert_eq!(one["id"], apps[4]["id"]);
    // The reader is registered in another tenant.
    let reading = by_key("applications", sim.client_id());
    assert_eq!(reader.refusal(&reading, &[]).await.0, 404);
    let own = ids(&principals, "id");
    let grants = reader.all("v1.0/oauth2PermissionGrants?$top=999").await;
    assert!(ids(&grants, "clientId").is_subset(&own) && ids(&grants, "resourceId").is_subset(&own));
    assert!(
        grants
            .iter()
            .any(|grant| grant["consentType"] == "Principal")
    );
    let mut kinds = BTreeSet::new();
    for principal in &principals {
        let path = format!(
            "v1.0/servicePrincipals/{}/appRoleAssignedTo?$top=999",
            text(principal, "id")
        );
        let given = reader.all(&path).await;
        assert!(given.iter().all(|one| one["resourceId"] == principal["id"]));
        kinds.extend(
            given
                .iter()
                .map(|one| text(one, "principalType").to_owned()),
        );
    }
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        ["Group", "ServicePrincipal", "User"]
    );
}

#[tokio::test]
async fn role_policies_want_their_scope_and_bring_their_rules() {
    let (_sim, reader) = example().await;
    let (status, _) = reader
        .refusal("v1.0/policies/roleManagementPolicies", &[])
        .await;
    assert_eq!(status, 400);
    let scope = "$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'";
    let policies = reader
        .all(&format!(
            "v1.0/policies/roleManagementPolicies?{scope}&$expand=rules"
        ))
        .await;
    let assignments = reader
        .all(&format!(
            "v1.0/policies/roleManagementPolicyAssignments?{scope}"
        ))
        .await;
    assert_eq!(ids(&policies, "id"), ids(&assignments, "policyId"));
    for policy in &policies {
        assert_eq!(policy["rules"].as_array().unwrap().len(), 17);
    }
    let roles = reader
        .all("v1.0/roleManagement/directory/roleDefinitions")
        .await;
    assert_eq!(ids(&roles, "id"), ids(&assignments, "roleDefinitionId"));
}

#[tokio::test]
async fn licenses_come_from_groups_and_one_has_an_error() {
    let (sim, reader) = example().await;
    let users = reader
        .all("v1.0/users?$select=id,assignedLicenses,licenseAssignmentStates&$top=999")
        .await;
    let states: Vec<&Value> = users
        .iter()
        .flat_map(|user| user["licenseAssignmentStates"].as_array().unwrap())
        .collect();
    assert_eq!(states.len(), 50);
    let truth = sim.truth();
    let inherited: Vec<&str> = states
        .iter()
        .filter_map(|state| state["assignedByGroup"].as_str())
        .collect();
    assert!(inherited.len() >= 5 && inherited.iter().all(|id| truth.groups.contains_key(*id)));
    assert_eq!(
        states
            .iter()
            .filter(|state| state["error"] != "None")
            .count(),
        1
    );
    let subscriptions = reader.all("v1.0/directory/subscriptions").await;
    let count = |name: &str, value: Value| {
        subscriptions
            .iter()
            .filter(|one| one[name] == value)
            .count()
    };
    assert_eq!(
        (
            count("isTrial", true.into()),
            count("status", "Warning".into())
        ),
        (1, 1)
    );
    let skus = reader.all("v1.0/subscribedSkus").await;
    let bought = ids(&subscriptions, "id");
    let of_skus: Vec<&str> = skus
        .iter()
        .flat_map(|sku| sku["subscriptionIds"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    assert!(!of_skus.is_empty() && of_skus.iter().all(|id| bought.contains(id)));
}

#[tokio::test]
async fn partners_have_no_id_and_are_found_by_their_tenant() {
    let (_sim, reader) = example().await;
    let path = "v1.0/policies/crossTenantAccessPolicy/partners";
    let partners = reader.all(&format!("{path}?$top=1")).await;
    assert_eq!(partners.len(), 2);
    for partner in &partners {
        assert!(partner.get("id").is_none());
        let one = reader
            .get(&format!("{path}/{}", text(partner, "tenantId")))
            .await;
        assert_eq!(one["tenantId"], partner["tenantId"]);
    }
}

#[tokio::test]
async fn administrative_units_hold_people_of_the_tenant() {
    let (sim, reader) = example().await;
    let truth = sim.truth();
    let mut sizes = Vec::new();
    for unit in reader.all("v1.0/directory/administrativeUnits").await {
        let path = format!(
            "v1.0/directory/administrativeUnits/{}/members?$select=id",
            text(&unit, "id")
        );
        let members = reader.all(&path).await;
        assert!(
            members
                .iter()
                .all(|member| truth.users.contains_key(text(member, "id")))
        );
        sizes.push(members.len());
    }
    assert_eq!(sizes.len(), 5);
    assert!(
        sizes.contains(&0) && sizes.iter().sum::<usize>() > 15,
        "{sizes:?}"
    );
}

#[tokio::test]
async fn the_same_seed_and_time_give_the_same_bytes() {
    let options = GenerateOptions {
        seed: 11,
        users: 80,
        ..GenerateOptions::default()
    };
    let mut seen: Vec<Vec<String>> = Vec::new();
    for _ in 0..2 {
        let sim = Sim::builder()
            .now(now())
            .tenant(Tenant::generate(options))
            .start()
            .await
            .unwrap();
        let reader = Reader::new(&sim).await;
        let mut bodies = Vec::new();
        for path in [
            "devices",
            "servicePrincipals",
            "auditLogs/signIns",
            "security/alerts_v2",
            "identityProtection/riskDetections",
            "contacts",
        ] {
            let items = reader.all(&format!("v1.0/{path}")).await;
            bodies.push(serde_json::to_string(&items).unwrap());
        }
        seen.push(bodies);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn new_options_leave_people_and_groups_as_they_were() {
    let plain = GenerateOptions {
        seed: 5,
        ..GenerateOptions::default()
    };
    let other = GenerateOptions {
        devices: Some(3),
        intune: false,
        applications: 40,
        ..plain
    };
    let truth = |options| {
        let tenant = Tenant::generate(options);
        Sim::builder().now(now()).tenant(tenant).offline().truth()
    };
    let (one, two) = (truth(plain), truth(other));
    assert_eq!(
        (one.users, one.groups, one.members),
        (two.users, two.groups, two.members)
    );
    assert_eq!((one.counts["device"], two.counts["device"]), (120, 3));
    assert_eq!(
        (one.counts["application"], two.counts["application"]),
        (12, 40)
    );
}

#[tokio::test]
async fn reports_are_limited_each_by_itself_and_risk_without_a_wait() {
    let (sim, mut reader) = example().await;
    // A client that follows takes its token along, on one origin, and is refused there.
    reader.http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    sim.throttle(ThrottleMode::Documented { time_scale: 1.0 });
    let status = |path: &'static str| reader.send(path, &[]);
    let mail = "v1.0/reports/getMailboxUsageDetail(period='D30')";
    for _ in 0..14 {
        assert_eq!(status(mail).await.status().as_u16(), 302);
    }
    let refused = status(mail).await;
    assert_eq!(refused.status().as_u16(), 429);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((500..=600).contains(&wait), "{wait}");
    assert_eq!(
        status("v1.0/reports/getEmailActivityUserDetail(period='D30')")
            .await
            .status()
            .as_u16(),
        302
    );
    let risk = "v1.0/identityProtection/riskyUsers";
    let mut refused = None;
    for _ in 0..5 {
        let response = status(risk).await;
        if response.status().as_u16() == 429 {
            refused = Some(response);
            break;
        }
    }
    assert!(!refused.unwrap().headers().contains_key("retry-after"));
}
