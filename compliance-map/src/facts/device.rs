//! Rows about devices and what is on them.

use super::row::row;
use crate::Timestamp;

row! {
    /// A managed device, key `device.inventory`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-manageddevice>.
    DeviceFact by device {
        /// Object id of the owner.
        owner: String,
        /// Operating system.
        os: String,
        /// Its version.
        os_version: String,
        /// `compliant`, `noncompliant`, `inGracePeriod`, `unknown`, `conflict`, `error`.
        compliance_state: String,
        /// Whether its storage is encrypted.
        encrypted: bool,
        /// When it last reported.
        last_sync: Timestamp,
        /// What manages it, in Graph's words: `mdm`, `eas`, `intuneClient`, `msSense` and so on.
        management_agent: String,
        /// Whether the vendor still supports this version of the operating system.
        os_supported: bool,
    }
}

row! {
    /// Protection against malware on a device, key `device.protection`.
    DeviceProtectionFact by device {
        /// Whether files are scanned as they are used.
        real_time_protection: bool,
        /// Whether the signatures are overdue.
        signatures_overdue: bool,
    }
}

row! {
    /// Whether a device has its updates, key `device.updates`.
    DeviceUpdateFact by device {
        /// Whether quality updates are installed as the update policy asks.
        up_to_date: bool,
    }
}

row! {
    /// A compliance policy, key `device.compliance`.
    ///
    /// The envelope member `default_without_policy` says what a device without a policy counts as:
    /// `compliant` or `noncompliant`. See
    /// <https://learn.microsoft.com/en-us/graph/api/resources/intune-deviceconfig-devicecompliancepolicy>.
    CompliancePolicyFact by policy {
        /// What it tests, for example `encryption`, `os_version`, `antivirus`, `firewall`, `password`.
        tests: Vec<String>,
        /// Group ids, `AllDevices`, `AllUsers`; empty when it is assigned to nobody.
        assigned_to: Vec<String>,
    }
}

row! {
    /// A configuration profile, key `device.config`.
    ///
    /// A member that is absent is not configured by this profile. See
    /// <https://learn.microsoft.com/en-us/graph/api/resources/intune-deviceconfig-deviceconfiguration>.
    DeviceConfigFact by profile {
        /// `windows`, `macos`, `ios`, `android`.
        platform: String,
        /// Group ids, `AllDevices`, `AllUsers`; empty when it is assigned to nobody.
        assigned_to: Vec<String>,
        /// Idle minutes until the screen locks.
        lock_minutes: u32,
        /// Failed attempts until the device locks or is wiped.
        failed_attempts: u32,
        /// Whether the firewall is on.
        firewall: bool,
        /// Whether removable media must be encrypted or cannot be used.
        removable_media_protected: bool,
        /// Whether removable media are scanned for malware.
        removable_media_scanned: bool,
        /// Whether nothing starts by itself from removable media.
        autorun_blocked: bool,
        /// Whether exploit protection is on.
        exploit_protection: bool,
        /// Whether malware is looked for by behaviour too.
        behaviour_monitoring: bool,
        /// Whether users cannot switch protection off.
        tamper_protection: bool,
        /// Whether work and private data are kept apart.
        work_data_apart: bool,
        /// Whether only listed extensions of browsers and mail clients can be used.
        extensions_limited: bool,
        /// Whether only listed software can run.
        software_allow_list: bool,
    }
}

row! {
    /// Software found on devices, key `device.apps`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-detectedapp>.
    AppFact by app {
        /// Name shown to people.
        name: String,
        /// Version.
        version: String,
        /// Who makes it.
        publisher: String,
        /// On how many devices it is.
        devices: u64,
        /// Whether the vendor offers a newer version that repairs weaknesses.
        outdated: bool,
        /// Whether the vendor still supports this version.
        supported: bool,
    }
}
