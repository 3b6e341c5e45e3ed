//! Conditional access policies.
//!
//! <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>

use super::declare::{open_enum, resource};
use super::{AuthenticationStrengthPolicy, DateTime};

resource! {
    /// A conditional access policy.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>
    pub struct ConditionalAccessPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// Whether it is in force.
        state: ConditionalAccessPolicyState,
        /// Whom and what it concerns: all of these must hold.
        conditions: ConditionalAccessConditionSet,
        /// What it demands for access.
        grant_controls: ConditionalAccessGrantControls,
        /// What it restricts during access.
        session_controls: ConditionalAccessSessionControls,
        /// The template it was made from.
        template_id: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was last changed.
        modified_date_time: DateTime,
    }
}

open_enum! {
    /// Whether a policy is in force.
    pub enum ConditionalAccessPolicyState {
        /// It is.
        Enabled = "enabled",
        /// It is not.
        Disabled = "disabled",
        /// It only reports what it would have done.
        ReportOnly = "enabledForReportingButNotEnforced",
    }
}

resource! {
    /// Whom and what a policy concerns.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset>
    pub struct ConditionalAccessConditionSet {
        /// Which people.
        users: ConditionalAccessUsers,
        /// Which applications or actions.
        applications: ConditionalAccessApplications,
        /// Which workload identities, in the place of people.
        client_applications: ConditionalAccessClientApplications,
        /// Which kinds of client.
        client_app_types: Vec<ConditionalAccessClientApp>,
        /// Which platforms; nothing is all.
        platforms: ConditionalAccessPlatforms,
        /// Which locations; nothing is all.
        locations: ConditionalAccessLocations,
        /// Which devices; nothing is all.
        devices: ConditionalAccessDevices,
        /// Which risk of the sign-in; empty is any.
        sign_in_risk_levels: Vec<RiskLevel>,
        /// Which risk of the user; empty is any.
        user_risk_levels: Vec<RiskLevel>,
        /// Which risk of the workload identity; empty is any.
        service_principal_risk_levels: Vec<RiskLevel>,
        /// Which insider risk, separated by commas; nothing is any.
        insider_risk_levels: String,
        /// Which ways of signing in; nothing is any.
        authentication_flows: ConditionalAccessAuthenticationFlows,
    }
}

resource! {
    /// Which people. <https://learn.microsoft.com/graph/api/resources/conditionalaccessusers>
    pub struct ConditionalAccessUsers {
        /// Ids, or `All`, `None`, `GuestsOrExternalUsers`.
        include_users: Vec<String>,
        /// Ids, or `GuestsOrExternalUsers`.
        exclude_users: Vec<String>,
        /// Ids of groups; members of nested groups are meant too.
        include_groups: Vec<String>,
        /// Ids of groups; members of nested groups are meant too.
        exclude_groups: Vec<String>,
        /// Template ids of roles.
        include_roles: Vec<String>,
        /// Template ids of roles.
        exclude_roles: Vec<String>,
        /// Guests and external users by kind.
        include_guests_or_external_users: ConditionalAccessGuestsOrExternalUsers,
        /// Guests and external users by kind.
        exclude_guests_or_external_users: ConditionalAccessGuestsOrExternalUsers,
    }
}

resource! {
    /// Guests and external users by kind.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessguestsorexternalusers>
    pub struct ConditionalAccessGuestsOrExternalUsers {
        /// The kinds, separated by commas, such as `internalGuest,b2bCollaborationGuest`.
        guest_or_external_user_types: String,
        /// Of which tenants.
        external_tenants: ConditionalAccessExternalTenants,
    }
}

resource! {
    /// Tenants that guests come from.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessexternaltenants>
    pub struct ConditionalAccessExternalTenants {
        /// All, or those listed.
        membership_kind: ExternalTenantsMembershipKind,
        /// Their ids.
        members: Vec<String>,
    }
}

open_enum! {
    /// Whether all tenants are meant.
    pub enum ExternalTenantsMembershipKind {
        /// All.
        All = "all",
        /// Those listed.
        Enumerated = "enumerated",
    }
}

