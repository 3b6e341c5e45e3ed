//! What users may do with applications and guests.

use compliance_map::Fact;
use compliance_map::facts::AppConsentFact;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fact::of_items;
use super::part::{either, rows};
use super::value::Single;
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/authorizationpolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationPolicy {
    default_user_role_permissions: Option<RolePermissions>,
    guest_user_role_id: Option<String>,
    allow_invites_from: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RolePermissions {
    allowed_to_create_apps: Option<bool>,
    allowed_to_create_tenants: Option<bool>,
    permission_grant_policies_assigned: Option<Vec<String>>,
}

/// <https://learn.microsoft.com/graph/api/resources/adminconsentrequestpolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsentRequests {
    is_enabled: Option<bool>,
}

/// One row for both policies: each tells members of its own.
pub(super) async fn app_consent(reader: &Reader<'_>) -> Result<Fact<AppConsentFact>, StoreError> {
    let users = reader
        .evidence("authorization_policy", &Kind::AUTHORIZATION_POLICY)
        .await?;
    let requests = reader
        .evidence("admin_consent_request_policy", &Kind::ADMIN_CONSENT_POLICY)
        .await?;
    let (policy, users): (Option<AuthorizationPolicy>, _) =
        single(reader, users, &Kind::AUTHORIZATION_POLICY).await?;
    let (asking, requests): (Option<ConsentRequests>, _) =
        single(reader, requests, &Kind::ADMIN_CONSENT_POLICY).await?;
    if policy.is_none() && asking.is_none() {
        return Ok(of_items(Vec::new(), either(users, requests)));
    }
    let mut row = AppConsentFact {
        admin_consent_requests: asking.and_then(|asking| asking.is_enabled),
        ..AppConsentFact::default()
    };
    if let Some(policy) = policy {
        let permissions = policy.default_user_role_permissions.unwrap_or_default();
        row.users_can_register_apps = permissions.allowed_to_create_apps;
        row.users_can_create_tenants = permissions.allowed_to_create_tenants;
        row.user_consent = permissions.permission_grant_policies_assigned;
        row.guest_role = policy.guest_user_role_id;
        row.allow_invites_from = policy.allow_invites_from;
    }
    Ok(of_items(vec![row], either(users, requests)))
}

/// The one object of a kind.
async fn single<V: DeserializeOwned + Send>(
    reader: &Reader<'_>,
    evidence: EvidenceState,
    kind: &Kind,
) -> Result<(Option<V>, EvidenceState), StoreError> {
    let (views, evidence) = rows(reader, evidence, kind, |_, Single(view)| Some(view)).await?;
    Ok((views.into_iter().next(), evidence))
}
