//! Devices that Intune manages.

use super::DateTime;
use super::declare::{open_enum, resource};

resource! {
    /// A device that Intune manages.
    /// <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice>
    pub struct ManagedDevice {
        /// The id in Intune.
        id: String,
        /// Its name.
        device_name: String,
        /// The name that it was given.
        managed_device_name: String,
        /// The id that it has in the directory as `deviceId`.
        #[serde(rename = "azureADDeviceId")]
        azure_ad_device_id: String,
        /// Whether it is in the directory.
        #[serde(rename = "azureADRegistered")]
        azure_ad_registered: bool,
        /// The id of the person it belongs to.
        user_id: String,
        /// The sign-in name of that person.
        user_principal_name: String,
        /// The name of that person.
        user_display_name: String,
        /// The address of that person.
        email_address: String,
        /// Whether it fulfils the compliance policies.
        compliance_state: ComplianceState,
        /// Until when it may go on without fulfilling them; the year 9999 is no end.
        compliance_grace_period_expiration_date_time: DateTime,
        /// Whether its storage is encrypted.
        is_encrypted: bool,
        /// Whether it is jailbroken or rooted, in words.
        jail_broken: String,
        /// Whether it is under supervision.
        is_supervised: bool,
        /// `company` or `personal`.
        managed_device_owner_type: String,
        /// By what it is managed.
        management_agent: String,
        /// How it was enrolled.
        device_enrollment_type: String,
        /// Whether it is registered.
        device_registration_state: String,
        /// Its category.
        device_category_display_name: String,
        /// The profile that it was enrolled with.
        enrollment_profile_name: String,
        /// `Windows`, `iOS`, `Android` and so on.
        operating_system: String,
        /// The version of that.
        os_version: String,
        /// Of Android: the date of its patches.
        android_security_patch_level: String,
        /// Who made it.
        manufacturer: String,
        /// Its model.
        model: String,
        /// Its serial number.
        serial_number: String,
        /// Its number as a phone.
        imei: String,
        /// Its address in radio networks.
        wi_fi_mac_address: String,
        /// How much it can store, in bytes.
        total_storage_space_in_bytes: i64,
        /// How much of that is free, in bytes.
        free_storage_space_in_bytes: i64,
        /// What its protection says of it.
        partner_reported_threat_state: String,
        /// Until when its certificate is good.
        management_certificate_expiration_date: DateTime,
        /// When it was enrolled.
        enrolled_date_time: DateTime,
        /// When it last reported.
        last_sync_date_time: DateTime,
    }
}

open_enum! {
    /// Whether a device fulfils the compliance policies.
    pub enum ComplianceState {
        /// Not known yet, which is not compliant.
        NotKnown = "unknown",
        /// It does.
        Compliant = "compliant",
        /// It does not.
        Noncompliant = "noncompliant",
        /// Policies contradict each other.
        Conflict = "conflict",
        /// It could not be found out.
        Error = "error",
        /// It does not, but is given time.
        InGracePeriod = "inGracePeriod",
        /// Configuration Manager decides.
        ConfigManager = "configManager",
    }
}

resource! {
    /// How many devices there are.
    /// <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddeviceoverview>
    pub struct ManagedDeviceOverview {
        /// The id.
        id: String,
        /// Enrolled.
        enrolled_device_count: i32,
        /// Of those, by management.
        mdm_enrolled_count: i32,
        /// Of those, by both ways.
        dual_enrolled_device_count: i32,
        /// By system.
        device_operating_system_summary: DeviceOperatingSystemSummary,
    }
}

resource! {
    /// How many devices there are, by system.
    /// <https://learn.microsoft.com/graph/api/resources/intune-devices-deviceoperatingsystemsummary>
    pub struct DeviceOperatingSystemSummary {
        /// Android.
        android_count: i32,
        /// iOS.
        ios_count: i32,
        /// macOS.
        #[serde(rename = "macOSCount")]
        mac_os_count: i32,
        /// Windows.
        windows_count: i32,
        /// Windows on phones.
        windows_mobile_count: i32,
        /// Others.
        unknown_count: i32,
    }
}

resource! {
    /// A program found on devices.
    /// <https://learn.microsoft.com/graph/api/resources/intune-devices-detectedapp>
    pub struct DetectedApp {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// The version.
        version: String,
        /// Who made it.
        publisher: String,
        /// The system, such as `windows`.
        platform: String,
        /// How large it is, in bytes.
        size_in_byte: i64,
        /// On how many devices.
        device_count: i32,
    }
}
