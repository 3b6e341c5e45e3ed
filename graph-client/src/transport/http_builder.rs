//! How the built-in transport is put together.

use std::fmt;

use url::Url;

use super::http_client::{HttpTransport, Way};
use super::tls;
use crate::error::{Error, Result, TransportError, TransportErrorKind};

/// Settings of an [`HttpTransport`], made by [`HttpTransport::builder`].
///
/// ```no_run
/// use std::sync::Arc;
/// use graph_client::{Client, Credential, HttpTransport, TenantId};
///
/// # fn build(tenant: TenantId, credential: Credential) -> Result<Client, Box<dyn std::error::Error>> {
/// let transport = HttpTransport::builder()
///     .proxy(std::env::var("HTTPS_PROXY")?)
///     .no_proxy("localhost, 127.0.0.0/8")
///     .root_certificates(std::fs::read("/etc/company-root.pem")?)
///     .build()?;
/// let client = Client::builder(tenant, credential).transport(Arc::new(transport)).build()?;
/// # Ok(client) }
/// ```
#[derive(Clone, Default)]
#[must_use = "it is no transport until it is built"]
pub struct HttpTransportBuilder {
    proxy: Option<String>,
    no_proxy: Option<String>,
    root_certificates: Option<Vec<u8>>,
}

impl HttpTransport {
    /// A transport that connects directly and trusts the platform's roots.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when TLS cannot be set up, for instance for want of roots.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Begins a transport with a proxy or root certificates of your own.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder::default()
    }

    /// A transport through an HTTP or HTTPS proxy such as `http://proxy.example:3128`.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when the address is not a URL or TLS cannot be set up.
    pub fn with_proxy(proxy: &str) -> Result<Self> {
        Self::builder().proxy(proxy).build()
    }
}

impl HttpTransportBuilder {
    /// The proxy that everything goes through, loopback addresses too, as `http://host:port` or
    /// `https://host:port`; a name and password in it are sent to it alone. Default: none.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Hosts that are reached without the proxy, with commas between them: names, which stand for
    /// what ends in them too, addresses and networks such as `10.0.0.0/8`, or `*` for all.
    ///
    /// The file of a report, whose host the service names, goes through the proxy all the same.
    pub fn no_proxy(mut self, hosts: impl Into<String>) -> Self {
        self.no_proxy = Some(hosts.into());
        self
    }

    /// Certificates in PEM to trust beside the platform's roots, as of a proxy that opens the
    /// encryption. The last call counts. Not on Android, where the platform alone decides.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    /// Checks everything and makes the transport. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when the proxy is not such a URL, the certificates are not
    /// such, or TLS cannot be set up, for instance for want of roots.
    pub fn build(self) -> Result<HttpTransport> {
        let roots = tls::roots(self.root_certificates.as_deref()).ok_or_else(|| {
            Error::invalid_request("the root certificates are not certificates in PEM")
        })?;
        let tls = tls::platform(roots).map_err(|error| {
            Error::invalid_request("TLS could not be set up; are root certificates installed?")
                .with_source(TransportError::with_source(
                    TransportErrorKind::Other,
                    error,
                ))
        })?;
        let proxy = self.proxy.as_deref().map(proxy).transpose()?;
        let direct = self.no_proxy.as_deref();
        HttpTransport::from_way(Way {
            tls,
            proxy,
            direct: direct.and_then(reqwest::NoProxy::from_string),
        })
    }
}

fn proxy(url: &str) -> Result<reqwest::Proxy> {
    Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/")
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .and_then(|url| reqwest::Proxy::all(url).ok())
        .ok_or_else(|| Error::invalid_request("the proxy is not a URL such as http://host:port"))
}

/// What the URL of a proxy holds is not shown: it may be a password.
impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransportBuilder")
            .field("proxy", &self.proxy.is_some())
            .finish_non_exhaustive()
    }
}
