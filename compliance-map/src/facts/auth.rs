//! Rows about authentication: registered methods and what asks for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::further::says_more;
use super::row::Subject;

/// What a user registered, as the service's own report tells, key `auth.registration`.
///
/// See <https://learn.microsoft.com/en-us/graph/api/resources/userregistrationdetails>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RegistrationFact {
    /// Object id of the user.
    pub user: String,
    /// Whether a registered method is also allowed by the methods policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_capable: Option<bool>,
    /// Graph's names of the registered methods, for example `microsoftAuthenticatorPush`.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Whether a strong method is registered, allowed or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_registered: Option<bool>,
    /// Whether a passwordless method is registered and allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passwordless_capable: Option<bool>,
    /// The method asked for first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_method: Option<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl RegistrationFact {
    /// Whether more is said of the methods, which may take something away.
    pub(crate) fn is_narrowed(&self) -> bool {
        says_more(&self.extra, &BESIDE_METHODS)
    }
}

/// What the report says beside the methods, on 2026-11-29:
/// <https://learn.microsoft.com/en-us/graph/api/resources/userregistrationdetails>.
const BESIDE_METHODS: [&str; 11] = [
    "is_admin",
    "is_sspr_capable",
    "is_sspr_enabled",
    "is_sspr_registered",
    "is_system_preferred_authentication_method_enabled",
    "last_updated",
    "last_updated_date_time",
    "system_preferred_authentication_methods",
    "user_display_name",
    "user_preferred_method_for_secondary_authentication",
    "user_type",
];

/// The methods of a user, read one user at a time, key `auth.methods`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MethodsFact {
    /// Object id of the user.
    pub user: String,
    /// Method names, as in [`RegistrationFact::methods`] or as Graph's type names.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl MethodsFact {
    /// Whether more is said of the methods, which may take something away.
    pub(crate) fn is_narrowed(&self) -> bool {
        says_more(&self.extra, &[])
    }
}

/// The per-user MFA state, key `auth.per_user_mfa`.
///
/// See <https://learn.microsoft.com/en-us/entra/identity/authentication/howto-mfa-userstates>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PerUserMfaFact {
    /// Object id of the user.
    pub user: String,
    /// `disabled`, `enabled` or `enforced`.
    pub state: String,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl PerUserMfaFact {
    /// Whether more is said of the state, which may take something away.
    pub(crate) fn is_narrowed(&self) -> bool {
        says_more(&self.extra, &[])
    }
}

/// Whether security defaults are on, key `auth.security_defaults`; one row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SecurityDefaultsFact {
    /// Whether they are on.
    pub enabled: bool,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// A conditional access policy, key `auth.ca_policies`.
///
/// `include`, `exclude`, `apps` and `conditions` are optional so that "not told" stays different
/// from "none": a policy that does not tell its scope is never taken to bind anyone.
///
/// See <https://learn.microsoft.com/en-us/graph/api/resources/conditionalaccesspolicy>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaPolicyFact {
    /// Policy id.
    pub id: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `enabled`, `disabled` or `enabledForReportingButNotEnforced`.
    pub state: String,
    /// Whom the policy applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<CaPrincipals>,
    /// Whom the policy leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<CaPrincipals>,
    /// Which applications or user actions it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apps: Option<CaApps>,
    /// Under which conditions it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<CaConditions>,
    /// What it asks for; absent in a policy of session controls only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<CaGrant>,
    /// Session controls, kept as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Value>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl Subject for CaPolicyFact {
    fn subject(&self) -> &str {
        &self.id
    }
}

/// The people side of a conditional access policy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaPrincipals {
    /// Object ids, or `All`, `None`, `GuestsOrExternalUsers`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub users: Vec<String>,
    /// Group ids; nested members count.
    #[serde(default, deserialize_with = "null_as_default")]
    pub groups: Vec<String>,
    /// Directory roles by display name or template id.
    #[serde(default, deserialize_with = "null_as_default")]
    pub roles: Vec<String>,
    /// Kinds of guests and external users, for example `b2bCollaborationGuest`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub guest_types: Vec<String>,
    /// Further members, kept and written back. `external_tenants` limits the guest types to guests of
    /// those tenants, unless its `membershipKind` is `all`. With any other member that holds
    /// something it cannot be told whom this side covers.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// The applications side of a conditional access policy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaApps {
    /// Application ids, or `All`, `None`, `Office365`, `MicrosoftAdminPortals`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub include: Vec<String>,
    /// Application ids left out.
    #[serde(default, deserialize_with = "null_as_default")]
    pub exclude: Vec<String>,
    /// User actions; a policy with one does not cover sign-in to applications.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_actions: Vec<String>,
    /// Further members, kept and written back, for example `applicationFilter`. One that holds
    /// something narrows the policy.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// The conditions of a conditional access policy.
///
/// A member that this version does not know is taken to narrow the policy: it can then bind people
/// only conditionally.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaConditions {
    /// Client kinds; empty or `all` for every client.
    #[serde(default, deserialize_with = "null_as_default")]
    pub client_apps: Vec<String>,
    /// Device platforms.
    #[serde(default, deserialize_with = "null_as_default")]
    pub platforms: Vec<String>,
    /// Named locations, `All` or `AllTrusted`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub locations_include: Vec<String>,
    /// Named locations left out.
    #[serde(default, deserialize_with = "null_as_default")]
    pub locations_exclude: Vec<String>,
    /// Sign-in risk levels.
    #[serde(default, deserialize_with = "null_as_default")]
    pub sign_in_risk: Vec<String>,
    /// User risk levels.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_risk: Vec<String>,
    /// Device filter, kept as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_filter: Option<Value>,
    /// Authentication flows, kept as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_flows: Option<Value>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// What a conditional access policy asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaGrant {
    /// `AND` or `OR`; anything else counts as `OR`, which proves less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Built-in controls, for example `mfa`, `compliantDevice`, `block`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub controls: Vec<String>,
    /// Authentication strength: its id or name, or an object that holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_strength: Option<Value>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Graph writes an empty list as `null` in places.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
