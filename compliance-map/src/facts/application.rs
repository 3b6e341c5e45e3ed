//! Rows about applications: what users may do with them, their owners and credentials.

use super::row::row;
use crate::Timestamp;

row! {
    /// What users may do with applications and guests, key `identity.app_consent`; one row.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/authorizationpolicy>.
    AppConsentFact of TENANT {
        /// Whether users can register applications.
        users_can_register_apps: bool,
        /// Whether users can create tenants.
        users_can_create_tenants: bool,
        /// Permission grant policies assigned to users, for example
        /// `ManagePermissionGrantsForSelf.microsoft-user-default-low`; empty when they cannot consent.
        user_consent: Vec<String>,
        /// Whether users can ask administrators for consent.
        admin_consent_requests: bool,
        /// Role of guests: template id, or `guest`, `member`, `restricted`.
        guest_role: String,
        /// `none`, `adminsAndGuestInviters`, `adminsGuestInvitersAndAllMembers` or `everyone`.
        allow_invites_from: String,
    }
}

row! {
    /// An application or service principal, key `identity.service_principals`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal>.
    ServicePrincipalFact by id {
        /// Name shown to people.
        name: String,
        /// Whether Microsoft owns it, so that nobody in the tenant can.
        first_party: bool,
        /// Object ids of the owners.
        owners: Vec<String>,
        /// Secrets and certificates.
        credentials: Vec<CredentialFact>,
        /// Application permissions granted to it, by name, for example `Directory.ReadWrite.All`.
        permissions: Vec<String>,
    }
}

row! {
    /// A secret or certificate of an application, without its value.
    CredentialFact {
        /// `secret` or `certificate`.
        kind: String,
        /// When it starts to be valid.
        starts: Timestamp,
        /// When it ends.
        expires: Timestamp,
    }
}
