//! Assertions signed with the key of a certificate.
//!
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;

use super::token_request::TokenRequest;
use crate::error::{Error, Result};

/// How long an assertion holds; it is used at once.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Clocks differ.
const SKEW: Duration = Duration::from_secs(60);

/// A private key and the name of its certificate.
pub(super) struct Certificate {
    key: RsaKeyPair,
    /// `x5t#S256`: the SHA-256 of the certificate.
    thumbprint: String,
}

impl Certificate {
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self> {
        let invalid = |why| Error::invalid_request(format!("the certificate {why}"));
        let key = match PrivateKeyDer::from_pem_slice(pem) {
            Ok(PrivateKeyDer::Pkcs8(key)) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            Ok(PrivateKeyDer::Pkcs1(key)) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            Ok(_) => return Err(invalid("has a key that is not RSA")),
            Err(_) => {
                return Err(invalid(
                    "comes without a private key: give both in PEM, the key without a password",
                ));
            }
        };
        let key =
            key.map_err(|_| invalid("has a private key that is not RSA of 2048 to 4096 bits"))?;
        // The certificate of a key holds its public half, whatever the order in the file.
        let public = key.public_key().as_ref();
        let certificate = CertificateDer::pem_slice_iter(pem)
            .filter_map(std::result::Result::ok)
            .find(|der| der.windows(public.len()).any(|part| part == public))
            .ok_or_else(|| invalid("of the private key is not in the file"))?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate));
        Ok(Self { key, thumbprint })
    }

    /// A signed statement that we are the application, for one token endpoint.
    pub(super) fn assertion(&self, app_id: &str, request: &TokenRequest<'_>) -> Result<String> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let id =
            u128::from(request.random.next_u64()) << 64 | u128::from(request.random.next_u64());
        let now = request
            .now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let claims = json!({
            "aud": request.endpoint.as_str(),
            "iss": app_id,
            "sub": app_id,
            "jti": uuid::Builder::from_random_bytes(id.to_be_bytes()).into_uuid().to_string(),
            "nbf": now.saturating_sub(SKEW).as_secs(),
            "iat": now.as_secs(),
            "exp": now.saturating_add(LIFETIME).as_secs(),
        });
        let encode = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| Error::invalid_request("the certificate's key could not sign"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}
