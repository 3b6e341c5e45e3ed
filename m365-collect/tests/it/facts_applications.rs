//! What becomes of applications and of what users may do with them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, Read, Tenant, facts_of, sources};
use compliance_map::State;
use compliance_map::facts::ServicePrincipalFact;
use m365_collect::Kind;
use serde_json::json;

const SOURCES: [&str; 3] = ["applications", "service_principals", "app_role_assignments"];

async fn without(spoilt: &str, ending: Ending) -> (State, Vec<ServicePrincipalFact>) {
    let tenant = Tenant::new();
    for read in sources::named(&SOURCES) {
        tenant.read(&read).await;
        if read.source == spoilt {
            tenant.end(&read, ending).await;
        }
    }
    let fact = tenant.facts().await.identity_service_principals;
    (fact.state, fact.items)
}

#[tokio::test]
async fn an_application_and_its_principal_are_one_row() {
    let apps = facts_of(&sources::named(&SOURCES))
        .await
        .identity_service_principals;
    let [ours, graph] = apps.items.as_slice() else {
        panic!("{apps:?}");
    };
    assert_eq!((ours.id.as_str(), ours.first_party), ("sp1", Some(false)));
    let mut owners = ours.owners.clone().unwrap();
    owners.sort();
    assert_eq!(owners, ["u1", "u2"], "owners of both");
    let credentials = ours.credentials.as_ref().unwrap();
    assert_eq!(credentials.len(), 1, "the certificate of the application");
    assert_eq!(credentials[0].kind.as_deref(), Some("certificate"));
    assert_eq!(
        credentials[0].expires.unwrap().to_string(),
        "2026-12-30T00:00:00Z"
    );
    assert_eq!(
        ours.permissions.as_ref().unwrap(),
        &["RoleManagement.ReadWrite.Directory"]
    );
    assert_eq!(
        graph.first_party,
        Some(true),
        "in whatever case the id is written"
    );
    assert_eq!(graph.permissions, Some(Vec::new()));
}

#[tokio::test]
async fn half_of_an_application_never_looks_like_one_without_owner_or_secret() {
    for ending in [Ending::Denied, Ending::Part] {
        let (state, rows) = without("applications", ending).await;
        assert_eq!(state, State::Truncated);
        let graph = rows.iter().find(|row| row.id == "sp2").unwrap();
        assert_eq!(
            (&graph.owners, &graph.credentials),
            (&None, &None),
            "{ending:?}"
        );
        let ours = rows.iter().find(|row| row.id == "sp1").unwrap();
        assert!(ours.owners.as_ref().unwrap().contains(&"u2".to_owned()));
    }
    let (state, rows) = without("app_role_assignments", Ending::Denied).await;
    assert_eq!(state, State::Truncated);
    assert!(rows.iter().all(|row| row.permissions.is_none()));
    let (state, rows) = without("service_principals", Ending::Denied).await;
    assert_eq!(state, State::Truncated);
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(
        ids,
        ["app1"],
        "an application without a principal stands by itself"
    );
}

