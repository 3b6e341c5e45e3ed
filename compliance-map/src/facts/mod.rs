//! The evidence vocabulary: which facts there are, their rows, and how each was read.

mod auth;
mod envelope;
mod identity;
mod key;
mod org;
mod parse;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use auth::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, MethodsFact, PerUserMfaFact,
    RegistrationFact, SecurityDefaultsFact,
};
pub use envelope::{Envelope, Fact, State};
pub use identity::{GroupFact, RoleAssignmentFact, SignInFact, UserFact};
pub use key::FactKey;
pub use org::{CrossTenantFact, LicenseFact, TenantFact};
pub use parse::FactsError;

use crate::exception::Exception;
use crate::overlay::Overlay;

/// The tenant that the facts are about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TenantInfo {
    /// Tenant id.
    pub id: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Declares the typed facts once: field, wire key, row type.
macro_rules! typed_facts {
    ($( $(#[$doc:meta])* $field:ident: $row:ty = $key:literal, )*) => {
        /// Everything that is known about one tenant: the only input of an assessment.
        ///
        /// Fields left at their default mean "not collected". Facts without a field of their own are in
        /// [`other`](Self::other) under their wire key.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Facts {
            /// The tenant.
            pub tenant: Option<TenantInfo>,
            $( $(#[$doc])* pub $field: Fact<$row>, )*
            /// Facts that have no field of their own, by wire key, rows kept as received.
            pub other: BTreeMap<String, Fact<Value>>,
            /// Accepted risks.
            pub exceptions: Vec<Exception>,
            /// Extra demands and parameters that the organisation set.
            pub overlay: Overlay,
            /// Top-level members that this version does not know; kept and written back.
            pub extra: BTreeMap<String, Value>,
        }

        impl Facts {
            /// The envelope of the fact with this wire key.
            ///
            /// A key that nobody delivered answers "not collected", whether it is known or not.
            pub fn envelope(&self, key: &str) -> Envelope<'_> {
                match key {
                    $( $key => self.$field.envelope(), )*
                    other => self.other.get(other).map_or(key::ABSENT, Fact::envelope),
                }
            }

            fn read_fact(
                &mut self,
                key: &str,
                raw: &serde_json::value::RawValue,
            ) -> Result<bool, FactsError> {
                match key {
                    $( $key => self.$field = parse::fact(key, raw)?, )*
                    other if FactKey::find(other).is_some() => {
                        self.other.insert(other.to_owned(), parse::fact(other, raw)?);
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn written_facts(&self) -> BTreeMap<&str, written::AnyFact<'_>> {
                let mut all: BTreeMap<&str, written::AnyFact<'_>> = BTreeMap::new();
                $( if !self.$field.is_absent() {
                    all.insert($key, written::AnyFact::$field(&self.$field));
                } )*
                for (key, fact) in &self.other {
                    all.insert(key, written::AnyFact::other(fact));
                }
                all
            }
        }

        mod written {
            use super::*;

            /// A borrowed fact of any row type, so that all can be written in one sorted pass.
            #[allow(non_camel_case_types, reason = "one variant per field, under the field's name")]
            #[derive(Debug, Serialize)]
            #[serde(untagged)]
            pub(super) enum AnyFact<'a> {
                $( $field(&'a Fact<$row>), )*
                other(&'a Fact<Value>),
            }
        }
    };
}

typed_facts! {
    /// Accounts, `identity.users`.
    identity_users: UserFact = "identity.users",
    /// Groups with direct members, `identity.groups`.
    identity_groups: GroupFact = "identity.groups",
    /// Directory roles held, active and eligible, `identity.role_assignments`.
    identity_role_assignments: RoleAssignmentFact = "identity.role_assignments",
    /// Last sign-ins, `identity.signin_activity`.
    identity_signin_activity: SignInFact = "identity.signin_activity",
    /// MFA registration report, `auth.registration`.
    auth_registration: RegistrationFact = "auth.registration",
    /// Methods read per user, `auth.methods`.
    auth_methods: MethodsFact = "auth.methods",
    /// Per-user MFA states, `auth.per_user_mfa`.
    auth_per_user_mfa: PerUserMfaFact = "auth.per_user_mfa",
    /// Security defaults, `auth.security_defaults`.
    auth_security_defaults: SecurityDefaultsFact = "auth.security_defaults",
    /// Conditional access policies, `auth.ca_policies`.
    auth_ca_policies: CaPolicyFact = "auth.ca_policies",
    /// Subscriptions, `org.licenses`.
    org_licenses: LicenseFact = "org.licenses",
    /// The tenant's own record, `org.tenant`.
    org_tenant: TenantFact = "org.tenant",
    /// Trust in other tenants, `org.cross_tenant`.
    org_cross_tenant: CrossTenantFact = "org.cross_tenant",
}
