//! How devices are set up: profiles and the settings catalogue.

use super::declare::{open_resource, resource};
use super::{AssignmentTarget, ComplianceStatus, DateTime};

open_resource! {
    /// A profile; the kind says what it sets up. What is not named here is in `other`.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfiguration>
    pub struct DeviceConfiguration {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// How often it was changed.
        version: i32,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// To whom it is assigned, when expanded.
        assignments: Vec<DeviceConfigurationAssignment>,
        /// Of an update ring: how updates are installed.
        automatic_update_mode: String,
        /// Of an update ring: for how many days quality updates wait.
        quality_updates_deferral_period_in_days: i32,
        /// Of an update ring: for how many days feature updates wait.
        feature_updates_deferral_period_in_days: i32,
        /// Of an update ring: whether quality updates stand still.
        quality_updates_paused: bool,
        /// Of an update ring: whether feature updates stand still.
        feature_updates_paused: bool,
        /// Of an update ring: whether drivers are left out.
        drivers_excluded: bool,
        /// Of an update ring: whether other products are updated too.
        microsoft_update_service_allowed: bool,
        /// Of Windows: whether files are checked as they are used.
        defender_require_real_time_monitoring: bool,
        /// Of Windows: whether the cloud is asked about them.
        defender_require_cloud_protection: bool,
        /// Of Windows: whether sticks are refused.
        storage_block_removable_storage: bool,
    }
}

resource! {
    /// To whom a profile is assigned.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationassignment>
    pub struct DeviceConfigurationAssignment {
        /// The id.
        id: String,
        /// To whom.
        target: AssignmentTarget,
    }
}

resource! {
    /// Whether a device is set up as one profile says.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationstate>
    pub struct DeviceConfigurationState {
        /// The id.
        id: String,
        /// The profile's name.
        display_name: String,
        /// The profile's version.
        version: i32,
        /// For which system.
        platform_type: String,
        /// Whether it is.
        state: ComplianceStatus,
        /// How many settings.
        setting_count: i32,
    }
}

resource! {
    /// Whether a device is set up as a profile says, asked of the profile.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationdevicestatus>
    pub struct DeviceConfigurationDeviceStatus {
        /// The id.
        id: String,
        /// The device's name.
        device_display_name: String,
        /// The device's model.
        device_model: String,
        /// Whose it is.
        user_name: String,
        /// The sign-in name of that person.
        user_principal_name: String,
        /// Whether it is.
        status: ComplianceStatus,
        /// When it last reported.
        last_reported_date_time: DateTime,
        /// Until when it may go on without.
        compliance_grace_period_expiration_date_time: DateTime,
    }
}

open_resource! {
    /// A policy of the settings catalogue; beta only.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfigv2-devicemanagementconfigurationpolicy?view=graph-rest-beta>
    pub struct DeviceManagementConfigurationPolicy {
        /// The id.
        id: String,
        /// The name.
        name: String,
        /// What it is for.
        description: String,
        /// The systems, such as `windows10`.
        platforms: String,
        /// The ways, such as `mdm`.
        technologies: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// How many settings.
        setting_count: i32,
        /// What made it.
        creation_source: String,
        /// The scope tags.
        role_scope_tag_ids: Vec<String>,
        /// Whether it is assigned to anyone.
        is_assigned: bool,
        /// The template that it was made from.
        template_reference: DeviceManagementConfigurationPolicyTemplateReference,
        /// The settings, when expanded.
        settings: Vec<DeviceManagementConfigurationSetting>,
    }
}

resource! {
    /// The template of a policy.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfigv2-devicemanagementconfigurationpolicytemplatereference?view=graph-rest-beta>
    pub struct DeviceManagementConfigurationPolicyTemplateReference {
        /// The id.
        template_id: String,
        /// What it is for, such as `endpointSecurityAntivirus`.
        template_family: String,
        /// The name.
        template_display_name: String,
        /// The version.
        template_display_version: String,
    }
}

resource! {
    /// A setting of a policy.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfigv2-devicemanagementconfigurationsetting?view=graph-rest-beta>
    pub struct DeviceManagementConfigurationSetting {
        /// The id.
        id: String,
        /// What it is set to.
        setting_instance: DeviceManagementConfigurationSettingInstance,
    }
}

open_resource! {
    /// What a setting is set to; the kind says where in `other` the value is.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfigv2-devicemanagementconfigurationsettinginstance?view=graph-rest-beta>
    pub struct DeviceManagementConfigurationSettingInstance {
        /// The setting, such as `device_vendor_msft_bitlocker_requiredeviceencryption`.
        setting_definition_id: String,
    }
}
