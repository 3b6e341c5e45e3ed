//! How people prove who they are.

use super::DateTime;
use super::declare::{open_enum, resource};

resource! {
    /// What a user has registered. Needs Entra ID P1 and `AuditLog.Read.All`.
    /// <https://learn.microsoft.com/graph/api/resources/userregistrationdetails>
    pub struct UserRegistrationDetails {
        /// The user's id.
        id: String,
        /// The name the user signs in with.
        user_principal_name: String,
        /// The name the user is shown with.
        user_display_name: String,
        /// Member or guest.
        user_type: super::UserType,
        /// Whether the user has a directory role that counts as administrative.
        is_admin: bool,
        /// Whether a strong method is registered.
        is_mfa_registered: bool,
        /// Whether a strong method is registered that policy allows.
        is_mfa_capable: bool,
        /// Whether a passwordless method is registered that policy allows.
        is_passwordless_capable: bool,
        /// Whether enough is registered for self-service password reset.
        is_sspr_registered: bool,
        /// Whether policy allows self-service password reset.
        is_sspr_enabled: bool,
        /// Both of the above.
        is_sspr_capable: bool,
        /// Whether the service chooses the strongest method.
        is_system_preferred_authentication_method_enabled: bool,
        /// The methods that it would choose.
        system_preferred_authentication_methods: Vec<String>,
        /// The methods registered, such as `microsoftAuthenticatorPush`, `mobilePhone`, `fido2SecurityKey`.
        methods_registered: Vec<String>,
        /// The method that the user prefers.
        user_preferred_method_for_secondary_authentication: UserDefaultAuthenticationMethod,
        /// When this was last worked out.
        last_updated_date_time: DateTime,
    }
}

open_enum! {
    /// The second factor that a user prefers; empty text occurs for none.
    pub enum UserDefaultAuthenticationMethod {
        /// A notification of the Authenticator app.
        Push = "push",
        /// A code of an app or token.
        Oath = "oath",
        /// A call to the mobile phone.
        VoiceMobile = "voiceMobile",
        /// A call to another mobile phone.
        VoiceAlternateMobile = "voiceAlternateMobile",
        /// A call to the office.
        VoiceOffice = "voiceOffice",
        /// A text message.
        Sms = "sms",
        /// None.
        None = "none",
    }
}

resource! {
    /// The per-user MFA setting, at `users/{id}/authentication/requirements` in beta.
    /// <https://learn.microsoft.com/graph/api/resources/strongauthenticationrequirements?view=graph-rest-beta>
    pub struct StrongAuthenticationRequirements {
        /// The setting.
        per_user_mfa_state: PerUserMfaState,
    }
}

open_enum! {
    /// The per-user MFA setting.
    pub enum PerUserMfaState {
        /// Not required.
        Disabled = "disabled",
        /// To be registered for; required of browsers only.
        Enabled = "enabled",
        /// Required.
        Enforced = "enforced",
    }
}
