//! Devices, as the directory and as Intune know them.

use super::{DateTime, open_enum, resource};

resource! {
    /// A device in the directory. <https://learn.microsoft.com/graph/api/resources/device>
    pub struct Device {
        /// The id of the object.
        id: String,
        /// The id that the device itself has, by which Intune names it too.
        device_id: String,
        /// Its name.
        display_name: String,
        /// Whether it may sign in.
        account_enabled: bool,
        /// `Windows`, `iOS`, `Android` and so on.
        operating_system: String,
        /// The version of that.
        operating_system_version: String,
        /// How it is joined: `AzureAd`, `ServerAd` or `Workplace`.
        trust_type: String,
        /// Whether it fulfils the compliance policies.
        is_compliant: bool,
        /// Whether it is managed.
        is_managed: bool,
        /// `Company` or `Personal`.
        device_ownership: String,
        /// Who made it.
        manufacturer: String,
        /// Its model.
        model: String,
        /// When it was last seen, give or take two weeks.
        approximate_last_sign_in_date_time: DateTime,
        /// When it was registered.
        registration_date_time: DateTime,
        /// Whether it is synchronised from an on-premises directory.
        on_premises_sync_enabled: bool,
    }
}

resource! {
    /// A device that Intune manages.
    /// <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice>
    pub struct ManagedDevice {
        /// The id in Intune.
        id: String,
        /// Its name.
        device_name: String,
        /// The id that it has in the directory as `deviceId`.
        #[serde(rename = "azureADDeviceId")]
        azure_ad_device_id: String,
        /// The id of the person it belongs to.
        user_id: String,
        /// The sign-in name of that person.
        user_principal_name: String,
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
        /// `Windows`, `iOS`, `Android` and so on.
        operating_system: String,
        /// The version of that.
        os_version: String,
        /// Who made it.
        manufacturer: String,
        /// Its model.
        model: String,
        /// Its serial number.
        serial_number: String,
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
