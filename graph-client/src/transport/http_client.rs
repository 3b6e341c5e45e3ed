//! The transport over the network: reqwest with rustls.

use std::error::Error as StdError;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::BytesMut;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use super::{Transport, TransportRequest, TransportResponse, tls};
use crate::address::is_public;
use crate::error::{Error, Result, TransportError, TransportErrorKind};

/// The headers that an answer may have: Graph sends some twenty.
const MAX_HEADERS: usize = 100;
/// The size of all of them together over HTTP/2, in bytes. Over HTTP/1.1 it is about the same.
const MAX_HEADER_BYTES: u32 = 400 * 1024;

/// HTTP/1.1 and HTTP/2 over TLS with the platform's roots, connections pooled, answers compressed.
///
/// It follows no redirects, keeps no cookies, sends no `Referer`, and reads no environment: neither
/// `HTTPS_PROXY` nor its like. A proxy is named with [`HttpTransport::builder`].
///
/// An answer with more than a hundred headers, or some 400 KiB of them, is an error of kind
/// [`TransportErrorKind::HeadersTooLarge`].
#[derive(Clone)]
pub struct HttpTransport {
    pooled: reqwest::Client,
    /// Keeps no connection; made when it is first needed.
    fresh: Arc<OnceLock<reqwest::Client>>,
    /// Reaches public addresses only, and keeps no connection; nothing where that cannot be made.
    public: Arc<OnceLock<Option<reqwest::Client>>>,
    /// Nothing where a client was given.
    way: Option<Box<Way>>,
}

/// How hosts are reached. Not to be shown: the address of a proxy may hold its password.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) tls: rustls::ClientConfig,
    pub(super) proxy: Option<reqwest::Proxy>,
    /// What is reached without the proxy.
    pub(super) direct: Option<reqwest::NoProxy>,
}

impl HttpTransport {
    /// A transport by a client of reqwest 0.13, whose settings then hold: proxies, also those of the
    /// environment unless it has `no_proxy`, roots, certificates of its own, how names are resolved.
    ///
    /// It must not follow redirects (`redirect(Policy::none())`), keep cookies, add credentials, or
    /// retry: the token and the secret would go where nothing checks that they may, and a request
    /// more often than the budget says. An answer that comes from elsewhere than was asked is
    /// refused. What [`TransportRequest::fresh_connection`] and
    /// [`public_only`](TransportRequest::public_only) ask for is up to the client: let it resolve to
    /// no private address where it downloads reports.
    ///
    /// ```no_run
    /// # fn build() -> reqwest::Result<graph_client::HttpTransport> {
    /// let http = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .retry(reqwest::retry::never())
    ///     .build()?;
    /// let transport = graph_client::HttpTransport::from_client(http);
    /// # Ok(transport) }
    /// ```
    pub fn from_client(client: reqwest::Client) -> Self {
        Self {
            pooled: client,
            fresh: Arc::default(),
            public: Arc::default(),
            way: None,
        }
    }

    /// For loopback only: plain http, hence no roots are needed.
    pub(crate) fn plain() -> Result<Self> {
        let tls = tls::nobody().map_err(|error| {
            Error::invalid_request("TLS could not be set up").with_source(error)
        })?;
        Self::from_way(Way {
            tls,
            proxy: None,
            direct: None,
        })
    }

    pub(super) fn from_way(way: Way) -> Result<Self> {
        let pooled = way.builder().build().map_err(|error| {
            Error::invalid_request("the HTTP client could not be made").with_source(
                TransportError::with_source(TransportErrorKind::Other, error.without_url()),
            )
        })?;
        Ok(Self {
            way: Some(Box::new(way)),
            ..Self::from_client(pooled)
        })
    }

    /// The client for a request.
    fn client(&self, request: &TransportRequest) -> Result<&reqwest::Client, TransportError> {
        let Some(way) = &self.way else {
            return Ok(&self.pooled);
        };
        if request.public_only {
            let public = self
                .public
                .get_or_init(|| way.public_builder().build().ok());
            let unmade = || TransportError::new(TransportErrorKind::Other);
            return public.as_ref().ok_or_else(unmade);
        }
        if !request.fresh_connection {
            return Ok(&self.pooled);
        }
        Ok(self.fresh.get_or_init(|| {
            way.builder()
                .pool_max_idle_per_host(0)
                .build()
                // What could be built once can be built again; if not, an old connection will do.
                .unwrap_or_else(|_| self.pooled.clone())
        }))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way.as_deref() {
            None => "given",
            Some(Way { proxy: None, .. }) => "direct",
            Some(Way { proxy: Some(_), .. }) => "proxy",
        };
        f.debug_struct("HttpTransport")
            .field("way", &way)
            .finish_non_exhaustive()
    }
}

