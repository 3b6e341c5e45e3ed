//! What people may do in the directory without a role.

use super::declare::{open_enum, resource};

resource! {
    /// What people may do in the directory without a role.
    /// <https://learn.microsoft.com/graph/api/resources/authorizationpolicy>
    pub struct AuthorizationPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Who may invite guests.
        allow_invites_from: AllowInvitesFrom,
        /// What guests may see, as the id of a role.
        guest_user_role_id: String,
        /// Whether administrators may reset their own passwords.
        #[serde(rename = "allowedToUseSSPR")]
        allowed_to_use_sspr: bool,
        /// Whether people may sign up for subscriptions by mail.
        allowed_to_sign_up_email_based_subscriptions: bool,
        /// Whether people may join by a verified address.
        allow_email_verified_users_to_join_organization: bool,
        /// Whether people may consent to risky applications.
        allow_user_consent_for_risky_apps: bool,
        /// Whether the old `PowerShell` module is blocked.
        block_msol_power_shell: bool,
        /// What members may do.
        default_user_role_permissions: DefaultUserRolePermissions,
    }
}

resource! {
    /// What members may do without a role.
    /// <https://learn.microsoft.com/graph/api/resources/defaultuserrolepermissions>
    pub struct DefaultUserRolePermissions {
        /// Register applications.
        allowed_to_create_apps: bool,
        /// Create security groups.
        allowed_to_create_security_groups: bool,
        /// Create tenants.
        allowed_to_create_tenants: bool,
        /// Read the recovery keys of their devices.
        allowed_to_read_bitlocker_keys_for_owned_device: bool,
        /// Read others' accounts.
        allowed_to_read_other_users: bool,
        /// By which policies they may consent to applications.
        permission_grant_policies_assigned: Vec<String>,
    }
}

open_enum! {
    /// Who may invite guests.
    pub enum AllowInvitesFrom {
        /// No one.
        None = "none",
        /// Administrators and those with the role for it.
        AdminsAndGuestInviters = "adminsAndGuestInviters",
        /// Those and all members.
        AdminsGuestInvitersAndAllMembers = "adminsGuestInvitersAndAllMembers",
        /// Everyone, guests included.
        Everyone = "everyone",
    }
}