resource! {
    /// Which applications or actions.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessapplications>
    pub struct ConditionalAccessApplications {
        /// Application ids, or `All`, `None`, `Office365`, `MicrosoftAdminPortals`.
        include_applications: Vec<String>,
        /// Application ids, or `Office365`, `MicrosoftAdminPortals`.
        exclude_applications: Vec<String>,
        /// Actions in the place of applications, such as `urn:user:registersecurityinfo`.
        include_user_actions: Vec<String>,
        /// Authentication contexts in the place of applications, such as `c1`.
        include_authentication_context_class_references: Vec<String>,
        /// Applications by attribute.
        application_filter: ConditionalAccessFilter,
    }
}

resource! {
    /// A rule that includes or excludes by attribute.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessfilter>
    pub struct ConditionalAccessFilter {
        /// Which of both.
        mode: FilterMode,
        /// The rule.
        rule: String,
    }
}

open_enum! {
    /// Whether a filter includes or excludes.
    pub enum FilterMode {
        /// Only what fits.
        Include = "include",
        /// All but what fits.
        Exclude = "exclude",
    }
}

resource! {
    /// Which workload identities.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessclientapplications>
    pub struct ConditionalAccessClientApplications {
        /// Ids, or `ServicePrincipalsInMyTenant`.
        include_service_principals: Vec<String>,
        /// Ids.
        exclude_service_principals: Vec<String>,
        /// By attribute.
        service_principal_filter: ConditionalAccessFilter,
    }
}

open_enum! {
    /// A kind of client.
    pub enum ConditionalAccessClientApp {
        /// Every kind.
        All = "all",
        /// Browsers.
        Browser = "browser",
        /// Apps with modern authentication.
        MobileAppsAndDesktopClients = "mobileAppsAndDesktopClients",
        /// `Exchange ActiveSync`, which cannot do MFA.
        ExchangeActiveSync = "exchangeActiveSync",
        /// `Exchange ActiveSync` on supported platforms.
        EasSupported = "easSupported",
        /// Other legacy authentication, which cannot do MFA.
        Other = "other",
    }
}

resource! {
    /// Which platforms.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessplatforms>
    pub struct ConditionalAccessPlatforms {
        /// Included.
        include_platforms: Vec<ConditionalAccessDevicePlatform>,
        /// Excluded.
        exclude_platforms: Vec<ConditionalAccessDevicePlatform>,
    }
}

open_enum! {
    /// A platform.
    pub enum ConditionalAccessDevicePlatform {
        /// Every one, unknown ones included.
        All = "all",
        /// Android.
        Android = "android",
        /// iOS and iPadOS.
        Ios = "iOS",
        /// Windows.
        Windows = "windows",
        /// Windows Phone.
        WindowsPhone = "windowsPhone",
        /// macOS.
        MacOs = "macOS",
        /// Linux.
        Linux = "linux",
    }
}

resource! {
    /// Which locations.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccesslocations>
    pub struct ConditionalAccessLocations {
        /// Ids of named locations, or `All`, `AllTrusted`.
        include_locations: Vec<String>,
        /// Ids of named locations, or `AllTrusted`.
        exclude_locations: Vec<String>,
    }
}

resource! {
    /// Which devices. <https://learn.microsoft.com/graph/api/resources/conditionalaccessdevices>
    pub struct ConditionalAccessDevices {
        /// By attribute.
        device_filter: ConditionalAccessFilter,
    }
}

open_enum! {
    /// How likely it is that an identity was taken over.
    pub enum RiskLevel {
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
        /// Not shown to tenants without Entra ID P2.
        Hidden = "hidden",
        /// None.
        None = "none",
    }
}

resource! {
    /// Which ways of signing in.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessauthenticationflows>
    pub struct ConditionalAccessAuthenticationFlows {
        /// `deviceCodeFlow`, `authenticationTransfer`, or both separated by a comma.
        transfer_methods: String,
    }
}

