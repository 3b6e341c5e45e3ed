//! Resource data, which is encrypted for a certificate of the application.
//!
//! <https://learn.microsoft.com/graph/change-notifications-with-resource-data>

use std::fmt;

use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::{FixedLength, IV_LEN_128_BIT};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::NotifyError;

/// A resource as it was sent along, encrypted.
/// <https://learn.microsoft.com/graph/api/resources/changenotificationencryptedcontent>
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EncryptedContent {
    /// The resource, encrypted with the data key, in base64.
    pub data: String,
    /// The HMAC of that, in base64.
    pub data_signature: String,
    /// The data key, encrypted for the certificate, in base64.
    pub data_key: String,
    /// The certificate, by the id that was given with it to the subscription.
    pub encryption_certificate_id: String,
    /// The certificate, by its thumbprint.
    #[serde(default)]
    pub encryption_certificate_thumbprint: Option<String>,
}

impl fmt::Debug for EncryptedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedContent")
            .field("encryption_certificate_id", &self.encryption_certificate_id)
            .field("data", &self.data.len())
            .finish_non_exhaustive()
    }
}

/// The private keys of the certificates that subscriptions were made with. Keep an old one until
/// nothing comes for it any more.
#[derive(Default)]
pub struct DecryptionKeys(Vec<(String, OaepPrivateDecryptingKey)>);

impl DecryptionKeys {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the private key of a certificate, as PKCS #8 in PEM, under the id that was given with
    /// the certificate to the subscription.
    ///
    /// # Errors
    ///
    /// [`NotifyError::PrivateKey`].
    pub fn with_pem(
        mut self,
        certificate_id: impl Into<String>,
        pem: impl AsRef<[u8]>,
    ) -> Result<Self, NotifyError> {
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_ref())
            .ok()
            .and_then(|der| PrivateDecryptingKey::from_pkcs8(der.secret_pkcs8_der()).ok())
            .and_then(|key| OaepPrivateDecryptingKey::new(key).ok())
            .ok_or(NotifyError::PrivateKey)?;
        self.0.push((certificate_id.into(), key));
        Ok(self)
    }

    /// Decrypts a resource. The signature is checked before anything is decrypted with the data key,
    /// and what was tampered with is told no closer than that it does not fit.
    ///
    /// # Errors
    ///
    /// [`NotifyError::NoDecryptionKey`], [`NotifyError::Signature`], [`NotifyError::Decryption`].
    pub fn decrypt(&self, content: &EncryptedContent) -> Result<DecryptedContent, NotifyError> {
        let (_, private) = self
            .0
            .iter()
            .find(|(id, _)| *id == content.encryption_certificate_id)
            .ok_or(NotifyError::NoDecryptionKey)?;
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| NotifyError::Decryption);
        let mut output = vec![0; private.min_output_size()];
        let key = private
            .decrypt(
                &OAEP_SHA1_MGF1SHA1,
                &bytes(&content.data_key)?,
                &mut output,
                None,
            )
            .map_err(|_| NotifyError::Decryption)?;
        let mut data = bytes(&content.data)?;
        let signature = bytes(&content.data_signature)?;
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), &data, &signature)
            .map_err(|_| NotifyError::Signature)?;
        if key.len() != AES_256_KEY_LEN {
            return Err(NotifyError::Decryption);
        }
        let iv: [u8; IV_LEN_128_BIT] = key.first_chunk().copied().ok_or(NotifyError::Decryption)?;
        let cipher = UnboundCipherKey::new(&AES_256, key)
            .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
            .map_err(|_| NotifyError::Decryption)?;
        let length = cipher
            .decrypt(&mut data, DecryptionContext::Iv128(FixedLength::from(iv)))
            .map_err(|_| NotifyError::Decryption)?
            .len();
        data.truncate(length);
        Ok(DecryptedContent(data))
    }
}

impl fmt::Debug for DecryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(id, _)| id))
            .finish()
    }
}

/// A resource as it is. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DecryptedContent(Vec<u8>);

impl DecryptedContent {
    /// The JSON as received.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads it as a type.
    ///
    /// # Errors
    ///
    /// [`NotifyError::Malformed`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, NotifyError> {
        serde_json::from_slice(&self.0).map_err(|_| NotifyError::Malformed)
    }
}

impl fmt::Debug for DecryptedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptedContent({} bytes)", self.0.len())
    }
}
