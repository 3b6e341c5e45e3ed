//! Delta rounds over the change log.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Reader, delta_link, items, text};
use serde_json::{Value, json};
use tenant_sim::{Expiry, GenerateOptions, Sim, SimHandle, Tenant};

async fn start() -> (SimHandle, Reader) {
    let options = GenerateOptions {
        seed: 9,
        users: 230,
        groups: 12,
        members_per_group: 40,
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

fn by_id(pages: &[Value]) -> BTreeMap<String, Value> {
    items(pages)
        .into_iter()
        .map(|item| (text(&item, "id").to_owned(), item))
        .collect()
}

#[tokio::test]
async fn an_initial_round_has_everything_once_and_ends_with_a_delta_link() {
    let (sim, reader) = start().await;
    let pages = reader
        .pages("v1.0/users/delta?$select=displayName,department", &[])
        .await;
    assert_eq!(
        pages
            .iter()
            .map(|page| page["value"].as_array().unwrap().len())
            .collect::<Vec<_>>(),
        [100, 100, 30]
    );
    for page in &pages {
        assert_ne!(
            page.get("@odata.nextLink").is_some(),
            page.get("@odata.deltaLink").is_some(),
            "exactly one link"
        );
        assert!(text(page, "@odata.context").ends_with("$metadata#users(displayName,department)"));
    }
    let read = by_id(&pages);
    assert_eq!(
        read.keys().collect::<Vec<_>>(),
        sim.truth().users.keys().collect::<Vec<_>>()
    );
    assert!(read.values().all(|user| {
        user.as_object()
            .unwrap()
            .keys()
            .all(|name| ["id", "displayName", "department"].contains(&name.as_str()))
    }));
    // Guests have no department: what was never set is absent, not null.
    assert!(read.values().any(|user| user.get("department").is_none()));
    let nothing = reader.pages(&delta_link(&pages), &[]).await;
    assert!(items(&nothing).is_empty());
}

#[tokio::test]
async fn a_delta_round_carries_what_changed_as_it_is_now() {
    let (sim, reader) = start().await;
    let link = delta_link(
        &reader
            .pages(
                "v1.0/users/delta?$select=displayName,jobTitle,accountEnabled",
                &[],
            )
            .await,
    );
    let (ids, created) = sim.edit(|tenant| {
        let ids = tenant.user_ids();
        assert!(tenant.update_user(&ids[0], json!({"jobTitle": "First"})));
        assert!(tenant.update_user(&ids[0], json!({"jobTitle": "Second"})));
        assert!(tenant.update_user(&ids[1], json!({"jobTitle": null})));
        assert!(
            tenant.update_user(&ids[2], json!({"city": "Oslo"})),
            "not selected, so not tracked"
        );
        assert!(tenant.delete_user(&ids[3]));
        assert!(tenant.purge_user(&ids[4]));
        let created = tenant.create_user(json!({"displayName": "Nina Park"}));
        (ids, created)
    });
    let pages = reader.pages(&link, &[]).await;
    let read = by_id(&pages);
    assert_eq!(
        read.keys().collect::<BTreeSet<_>>(),
        [&ids[0], &ids[1], &ids[3], &ids[4], &created].into()
    );
    assert_eq!(read[&ids[0]]["jobTitle"], "Second");
    assert!(
        read[&ids[0]].get("displayName").is_some(),
        "other selected properties come along"
    );
    assert_eq!(
        read[&ids[1]].get("jobTitle"),
        Some(&Value::Null),
        "cleared, not absent"
    );
    assert_eq!(
        read[&ids[3]],
        json!({"id": ids[3], "@removed": {"reason": "changed"}})
    );
    assert_eq!(
        read[&ids[4]],
        json!({"id": ids[4], "@removed": {"reason": "deleted"}})
    );
    assert_eq!(read[&created]["displayName"], "Nina Park");

    sim.edit(|tenant| assert!(tenant.restore_user(&ids[3])));
    let again = reader.pages(&delta_link(&pages), &[]).await;
    assert!(
        by_id(&again)[&ids[3]].get("displayName").is_some(),
        "a restored user is whole again"
    );
    sim.edit(|tenant| assert!(tenant.delete_user(&ids[3]) && tenant.purge_user(&ids[3])));
    let gone = by_id(&reader.pages(&delta_link(&again), &[]).await);
    assert_eq!(gone[&ids[3]]["@removed"]["reason"], "deleted");
    // The same link again gives the same changes: a reader that crashed lost nothing.
    assert_eq!(by_id(&reader.pages(&link, &[]).await).len(), 5);
}

#[tokio::test]
async fn a_change_during_a_delta_round_is_in_the_next() {
    let (sim, reader) = start().await;
    let first = reader.get("v1.0/users/delta?$select=jobTitle").await;
    let ids = sim.edit(|tenant| {
        let ids = tenant.user_ids();
        tenant.update_user(&ids[0], json!({"jobTitle": "Changed"}));
        tenant.delete_user(&ids[150]);
        tenant.create_user(json!({}));
        ids
    });
    let rest = reader.pages(text(&first, "@odata.nextLink"), &[]).await;
    assert!(
        !by_id(&rest).contains_key(&ids[150]),
        "deleted before its page came"
    );
    let next = by_id(&reader.pages(&delta_link(&rest), &[]).await);
    assert_eq!(next.len(), 3);
    assert_eq!(next[&ids[0]]["jobTitle"], "Changed");
    assert_eq!(next[&ids[150]]["@removed"]["reason"], "changed");
}

#[tokio::test]
async fn return_minimal_carries_only_changed_properties() {
    let (sim, reader) = start().await;
    let link = delta_link(
        &reader
            .pages(
                "v1.0/users/delta?$select=displayName,jobTitle,department",
                &[],
            )
            .await,
    );
    let id = sim.edit(|tenant| {
        let id = tenant.user_ids()[5].clone();
        tenant.update_user(&id, json!({"jobTitle": "New", "department": null}));
        id
    });
    let minimal = reader.pages(&link, &[("Prefer", "return=minimal")]).await;
    assert_eq!(
        items(&minimal),
        [json!({"id": id, "jobTitle": "New", "department": null})]
    );
}

#[tokio::test]
async fn delta_token_latest_starts_with_an_empty_page() {
    let (sim, reader) = start().await;
    let page = reader
        .get("v1.0/users/delta?$select=displayName&$deltatoken=latest")
        .await;
    assert_eq!(page["value"], json!([]));
    let id = sim.edit(|tenant| tenant.create_user(json!({"displayName": "Late"})));
    let changes = by_id(&reader.pages(text(&page, "@odata.deltaLink"), &[]).await);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[&id], json!({"id": id, "displayName": "Late"}));
}

#[tokio::test]
async fn memberships_come_and_go_and_large_groups_are_split_over_pages() {
    let options = GenerateOptions {
        seed: 4,
        users: 300,
        groups: 6,
        members_per_group: 60,
        ..GenerateOptions::default()
    };
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .page_size(10)
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    let pages = reader.pages("v1.0/groups/delta", &[]).await;
    let mut pairs: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for group in items(&pages) {
        let id = text(&group, "id").to_owned();
        *seen.entry(id.clone()).or_default() += 1;
        for name in ["members@delta", "owners@delta"] {
            for related in group
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let new = pairs
                    .entry(name)
                    .or_default()
                    .insert((id.clone(), text(related, "id").to_owned()));
                assert!(new, "each member once");
                assert!(text(related, "@odata.type").starts_with("#microsoft.graph."));
            }
        }
    }
    let truth = sim.truth();
    assert_eq!(pairs["members@delta"], truth.members);
    assert_eq!(pairs["owners@delta"], truth.owners);
    assert!(
        seen.values().any(|times| *times > 1),
        "a large group repeats: {seen:?}"
    );

    let (group, gone, user) = sim.edit(|tenant| {
        let group = tenant.group_ids()[0].clone();
        let members = tenant.members_of(&group);
        assert!(tenant.remove_member(&group, &members[0]));
        assert!(
            tenant.delete_user(&members[1]),
            "a deleted user is in no group"
        );
        let user = tenant.create_user(json!({}));
        assert!(tenant.add_member(&group, &user) && tenant.add_owner(&group, &user));
        (group, [members[0].clone(), members[1].clone()], user)
    });
    let changes = reader.pages(&delta_link(&pages), &[]).await;
    let touched = items(&changes)
        .into_iter()
        .find(|item| item["id"] == group.as_str())
        .unwrap();
    let entry = |name: &str, id: &str| {
        touched[name]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["id"] == id)
            .unwrap()
            .clone()
    };
    for id in &gone {
        assert_eq!(entry("members@delta", id)["@removed"]["reason"], "deleted");
    }
    assert!(entry("members@delta", &user).get("@removed").is_none());
    assert!(entry("owners@delta", &user).get("@removed").is_none());

    // Without members in $select they are not tracked.
    let untracked = reader
        .pages("v1.0/groups/delta?$select=displayName", &[])
        .await;
    assert!(
        items(&untracked)
            .iter()
            .all(|group| group.get("members@delta").is_none())
    );
    sim.edit(|tenant| assert!(tenant.remove_member(&group, &user)));
    assert!(items(&reader.pages(&delta_link(&untracked), &[]).await).is_empty());
}

