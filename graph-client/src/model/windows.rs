//! What only Windows has: its protection and how it comes to be set up.

use super::DateTime;
use super::declare::resource;

resource! {
    /// How the protection of a device is.
    /// <https://learn.microsoft.com/graph/api/resources/intune-devices-windowsprotectionstate>
    pub struct WindowsProtectionState {
        /// The id.
        id: String,
        /// Whether it is on.
        malware_protection_enabled: bool,
        /// Whether files are checked as they are used.
        real_time_protection_enabled: bool,
        /// Whether what comes by network is.
        network_inspection_system_enabled: bool,
        /// What has to be done, such as `clean` or `fullScanPending`.
        device_state: String,
        /// Whether a quick scan is due.
        quick_scan_overdue: bool,
        /// Whether a full scan is due.
        full_scan_overdue: bool,
        /// Whether a full scan is needed.
        full_scan_required: bool,
        /// Whether it has to be started anew.
        reboot_required: bool,
        /// Whether its signatures are too old.
        signature_update_overdue: bool,
        /// The version of those.
        signature_version: String,
        /// The version of its engine.
        engine_version: String,
        /// The version of the program.
        anti_malware_version: String,
        /// Whether it cannot be turned off.
        tamper_protection_enabled: bool,
        /// Whether the device is a virtual machine.
        is_virtual_machine: bool,
        /// What else is to be said.
        product_status: String,
        /// When it last scanned quickly.
        last_quick_scan_date_time: DateTime,
        /// When it last scanned in full.
        last_full_scan_date_time: DateTime,
        /// When it last reported.
        last_reported_date_time: DateTime,
    }
}

resource! {
    /// A device that sets itself up.
    /// <https://learn.microsoft.com/graph/api/resources/intune-enrollment-windowsautopilotdeviceidentity>
    pub struct WindowsAutopilotDeviceIdentity {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// The serial number.
        serial_number: String,
        /// Who made it.
        manufacturer: String,
        /// Its model.
        model: String,
        /// What it is sorted by.
        group_tag: String,
        /// The order that it came by.
        purchase_order_identifier: String,
        /// For whom it is.
        user_principal_name: String,
        /// Whether it is enrolled.
        enrollment_state: String,
        /// When it was last seen.
        last_contacted_date_time: DateTime,
        /// The id that it has in the directory as `deviceId`.
        azure_active_directory_device_id: String,
        /// The id that it has in Intune.
        managed_device_id: String,
    }
}
