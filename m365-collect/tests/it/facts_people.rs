//! What becomes of people, guests and groups.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, READ_AT, Read, Tenant, facts_of, sources};
use compliance_map::State;
use compliance_map::facts::{GuestFact, RoleAssignmentFact};
use m365_collect::{Kind, Relation, Scan, SqliteStore};
use serde_json::json;

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn people_have_their_managers_and_licenses_by_name() {
    let names = ["users", "user_managers", "subscribed_skus"];
    let users = facts_of(&sources::named(&names)).await.identity_users;
    let [first, worker, disabled, _] = users.items.as_slice() else {
        panic!("{users:?}");
    };
    assert_eq!(first.manager, None);
    assert_eq!(first.licenses, Some(Vec::new()), "none is not untold");
    assert_eq!(worker.manager.as_deref(), Some("u1"));
    assert_eq!(
        worker.licenses,
        Some(strings(&["SPE_E5", "unknown-sku"])),
        "a product that is not listed keeps its id"
    );
    assert_eq!(disabled.enabled, Some(false));
    assert_eq!(first.on_premises_synced, Some(false));
    assert_eq!(users.note, None);
}

#[tokio::test]
async fn managers_and_names_that_were_not_read_leave_people_whole_with_a_note() {
    for ending in [
        Ending::Denied,
        Ending::Failed,
        Ending::NotRead,
        Ending::Unlicensed,
    ] {
        let tenant = Tenant::new();
        for read in sources::named(&["users"]) {
            tenant.read(&read).await;
        }
        for read in sources::named(&["user_managers", "subscribed_skus"]) {
            // What was there before it was denied is not told any more.
            tenant.read(&read).await;
            tenant.end(&read, ending).await;
        }
        let users = tenant.facts().await.identity_users;
        assert_eq!(
            (users.state, users.complete),
            (State::Ok, true),
            "{ending:?}"
        );
        let note = users.note.unwrap_or_default();
        match ending {
            Ending::Denied | Ending::Unlicensed => {
                assert!(note.contains("managers: needs"), "{ending:?}: {note}");
                assert!(users.items.iter().all(|user| user.manager.is_none()));
                let licenses = users.items[1].licenses.as_ref().unwrap();
                assert_eq!(licenses[0], sources::E5, "by id where no name was read");
            }
            // A failure leaves the last reading, whose time is near enough; nothing was tried.
            _ => assert_eq!(note, "", "{ending:?}"),
        }
    }
}

#[tokio::test]
async fn a_part_that_was_read_long_before_the_rest_is_left_out() {
    let tenant = Tenant::new();
    for read in sources::named(&["user_managers"]) {
        tenant
            .end_at(&read, Ending::Whole, READ_AT - 3 * 86_400)
            .await;
    }
    for read in sources::named(&["users"]) {
        tenant.read(&read).await;
    }
    let users = tenant.facts().await.identity_users;
    assert!(users.items.iter().all(|user| user.manager.is_none()));
    assert!(users.note.unwrap().contains("two days before"));
}

#[tokio::test]
async fn absent_properties_of_people_stay_absent_and_year_one_is_no_time() {
    let users =
        json!([{"id": "u1", "createdDateTime": "0001-01-01T00:00:00Z", "userType": "member"}]);
    let users = facts_of(&[Read::of("users", &Kind::USER, users)]).await;
    let user = &users.identity_users.items[0];
    assert_eq!(
        (user.enabled, user.created, &user.licenses),
        (None, None, &None)
    );
    assert_eq!(user.leaves, None, "no source asks for it");
    assert_eq!(
        user.kind.as_deref(),
        Some("member"),
        "kept as it is written"
    );
}

