//! Settings of `SharePoint` and `OneDrive` for the whole tenant.

use super::declare::{open_enum, resource};

resource! {
    /// Settings of `SharePoint` and `OneDrive` for the whole tenant.
    /// <https://learn.microsoft.com/graph/api/resources/sharepointsettings>
    pub struct SharepointSettings {
        /// With whom may be shared.
        sharing_capability: SharingCapabilities,
        /// With which domains.
        sharing_domain_restriction_mode: SharingDomainRestrictionMode,
        /// Only with these.
        sharing_allowed_domain_list: Vec<String>,
        /// Not with these.
        sharing_blocked_domain_list: Vec<String>,
        /// Whether those outside may share further.
        is_resharing_by_external_users_enabled: bool,
        /// Whether an invitation is only for whom it was sent to.
        is_require_accepting_user_to_match_invited_user_enabled: bool,
        /// Whether clients may sign in by old protocols.
        is_legacy_auth_protocols_enabled: bool,
        /// Whether idle people are signed out.
        idle_session_sign_out: IdleSessionSignOut,
        /// Whether only devices of certain domains may synchronise.
        is_unmanaged_sync_app_for_tenant_restricted: bool,
        /// Those domains.
        allowed_domain_guids_for_sync_app: Vec<String>,
        /// Files that are not synchronised.
        excluded_file_extensions_for_sync_app: Vec<String>,
        /// Whether Macs may synchronise.
        is_mac_sync_app_enabled: bool,
        /// Whether the button for it is hidden.
        is_sync_button_hidden_on_personal_site: bool,
        /// Whether people may create sites.
        is_site_creation_enabled: bool,
        /// Whether they are shown how.
        #[serde(rename = "isSiteCreationUIEnabled")]
        is_site_creation_ui_enabled: bool,
        /// Whether people may create pages.
        is_site_pages_creation_enabled: bool,
        /// Whether people may comment on pages.
        is_commenting_on_site_pages_enabled: bool,
        /// Whether Loop is on.
        is_loop_enabled: bool,
        /// Whether people are told of what happens to files.
        is_file_activity_notification_enabled: bool,
        /// For how many days the files of deleted people are kept.
        deleted_user_personal_site_retention_period_in_days: i32,
        /// How many megabytes a person has.
        #[serde(rename = "personalSiteDefaultStorageLimitInMB")]
        personal_site_default_storage_limit_in_mb: i64,
        /// How many megabytes a site has.
        #[serde(rename = "siteCreationDefaultStorageLimitInMB")]
        site_creation_default_storage_limit_in_mb: i32,
        /// Whether that is up to the service.
        is_sites_storage_limit_automatic: bool,
        /// The path of new sites.
        site_creation_default_managed_path: String,
        /// Paths that new sites may have.
        available_managed_paths_for_site_creation: Vec<String>,
        /// The time zone of new sites.
        tenant_default_timezone: String,
    }
}

open_enum! {
    /// With whom may be shared.
    pub enum SharingCapabilities {
        /// With no one outside.
        Disabled = "disabled",
        /// With guests who are there already.
        ExistingExternalUserSharingOnly = "existingExternalUserSharingOnly",
        /// With guests, who sign in.
        ExternalUserSharingOnly = "externalUserSharingOnly",
        /// With anyone who has the link.
        ExternalUserAndGuestSharing = "externalUserAndGuestSharing",
    }
}

open_enum! {
    /// With which domains may be shared.
    pub enum SharingDomainRestrictionMode {
        /// With all.
        None = "none",
        /// With some.
        AllowList = "allowList",
        /// With all but some.
        BlockList = "blockList",
    }
}

resource! {
    /// Whether idle people are signed out.
    /// <https://learn.microsoft.com/graph/api/resources/idlesessionsignout>
    pub struct IdleSessionSignOut {
        /// Whether they are.
        is_enabled: bool,
        /// After how many seconds they are warned.
        warn_after_in_seconds: i64,
        /// After how many seconds they are signed out.
        sign_out_after_in_seconds: i64,
    }
}
