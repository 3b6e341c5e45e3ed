//! Files that a redirect leads to: the link is all it takes, and a token sent along is refused, so that a client
//! which gives tokens to whoever it is sent to is found out.
//! <https://learn.microsoft.com/graph/api/reportroot-getoffice365activeuserdetail#response>

use http::Method;

use crate::reply::{GraphError, Reply, Result};
use crate::resource::report;
use crate::server::delivery::Delivery;
use crate::server::received::Received;
use crate::server::shared::Shared;

const TEMPLATE: &str = "reports/download/{token}";

/// The token of a file's path.
pub(crate) fn token(path: &str) -> Option<&str> {
    path.strip_prefix(report::FILES)
}

pub(crate) fn answer(
    shared: &Shared,
    received: &Received,
    token: &str,
    request_id: &str,
    client_request_id: &str,
) -> Delivery {
    let reply = file(shared, received, token)
        .unwrap_or_else(|error| shared.refuse(error, request_id, client_request_id));
    let mut control = shared.control();
    control.recorder.stats.writes += u64::from(received.method != Method::GET);
    control
        .recorder
        .answered(received.method.as_str(), TEMPLATE, reply.status);
    Delivery::Reply(reply, None)
}

fn file(shared: &Shared, received: &Received, token: &str) -> Result<Reply> {
    if received.method != Method::GET {
        return Err(GraphError::new(
            405,
            "UnsupportedHttpVerb",
            "The resource doesn't support the specified HTTP verb.",
        ));
    }
    if received.header("authorization").is_some() {
        return Err(GraphError::new(
            401,
            "InvalidAuthenticationInfo",
            "The link is authentication enough; no other may be sent with it.",
        ));
    }
    report::download(&shared.tenant(), shared.link_key, token, shared.clock.now())
}