#[tokio::test]
async fn guests_are_told_with_their_last_successful_sign_in_where_it_was_read() {
    let both = ["users", "sign_in_activity"];
    let guests = facts_of(&sources::named(&both)).await.identity_guests;
    let [guest] = guests.items.as_slice() else {
        panic!("{guests:?}");
    };
    assert_eq!(guest.user, "u4");
    assert_eq!(guest.invitation.as_deref(), Some("Accepted"));
    assert_eq!(guest.invited.unwrap().to_string(), "2025-02-01T00:00:00Z");
    assert_eq!(
        guest.last_sign_in.unwrap().to_string(),
        "2026-11-17T08:00:00Z"
    );
    assert_eq!(
        guest.sponsors, None,
        "nobody read who answers for the guest"
    );

    let alone = facts_of(&sources::named(&["users"])).await.identity_guests;
    assert_eq!((alone.state, alone.complete), (State::Ok, true));
    assert_eq!(alone.items[0].last_sign_in, None);
    assert!(alone.note.unwrap().contains("last sign-ins"));
}

#[tokio::test]
async fn guests_are_found_in_any_case_and_a_new_state_is_kept() {
    let users = json!([{"id": "b", "userType": "GUEST", "externalUserState": "NewState"}, {"id": "c", "userType": null}]);
    let guests = facts_of(&[Read::of("users", &Kind::USER, users)]).await;
    let expected = GuestFact {
        user: "b".to_owned(),
        invitation: Some("NewState".to_owned()),
        ..GuestFact::default()
    };
    assert_eq!(guests.identity_guests.items, [expected]);
}

#[tokio::test]
async fn groups_are_told_apart() {
    let group = |id: &str, types: &[&str], mail: Option<bool>, security: Option<bool>| json!({"id": id, "displayName": id, "groupTypes": types, "mailEnabled": mail, "securityEnabled": security});
    let groups = json!([
        group("a", &["unified"], Some(true), Some(true)),
        group("b", &[], Some(false), Some(true)),
        group("c", &["DynamicMembership"], Some(true), Some(true)),
        group("d", &[], Some(true), Some(false)),
        group("e", &[], None, Some(true)),
    ]);
    let groups = facts_of(&[Read::of("groups", &Kind::GROUP, groups)]).await;
    let kinds: Vec<Option<&str>> = groups
        .identity_groups
        .items
        .iter()
        .map(|group| group.kind.as_deref())
        .collect();
    assert_eq!(
        kinds,
        [
            Some("microsoft365"),
            Some("security"),
            Some("mail_enabled_security"),
            Some("distribution"),
            None
        ]
    );
    assert_eq!(groups.identity_groups.items[2].extra["dynamic"], true);
    assert!(!groups.identity_groups.items[2].extra.contains_key("team"));

    let team = facts_of(&sources::named(&["groups"])).await;
    let team = &team.identity_groups.items[0];
    assert_eq!(team.extra["team"], true);
    assert_eq!(team.extra["dynamic"], true);
    assert_eq!(team.members, ["u1", "u2"]);
    assert_eq!(team.owners.as_deref(), Some(&strings(&["u1"])[..]));
}

#[tokio::test]
async fn whoever_holds_a_role_has_a_name() {
    let names = ["users", "groups", "service_principals"];
    let mut reads = sources::named(&names);
    let held = |id: &str, who: &str, role: &str| json!({"id": id, "principalId": who, "roleDefinitionId": role});
    let assignments = json!([
        held("a1", "u1", "r1"),
        held("a2", "g1", "r1"),
        held("a3", "sp1", "r1"),
        held("a4", "gone", "r1")
    ]);
    let kind = Kind::ROLE_ASSIGNMENT;
    reads.push(Read::of("role_assignments", &kind, assignments));
    let role = json!([{"id": "r1", "displayName": "Helper", "isBuiltIn": false}]);
    reads.push(Read::of("role_definitions", &Kind::ROLE_DEFINITION, role));
    let facts = facts_of(&reads).await;

    let name = |extra: &std::collections::BTreeMap<String, serde_json::Value>, name: &str| {
        extra
            .get(name)
            .and_then(|name| name.as_str())
            .map(str::to_owned)
    };
    let holders: Vec<_> = facts
        .identity_role_assignments
        .items
        .iter()
        .map(|row| name(&row.extra, "display_name"))
        .collect();
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(holders, [some("u1"), some("All"), some("Ours"), None]);
    let row = &facts.identity_role_assignments.items[0];
    assert_eq!(row.role, "r1", "no name of a customer's choosing is a role");
    assert_eq!(name(&row.extra, "role_name").as_deref(), Some("Helper"));
}

