//! Plain reads: selection, paging, counting, filters, refusals.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::BTreeSet;

use crate::common::{Reader, items, text};
use serde_json::{Value, json};
use tenant_sim::{Area, GenerateOptions, Sim, SimHandle, Tenant};

const EVENTUAL: (&str, &str) = ("ConsistencyLevel", "eventual");

async fn large() -> (SimHandle, Reader) {
    let options = GenerateOptions {
        seed: 3,
        users: 1_250,
        groups: 30,
        ..GenerateOptions::default()
    };
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    (sim, reader)
}

fn names(object: &Value) -> BTreeSet<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn a_user_has_eleven_properties_unless_selected() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let page = reader.get("v1.0/users").await;
    assert_eq!(
        text(&page, "@odata.context"),
        format!("{}/v1.0/$metadata#users", sim.origin())
    );
    let expected = "businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName";
    assert_eq!(names(&page["value"][0]), expected.split(' ').collect());
    let page = reader
        .get("v1.0/users?$select=accountEnabled,userType")
        .await;
    assert_eq!(
        names(&page["value"][0]),
        BTreeSet::from(["accountEnabled", "userType"])
    );
    assert!(text(&page, "@odata.context").ends_with("#users(accountEnabled,userType)"));
    let one = reader
        .get(&format!(
            "v1.0/users/{}",
            sim.edit(|tenant| tenant.user_ids()[48].clone())
        ))
        .await;
    assert!(text(&one, "@odata.context").ends_with("$metadata#users/$entity"));
    assert!(text(&one, "userPrincipalName").contains("#EXT#@contoso.onmicrosoft.com"));
    let by_name = text(&one, "userPrincipalName").replace('#', "%23");
    assert_eq!(
        reader.get(&format!("v1.0/users/{by_name}")).await["id"],
        one["id"]
    );
}

#[tokio::test]
async fn pages_follow_opaque_next_links_on_the_own_origin() {
    let (sim, reader) = large().await;
    for (query, sizes) in [
        ("", vec![100; 12]),
        ("?$top=999", vec![999]),
        ("?$top=5000", vec![999]),
        ("?$top=400&$select=id", vec![400; 3]),
        ("?$select=id,signInActivity&$top=999", vec![500, 500]),
    ] {
        let pages = reader.pages(&format!("v1.0/users{query}"), &[]).await;
        let (last, full) = pages.split_last().unwrap();
        assert_eq!(
            full.iter()
                .map(|page| page["value"].as_array().unwrap().len())
                .collect::<Vec<_>>(),
            sizes,
            "{query}"
        );
        assert!(last.get("@odata.nextLink").is_none());
        for page in full {
            let link = text(page, "@odata.nextLink");
            assert!(
                link.starts_with(&format!("{}/v1.0/users?", sim.origin()))
                    && link.contains("$skiptoken="),
                "{link}"
            );
        }
        let ids: BTreeSet<String> = items(&pages)
            .iter()
            .filter_map(|user| Some(user["id"].as_str()?.to_owned()))
            .collect();
        assert_eq!(ids.len(), 1_250, "every user once");
    }
    assert_eq!(
        reader.refusal("v1.0/users?$skiptoken=made-up", &[]).await.0,
        400
    );
    assert_eq!(reader.refusal("v1.0/users?$top=0", &[]).await.0, 400);
    assert_eq!(
        reader.refusal("v1.0/users?$skip=5", &[]).await,
        (400, "Request_BadRequest".to_owned())
    );
}

