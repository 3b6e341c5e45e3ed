//! Admin consent: sending an administrator there, and reading what comes back.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>

use std::fmt;

use url::Url;

use crate::client::Client;
use crate::cloud::Cloud;
use crate::error::{Error, Result};
use crate::tenant::TenantId;

/// The page where an administrator consents to an application's permissions.
///
/// ```
/// use graph_client::{AdminConsent, Cloud, ConsentError};
///
/// let consent = AdminConsent::new(Cloud::Global, "the-application-id", "https://app.example/consented")?;
/// // A value of your own that cannot be guessed, kept in the administrator's session.
/// let url = consent.url(None, "n0nce")?;
/// assert!(url.as_str().starts_with("https://login.microsoftonline.com/organizations/v2.0/adminconsent?"));
///
/// let came_back = "https://app.example/consented?admin_consent=True&tenant=a3b1c2d4-0000-4000-8000-000000000001&state=n0nce";
/// let consented = consent.callback(came_back, "n0nce").unwrap();
/// // Anybody can write a tenant into a link: `Consented::verify` asks the service.
/// assert!(matches!(consent.callback(came_back, "another"), Err(ConsentError::StateMismatch)));
/// # let _ = consented;
/// # Ok::<(), graph_client::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AdminConsent {
    cloud: Cloud,
    app_id: String,
    redirect_uri: String,
}

impl AdminConsent {
    /// For an application and one of the redirect addresses in its registration.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when the application id is empty or the address is no URL.
    pub fn new(
        cloud: Cloud,
        app_id: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Result<Self> {
        let (app_id, redirect_uri) = (app_id.into(), redirect_uri.into());
        if app_id.trim().is_empty() {
            return Err(Error::invalid_request("the application id is empty"));
        }
        if Url::parse(&redirect_uri).is_err() {
            return Err(Error::invalid_request("the redirect address is not a URL"));
        }
        Ok(Self {
            cloud,
            app_id,
            redirect_uri,
        })
    }

    /// Where to send the administrator, of a tenant or of whichever they sign in to. `state` comes
    /// back unchanged.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when the state is empty: without one, anybody can forge the
    /// answer.
    pub fn url(&self, tenant: Option<&TenantId>, state: &str) -> Result<Url> {
        if state.is_empty() {
            return Err(Error::invalid_request("the state of a consent is empty"));
        }
        let wrong = |_| Error::invalid_request("the sign-in address is not a URL");
        let mut url = Url::parse(self.cloud.login_origin()).map_err(wrong)?;
        let tenant = tenant.map_or("organizations", TenantId::as_str);
        url.set_path(&format!("{tenant}/v2.0/adminconsent"));
        url.query_pairs_mut()
            .append_pair("client_id", &self.app_id)
            .append_pair("scope", &self.cloud.graph_scope())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", state);
        Ok(url)
    }

    /// Reads the address that the administrator came back with, or only its query.
    ///
    /// # Errors
    ///
    /// [`ConsentError::StateMismatch`] before anything else is believed; then what the
    /// administrator or the service refused.
    pub fn callback(&self, url_or_query: &str, state: &str) -> Result<Consented, ConsentError> {
        let query = url_or_query
            .split_once('?')
            .map_or(url_or_query, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let (mut tenant, mut consented, mut error, mut returned) = (None, false, None, None);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let first = |slot: &mut Option<String>| {
                slot.get_or_insert_with(|| value.to_string());
            };
            match name.as_ref() {
                "tenant" => first(&mut tenant),
                "state" => first(&mut returned),
                "error" => first(&mut error),
                "admin_consent" => consented |= value.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        if state.is_empty() || !returned.is_some_and(|returned| same(&returned, state)) {
            return Err(ConsentError::StateMismatch);
        }
        if let Some(error) = error {
            return Err(match error.as_str() {
                "permission_denied" | "access_denied" | "consent_required" => ConsentError::Denied,
                other => ConsentError::Refused(plain(other)),
            });
        }
        let tenant = tenant
            .and_then(|tenant| TenantId::new(tenant).ok())
            .filter(|_| consented)
            .ok_or(ConsentError::Incomplete)?;
        Ok(Consented { tenant })
    }
}

/// Compares in a time that tells nothing of how much was right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b))
            == 0
}

fn plain(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        .take(64)
        .collect()
}

/// A consent as the browser told it. Whose it is has to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consented {
    tenant: TenantId,
}

impl Consented {
    /// The tenant that the browser named, which may not be trusted yet.
    pub fn unverified_tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Gets a token for the tenant and asks it who it is: only then has it consented.
    ///
    /// # Errors
    ///
    /// [`Error::token_error`] when the tenant has not consented after all;
    /// [`Error::is_wrong_tenant`] when another one answers; see [`Client::verify_tenant`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn verify(self, client: &Client) -> Result<TenantId> {
        client.for_tenant(self.tenant).verify_tenant().await
    }
}

