//! Devices, as the directory knows them.

use super::DateTime;
use super::declare::resource;

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
