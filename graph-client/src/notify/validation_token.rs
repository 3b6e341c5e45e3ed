//! The tokens by which the notification service proves itself.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{NotifyError, SigningKeys};
use crate::cloud::Cloud;

/// The application of the notification service.
const PUBLISHER: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";
/// Clocks differ.
const SKEW: u64 = 5 * 60;
/// Longer than any token.
const LONGEST: usize = 16 * 1024;

/// Checks validation tokens: signed with RS256 by a key that is known, valid now, for one of your
/// applications, by the sign-in service of this cloud, asked for by the notification service.
/// <https://learn.microsoft.com/graph/change-notifications-with-resource-data>
#[derive(Debug, Clone)]
pub struct TokenValidator {
    app_ids: BTreeSet<String>,
    cloud: Cloud,
}

/// What a genuine token says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidatedToken {
    /// The tenant whose notifications it proves.
    pub tenant_id: String,
    /// The application that they are for.
    pub app_id: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    tid: String,
    exp: u64,
    #[serde(default)]
    nbf: u64,
    #[serde(default)]
    appid: Option<String>,
    #[serde(default)]
    azp: Option<String>,
}

impl TokenValidator {
    /// For the applications with these ids, in a cloud.
    pub fn new<S: Into<String>>(cloud: Cloud, app_ids: impl IntoIterator<Item = S>) -> Self {
        Self {
            app_ids: app_ids.into_iter().map(Into::into).collect(),
            cloud,
        }
    }

    /// Checks one token.
    ///
    /// # Errors
    ///
    /// A [`NotifyError`] that says what is wrong with it. On [`NotifyError::UnknownKey`] the keys
    /// may have changed.
    pub fn validate(
        &self,
        token: &str,
        keys: &SigningKeys,
        now: SystemTime,
    ) -> Result<ValidatedToken, NotifyError> {
        if token.len() > LONGEST {
            return Err(NotifyError::TooLarge);
        }
        let mut parts = token.rsplitn(2, '.');
        let (Some(signature), Some(signed)) = (parts.next(), parts.next()) else {
            return Err(NotifyError::Malformed);
        };
        let (header, claims) = signed.split_once('.').ok_or(NotifyError::Malformed)?;
        let header: Header = part(header)?;
        if header.alg != "RS256" {
            return Err(NotifyError::Algorithm);
        }
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| NotifyError::Malformed)?;
        keys.verify(&header.kid, signed.as_bytes(), &signature)?;
        self.accept(part(claims)?, now)
    }

    pub(super) fn validate_secret(
        &self,
        token: &SecretString,
        keys: &SigningKeys,
        now: SystemTime,
    ) -> Result<ValidatedToken, NotifyError> {
        self.validate(token.expose_secret(), keys, now)
    }

    fn accept(&self, claims: Claims, now: SystemTime) -> Result<ValidatedToken, NotifyError> {
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)
            .as_secs();
        if now >= claims.exp.saturating_add(SKEW) || now.saturating_add(SKEW) < claims.nbf {
            return Err(NotifyError::Expired);
        }
        if !self.app_ids.contains(&claims.aud) {
            return Err(NotifyError::Audience);
        }
        if uuid::Uuid::try_parse(&claims.tid).is_err() || !self.is_issuer(&claims.iss, &claims.tid)
        {
            return Err(NotifyError::Issuer);
        }
        // v1 tokens name who asked for them by `appid`, v2 tokens by `azp`.
        let publisher = claims.azp.or(claims.appid);
        if publisher.as_deref() != Some(PUBLISHER) {
            return Err(NotifyError::Publisher);
        }
        Ok(ValidatedToken {
            tenant_id: claims.tid,
            app_id: claims.aud,
        })
    }

    /// Both versions of tokens, and both forms that the documentation shows.
    fn is_issuer(&self, issuer: &str, tenant: &str) -> bool {
        let first = match self.cloud {
            Cloud::China => "https://sts.chinacloudapi.cn",
            Cloud::Global | Cloud::GccHigh | Cloud::Dod => "https://sts.windows.net",
        };
        let second: &[&str] = match self.cloud {
            Cloud::China => &[
                "https://login.chinacloudapi.cn",
                "https://login.partner.microsoftonline.cn",
            ],
            Cloud::Global | Cloud::GccHigh | Cloud::Dod => &[self.cloud.login_origin()],
        };
        issuer == format!("{first}/{tenant}/")
            || second
                .iter()
                .chain([&first])
                .any(|origin| issuer == format!("{origin}/{tenant}/v2.0"))
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, NotifyError> {
    let json = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| NotifyError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| NotifyError::Malformed)
}