/// Resolves names to those of their addresses that are public.
struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let all = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = all.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            let public: Addrs = Box::new(public.into_iter());
            Ok::<_, Box<dyn StdError + Send + Sync>>(public)
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the host has no public address")]
struct NotPublic;

impl Way {
    fn builder(&self) -> reqwest::ClientBuilder {
        self.through(self.direct.clone())
    }

    /// For hosts that an answer names: what is reached without the proxy is not for them.
    fn public_builder(&self) -> reqwest::ClientBuilder {
        let builder = self.through(None).pool_max_idle_per_host(0);
        match self.proxy {
            // It resolves the names, and may itself be where it likes.
            Some(_) => builder,
            None => builder.dns_resolver(PublicNames),
        }
    }

    fn through(&self, direct: Option<reqwest::NoProxy>) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .retry(reqwest::retry::never());
        match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone().no_proxy(direct)),
            None => builder,
        }
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let client = self.client(&request)?;
        let max_body = request.max_body;
        let asked = request.url.clone();
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        *outgoing.timeout_mut() = Some(request.timeout);
        if !request.body.is_empty() {
            *outgoing.body_mut() = Some(request.body.into());
        }
        let mut answer = client
            .execute(outgoing)
            .await
            .map_err(|error| failure(error, false))?;
        if *answer.url() != asked {
            let why = "the client followed a redirect, which it must not";
            return Err(TransportError::with_source(TransportErrorKind::Other, why));
        }
        if answer
            .content_length()
            .is_some_and(|length| length > max_body as u64)
        {
            return Err(TransportError::new(TransportErrorKind::TooLarge));
        }
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        let mut body = BytesMut::new();
        let broke_off = |error| failure(error, true).with_response(status, &headers);
        while let Some(chunk) = answer.chunk().await.map_err(broke_off)? {
            if body.len() + chunk.len() > max_body {
                return Err(TransportError::new(TransportErrorKind::TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(TransportResponse::new(status, headers, body.freeze()))
    }
}

fn failure(error: reqwest::Error, answered: bool) -> TransportError {
    let kind = if is_caused(&error, |_: &NotPublic| true) {
        TransportErrorKind::NotPublic
    } else if is_caused(&error, hyper::Error::is_parse_too_large) || is_caused(&error, is_refused) {
        TransportErrorKind::HeadersTooLarge
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if answered || error.is_request() || error.is_body() || error.is_decode() {
        TransportErrorKind::Interrupted
    } else {
        TransportErrorKind::Other
    };
    TransportError::with_source(kind, error.without_url())
}

/// Whether some error in a chain is of a type and as said.
fn is_caused<E: StdError + 'static>(
    error: &(dyn StdError + 'static),
    is: impl Fn(&E) -> bool,
) -> bool {
    std::iter::successors(Some(error), |error| (*error).source())
        .filter_map(|error| error.downcast_ref())
        .any(is)
}

/// Over HTTP/2, an answer that was given up because of its headers. Where the connection was given
/// up, by headers of many times the size, others on it are innocent and all try again.
fn is_refused(error: &h2::Error) -> bool {
    error.is_reset() && error.is_library() && error.reason() == Some(h2::Reason::PROTOCOL_ERROR)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn http2_answer(header: usize) -> Result<TransportResponse, TransportError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = async move {
            let (socket, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(socket).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                let answer = http::Response::builder().header("x-large", "a".repeat(header));
                let answer = answer.body(()).unwrap();
                respond.send_response(answer, true).unwrap();
            }
        };
        let mut transport = HttpTransport::plain().unwrap();
        let client = transport
            .way
            .as_ref()
            .unwrap()
            .builder()
            .http2_prior_knowledge();
        transport.pooled = client.build().unwrap();
        let timeout = Duration::from_secs(30);
        let request = TransportRequest::new(http::Method::GET, url.parse().unwrap(), timeout, 1024);
        tokio::select! {
            answer = transport.send(request) => answer,
            () = server => panic!("the server is gone"),
        }
    }

    #[tokio::test]
    async fn more_headers_over_http_2_than_are_read_are_told_as_that() {
        assert!(http2_answer(200 * 1024).await.is_ok());
        let error = http2_answer(MAX_HEADER_BYTES as usize + 1)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::HeadersTooLarge);
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused_where_only_public_addresses_are_allowed() {
        let url = "https://localhost:9/".parse().unwrap();
        let timeout = Duration::from_secs(30);
        let mut request = TransportRequest::new(http::Method::GET, url, timeout, 1024);
        let transport = HttpTransport::plain().unwrap();
        let error = transport.send(request.clone()).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Connect);
        request.public_only = true;
        let error = transport.send(request).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::NotPublic);
    }
}
