//! The tenants of one server, and which of them answers.

use std::sync::Arc;

use crate::credential::Bearer;
use crate::resource::report;
use crate::server::received::Received;
use crate::server::shared::Shared;
use crate::server::{download, graph, token_tenant};

/// The tenants of one server.
#[derive(Debug)]
pub(crate) struct Tenants {
    pub(crate) first: Arc<Shared>,
    pub(crate) others: Vec<Arc<Shared>>,
}

impl Tenants {
    /// The tenant that a login path names, that a link to a file belongs to or that gave the bearer token out. The
    /// first refuses what belongs to none.
    pub(crate) fn of(&self, received: &Received) -> &Arc<Shared> {
        let is_for = |shared: &&Arc<Shared>| {
            if let Some(name) = token_tenant(&received.path) {
                shared.is_named(name)
            } else if let Some(file) = download::token(&received.path) {
                report::is_link(shared.link_key, file)
            } else {
                graph::bearer(received)
                    .is_some_and(|token| shared.control().tokens.check(token) != Bearer::Unknown)
            }
        };
        std::iter::once(&self.first)
            .chain(&self.others)
            .find(is_for)
            .unwrap_or(&self.first)
    }
}