#[tokio::test]
async fn secrets_unknown_keys_and_permissions_that_have_no_name() {
    let principals = json!([
        {"id": "sp1", "appId": "c1", "passwordCredentials": [{"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": null}],
            "keyCredentials": [{"type": "Symmetric", "endDateTime": "2030-01-01T00:00:00Z"}]},
        {"id": "sp2", "appId": "c2", "appRoles": [{"id": "r1", "value": null}]},
        {"id": "sp3", "appId": "c3"},
    ]);
    let granted = json!([
        {"id": "1", "appRoleId": "r1", "principalId": "sp1", "principalType": "servicePrincipal", "resourceId": "sp2"},
        {"id": "2", "appRoleId": "gone", "principalId": "sp1", "principalType": "ServicePrincipal", "resourceId": "sp2"},
        {"id": "3", "appRoleId": "r1", "principalId": "sp2", "principalType": "ServicePrincipal", "resourceId": "sp3"},
    ]);
    let reads = [
        Read::of("applications", &Kind::APPLICATION, json!([])),
        Read::of("service_principals", &Kind::SERVICE_PRINCIPAL, principals),
        Read::of("app_role_assignments", &Kind::APP_ROLE_ASSIGNMENT, granted),
    ];
    let rows = facts_of(&reads).await.identity_service_principals.items;
    let kinds: Vec<_> = rows[0].credentials.iter().flatten().collect();
    assert_eq!(kinds[0].kind.as_deref(), Some("secret"));
    assert_eq!(kinds[0].expires, None);
    assert_eq!(
        kinds[1].kind.as_deref(),
        Some("Symmetric"),
        "the service's own word"
    );
    assert_eq!(rows[0].first_party, None, "nobody said whose it is");
    assert_eq!(
        rows[0].permissions.as_ref().unwrap(),
        &["r1", "gone"],
        "a role without a name keeps its id"
    );
    assert_eq!(
        rows[1].permissions, None,
        "what its role is called was not read"
    );
    assert_eq!(
        rows[1].credentials, None,
        "credentials that were not read are not none"
    );
}

#[tokio::test]
async fn what_users_may_do_comes_of_two_policies() {
    let both = ["authorization_policy", "admin_consent_request_policy"];
    let consent = facts_of(&sources::named(&both)).await.identity_app_consent;
    let [row] = consent.items.as_slice() else {
        panic!("{consent:?}");
    };
    assert_eq!(row.users_can_register_apps, Some(false));
    assert_eq!(row.users_can_create_tenants, Some(false));
    assert_eq!(row.user_consent, Some(Vec::new()));
    assert_eq!(row.admin_consent_requests, Some(true));
    assert_eq!(
        row.allow_invites_from.as_deref(),
        Some("adminsAndGuestInviters")
    );

    let one = facts_of(&sources::named(&both[1..]))
        .await
        .identity_app_consent;
    assert_eq!(one.state, State::Truncated);
    assert_eq!(one.items[0].admin_consent_requests, Some(true));
    assert_eq!(one.items[0].users_can_register_apps, None);
}

#[tokio::test]
async fn a_policy_that_cannot_be_understood_is_said_to_be_missing() {
    let odd = json!([{"id": "authorizationPolicy", "allowInvitesFrom": {"new": true}}]);
    let mut reads = sources::named(&["admin_consent_request_policy"]);
    reads.push(Read::of(
        "authorization_policy",
        &Kind::AUTHORIZATION_POLICY,
        odd,
    ));
    let consent = facts_of(&reads).await.identity_app_consent;
    assert_eq!(consent.state, State::Truncated);
    assert!(consent.note.unwrap().contains("could not be understood"));
}

#[tokio::test]
async fn an_owner_that_is_none_is_told_from_one_that_was_not_read() {
    let principals = json!([
        {"id": "sp1", "servicePrincipalType": "Application", "appOwnerOrganizationId": null},
        {"id": "sp2", "servicePrincipalType": "Application"},
        {"id": "sp3", "servicePrincipalType": "ManagedIdentity", "appOwnerOrganizationId": null},
        {"id": "sp4", "servicePrincipalType": "SocialIdp", "appOwnerOrganizationId": null},
        {"id": "sp5", "servicePrincipalType": "Application", "appOwnerOrganizationId": "72f988bf-86f1-41af-91ab-2d7cd011db47"},
        {"id": "sp6", "servicePrincipalType": "ManagedIdentity", "appOwnerOrganizationId": "F8CDEF31-a31e-4b4a-93e4-5f571e91255a"},
        {"id": "sp7", "servicePrincipalType": "Application", "appOwnerOrganizationId": "84841066-274d-4ec0-a5c1-276be684bdd3"},
    ]);
    let read = Read::of("service_principals", &Kind::SERVICE_PRINCIPAL, principals);
    let rows = facts_of(&[read]).await.identity_service_principals.items;
    let told: Vec<_> = rows.iter().map(|row| row.first_party).collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(told, [no, None, None, None, yes, yes, no]);
    assert_eq!(rows[2].extra["type"], "ManagedIdentity");
}
