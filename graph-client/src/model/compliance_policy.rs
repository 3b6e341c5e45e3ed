//! What devices have to fulfil, and whether they do.

use super::DateTime;
use super::declare::{open_enum, open_resource, resource};

open_resource! {
    /// What devices have to fulfil; the kind says for which system, and which fields there are.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicy>
    pub struct DeviceCompliancePolicy {
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
        assignments: Vec<DeviceCompliancePolicyAssignment>,
        /// Whether a password is needed.
        password_required: bool,
        /// How long it is at least.
        password_minimum_length: i32,
        /// What it consists of.
        password_required_type: String,
        /// Whether simple ones are refused.
        password_block_simple: bool,
        /// After how many days it is changed.
        password_expiration_days: i32,
        /// How many old ones are refused.
        password_previous_password_block_count: i32,
        /// After how many idle minutes it is asked for.
        password_minutes_of_inactivity_before_lock: i32,
        /// Of iOS: whether a code is needed.
        passcode_required: bool,
        /// Of iOS: how long it is at least.
        passcode_minimum_length: i32,
        /// Of iOS: after how many idle minutes it is asked for.
        passcode_minutes_of_inactivity_before_lock: i32,
        /// The oldest version of the system.
        os_minimum_version: String,
        /// The newest version of the system.
        os_maximum_version: String,
        /// Whether storage is to be encrypted.
        storage_require_encryption: bool,
        /// Of Windows: whether `BitLocker` is to be on.
        bit_locker_enabled: bool,
        /// Of Windows: whether it is to boot securely.
        secure_boot_enabled: bool,
        /// Of Windows: whether code is to be checked.
        code_integrity_enabled: bool,
        /// Of Windows: whether it is to be found healthy.
        require_healthy_device_report: bool,
        /// Of macOS: whether the firewall is to be on.
        firewall_enabled: bool,
        /// Of macOS: whether the system is to be protected.
        system_integrity_protection_enabled: bool,
        /// Of phones: whether jailbroken or rooted ones fail.
        security_block_jailbroken_devices: bool,
        /// Whether protection is to say that it is safe.
        device_threat_protection_enabled: bool,
        /// How safe.
        device_threat_protection_required_security_level: String,
        /// Of Android: the oldest date of its patches.
        min_android_security_patch_level: String,
    }
}

resource! {
    /// To whom a policy is assigned.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicyassignment>
    pub struct DeviceCompliancePolicyAssignment {
        /// The id.
        id: String,
        /// To whom.
        target: AssignmentTarget,
    }
}

open_resource! {
    /// To whom something is assigned: the kind says whether a group, all but a group, all devices
    /// or all people.
    /// <https://learn.microsoft.com/graph/api/resources/intune-shared-deviceandappmanagementassignmenttarget>
    pub struct AssignmentTarget {
        /// Of a group: the group.
        group_id: String,
    }
}

resource! {
    /// Whether a device fulfils one policy.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicystate>
    pub struct DeviceCompliancePolicyState {
        /// The id.
        id: String,
        /// The policy's name.
        display_name: String,
        /// The policy's version.
        version: i32,
        /// For which system.
        platform_type: String,
        /// Whether it does.
        state: ComplianceStatus,
        /// How many settings.
        setting_count: i32,
        /// Whether it fulfils each of them.
        setting_states: Vec<DeviceCompliancePolicySettingState>,
    }
}

resource! {
    /// Whether a device fulfils one setting.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicysettingstate>
    pub struct DeviceCompliancePolicySettingState {
        /// The setting.
        setting: String,
        /// Its name.
        setting_name: String,
        /// Whether it does.
        state: ComplianceStatus,
        /// What it is set to on the device.
        current_value: String,
        /// Why that could not be found out.
        error_code: i64,
        /// What that means.
        error_description: String,
        /// Whose device it is.
        user_id: String,
        /// The sign-in name of that person.
        user_principal_name: String,
    }
}

resource! {
    /// Whether a device fulfils a policy, asked of the policy.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancedevicestatus>
    pub struct DeviceComplianceDeviceStatus {
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
        /// Whether it does.
        status: ComplianceStatus,
        /// When it last reported.
        last_reported_date_time: DateTime,
        /// Until when it may go on without.
        compliance_grace_period_expiration_date_time: DateTime,
    }
}

resource! {
    /// How many devices fulfil the policies.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicydevicestatesummary>
    pub struct DeviceCompliancePolicyDeviceStateSummary {
        /// The id.
        id: String,
        /// That do.
        compliant_device_count: i32,
        /// That do not.
        non_compliant_device_count: i32,
        /// That do not, but are given time.
        in_grace_period_count: i32,
        /// That were made to.
        remediated_device_count: i32,
        /// Whose policies contradict each other.
        conflict_device_count: i32,
        /// Of which it could not be found out.
        error_device_count: i32,
        /// That no policy concerns.
        not_applicable_device_count: i32,
        /// Of which it is not known yet.
        unknown_device_count: i32,
        /// Of which Configuration Manager decides.
        config_manager_count: i32,
    }
}

open_enum! {
    /// Whether something is fulfilled or set.
    pub enum ComplianceStatus {
        /// Not known.
        NotKnown = "unknown",
        /// It does not concern the device.
        NotApplicable = "notApplicable",
        /// It is.
        Compliant = "compliant",
        /// It was made to be.
        Remediated = "remediated",
        /// It is not.
        NonCompliant = "nonCompliant",
        /// It could not be found out.
        Error = "error",
        /// Policies contradict each other.
        Conflict = "conflict",
        /// It is assigned to no one.
        NotAssigned = "notAssigned",
    }
}

resource! {
    /// Settings of Intune for the whole tenant.
    /// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicemanagementsettings>
    pub struct DeviceManagementSettings {
        /// Whether devices without a policy count as not compliant.
        secure_by_default: bool,
        /// After how many silent days a device no longer counts as compliant.
        device_compliance_checkin_threshold_days: i32,
        /// Whether something is done about devices that are not.
        is_scheduled_action_enabled: bool,
    }
}
