//! What is sent, before there is a token or an attempt.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::budget::Budget;
use crate::origin::HandedOver;
use crate::path;
use crate::throttle::RequestCost;
use crate::workload::Workload;

pub(super) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// A request before it is sent. Not to be shown: its body may be the form of a token request.
pub(crate) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) kind: CallKind,
    pub(super) workload: Workload,
    /// What the limits count, if other than its URL says: the requests inside a batch.
    pub(super) cost: Option<RequestCost>,
    /// The budget, if it began to run before this call.
    pub(super) budget: Option<Budget>,
    pub(super) before: Before,
    pub(super) batch_role: BatchRole,
    /// A redirect is the answer, and not followed.
    pub(super) keep_redirect: bool,
    /// Whether it may be sent again although it may have been carried out.
    pub(super) repeatable: bool,
    /// Tried once and without waiting long, since it can be done without.
    pub(super) spare: bool,
}

/// What happened to a call before it was put together anew.
#[derive(Clone, Default)]
pub(crate) struct Before {
    pub(crate) attempts: u32,
    /// The generation of the token that was refused, and what a better one must hold.
    pub(crate) rejected: Option<u64>,
    pub(crate) claims: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    Graph,
    Token,
    /// A file behind a link that is a key in itself. Of another origin it has to be out on the
    /// internet.
    Download {
        is_foreign: bool,
    },
    /// What anybody may read at the sign-in service.
    #[cfg_attr(
        not(feature = "notify"),
        allow(dead_code, reason = "only notifications need it")
    )]
    Public,
}

/// Whether an answer is all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchRole {
    Single,
    /// It holds the answers to others, and its success says nothing of theirs.
    Envelope,
    /// It came inside another.
    Item,
}

impl Call {
    /// A GET of Graph. The URL has been built by us or checked by [`crate::origin::Origin`].
    pub(crate) fn get(url: Url, headers: HeaderMap, workload: Workload) -> Self {
        Self {
            method: Method::GET,
            url,
            headers,
            body: Bytes::new(),
            kind: CallKind::Graph,
            workload,
            cost: None,
            budget: None,
            before: Before::default(),
            batch_role: BatchRole::Single,
            keep_redirect: false,
            repeatable: true,
            spare: false,
        }
    }

    /// A file that Graph handed over a link for. It gets no token and none of our ids.
    pub(crate) fn download(file: HandedOver) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        Self {
            kind: CallKind::Download {
                is_foreign: file.is_foreign,
            },
            ..Self::get(file.url, headers, Workload::Download)
        }
    }

    /// A GET of what anybody may read at the sign-in service; it gets no token.
    #[cfg(feature = "notify")]
    pub(crate) fn public(url: Url) -> Self {
        Self {
            kind: CallKind::Public,
            ..Self::get(url, HeaderMap::new(), Workload::Token)
        }
    }

    /// Takes a redirect for an answer.
    pub(crate) fn keep_redirect(mut self) -> Self {
        self.keep_redirect = true;
        self
    }

    /// A change of the tenant.
    #[cfg(feature = "writes")]
    pub(crate) fn write(
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Bytes,
        workload: Workload,
    ) -> Self {
        let mut call = Self::get(url, headers, workload);
        call.repeatable = method != Method::POST;
        call.method = method;
        if !body.is_empty() {
            call.headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            call.body = body;
        }
        call
    }

    /// A batch of GETs, with the budget and the id of the whole of its rounds.
    pub(crate) fn batch(
        url: Url,
        body: Bytes,
        cost: RequestCost,
        (budget, before): (Budget, Before),
        client_request_id: &str,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(client_request_id) {
            headers.insert(CLIENT_REQUEST_ID, id);
        }
        Self {
            method: Method::POST,
            url,
            headers,
            body,
            kind: CallKind::Graph,
            workload: cost.workload(),
            cost: Some(cost),
            budget: Some(budget),
            before,
            batch_role: BatchRole::Envelope,
            keep_redirect: false,
            repeatable: true,
            spare: false,
        }
    }

    /// A request for a token; a spare one when the token in use is still good.
    pub(crate) fn token(url: Url, form: String, spare: bool) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        Self {
            method: Method::POST,
            url,
            headers,
            body: form.into(),
            kind: CallKind::Token,
            workload: Workload::Token,
            cost: None,
            budget: None,
            before: Before::default(),
            batch_role: BatchRole::Single,
            keep_redirect: false,
            repeatable: true,
            spare,
        }
    }

    /// The size that an answer may have: what the sign-in service says is short.
    pub(super) fn max_body(&self, configured: usize) -> usize {
        match self.kind {
            CallKind::Graph | CallKind::Download { .. } => configured,
            CallKind::Token | CallKind::Public => configured.min(1024 * 1024),
        }
    }

    pub(super) fn route(&self) -> String {
        match self.kind {
            CallKind::Graph => path::route(&self.url),
            CallKind::Token => "oauth2/v2.0/token".to_owned(),
            CallKind::Download { .. } => "the download of a report".to_owned(),
            CallKind::Public => "discovery/v2.0/keys".to_owned(),
        }
    }
}
