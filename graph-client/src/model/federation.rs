//! Domains whose people sign in elsewhere.

use super::declare::{open_enum, resource};

resource! {
    /// Where the people of a domain sign in.
    /// <https://learn.microsoft.com/graph/api/resources/internaldomainfederation>
    pub struct InternalDomainFederation {
        /// The id.
        id: String,
        /// The name of the identity provider.
        display_name: String,
        /// Its issuer.
        issuer_uri: String,
        /// Where browsers sign in.
        passive_sign_in_uri: String,
        /// Where other clients sign in.
        active_sign_in_uri: String,
        /// Where one signs out.
        sign_out_uri: String,
        /// Where its metadata are.
        metadata_exchange_uri: String,
        /// `wsFed` or `saml`.
        preferred_authentication_protocol: String,
        /// Whether a second factor that it asked for counts.
        federated_idp_mfa_behavior: FederatedIdpMfaBehavior,
        /// What is done with a demand to sign in anew.
        prompt_login_behavior: String,
        /// Whether requests to it are signed.
        is_signed_authentication_request_required: bool,
        /// Its certificate.
        signing_certificate: String,
        /// The one that comes next.
        next_signing_certificate: String,
        /// Where passwords are reset.
        password_reset_uri: String,
    }
}

open_enum! {
    /// Whether a second factor counts that a federated provider asked for.
    pub enum FederatedIdpMfaBehavior {
        /// It does.
        AcceptIfMfaDoneByFederatedIdp = "acceptIfMfaDoneByFederatedIdp",
        /// It does, and the provider is asked for it.
        EnforceMfaByFederatedIdp = "enforceMfaByFederatedIdp",
        /// It does not.
        RejectMfaByFederatedIdp = "rejectMfaByFederatedIdp",
    }
}