/// Why there is no consent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsentError {
    /// The state is not the one that was sent: the answer is forged, or of another session.
    StateMismatch,
    /// The administrator declined, or is not one.
    Denied,
    /// The service refused, with this code.
    Refused(String),
    /// The answer lacks the consent or the tenant.
    Incomplete,
}

impl fmt::Display for ConsentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StateMismatch => f.write_str(
                "the consent does not belong to this session; begin again from the link",
            ),
            Self::Denied => {
                f.write_str("consent was declined; an administrator of the tenant has to accept")
            }
            Self::Refused(code) => {
                write!(f, "the consent failed ({code}); see the app registration")
            }
            Self::Incomplete => f.write_str("the answer names no consent or no tenant"),
        }
    }
}

impl std::error::Error for ConsentError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn consent() -> AdminConsent {
        AdminConsent::new(Cloud::GccHigh, "app", "https://app.example/back?x=1").unwrap()
    }

    #[test]
    fn the_admin_consent_link_is_that_of_the_cloud_and_tenant_with_everything_encoded() {
        let tenant = TenantId::new("contoso.example").unwrap();
        let url = consent().url(Some(&tenant), "a&b=c").unwrap();
        assert_eq!(
            url.as_str(),
            "https://login.microsoftonline.us/contoso.example/v2.0/adminconsent?client_id=app\
             &scope=https%3A%2F%2Fgraph.microsoft.us%2F.default\
             &redirect_uri=https%3A%2F%2Fapp.example%2Fback%3Fx%3D1&state=a%26b%3Dc"
        );
        assert!(consent().url(None, "").is_err());
        assert!(AdminConsent::new(Cloud::Global, " ", "https://x").is_err());
        assert!(AdminConsent::new(Cloud::Global, "app", "/relative").is_err());
    }

    #[test]
    fn the_state_of_a_consent_is_checked_before_anything_else() {
        let of = |query: &str| consent().callback(query, "s").unwrap_err();
        for query in [
            "",
            "tenant=a.example&admin_consent=True",
            "tenant=a.example&admin_consent=True&state=x",
            "error=permission_denied&state=S",
            "state=x&state=s&tenant=a.example&admin_consent=True",
        ] {
            assert_eq!(of(query), ConsentError::StateMismatch, "{query}");
        }
        assert_eq!(
            consent().callback("state=", "").unwrap_err(),
            ConsentError::StateMismatch
        );
    }

    #[test]
    fn refusals_are_typed() {
        let of = |query: &str| consent().callback(query, "s").unwrap_err();
        assert_eq!(
            of("error=permission_denied&error_description=x&state=s"),
            ConsentError::Denied
        );
        assert_eq!(
            of("https://app.example/back?error=invalid_client%0d%0a&state=s#x"),
            ConsentError::Refused("invalid_client".to_owned())
        );
        for query in [
            "state=s",
            "state=s&admin_consent=True",
            "state=s&admin_consent=True&tenant=common",
            "state=s&admin_consent=False&tenant=a.example",
        ] {
            assert_eq!(of(query), ConsentError::Incomplete, "{query}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic_or_believe_a_foreign_state(query in "\\PC{0,80}") {
            let _ = consent().callback(&query, "s");
            prop_assert!(consent().callback(&query, "never-in-eighty-characters").is_err());
        }
    }
}
