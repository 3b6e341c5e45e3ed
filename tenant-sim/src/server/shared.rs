//! What the server and its handle share.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::access::Access;
use crate::clock::{Clock, iso};
use crate::credential::{CredentialState, TokenRequest, Tokens};
use crate::expiry::Expiry;
use crate::fault::Injector;
use crate::guid;
use crate::reply::{GraphError, Reply};
use crate::server::custom::CustomRoutes;
use crate::server::endpoint::Endpoint;
use crate::server::version::Versioned;
use crate::stats::Recorder;
use crate::tenant::Tenant;
use crate::throttle::Throttle;

/// A tenant of a running simulation: nothing of it is another tenant's.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) origin: String,
    pub(crate) clock: Clock,
    pub(crate) page_size: Option<usize>,
    pub(crate) token_lifetime: Duration,
    /// How long an answer takes at least.
    pub(crate) latency: Duration,
    pub(crate) link_key: u64,
    pub(crate) tenant_id: String,
    /// Id and verified domains.
    pub(crate) tenant_names: Vec<String>,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) tenant: RwLock<Tenant>,
    pub(crate) control: Mutex<Control>,
    pub(crate) in_flight: AtomicUsize,
    pub(crate) ids: AtomicU64,
}

/// What changes while the server runs, beside the tenant.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) access: Access,
    pub(crate) credential: CredentialState,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Injector,
    pub(crate) throttle: Throttle,
    pub(crate) recorder: Recorder,
    /// Seconds of `Retry-After` while everything is throttled.
    pub(crate) throttle_all: Option<u64>,
    /// The origin of one nextLink to come.
    pub(crate) foreign: Option<String>,
    pub(crate) epoch: u64,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) routes: CustomRoutes,
}

/// Counts a request as being answered until dropped.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Shared>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    /// A panic elsewhere does not make the counts unusable.
    pub(crate) fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tenant(&self) -> RwLockReadGuard<'_, Tenant> {
        self.tenant.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tenant_mut(&self) -> RwLockWriteGuard<'_, Tenant> {
        self.tenant.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is its id or one of its verified domains.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.tenant_names
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The endpoint of a path with its version.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Endpoint> {
        let below = Versioned::of(path)?.path;
        let control = self.control();
        let custom = control.routes.find(path);
        custom
            .or_else(|| control.routes.find(below))
            .or_else(|| Endpoint::parse(below))
    }

    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        let mut control = self.control();
        let most = &mut control.recorder.stats.max_concurrent;
        *most = now.max(*most);
        Busy(Arc::clone(self))
    }

    fn next_number(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// A fresh GUID for a request.
    pub(crate) fn new_id(&self) -> String {
        guid::text(guid::guid(self.link_key, self.next_number()))
    }

    /// The envelope of an error, dated by the tenant's clock.
    pub(crate) fn refuse(
        &self,
        error: GraphError,
        request_id: &str,
        client_request_id: &str,
    ) -> Reply {
        error.reply(&iso(self.clock.now()), request_id, client_request_id)
    }

    /// Answers a token request.
    pub(crate) fn issue(&self, control: &mut Control, tenant: &str, form: &[u8]) -> Reply {
        let request = TokenRequest {
            tenant,
            form,
            origin: &self.origin,
            tenant_names: &self.tenant_names,
            client_id: &self.client_id,
            client_secret: &self.client_secret,
            roles: control.access.roles(),
            state: control.credential,
            lifetime: self.token_lifetime,
            now: self.clock.now(),
            id_seed: self.link_key ^ self.next_number(),
        };
        let (reply, issued) = control.tokens.issue(&request);
        control.recorder.stats.tokens_issued += u64::from(issued);
        reply
    }
}