#[tokio::test]
async fn page_size_is_overridden_for_every_collection() {
    let sim = Sim::builder().page_size(7).start().await.unwrap();
    let reader = Reader::new(&sim).await;
    for path in [
        "users?$top=999",
        "groups",
        "roleManagement/directory/roleDefinitions",
        "users/delta",
    ] {
        let page = reader.get(&format!("v1.0/{path}")).await;
        assert!(
            page["value"].as_array().unwrap().len() <= 7 && page.get("@odata.nextLink").is_some(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn counting_needs_the_consistency_level() {
    let (_sim, reader) = large().await;
    let page = reader
        .get_with("v1.0/users?$count=true&$top=10", &[EVENTUAL])
        .await;
    assert_eq!(page["@odata.count"], 1_250);
    let next = reader
        .get_with(text(&page, "@odata.nextLink"), &[EVENTUAL])
        .await;
    assert!(
        next.get("@odata.count").is_none(),
        "only the first page counts"
    );
    assert!(
        reader
            .get("v1.0/users?$count=true")
            .await
            .get("@odata.count")
            .is_none()
    );
    let count = reader.send("v1.0/users/$count", &[EVENTUAL]).await;
    assert_eq!(count.headers()["content-type"], "text/plain");
    assert_eq!(count.text().await.unwrap(), "1250");
    assert_eq!(
        reader.refusal("v1.0/users/$count", &[]).await,
        (400, "Request_BadRequest".to_owned())
    );
    let groups = reader
        .send("v1.0/groups/$count", &[EVENTUAL])
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(groups, "30");
}

#[tokio::test]
async fn filters_select_what_they_say_and_advanced_ones_need_the_header() {
    let (sim, reader) = large().await;
    let truth = sim.truth();
    let guests: Vec<&Value> = truth
        .users
        .values()
        .filter(|user| user["userType"] == "Guest")
        .collect();
    let read = reader
        .all("v1.0/users?$filter=userType eq 'Guest'&$select=id")
        .await;
    assert_eq!(read.len(), guests.len());
    let disabled = truth
        .users
        .values()
        .filter(|user| user["accountEnabled"] == false)
        .count();
    assert_eq!(
        reader
            .all("v1.0/users?$filter=accountEnabled eq false")
            .await
            .len(),
        disabled
    );
    let (first, second) = (text(guests[0], "id"), text(guests[1], "id"));
    assert_eq!(
        reader
            .all(&format!(
                "v1.0/users?$filter=id eq '{first}' or id eq '{second}'"
            ))
            .await
            .len(),
        2
    );
    let megans = truth
        .users
        .values()
        .filter(|user| text(user, "displayName").starts_with("Megan"))
        .count();
    assert_eq!(
        reader
            .all("v1.0/users?$filter=startsWith(displayName,'megan')")
            .await
            .len(),
        megans
    );
    let unified = reader
        .all("v1.0/groups?$filter=groupTypes/any(c:c eq 'Unified')")
        .await;
    assert!(
        !unified.is_empty()
            && unified
                .iter()
                .all(|group| group["groupTypes"][0] == "Unified")
    );

    let advanced = "v1.0/users?$filter=userType ne 'Guest'";
    let refused = (400, "Request_UnsupportedQuery".to_owned());
    assert_eq!(reader.refusal(advanced, &[]).await, refused);
    assert_eq!(
        reader.refusal(advanced, &[EVENTUAL]).await,
        refused,
        "$count=true is needed as well"
    );
    let pages = reader
        .pages(&format!("{advanced}&$count=true"), &[EVENTUAL])
        .await;
    assert_eq!(items(&pages).len(), 1_250 - guests.len());
    assert_eq!(
        reader
            .refusal("v1.0/users?$search=\"displayName:a\"", &[])
            .await,
        refused
    );
    assert_eq!(
        reader
            .refusal("v1.0/users?$filter=shoeSize eq 4", &[])
            .await
            .0,
        400
    );
    assert_eq!(
        reader
            .refusal("v1.0/users?$filter=userType eq", &[])
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn errors_have_the_documented_envelope() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let client_id = "9b1c6e9e-3c53-4ac5-b0f2-6cb9e3f4b6a5";
    let response = reader
        .send(
            "v1.0/users?$select=shoeSize",
            &[("client-request-id", client_id)],
        )
        .await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["client-request-id"], client_id);
    let request_id = response.headers()["request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(response.headers().contains_key("date"));
    let body: Value = response.json().await.unwrap();
    assert!(
        text(&body["error"], "message")
            .contains("Could not find a property named 'shoeSize' on type 'microsoft.graph.user'")
    );
    assert_eq!(text(&body["error"]["innerError"], "request-id"), request_id);
    assert_eq!(
        text(&body["error"]["innerError"], "client-request-id"),
        client_id
    );
    for (path, status, code) in [
        (
            "v1.0/users/00000000-0000-4000-8000-000000000000",
            404,
            "Request_ResourceNotFound",
        ),
        ("v1.0/groups/nobody", 404, "Request_ResourceNotFound"),
        (
            "v1.0/directoryObjects/00000000-0000-4000-8000-000000000000",
            404,
            "Request_ResourceNotFound",
        ),
        ("v1.0/unicorns", 400, "BadRequest"),
        ("v1.0/users?$orderby=displayName", 501, "NotImplemented"),
        ("v1.0/users?$colour=red", 400, "Request_BadRequest"),
    ] {
        assert_eq!(
            reader.refusal(path, &[]).await,
            (status, code.to_owned()),
            "{path}"
        );
    }
    let id = sim.edit(|tenant| tenant.user_ids()[0].clone());
    assert_eq!(
        reader
            .refusal(&format!("v1.0/users/{id}/authentication/requirements"), &[])
            .await
            .0,
        400,
        "beta only"
    );
}

#[tokio::test]
async fn a_denied_area_is_a_403_and_touches_no_other() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let user = sim.edit(|tenant| tenant.user_ids()[0].clone());
    let paths = [
        (Area::Organization, "v1.0/organization".to_owned()),
        (Area::Domains, "v1.0/domains".to_owned()),
        (Area::SubscribedSkus, "v1.0/subscribedSkus".to_owned()),
        (Area::Users, "v1.0/users/delta".to_owned()),
        (
            Area::SignInActivity,
            "v1.0/users?$select=id,signInActivity".to_owned(),
        ),
        (Area::Groups, "v1.0/groups/delta".to_owned()),
        (
            Area::RoleDefinitions,
            "v1.0/roleManagement/directory/roleDefinitions".to_owned(),
        ),
        (
            Area::RoleAssignments,
            "v1.0/roleManagement/directory/roleAssignments".to_owned(),
        ),
        (
            Area::RoleAssignmentSchedules,
            "v1.0/roleManagement/directory/roleAssignmentScheduleInstances".to_owned(),
        ),
        (
            Area::RoleEligibility,
            "v1.0/roleManagement/directory/roleEligibilitySchedules".to_owned(),
        ),
        (
            Area::RegistrationDetails,
            "v1.0/reports/authenticationMethods/userRegistrationDetails".to_owned(),
        ),
        (
            Area::AuthenticationMethods,
            format!("v1.0/users/{user}/authentication/methods"),
        ),
        (
            Area::PerUserMfa,
            format!("beta/users/{user}/authentication/requirements"),
        ),
        (
            Area::ConditionalAccess,
            "v1.0/identity/conditionalAccess/policies".to_owned(),
        ),
        (
            Area::NamedLocations,
            "v1.0/identity/conditionalAccess/namedLocations".to_owned(),
        ),
        (
            Area::SecurityDefaults,
            "v1.0/policies/identitySecurityDefaultsEnforcementPolicy".to_owned(),
        ),
        (
            Area::DirectoryObjects,
            format!("v1.0/directoryObjects/{user}"),
        ),
    ];
    for (denied, _) in &paths {
        sim.deny(*denied);
        for (area, path) in &paths {
            // Sign-in activity is read from users.
            if area == denied || (*area, *denied) == (Area::SignInActivity, Area::Users) {
                assert_eq!(
                    reader.refusal(path, &[]).await,
                    (403, "Authorization_RequestDenied".to_owned()),
                    "{path}"
                );
            } else {
                reader.get(path).await;
            }
        }
        sim.allow(*denied);
    }
}

#[tokio::test]
async fn a_403_for_a_missing_license_has_its_own_code_and_plain_users_still_answer() {
    let tenant = Tenant::generate(GenerateOptions {
        premium: false,
        ..GenerateOptions::default()
    });
    let sim = Sim::builder().tenant(tenant).start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let premium = (
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant".to_owned(),
    );
    assert_eq!(
        reader
            .refusal("v1.0/users?$select=id,signInActivity", &[])
            .await,
        premium
    );
    assert_eq!(
        reader
            .refusal(
                "v1.0/reports/authenticationMethods/userRegistrationDetails",
                &[]
            )
            .await,
        premium
    );
    let eligibility = reader
        .refusal(
            "v1.0/roleManagement/directory/roleEligibilityScheduleInstances",
            &[],
        )
        .await;
    assert_eq!(eligibility, (400, "AadPremiumLicenseRequired".to_owned()));
    assert_eq!(reader.all("v1.0/users?$select=id").await.len(), 200);
    sim.unlicense(Area::ConditionalAccess);
    assert_eq!(
        reader
            .refusal("v1.0/identity/conditionalAccess/policies", &[])
            .await,
        premium
    );
    sim.license(Area::ConditionalAccess);
    reader.get("v1.0/identity/conditionalAccess/policies").await;
}

#[tokio::test]
async fn members_that_may_not_be_read_come_with_type_and_id_only() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let group = sim.edit(|tenant| tenant.find_group("Germany").unwrap());
    sim.deny(Area::Users);
    let members = reader.all(&format!("v1.0/groups/{group}/members")).await;
    let (users, groups): (Vec<&Value>, Vec<&Value>) = members
        .iter()
        .partition(|member| member["@odata.type"] == "#microsoft.graph.user");
    assert_eq!((users.len(), groups.len()), (1, 1));
    assert!(users[0]["displayName"].is_null() && !text(users[0], "id").is_empty());
    assert_eq!(groups[0]["displayName"], "Berlin Office");
    assert_eq!(
        reader
            .refusal(
                &format!("v1.0/groups/{group}/members/microsoft.graph.user"),
                &[]
            )
            .await
            .0,
        400
    );
    let cast = reader
        .get_with(
            &format!("v1.0/groups/{group}/members/microsoft.graph.user?$count=true"),
            &[EVENTUAL],
        )
        .await;
    assert_eq!(cast["@odata.count"], 1);
}

#[tokio::test]
async fn writes_are_refused_counted_and_change_nothing() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let before = sim.truth();
    let id = before.users.keys().next().unwrap();
    for (method, path) in [
        ("POST", "v1.0/users".to_owned()),
        ("PATCH", format!("v1.0/users/{id}")),
        ("DELETE", format!("v1.0/users/{id}")),
        ("PUT", "v1.0/unicorns".to_owned()),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = reader
            .http
            .request(method, reader.url(&path))
            .bearer_auth(&reader.token)
            .body("{}");
        let status = request.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 403 | 405), "{path}: {status}");
    }
    assert_eq!(sim.stats().writes, 4);
    assert_eq!(sim.truth(), before);
}

