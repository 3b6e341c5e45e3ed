//! The keys that Microsoft signs tokens with.

use std::fmt;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::NotifyError;
use crate::client::Client;
use crate::decode::{self, DecodeFailure};
use crate::error::{Error, Result};
use crate::send::Call;

/// Public keys by their id, as a JSON Web Key Set (RFC 7517) gives them.
#[derive(Clone, Default)]
pub struct SigningKeys(Vec<SigningKey>);

#[derive(Clone)]
struct SigningKey {
    id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl SigningKeys {
    /// Reads a key set. Keys of other kinds than RSA for signatures are left out.
    ///
    /// # Errors
    ///
    /// [`NotifyError::Malformed`] when it is no key set or holds no such key.
    pub fn from_json(json: &[u8]) -> std::result::Result<Self, NotifyError> {
        #[derive(Deserialize)]
        struct Set<'a> {
            #[serde(borrow)]
            keys: Vec<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Key {
            kid: String,
            kty: String,
            #[serde(default, rename = "use")]
            purpose: Option<String>,
            n: String,
            e: String,
        }
        let set: Set<'_> = serde_json::from_slice(decode::without_bom(json))
            .map_err(|_| NotifyError::Malformed)?;
        let keys: Vec<SigningKey> = set
            .keys
            .into_iter()
            .filter_map(|raw| serde_json::from_str::<Key>(raw.get()).ok())
            .filter(|key| key.kty == "RSA" && key.purpose.as_deref().is_none_or(|p| p == "sig"))
            .filter_map(|key| {
                Some(SigningKey {
                    id: key.kid,
                    modulus: URL_SAFE_NO_PAD.decode(key.n).ok()?,
                    exponent: URL_SAFE_NO_PAD.decode(key.e).ok()?,
                })
            })
            .collect();
        if keys.is_empty() {
            return Err(NotifyError::Malformed);
        }
        Ok(Self(keys))
    }

    /// Checks the signature of a text.
    pub(super) fn verify(
        &self,
        id: &str,
        text: &[u8],
        signature: &[u8],
    ) -> std::result::Result<(), NotifyError> {
        let key = self
            .0
            .iter()
            .find(|key| key.id == id)
            .ok_or(NotifyError::UnknownKey)?;
        PublicKeyComponents {
            n: key.modulus.as_slice(),
            e: key.exponent.as_slice(),
        }
        .verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
        .map_err(|_| NotifyError::Signature)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|key| &key.id))
            .finish()
    }
}

impl Client {
    /// The keys that the sign-in service of this cloud signs tokens with, for
    /// [`TokenValidator`](super::TokenValidator). They change now and then: keep them for a day, and
    /// ask again, not more than every few minutes, when one is unknown.
    /// <https://learn.microsoft.com/entra/identity-platform/signing-key-rollover>
    ///
    /// # Errors
    ///
    /// As with any call; [`Error::is_decode`] when the answer is no key set.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn signing_keys(&self) -> Result<SigningKeys> {
        let mut url = self.shared().login.url().clone();
        url.set_path("common/discovery/v2.0/keys");
        self.send(Call::public(url), |answer| {
            decode::json::<serde::de::IgnoredAny>(&answer.body).map_err(Error::decode)?;
            SigningKeys::from_json(&answer.body)
                .map_err(|_| Error::decode(DecodeFailure::shape("it holds no RSA keys")))
        })
        .await
    }
}
