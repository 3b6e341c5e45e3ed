//! Types for the resources that are read most, as conveniences: any `Deserialize` type of your own
//! will do as well.
//!
//! Every property is optional, since `$select` decides what arrives: `None` is "not said", never
//! "empty" or "no". Enumerations keep values they do not know, compare names without regard to
//! case, and write back what they read. Dates keep text that is no date.
//!
//! What is at the end of a relation, such as the rules of a policy, comes when it is expanded:
//! `list::<UnifiedRoleManagementPolicy>(…).expand("rules")`. Resources of several kinds, such as
//! authentication methods, are one type with the properties of all kinds and the rest in `other`;
//! they select nothing, since no kind has all of them.
//!
//! | about | begin at |
//! |---|---|
//! | people and groups | [`User`], [`Group`], [`DirectoryObject`], [`AdministrativeUnit`], [`OrgContact`] |
//! | the tenant | [`Organization`], [`Domain`], [`DomainDnsRecord`], [`GroupSetting`], [`OnPremisesDirectorySynchronization`] |
//! | roles | [`UnifiedRoleAssignment`], [`UnifiedRoleEligibilitySchedule`], [`UnifiedRoleManagementPolicy`], [`AccessReviewScheduleDefinition`] |
//! | proving who one is | [`UserRegistrationDetails`], [`AuthenticationMethod`], [`AuthenticationMethodsPolicy`], [`AuthenticationStrengthPolicy`] |
//! | access | [`ConditionalAccessPolicy`], [`NamedLocation`], [`AuthorizationPolicy`], [`AdminConsentRequestPolicy`], [`CrossTenantAccessPolicy`], [`TenantAppManagementPolicy`] |
//! | risk | [`RiskyUser`], [`RiskDetection`], [`RiskyServicePrincipal`] |
//! | applications | [`Application`], [`ServicePrincipal`], [`OAuth2PermissionGrant`], [`AppRoleAssignment`] |
//! | licenses | [`SubscribedSku`], [`CompanySubscription`], [`LicenseDetails`] |
//! | devices | [`Device`], [`ManagedDevice`], [`DeviceCompliancePolicy`], [`DeviceConfiguration`], [`DeviceManagementConfigurationPolicy`], [`MobileApp`], [`WindowsProtectionState`] |
//! | security | [`SecureScore`], [`SecureScoreControlProfile`], [`Alert`], [`Incident`] |
//! | what happened | [`SignIn`], [`DirectoryAudit`], [`AuditEvent`], [`ServiceHealth`], [`ServiceUpdateMessage`] |
//! | Teams and mail | [`Team`], [`Channel`], [`ConversationMember`], [`ChatMessage`], [`Message`], [`MailboxSettings`] |
//! | files | [`SharepointSettings`], [`Site`], [`Drive`], [`SensitivityLabel`], [`RetentionLabel`] |
//! | partners | [`DelegatedAdminRelationship`], [`DelegatedAdminCustomer`], [`Contract`] |
//!
//! ```
//! use graph_client::model::{ConditionalAccessPolicy, ConditionalAccessPolicyState};
//!
//! let policy: ConditionalAccessPolicy =
//!     serde_json::from_str(r#"{"id": "1", "state": "enabledForReportingButNotEnforced"}"#)?;
//! assert_eq!(policy.state, Some(ConditionalAccessPolicyState::ReportOnly));
//! assert!(policy.conditions.is_none());
//! # Ok::<(), serde_json::Error>(())
//! ```

mod access_review;
mod administrative_unit;
mod alert;
mod app_management_policy;
mod application;
mod audit;
mod authentication;
mod authentication_method;
mod authentication_methods_policy;
mod authentication_strength;
mod authorization_policy;
mod chat;
mod compliance_policy;
mod conditional_access;
mod consent_policy;
mod cross_tenant_access;
mod date_time;
mod declare;
mod device;
mod device_configuration;
mod directory_object;
mod directory_role;
mod domain;
mod domain_dns_record;
mod federation;
mod group;
mod group_setting;
mod intune_audit;
mod label;
mod license;
mod mail;
mod mailbox_settings;
mod managed_device;
mod mobile_app;
mod named_location;
mod on_premises;
mod org_contact;
mod organization;
mod partner;
mod report_settings;
mod risk;
mod role;
mod role_policy;
mod role_schedule;
mod secure_score;
mod security_defaults;
mod service_health;
mod share_point;
mod site;
mod subscription;
mod team;
mod user;
mod windows;

pub use access_review::*;
pub use administrative_unit::*;
pub use alert::*;
pub use app_management_policy::*;
pub use application::*;
pub use audit::*;
pub use authentication::*;
pub use authentication_method::*;
pub use authentication_methods_policy::*;
pub use authentication_strength::*;
pub use authorization_policy::*;
pub use chat::*;
pub use compliance_policy::*;
pub use conditional_access::*;
pub use consent_policy::*;
pub use cross_tenant_access::*;
pub use date_time::DateTime;
pub use device::*;
pub use device_configuration::*;
pub use directory_object::*;
pub use directory_role::*;
pub use domain::*;
pub use domain_dns_record::*;
pub use federation::*;
pub use group::*;
pub use group_setting::*;
pub use intune_audit::*;
pub use label::*;
pub use license::*;
pub use mail::*;
pub use mailbox_settings::*;
pub use managed_device::*;
pub use mobile_app::*;
pub use named_location::*;
pub use on_premises::*;
pub use org_contact::*;
pub use organization::*;
pub use partner::*;
pub use report_settings::*;
pub use risk::*;
pub use role::*;
pub use role_policy::*;
pub use role_schedule::*;
pub use secure_score::*;
pub use security_defaults::*;
pub use service_health::*;
pub use share_point::*;
pub use site::*;
pub use subscription::*;
pub use team::*;
pub use user::*;
pub use windows::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enumerations_ignore_case_and_keep_what_they_do_not_know() {
        let state =
            |text: &str| serde_json::from_str::<ConditionalAccessPolicyState>(text).unwrap();
        assert_eq!(state(r#""ENABLED""#), ConditionalAccessPolicyState::Enabled);
        for unknown in ["", "somethingNew", "a\\u00e9\\n"] {
            let text = format!("\"{unknown}\"");
            let value = state(&text);
            assert!(matches!(value, ConditionalAccessPolicyState::Unknown(_)));
            let again: String =
                serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
            assert_eq!(again, serde_json::from_str::<String>(&text).unwrap());
        }
    }

    #[test]
    fn absent_and_null_are_not_empty() {
        let user: User =
            serde_json::from_str(r#"{"id":"1","accountEnabled":null,"assignedLicenses":[]}"#)
                .unwrap();
        assert_eq!(user.account_enabled, None);
        assert_eq!(user.user_type, None);
        assert_eq!(user.assigned_licenses, Some(vec![]));
    }

    #[test]
    fn models_select_what_they_hold() {
        let fields = crate::fields::<User>().unwrap();
        assert!(fields.contains(&"userPrincipalName") && fields.contains(&"accountEnabled"));
        // It needs a license and has a low limit, so it is never asked for by accident.
        assert!(!fields.contains(&"signInActivity"));
        assert_eq!(
            crate::fields::<UserSignInActivity>(),
            Some(vec!["id", "signInActivity"])
        );
        assert_eq!(crate::fields::<NamedLocation>(), None);
    }
}
