//! Whether the tenant that answers is the one that was asked for.

use futures::TryStreamExt as _;
use serde::Deserialize;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::tenant::TenantId;

impl Client {
    /// Makes sure that what answers is the tenant that was asked for, and returns its id: a wrong
    /// token in a multi-tenant program must not end with one customer's data at another.
    ///
    /// Reads the id and the domains of the organization, for which `Organization.Read.All` or any
    /// wider permission will do. <https://learn.microsoft.com/graph/api/organization-list>
    ///
    /// # Errors
    ///
    /// [`Error::is_wrong_tenant`] when another tenant answers; [`Error::token_error`] and
    /// [`Error::is_permission_denied`] as with any call.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn verify_tenant(&self) -> Result<TenantId> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Organization {
            id: String,
            #[serde(default)]
            verified_domains: Vec<Domain>,
        }
        #[derive(Deserialize)]
        struct Domain {
            #[serde(default)]
            name: Option<String>,
        }
        let mut pages = self.list::<Organization>("organization").pages();
        let page = pages.try_next().await?;
        let found = page.iter().flat_map(|page| &page.items).find(|found| {
            let is_ours = |name: &str| name.eq_ignore_ascii_case(self.tenant().as_str());
            is_ours(&found.id)
                || found
                    .verified_domains
                    .iter()
                    .filter_map(|domain| domain.name.as_deref())
                    .any(is_ours)
        });
        found.map_or_else(
            || Err(Error::wrong_tenant()),
            |organization| TenantId::new(&organization.id),
        )
    }
}
