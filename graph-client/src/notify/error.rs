//! Why a notification is not believed.

/// Why something that came to a webhook is not believed or cannot be read. To whoever sent it, say
/// nothing of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// Larger than any notification.
    #[error("it is larger than a notification may be")]
    TooLarge,
    /// Not in the documented shape.
    #[error("it does not have the shape of a notification")]
    Malformed,
    /// A validation token that should not be echoed.
    #[error("the validation token holds what should not be echoed")]
    UnsafeHandshake,
    /// The token is not signed as Microsoft signs.
    #[error("the validation token is not signed with RS256")]
    Algorithm,
    /// The token is signed with a key that is not known; ask for the keys again, not too often.
    #[error("the validation token is signed with an unknown key; ask for the keys again")]
    UnknownKey,
    /// The signature is not of the key.
    #[error("the signature does not fit")]
    Signature,
    /// The token is over, or not yet good.
    #[error("the validation token is not valid at this time; check the clock")]
    Expired,
    /// The token is for another application.
    #[error("the validation token is for another application")]
    Audience,
    /// The token is not by the sign-in service of this cloud.
    #[error("the validation token is by another issuer")]
    Issuer,
    /// The token was not asked for by the notification service.
    #[error("the validation token does not come from the notification service")]
    Publisher,
    /// The content is encrypted for a key that was not given.
    #[error("the content is encrypted for a certificate whose key is not here")]
    NoDecryptionKey,
    /// The content cannot be decrypted.
    #[error("the content could not be decrypted")]
    Decryption,
    /// The private key is not one.
    #[error("the private key is not RSA of 2048 bits or more as PKCS #8 in PEM without a password")]
    PrivateKey,
    /// The machine gives no random numbers.
    #[error("no random numbers are to be had")]
    Random,
}
