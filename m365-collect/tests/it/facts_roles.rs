//! What becomes of roles, reviews and recorded changes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, Read, Tenant, facts_of, sources};
use compliance_map::facts::RoleAssignmentFact;
use compliance_map::{Fact, State};
use m365_collect::Kind;
use serde_json::{Value, json};

const ROLES: [&str; 4] = [
    "role_definitions",
    "role_assignments",
    "role_eligibilities",
    "role_assignment_schedules",
];

async fn active(reads: &[Read]) -> RoleAssignmentFact {
    let roles = facts_of(reads).await.identity_role_assignments;
    let mut active = roles.items.into_iter();
    active
        .find(|row| row.kind.as_deref() == Some("active"))
        .expect("an active assignment")
}

#[tokio::test]
async fn an_active_assignment_ends_when_the_schedules_say_so() {
    let mut reads = sources::named(&ROLES);
    reads.extend(sources::named(&["users"]));
    let row = active(&reads).await;
    assert_eq!(row.role, "Global Administrator");
    assert_eq!(row.ends.unwrap().to_string(), "2026-12-01T00:00:00Z");
    assert_eq!(row.principal_type.as_deref(), Some("user"));

    // Nobody read when it ends, or whose it is.
    let row = active(&sources::named(&ROLES[..3])).await;
    assert_eq!((row.ends, row.principal_type), (None, None));
}

#[tokio::test]
async fn of_two_assignments_of_a_role_the_one_for_good_counts() {
    let instance = |id: &str, end: Option<&str>| json!({"id": id, "principalId": "u1", "roleDefinitionId": sources::GLOBAL, "directoryScopeId": "/", "endDateTime": end});
    let kind = Kind::ROLE_ASSIGNMENT_INSTANCE;
    let mut reads = sources::named(&ROLES[..3]);
    let both = json!([
        instance("s1", Some("2026-12-01T00:00:00Z")),
        instance("s2", None)
    ]);
    reads.push(Read::of("role_assignment_schedules", &kind, both));
    assert_eq!(active(&reads).await.ends, None);
    reads.pop();
    let both = json!([
        instance("s1", Some("2026-12-01T00:00:00Z")),
        instance("s2", Some("2026-12-05T00:00:00Z"))
    ]);
    reads.push(Read::of("role_assignment_schedules", &kind, both));
    assert_eq!(
        active(&reads).await.ends.unwrap().to_string(),
        "2026-12-05T00:00:00Z"
    );
}

#[tokio::test]
async fn schedules_that_were_not_read_whole_never_make_an_assignment_temporary() {
    for ending in [Ending::Part, Ending::Denied, Ending::Unlicensed] {
        let tenant = Tenant::new();
        for read in sources::named(&ROLES) {
            let is_schedule = read.source == "role_assignment_schedules";
            let ending = if is_schedule { ending } else { Ending::Whole };
            tenant.end(&read, ending).await;
        }
        let roles = tenant.facts().await.identity_role_assignments;
        assert_eq!(
            (roles.state, roles.complete),
            (State::Ok, true),
            "{ending:?}"
        );
        assert!(roles.items.iter().all(|row| row.ends.is_none()));
        assert_eq!(roles.items[0].extra["ends_read"], false, "{ending:?}");
        assert!(roles.note.unwrap().contains("ends of active assignments"));
    }
}

async fn unlicensed_for_pim(skus: Option<Value>) -> Fact<RoleAssignmentFact> {
    let tenant = Tenant::new();
    for read in sources::named(&ROLES) {
        let is_pim = ROLES[2..].contains(&read.source);
        let ending = if is_pim {
            Ending::Unlicensed
        } else {
            Ending::Whole
        };
        tenant.end(&read, ending).await;
    }
    if let Some(skus) = skus {
        let read = Read::of("subscribed_skus", &Kind::SUBSCRIBED_SKU, skus);
        tenant.read(&read).await;
    }
    tenant.facts().await.identity_role_assignments
}

