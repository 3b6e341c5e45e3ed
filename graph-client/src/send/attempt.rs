//! One attempt: a request with its headers, sent and told of.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use super::call::{CLIENT_REQUEST_ID, Call, CallKind};
use super::progress::Progress;
use crate::client::Client;
use crate::error::{TransportError, TransportErrorKind, request_id};
use crate::observer::CallEvent;
use crate::pulse::GRACE;
use crate::token::Token;
use crate::transport::{TransportRequest, TransportResponse};

const THROTTLE_PRIORITY: HeaderName = HeaderName::from_static("x-ms-throttle-priority");
/// The least that an attempt is given, even at the very end of the budget.
const LEAST_ATTEMPT: Duration = Duration::from_secs(1);

impl Client {
    pub(super) async fn attempt(
        &self,
        call: &Call,
        progress: &Progress,
        token: Option<&Token>,
    ) -> Result<TransportResponse, Arc<TransportError>> {
        let shared = self.shared();
        let started = shared.clock.monotonic();
        let timeout = shared
            .retry
            .attempt_timeout
            .min(self.remaining(progress).max(LEAST_ATTEMPT));
        let request = TransportRequest {
            method: call.method.clone(),
            url: call.url.clone(),
            headers: self.headers(call, progress, token),
            body: call.body.clone(),
            timeout,
            max_body: call.max_body(shared.max_body),
            // <https://learn.microsoft.com/graph/best-practices-concept>
            fresh_connection: progress.unavailable,
            public_only: matches!(call.kind, CallKind::Download { is_foreign: true }),
        };
        // A transport that does not mind the time that it is given ends all the same.
        let result = self
            .within(
                timeout.saturating_add(GRACE),
                shared.transport.send(request),
            )
            .await
            .unwrap_or_else(|| Err(TransportError::new(TransportErrorKind::Timeout)));
        let elapsed = shared.clock.monotonic().saturating_sub(started);
        let status = result.as_ref().ok().map(|answer| answer.status.as_u16());
        let bytes = result.as_ref().map_or(0, |answer| answer.body.len() as u64);
        match &result {
            Ok(answer) => tracing::debug!(
                attempt = progress.attempts,
                status,
                bytes,
                elapsed_ms = elapsed.as_millis(),
                request_id = request_id(&answer.headers),
                "answered"
            ),
            Err(error) => tracing::debug!(
                attempt = progress.attempts,
                elapsed_ms = elapsed.as_millis(),
                kind = ?error.kind(),
                "no answer"
            ),
        }
        self.observe(|| CallEvent::Attempt {
            method: call.method.clone(),
            workload: call.workload,
            route: progress.route.clone(),
            status,
            bytes,
            elapsed,
        });
        result.map_err(Arc::new)
    }

    fn headers(&self, call: &Call, progress: &Progress, token: Option<&Token>) -> HeaderMap {
        let mut headers = call.headers.clone();
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        if call.kind == CallKind::Graph {
            headers.insert(
                THROTTLE_PRIORITY,
                HeaderValue::from_static(self.priority().header()),
            );
        }
        headers.insert(USER_AGENT, self.shared().user_agent.clone());
        if !matches!(call.kind, CallKind::Download { .. })
            && let Ok(id) = HeaderValue::from_str(&progress.client_request_id)
        {
            headers.insert(CLIENT_REQUEST_ID, id);
        }
        if let Some(mut bearer) =
            token.and_then(|t| HeaderValue::from_str(&format!("Bearer {}", t.expose())).ok())
        {
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        headers
    }
}
