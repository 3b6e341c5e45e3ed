//! The secret that a genuine notification repeats.

use std::fmt;

use aws_lc_rs::{constant_time, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use super::NotifyError;

/// The secret of a subscription, which each of its notifications repeats as `clientState`. `Debug`
/// does not show it, and it is compared in constant time.
/// <https://learn.microsoft.com/graph/api/resources/subscription>
#[derive(Clone)]
pub struct ClientState(SecretString);

impl ClientState {
    /// The most that the service takes, in characters.
    const LONGEST: usize = 128;

    /// 256 random bits.
    ///
    /// # Errors
    ///
    /// [`NotifyError::Random`].
    pub fn generate() -> Result<Self, NotifyError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| NotifyError::Random)?;
        Ok(Self(SecretString::from(URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// One that was stored.
    ///
    /// # Errors
    ///
    /// [`NotifyError::Malformed`] when it is empty or longer than 128 characters.
    pub fn new(secret: impl Into<String>) -> Result<Self, NotifyError> {
        let secret: String = secret.into();
        if secret.is_empty() || secret.chars().count() > Self::LONGEST {
            return Err(NotifyError::Malformed);
        }
        Ok(Self(SecretString::from(secret)))
    }

    /// The secret, to be stored with the subscription and sent when it is made.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) fn is(&self, given: &SecretString) -> bool {
        let (ours, theirs) = (self.expose(), given.expose_secret());
        constant_time::verify_slices_are_equal(ours.as_bytes(), theirs.as_bytes()).is_ok()
    }
}

impl fmt::Debug for ClientState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientState([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_random_fit_the_limit_and_are_not_shown() {
        let (a, b) = (
            ClientState::generate().unwrap(),
            ClientState::generate().unwrap(),
        );
        assert_ne!(a.expose(), b.expose());
        assert_eq!(a.expose().len(), 43);
        assert!(!format!("{a:?}").contains(a.expose()));
        assert!(a.is(&SecretString::from(a.expose())) && !a.is(&SecretString::from(b.expose())));
        assert!(ClientState::new("").is_err() && ClientState::new("x".repeat(129)).is_err());
    }
}