#[tokio::test]
async fn without_privileged_identity_management_nothing_ends_and_nothing_is_missing() {
    let plan = |name: &str| json!([{"id": "s", "skuId": "s", "servicePlans": [{"servicePlanName": name}]}]);
    let roles = unlicensed_for_pim(Some(plan("AAD_PREMIUM"))).await;
    assert_eq!(
        (roles.state, roles.complete, roles.note),
        (State::Ok, true, None)
    );
    assert!(roles.items[0].extra.is_empty());

    // The refusal is believed only where the licenses were read and say the same.
    let untold = json!([{"id": "s", "skuId": "s", "servicePlans": null}]);
    for skus in [None, Some(plan("AAD_PREMIUM_P2")), Some(untold)] {
        let roles = unlicensed_for_pim(skus).await;
        assert_eq!((roles.state, roles.complete), (State::Truncated, false));
        assert_eq!(roles.items[0].extra["ends_read"], false);
    }
}

#[tokio::test]
async fn eligible_holders_that_were_denied_are_not_told_from_an_earlier_reading() {
    let tenant = Tenant::new();
    for read in sources::named(&ROLES) {
        tenant.read(&read).await;
        if read.source == "role_eligibilities" {
            tenant.end(&read, Ending::Denied).await;
        }
    }
    let roles = tenant.facts().await.identity_role_assignments;
    assert_eq!(roles.state, State::Truncated);
    assert_eq!(roles.items.len(), 1);
}

const PIM: [&str; 3] = [
    "role_definitions",
    "role_management_policies",
    "role_management_policy_assignments",
];

#[tokio::test]
async fn activation_is_told_by_the_rules_for_the_one_who_activates() {
    let pim = facts_of(&sources::named(&PIM)).await.identity_pim;
    let [row] = pim.items.as_slice() else {
        panic!("{pim:?}");
    };
    assert_eq!(row.role, "Global Administrator");
    assert_eq!(row.approval_required, Some(true));
    assert_eq!(row.mfa_required, Some(true));
    assert_eq!(row.activation_minutes, Some(480));
}

#[tokio::test]
async fn a_rule_that_is_missing_or_left_to_conditional_access_is_not_told() {
    let mut policy = sources::role_policy("p1");
    let rules = policy["rules"].as_array_mut().unwrap();
    rules.retain(|rule| rule["id"] != "Approval_EndUser_Assignment");
    for rule in rules.iter_mut() {
        if rule["id"] == "Enablement_EndUser_Assignment" {
            rule["enabledRules"] = json!(["Justification"]);
        }
    }
    let mut reads = sources::named(&["role_management_policy_assignments"]);
    reads.push(Read::of(
        "role_management_policies",
        &Kind::ROLE_POLICY,
        json!([policy]),
    ));
    let row = facts_of(&reads).await.identity_pim.items.remove(0);
    assert_eq!(
        row.role,
        sources::GLOBAL,
        "by template id where no name was read"
    );
    assert_eq!(
        (row.approval_required, row.mfa_required),
        (None, Some(false))
    );

    let context = json!({"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyAuthenticationContextRule",
        "id": "AuthenticationContext_EndUser_Assignment", "isEnabled": true, "claimValue": "c1"});
    policy["rules"].as_array_mut().unwrap().push(context);
    reads.pop();
    reads.push(Read::of(
        "role_management_policies",
        &Kind::ROLE_POLICY,
        json!([policy]),
    ));
    let row = facts_of(&reads).await.identity_pim.items.remove(0);
    assert_eq!(row.mfa_required, None);
}

#[tokio::test]
async fn policies_without_their_assignments_are_as_denied_as_those() {
    let tenant = Tenant::new();
    for read in sources::named(&PIM) {
        let is_last = read.source == "role_management_policy_assignments";
        let ending = if is_last {
            Ending::Denied
        } else {
            Ending::Whole
        };
        tenant.end(&read, ending).await;
    }
    let pim = tenant.facts().await.identity_pim;
    assert_eq!((pim.state, pim.items.len()), (State::Denied, 0));
}