#[tokio::test]
async fn a_deleted_group_takes_its_reason_from_its_kind_and_comes_back_whole() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let link = delta_link(&reader.pages("v1.0/groups/delta", &[]).await);
    let (team, security) = sim.edit(|tenant| {
        let (team, security) = (
            tenant.find_group("Sales").unwrap(),
            tenant.find_group("Europe").unwrap(),
        );
        assert!(tenant.delete_group(&team) && tenant.delete_group(&security));
        (team, security)
    });
    let pages = reader.pages(&link, &[]).await;
    assert_eq!(by_id(&pages)[&team]["@removed"]["reason"], "changed");
    assert_eq!(by_id(&pages)[&security]["@removed"]["reason"], "deleted");
    sim.edit(|tenant| assert!(tenant.restore_group(&team) && !tenant.restore_group(&security)));
    let back = by_id(&reader.pages(&delta_link(&pages), &[]).await);
    assert_eq!(back[&team]["members@delta"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn an_old_delta_token_is_refused_by_410_or_400_and_a_fresh_start_works() {
    let (sim, reader) = start().await;
    for (expiry, status, code) in [
        (Expiry::GoneWithLocation, 410, "Gone"),
        (Expiry::GoneWithoutLocation, 410, "Gone"),
        (Expiry::SyncStateNotFound, 400, "syncStateNotFound"),
    ] {
        let link = delta_link(
            &reader
                .pages("v1.0/users/delta?$select=displayName", &[])
                .await,
        );
        let middle = text(&reader.get("v1.0/users/delta").await, "@odata.nextLink").to_owned();
        sim.expire_delta_tokens(expiry);
        for old in [&link, &middle] {
            let response = reader.send(old, &[]).await;
            assert_eq!(response.status(), status);
            let location = response
                .headers()
                .get("location")
                .map(|at| at.to_str().unwrap().to_owned());
            assert_eq!(location.is_some(), expiry == Expiry::GoneWithLocation);
            assert_eq!(
                response.json::<Value>().await.unwrap()["error"]["code"],
                code
            );
            if let Some(location) = location {
                assert!(
                    location.starts_with(sim.origin()) && location.ends_with("$deltatoken="),
                    "{location}"
                );
                assert_eq!(items(&reader.pages(&location, &[]).await).len(), 230);
            }
        }
        let fresh = reader
            .pages("v1.0/users/delta?$select=displayName", &[])
            .await;
        assert!(items(&reader.pages(&delta_link(&fresh), &[]).await).is_empty());
    }
}

#[tokio::test]
async fn delta_tokens_that_are_not_ours_and_options_that_delta_lacks_are_refused() {
    let (sim, reader) = start().await;
    let users = delta_link(&reader.pages("v1.0/users/delta", &[]).await);
    let token = users.split("$deltatoken=").nth(1).unwrap();
    let id = sim.edit(|tenant| tenant.user_ids()[0].clone());
    for path in [
        "v1.0/users/delta?$deltatoken=made-up".to_owned(),
        format!("v1.0/groups/delta?$deltatoken={token}"),
        format!("v1.0/users/delta?$skiptoken={token}"),
        format!("v1.0/users/delta?$deltatoken={token}&$select=id"),
        "v1.0/users/delta?$top=5".to_owned(),
        "v1.0/users/delta?$filter=accountEnabled eq true".to_owned(),
        "v1.0/users/delta?$select=signInActivity".to_owned(),
        "v1.0/users/delta?$select=shoeSize".to_owned(),
    ] {
        assert_eq!(reader.refusal(&path, &[]).await.0, 400, "{path}");
    }
    let one = reader
        .pages(&format!("v1.0/users/delta?$filter=id eq '{id}'"), &[])
        .await;
    assert_eq!(by_id(&one).keys().collect::<Vec<_>>(), [&id]);
    sim.edit(|tenant| {
        let other = tenant.user_ids()[1].clone();
        tenant.update_user(&id, json!({"jobTitle": "A"}));
        tenant.update_user(&other, json!({"jobTitle": "B"}));
    });
    assert_eq!(
        by_id(&reader.pages(&delta_link(&one), &[]).await)
            .keys()
            .collect::<Vec<_>>(),
        [&id]
    );
}

#[tokio::test]
async fn licenses_are_tracked_by_delta_and_sign_ins_are_not() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let link = delta_link(
        &reader
            .pages("v1.0/users/delta?$select=assignedLicenses", &[])
            .await,
    );
    let ids = sim.edit(|tenant| {
        let ids = tenant.user_ids();
        assert!(tenant.set_sign_in(&ids[0], None));
        assert!(tenant.set_license(&ids[1], "SPB", false));
        assert!(!tenant.set_license(&ids[1], "SPB", false), "already taken");
        ids
    });
    let changes = by_id(&reader.pages(&link, &[]).await);
    assert_eq!(changes.keys().collect::<Vec<_>>(), [&ids[1]]);
    assert_eq!(changes[&ids[1]]["assignedLicenses"], json!([]));
    assert_eq!(
        reader.all("v1.0/subscribedSkus").await[0]["consumedUnits"],
        49
    );
}

#[tokio::test]
async fn a_restored_group_says_who_left_while_it_was_deleted() {
    let sim = Sim::builder().start().await.unwrap();
    let reader = Reader::new(&sim).await;
    let link = delta_link(&reader.pages("v1.0/groups/delta", &[]).await);
    let (team, gone) = sim.edit(|tenant| {
        let team = tenant.find_group("Sales").unwrap();
        let gone = tenant.members_of(&team)[0].clone();
        assert!(
            tenant.delete_group(&team) && tenant.delete_user(&gone) && tenant.restore_group(&team)
        );
        (team, gone)
    });
    let members = by_id(&reader.pages(&link, &[]).await)[&team]["members@delta"]
        .as_array()
        .unwrap()
        .clone();
    let left = members
        .iter()
        .find(|member| member["id"] == gone.as_str())
        .unwrap();
    assert_eq!(left["@removed"]["reason"], "deleted");
    assert_eq!(members.len(), 11);
}