#[tokio::test]
async fn a_batch_answers_each_request_in_any_order() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let send = async |requests: Value| {
        let body = json!({"requests": requests}).to_string();
        let request = reader
            .http
            .post(reader.url("v1.0/$batch"))
            .bearer_auth(&reader.token);
        let response = request
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        (
            response.status().as_u16(),
            response.json::<Value>().await.unwrap(),
        )
    };
    let many: Vec<Value> = (0..20)
        .map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/users?$top=1"}))
        .collect();
    let (status, answer) = send(json!(many)).await;
    assert_eq!(status, 200);
    let order: Vec<u32> = answer["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|response| text(response, "id").parse().unwrap())
        .collect();
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), 20);
    assert!(!order.is_sorted(), "{order:?}");

    let mixed = json!([
        {"id": "a", "method": "GET", "url": "/users/nobody"},
        {"id": "b", "method": "GET", "url": "users/$count", "headers": {"ConsistencyLevel": "eventual"}},
        {"id": "c", "method": "GET", "url": "/users", "dependsOn": ["a"]},
        {"id": "d", "method": "DELETE", "url": "/users/nobody"},
    ]);
    let (_, answer) = send(mixed).await;
    let of = |id: &str| {
        answer["responses"]
            .as_array()
            .unwrap()
            .iter()
            .find(|response| response["id"] == id)
            .unwrap()
    };
    assert_eq!(
        ["a", "b", "c", "d"].map(|id| of(id)["status"].as_u64().unwrap()),
        [404, 200, 424, 403]
    );
    assert_eq!(of("b")["body"], "NTQ=", "what is no JSON is base64");
    assert_eq!(sim.stats().writes, 1);

    let one = |id: &str| json!({"id": id, "method": "GET", "url": "/users"});
    let twenty_one: Vec<Value> = (0..21).map(|id| one(&id.to_string())).collect();
    for wrong in [
        json!([]),
        json!(twenty_one),
        json!([one("x"), one("X")]),
        json!("no list"),
    ] {
        assert_eq!(send(wrong).await.0, 400);
    }
}