resource! {
    /// What a policy demands for access.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccessgrantcontrols>
    pub struct ConditionalAccessGrantControls {
        /// Whether one of them is enough.
        operator: GrantOperator,
        /// The controls by name.
        built_in_controls: Vec<ConditionalAccessGrantControl>,
        /// Controls of other vendors.
        custom_authentication_factors: Vec<String>,
        /// Terms of use to be accepted.
        terms_of_use: Vec<String>,
        /// How strong the authentication must be.
        authentication_strength: AuthenticationStrengthPolicy,
    }
}

open_enum! {
    /// Whether one control is enough.
    pub enum GrantOperator {
        /// All are demanded.
        And = "AND",
        /// One is enough.
        Or = "OR",
    }
}

open_enum! {
    /// What is demanded.
    pub enum ConditionalAccessGrantControl {
        /// Nothing helps: access is blocked.
        Block = "block",
        /// Multifactor authentication.
        Mfa = "mfa",
        /// A device that Intune calls compliant.
        CompliantDevice = "compliantDevice",
        /// A device joined to both directories.
        DomainJoinedDevice = "domainJoinedDevice",
        /// An approved app.
        ApprovedApplication = "approvedApplication",
        /// An app under an app protection policy.
        CompliantApplication = "compliantApplication",
        /// A change of password.
        PasswordChange = "passwordChange",
        /// Whatever removes the risk.
        RiskRemediation = "riskRemediation",
    }
}

resource! {
    /// What a policy restricts during access.
    /// <https://learn.microsoft.com/graph/api/resources/conditionalaccesssessioncontrols>
    pub struct ConditionalAccessSessionControls {
        /// Restrictions that the application enforces.
        application_enforced_restrictions: ApplicationEnforcedRestrictionsSessionControl,
        /// Control by Defender for Cloud Apps.
        cloud_app_security: CloudAppSecuritySessionControl,
        /// Whether a browser may stay signed in.
        persistent_browser: PersistentBrowserSessionControl,
        /// How often to sign in again.
        sign_in_frequency: SignInFrequencySessionControl,
        /// Whether tokens are bound to the device.
        secure_sign_in_session: SecureSignInSessionControl,
        /// Whether sessions end when the service cannot check conditions in an outage.
        disable_resilience_defaults: bool,
    }
}

resource! {
    /// Restrictions that the application enforces.
    /// <https://learn.microsoft.com/graph/api/resources/applicationenforcedrestrictionssessioncontrol>
    pub struct ApplicationEnforcedRestrictionsSessionControl {
        /// Whether it is on.
        is_enabled: bool,
    }
}

resource! {
    /// Control by Defender for Cloud Apps.
    /// <https://learn.microsoft.com/graph/api/resources/cloudappsecuritysessioncontrol>
    pub struct CloudAppSecuritySessionControl {
        /// Whether it is on.
        is_enabled: bool,
        /// `mcasConfigured`, `monitorOnly` or `blockDownloads`.
        cloud_app_security_type: String,
    }
}

resource! {
    /// Whether a browser may stay signed in.
    /// <https://learn.microsoft.com/graph/api/resources/persistentbrowsersessioncontrol>
    pub struct PersistentBrowserSessionControl {
        /// Whether it is on.
        is_enabled: bool,
        /// `always` or `never`.
        mode: String,
    }
}

resource! {
    /// Whether tokens are bound to the device.
    pub struct SecureSignInSessionControl {
        /// Whether it is on.
        is_enabled: bool,
    }
}

resource! {
    /// How often to sign in again.
    /// <https://learn.microsoft.com/graph/api/resources/signinfrequencysessioncontrol>
    pub struct SignInFrequencySessionControl {
        /// Whether it is on.
        is_enabled: bool,
        /// `timeBased` or `everyTime`.
        frequency_interval: String,
        /// `days` or `hours`.
        r#type: String,
        /// How many of them.
        value: i32,
        /// `primaryAndSecondaryAuthentication` or `secondaryAuthentication`.
        authentication_type: String,
    }
}