#[tokio::test]
async fn rows_about_sign_ins_methods_and_risk_name_nobody_a_second_time() {
    let bea = json!([{"id": "u2", "userDisplayName": "Bea", "userPrincipalName": "bea@contoso.example", "methodsRegistered": []}]);
    let names = [
        "users",
        "sign_in_activity",
        "per_user_mfa",
        "authentication_methods",
    ];
    let mut reads = sources::named(&names);
    let kind = Kind::REGISTRATION_DETAILS;
    reads.push(Read::of("registration_details", &kind, bea.clone()));
    reads.push(Read::of("risky_users", &Kind::RISKY_USER, bea));
    let facts = facts_of(&reads).await;
    let people = &facts.identity_users.items;
    assert!(people.iter().all(|row| row.display_name.is_some()));
    macro_rules! nameless {
        ($($fact:ident),*) => {$(
            let rows = &facts.$fact.items;
            assert!(!rows.is_empty() && rows.iter().all(|row| row.extra.is_empty()), "{rows:?}");
        )*};
    }
    nameless!(
        identity_guests,
        identity_signin_activity,
        auth_registration,
        auth_methods,
        auth_per_user_mfa,
        auth_risk
    );
}

#[tokio::test]
async fn holders_who_may_no_longer_be_read_are_not_named() {
    let tenant = Tenant::new();
    for read in sources::named(&["users", "role_assignments"]) {
        tenant.read(&read).await;
    }
    for read in sources::named(&["users"]) {
        tenant.end(&read, Ending::Denied).await;
    }
    let rows = tenant.facts().await.identity_role_assignments.items;
    let is_named = |row: &RoleAssignmentFact| row.extra.contains_key("display_name");
    assert!(!rows.is_empty() && !rows.iter().any(is_named), "{rows:?}");
}

/// What was changed last lies at the end of the file, and is read last.
#[tokio::test]
async fn people_are_sorted_and_joined_whatever_the_order_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(folder.path().join("order.m365"))
        .await
        .unwrap();
    let tenants = [Tenant::new(), Tenant::on(file)];
    let person = |id: &str, name: &str| json!({"id": id, "displayName": name, "userType": "Guest", "accountEnabled": true});
    let signed_in = |id: &str, day: u8| {
        let time = format!("2026-11-{day:02}T08:00:00Z");
        json!({"id": id, "signInActivity": {"lastSuccessfulSignInDateTime": time}})
    };
    let managers = [("u1", "u3"), ("u2", "u3"), ("u3", "u2")];
    let managers = Read::of("user_managers", &Kind::new("manager"), json!([]))
        .with(&Relation::MANAGER, &managers);
    for tenant in &tenants {
        for first in ["Ada", "Ada B.", "Ada C."] {
            let people = json!([
                person("u1", first),
                person("u2", "Bea"),
                person("u3", "Cid")
            ]);
            tenant.read(&Read::of("users", &Kind::USER, people)).await;
        }
        for day in [1, 2] {
            let times = json!([signed_in("u1", day), signed_in("u2", 3), signed_in("u3", 4)]);
            tenant
                .read(&Read::of(
                    "sign_in_activity",
                    &Kind::SIGN_IN_ACTIVITY,
                    times,
                ))
                .await;
        }
        tenant.read(&managers).await;
    }
    let [memory, file] = &tenants;
    let mut scan = Scan::new(Kind::USER);
    let lie = file.store.scan(&mut scan, 9).await.unwrap();
    let lie: Vec<&str> = lie.iter().map(|user| user.id.as_str()).collect();
    assert_eq!(lie, ["u2", "u3", "u1"], "or nothing is shown here");
    let facts = file.facts().await;
    let guests = facts.identity_guests.items.iter();
    assert!(guests.clone().all(|guest| guest.last_sign_in.is_some()));
    assert_eq!(facts, memory.facts().await);
    let managers = facts.identity_users.items.iter();
    let managers: Vec<Option<&str>> = managers.map(|user| user.manager.as_deref()).collect();
    assert_eq!(managers, [Some("u3"), Some("u3"), Some("u2")]);
}
