//! Which methods people may register and use.

use super::DateTime;
use super::declare::{open_enum, open_resource, resource};

open_resource! {
    /// Which methods are allowed.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy>
    pub struct AuthenticationMethodsPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// Its version.
        policy_version: String,
        /// How far the older policies have been taken over.
        policy_migration_state: AuthenticationMethodsPolicyMigrationState,
        /// After how many days people confirm what they have registered.
        reconfirmation_in_days: i32,
        /// Who is asked to register.
        registration_enforcement: RegistrationEnforcement,
        /// The methods.
        authentication_method_configurations: Vec<AuthenticationMethodConfiguration>,
    }
}

open_enum! {
    /// How far the older policies for methods have been taken over.
    pub enum AuthenticationMethodsPolicyMigrationState {
        /// Not yet: the older ones hold as well.
        PreMigration = "preMigration",
        /// Partly: the older ones hold as well.
        MigrationInProgress = "migrationInProgress",
        /// Wholly: the older ones no longer hold.
        MigrationComplete = "migrationComplete",
    }
}

resource! {
    /// Who is asked to register.
    /// <https://learn.microsoft.com/graph/api/resources/registrationenforcement>
    pub struct RegistrationEnforcement {
        /// The campaign.
        authentication_methods_registration_campaign: AuthenticationMethodsRegistrationCampaign,
    }
}

resource! {
    /// A campaign for a method.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationmethodsregistrationcampaign>
    pub struct AuthenticationMethodsRegistrationCampaign {
        /// `default`, `enabled` or `disabled`.
        state: String,
        /// For how many days people may put it off.
        snooze_duration_in_days: i32,
        /// Whom it concerns.
        include_targets: Vec<AuthenticationMethodsRegistrationCampaignIncludeTarget>,
        /// Whom it does not.
        exclude_targets: Vec<ExcludeTarget>,
    }
}

resource! {
    /// Whom a campaign concerns.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationmethodsregistrationcampaignincludetarget>
    pub struct AuthenticationMethodsRegistrationCampaignIncludeTarget {
        /// The user or group; `all_users` is everyone.
        id: String,
        /// `user` or `group`.
        target_type: String,
        /// The method.
        targeted_authentication_method: String,
    }
}

resource! {
    /// Whom something does not concern.
    /// <https://learn.microsoft.com/graph/api/resources/excludetarget>
    pub struct ExcludeTarget {
        /// The user or group.
        id: String,
        /// `user` or `group`.
        target_type: String,
    }
}

resource! {
    /// Whom a method is for.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationmethodtarget>
    pub struct AuthenticationMethodTarget {
        /// The user or group; `all_users` is everyone.
        id: String,
        /// `user` or `group`.
        target_type: String,
        /// Whether they are made to register it.
        is_registration_required: bool,
        /// Of the Authenticator app: `deviceBasedPush`, `push` or `any`.
        authentication_mode: String,
        /// Of text messages: whether they may be signed in with.
        is_usable_for_sign_in: bool,
    }
}

open_resource! {
    /// A method of any kind and who may use it; the kind says which fields there are.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationmethodconfiguration>
    pub struct AuthenticationMethodConfiguration {
        /// The method, such as `Fido2`.
        id: String,
        /// Whether it is allowed.
        state: AuthenticationMethodState,
        /// Who may use it.
        include_targets: Vec<AuthenticationMethodTarget>,
        /// Who may not.
        exclude_targets: Vec<ExcludeTarget>,
        /// Of keys: whether they must prove their model.
        is_attestation_enforced: bool,
        /// Of keys: whether people may register them themselves.
        is_self_service_registration_allowed: bool,
        /// Of keys: which models.
        key_restrictions: Fido2KeyRestrictions,
        /// Of the Authenticator app: what it shows.
        feature_settings: MicrosoftAuthenticatorFeatureSettings,
        /// Of the Authenticator app: whether its codes are allowed.
        is_software_oath_enabled: bool,
        /// Of temporary passes: how long they are.
        default_length: i32,
        /// Of temporary passes: for how many minutes they are good.
        default_lifetime_in_minutes: i32,
        /// Of temporary passes: for how many minutes at least.
        minimum_lifetime_in_minutes: i32,
        /// Of temporary passes: for how many minutes at most.
        maximum_lifetime_in_minutes: i32,
        /// Of temporary passes: whether only once.
        is_usable_once: bool,
        /// Of mail: whether guests get codes by it.
        allow_external_id_to_use_email_otp: String,
        /// Of calls: whether to the office.
        is_office_phone_allowed: bool,
    }
}

open_enum! {
    /// Whether a method is allowed.
    pub enum AuthenticationMethodState {
        /// It is.
        Enabled = "enabled",
        /// It is not.
        Disabled = "disabled",
    }
}

resource! {
    /// Which models of key. <https://learn.microsoft.com/graph/api/resources/fido2keyrestrictions>
    pub struct Fido2KeyRestrictions {
        /// Whether that is enforced.
        is_enforced: bool,
        /// `allow` only those, or `block` them.
        enforcement_type: String,
        /// The models, by identifier.
        aa_guids: Vec<String>,
    }
}

resource! {
    /// What the Authenticator app shows.
    /// <https://learn.microsoft.com/graph/api/resources/microsoftauthenticatorfeaturesettings>
    pub struct MicrosoftAuthenticatorFeatureSettings {
        /// The application that is signed in to.
        display_app_information_required_state: AuthenticationMethodFeatureConfiguration,
        /// Where from.
        display_location_information_required_state: AuthenticationMethodFeatureConfiguration,
    }
}

resource! {
    /// For whom a feature is on.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationmethodfeatureconfiguration>
    pub struct AuthenticationMethodFeatureConfiguration {
        /// `default`, `enabled` or `disabled`.
        state: String,
        /// For whom it is.
        include_target: FeatureTarget,
        /// For whom it is not.
        exclude_target: FeatureTarget,
    }
}

resource! {
    /// Whom a feature concerns. <https://learn.microsoft.com/graph/api/resources/featuretarget>
    pub struct FeatureTarget {
        /// The group or other; `all_users` is everyone.
        id: String,
        /// `group`, `administrativeUnit` or `role`.
        target_type: String,
    }
}
