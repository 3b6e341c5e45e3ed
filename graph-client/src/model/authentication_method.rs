//! What single people have registered to prove who they are.

use super::DateTime;
use super::declare::open_resource;

open_resource! {
    /// A registered method of any kind; the kind says which fields there are. Read person by person
    /// this has a low limit: see [`UserRegistrationDetails`](super::UserRegistrationDetails) for
    /// all people at once. <https://learn.microsoft.com/graph/api/resources/authenticationmethod>
    pub struct AuthenticationMethod {
        /// The id.
        id: String,
        /// When it was registered.
        created_date_time: DateTime,
        /// Of a key, app or computer: the name.
        display_name: String,
        /// Of a key: its model, by identifier.
        aa_guid: String,
        /// Of a key: its model.
        model: String,
        /// Of a key: `attested` or `notAttested`.
        attestation_level: String,
        /// Of a key: whether it can leave its device.
        passkey_type: String,
        /// Of the Authenticator app: its kind.
        device_tag: String,
        /// Of the Authenticator app: its version.
        phone_app_version: String,
        /// Of a phone: the number.
        phone_number: String,
        /// Of a phone: `mobile`, `alternateMobile` or `office`.
        phone_type: String,
        /// Of a phone: whether it can be signed in with by text message.
        sms_sign_in_state: String,
        /// Of mail: the address.
        email_address: String,
        /// Of a computer: `normal` or `weak`.
        key_strength: String,
        /// Of a platform credential: the platform.
        platform: String,
        /// Of a temporary pass: whether it can be used.
        is_usable: bool,
        /// Of a temporary pass: whether only once.
        is_usable_once: bool,
        /// Of a temporary pass: why it can or cannot.
        method_usability_reason: String,
        /// Of a temporary pass: for how many minutes.
        lifetime_in_minutes: i32,
        /// Of a temporary pass: from when.
        start_date_time: DateTime,
    }
}