#[tokio::test]
async fn the_recycle_bin_holds_what_can_be_restored() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let ids = sim.edit(|tenant| tenant.user_ids());
    sim.edit(|tenant| (tenant.delete_user(&ids[7]), tenant.purge_user(&ids[8])));
    let bin = reader
        .all("v1.0/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime")
        .await;
    assert_eq!(bin.len(), 1);
    assert_eq!(text(&bin[0], "id"), ids[7]);
    assert!(!text(&bin[0], "deletedDateTime").is_empty());
    assert_eq!(
        reader
            .refusal(&format!("v1.0/users/{}", ids[7]), &[])
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_generated_tenant_is_the_same_for_the_same_options() {
    let options = GenerateOptions {
        seed: 42,
        users: 300,
        ..GenerateOptions::default()
    };
    let now = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_780_000_000);
    let truth = |options| async move {
        Sim::builder()
            .tenant(Tenant::generate(options))
            .now(now)
            .start()
            .await
            .unwrap()
            .truth()
    };
    let first = truth(options).await;
    assert_eq!(first, truth(options).await);
    assert_ne!(
        first,
        truth(GenerateOptions {
            seed: 43,
            ..options
        })
        .await
    );
    assert_eq!(first.users.len(), 300);
    let names: BTreeSet<&str> = first
        .users
        .values()
        .map(|user| text(user, "userPrincipalName"))
        .collect();
    assert_eq!(names.len(), 300, "user principal names are unique");
}

#[tokio::test]
async fn registration_rows_of_many_pages_are_each_there_once() {
    let (sim, reader) = large().await;
    let rows = reader
        .all("v1.0/reports/authenticationMethods/userRegistrationDetails?$top=300")
        .await;
    let truth = sim.truth().registration_details;
    assert_eq!(rows.len(), truth.len());
    for row in &rows {
        assert_eq!(&truth[text(row, "id")], row);
    }
    let path = "v1.0/reports/authenticationMethods/userRegistrationDetails?$filter=isMfaRegistered eq false&$count=true";
    let page = reader.get(path).await;
    let without = truth
        .values()
        .filter(|row| row["isMfaRegistered"] == false)
        .count();
    assert_eq!(page["@odata.count"], without);
    assert_eq!(items(&reader.pages(path, &[]).await).len(), without);
}
