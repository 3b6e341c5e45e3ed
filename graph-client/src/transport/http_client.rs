//! The transport over the network: reqwest with rustls.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::BytesMut;
use reqwest::redirect::Policy;

use super::{Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse};
use crate::error::{Error, Result};

/// HTTP/1.1 and HTTP/2 over TLS with the platform's roots, connections pooled, answers compressed.
///
/// It follows no redirects, keeps no cookies, sends no `Referer` and reads no environment: a proxy
/// is named with [`HttpTransport::with_proxy`].
#[derive(Debug, Clone)]
pub struct HttpTransport {
    pooled: reqwest::Client,
    /// Keeps no connection; made when it is first needed.
    fresh: Arc<OnceLock<reqwest::Client>>,
    way: Way,
}

/// How hosts are reached.
#[derive(Debug, Clone)]
enum Way {
    Direct,
    Proxy(Box<reqwest::Proxy>),
    /// For loopback only: plain http, hence no roots are needed.
    Plain,
}

impl HttpTransport {
    /// A transport that connects directly.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when TLS cannot be set up, for instance for want of roots.
    pub fn new() -> Result<Self> {
        Self::build(Way::Direct)
    }

    /// A transport through an HTTP or HTTPS proxy such as `http://proxy.example:3128`.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when the address is not a URL or TLS cannot be set up.
    pub fn with_proxy(proxy: &str) -> Result<Self> {
        let proxy = reqwest::Proxy::all(proxy).map_err(|_| {
            Error::invalid_request("the proxy is not a URL such as http://host:port")
        })?;
        Self::build(Way::Proxy(Box::new(proxy)))
    }

    pub(crate) fn plain() -> Result<Self> {
        Self::build(Way::Plain)
    }

    fn build(way: Way) -> Result<Self> {
        let pooled = builder(&way).build().map_err(|error| {
            Error::invalid_request("TLS could not be set up; are root certificates installed?")
                .with_source(TransportError::with_source(
                    TransportErrorKind::Other,
                    error.without_url(),
                ))
        })?;
        Ok(Self {
            pooled,
            fresh: Arc::default(),
            way,
        })
    }

    /// The client for a request; one that kept no connection if it must not use any.
    fn client(&self, fresh: bool) -> &reqwest::Client {
        if !fresh {
            return &self.pooled;
        }
        self.fresh.get_or_init(|| {
            builder(&self.way)
                .pool_max_idle_per_host(0)
                .build()
                // What could be built once can be built again; if not, an old connection will do.
                .unwrap_or_else(|_| self.pooled.clone())
        })
    }
}

fn builder(way: &Way) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never());
    match way {
        Way::Direct => builder,
        Way::Proxy(proxy) => builder.proxy((**proxy).clone()),
        Way::Plain => builder.tls_certs_only(std::iter::empty()),
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let max_body = request.max_body;
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        *outgoing.timeout_mut() = Some(request.timeout);
        if !request.body.is_empty() {
            *outgoing.body_mut() = Some(request.body.into());
        }
        let mut answer = self
            .client(request.fresh_connection)
            .execute(outgoing)
            .await
            .map_err(|error| failure(error, false))?;
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
    let kind = if error.is_timeout() {
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