#[tokio::test]
async fn a_review_has_the_end_of_its_last_completed_instance() {
    let both = ["access_reviews", "access_review_instances"];
    let reviews = facts_of(&sources::named(&both))
        .await
        .identity_access_reviews;
    let [review] = reviews.items.as_slice() else {
        panic!("{reviews:?}");
    };
    assert_eq!(review.scope.as_deref(), Some("guests"));
    assert_eq!(
        review.last_completed.unwrap().to_string(),
        "2026-11-01T00:00:00Z"
    );
}

#[tokio::test]
async fn instances_that_were_not_read_whole_do_not_say_which_was_the_last() {
    for ending in [Ending::Part, Ending::Denied, Ending::NotRead] {
        let tenant = Tenant::new();
        for read in sources::named(&["access_reviews"]) {
            tenant.read(&read).await;
        }
        for read in sources::named(&["access_review_instances"]) {
            tenant.end(&read, ending).await;
        }
        let reviews = tenant.facts().await.identity_access_reviews;
        assert_eq!(reviews.state, State::Truncated, "{ending:?}");
        assert_eq!(reviews.items[0].last_completed, None, "{ending:?}");
    }
}

#[tokio::test]
async fn changes_of_accounts_have_actor_action_and_account() {
    let audit = |id: &str, category: &str, activity: &str, result: &str| {
        json!({"id": id, "activityDateTime": "2026-11-21T09:00:00Z", "activityDisplayName": activity, "category": category, "result": result,
            "initiatedBy": {"user": null, "app": {"displayName": "Sync", "servicePrincipalId": "sp9"}},
            "targetResources": [{"id": "r1", "type": "Role"}, {"id": "u2", "Type": "User"}]})
    };
    let mut disabling = audit("3", "UserManagement", "Update user", "success");
    disabling["targetResources"][1]["modifiedProperties"] =
        json!([{"displayName": "AccountEnabled", "oldValue": "[true]", "newValue": "[false]"}]);
    let mut nobody = audit(
        "5",
        "UserManagement",
        "Reset password (self-service)",
        "success",
    );
    nobody["initiatedBy"] = json!({"user": {"id": null, "userPrincipalName": ""}, "app": null});
    nobody["targetResources"] = json!([]);
    let audits = json!([
        audit("1", "UserManagement", "Add user", "success"),
        audit("2", "userManagement", "Hard Delete user", "success"),
        disabling,
        audit(
            "4",
            "RoleManagement",
            "Add eligible member to role",
            "success"
        ),
        nobody,
        audit("6", "UserManagement", "Update user", "success"),
        audit("7", "GroupManagement", "Add member to group", "success"),
        audit("8", "UserManagement", "Delete user", "failure"),
        audit("9", "UserManagement", "Disable account", "newResult"),
    ]);
    let read = Read::of("directory_audits", &Kind::DIRECTORY_AUDIT, audits);
    let events = facts_of(&[read]).await.identity_lifecycle_events;
    let told: Vec<[Option<&str>; 4]> = events
        .items
        .iter()
        .map(|row| {
            let more = [&row.action, &row.actor, &row.target].map(|text| text.as_deref());
            [Some(row.id.as_str()), more[0], more[1], more[2]]
        })
        .collect();
    let by_sync = |id, action| [Some(id), Some(action), Some("Sync"), Some("u2")];
    assert_eq!(
        told,
        [
            by_sync("1", "create"),
            by_sync("2", "delete"),
            by_sync("3", "disable"),
            by_sync("4", "role_change"),
            [Some("5"), Some("Reset password (self-service)"), None, None],
            by_sync("6", "Update user"),
            by_sync("9", "disable"),
        ]
    );
}
