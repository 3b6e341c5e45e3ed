//! Synchronisation with a directory on premises.

use super::declare::resource;

resource! {
    /// How the tenant is synchronised with a directory on premises.
    /// <https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronization>
    pub struct OnPremisesDirectorySynchronization {
        /// The id of the tenant.
        id: String,
        /// What it is set to.
        configuration: OnPremisesDirectorySynchronizationConfiguration,
        /// What of it is in use.
        features: OnPremisesDirectorySynchronizationFeature,
    }
}

resource! {
    /// What synchronisation is set to.
    /// <https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronizationconfiguration>
    pub struct OnPremisesDirectorySynchronizationConfiguration {
        /// How many deletions at once are stopped.
        accidental_deletion_prevention: OnPremisesAccidentalDeletionPrevention,
    }
}

resource! {
    /// A stop to many deletions at once.
    /// <https://learn.microsoft.com/graph/api/resources/onpremisesaccidentaldeletionprevention>
    pub struct OnPremisesAccidentalDeletionPrevention {
        /// `disabled`, `enabledForCount` or `enabledForPercentage`.
        synchronization_prevention_type: String,
        /// How many, or how many of a hundred.
        alert_threshold: i32,
    }
}

resource! {
    /// What of synchronisation is in use.
    /// <https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronizationfeature>
    pub struct OnPremisesDirectorySynchronizationFeature {
        /// Hashes of passwords are synchronised.
        password_sync_enabled: bool,
        /// Passwords set in the cloud are written back.
        password_writeback_enabled: bool,
        /// The cloud's rules on passwords hold for synchronised people.
        cloud_password_policy_for_password_synced_users_enabled: bool,
        /// Temporary passwords have to be changed.
        user_force_password_change_on_logon_enabled: bool,
        /// Accounts are not matched by name or address.
        block_soft_match_enabled: bool,
        /// Accounts of the cloud are not taken over by identifier.
        block_cloud_object_takeover_through_hard_match_enabled: bool,
        /// Accounts are matched by the name they sign in with.
        soft_match_on_upn_enabled: bool,
        /// Changes to that name are synchronised.
        synchronize_upn_for_managed_users_enabled: bool,
        /// Devices are written back.
        device_writeback_enabled: bool,
        /// Groups are written back.
        group_write_back_enabled: bool,
        /// Microsoft 365 groups are written back.
        unified_group_writeback_enabled: bool,
        /// People are written back.
        user_writeback_enabled: bool,
        /// Extra properties are synchronised.
        directory_extensions_enabled: bool,
        /// Phone numbers set in the cloud are overwritten.
        bypass_dir_sync_overrides_enabled: bool,
        /// Double addresses are kept apart.
        quarantine_upon_proxy_addresses_conflict_enabled: bool,
        /// Double names are kept apart.
        quarantine_upon_upn_conflict_enabled: bool,
    }
}
