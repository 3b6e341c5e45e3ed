//! A simulation that answers when it is asked.

use std::time::Duration;

use crate::server;
use crate::server::tenants::Tenants;
use crate::sim::SimHandle;

/// A simulation without a server; see [`SimBuilder::offline`](crate::SimBuilder::offline).
///
/// ```
/// use std::time::Duration;
///
/// let sim = tenant_sim::Sim::builder().offline();
/// let request = http::Request::get(format!("{}/v1.0/users", sim.graph_url()))
///     .body(bytes::Bytes::new())?;
/// let answer = sim.answer(Duration::from_secs(3), &request).expect("no fault is planned");
/// assert_eq!(answer.status(), 401, "there was no token");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Debug)]
pub struct Offline {
    handle: SimHandle,
    tenants: Tenants,
}

impl Offline {
    pub(super) fn of(tenants: Tenants) -> Self {
        Self {
            handle: SimHandle::of(&tenants),
            tenants,
        }
    }

    /// The answer to a request so long after the start; `None` where a fault breaks the connection.
    pub fn answer(
        &self,
        elapsed: Duration,
        request: &http::Request<bytes::Bytes>,
    ) -> Option<http::Response<bytes::Bytes>> {
        let received = server::received::Received {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            headers: request.headers().clone(),
            body: request.body().clone(),
        };
        server::answer_at(&self.tenants, elapsed, &received)
    }
}

/// The tenant, its faults and its statistics, as of a running simulation.
impl std::ops::Deref for Offline {
    type Target = SimHandle;

    fn deref(&self) -> &SimHandle {
        &self.handle
    }
}
