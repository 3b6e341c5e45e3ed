//! Who answers: the tenant that was asked for, or nothing is written.

use futures::{StreamExt, TryStreamExt};
use graph_client::Client;

use super::engine::Engine;
use crate::error::{Error, Result};
use crate::organization::{self, Organization};
use crate::run::accepted::Accepted;
use crate::store::StoredTenant;

impl Engine {
    /// Makes sure that the tenant can be read, that it is the one that was asked for, and that the
    /// store is its own. Nothing is written before that.
    ///
    /// A domain may have moved to another tenant, so the tenant's own id decides where it can be read.
    pub(super) async fn open(&self, accepted: &Accepted) -> Result<StoredTenant> {
        let token = self.client.authenticate().await?;
        let asked = self.client.tenant().as_str();
        if organization::is_personal(asked) {
            return Err(Error::NoOrganization {
                tenant: asked.to_owned(),
            });
        }
        let mut tenant = StoredTenant::new(asked);
        let client = self.client.with_observer(accepted.observer());
        let token = token.tenant_id.as_deref();
        match organizations(&client).await {
            // Every tenant has one: a list without it is none.
            Ok((found, 0)) if found.is_empty() => self.check_unread(None, token).await?,
            // Somebody answers, and does not say who.
            Ok((found, malformed)) if malformed > 0 && !found.iter().any(|one| one.is(asked)) => {
                return Err(Error::UnknownTenant {
                    asked: asked.to_owned(),
                });
            }
            Ok((found, _)) => {
                let found = organization::asked_for(found, asked)?;
                tenant = tenant.with_organization(found.id, found.display_name);
            }
            Err(error) => self.check_unread(Some(error), token).await?,
        }
        self.store.bind(&tenant).await?;
        Ok(self.store.tenant().await?.unwrap_or(tenant))
    }

    /// What is left where the organization cannot be read: the token, and whom the store knows.
    async fn check_unread(
        &self,
        error: Option<graph_client::Error>,
        token: Option<&str>,
    ) -> Result<()> {
        tracing::debug!(?error, "the organization was not read");
        let asked = self.client.tenant().as_str();
        let other = || Error::OtherTenant {
            asked: asked.to_owned(),
            answered: token.map(str::to_owned),
        };
        if let Some(is_asked) = organization::by_token(token, asked) {
            return if is_asked { Ok(()) } else { Err(other()) };
        }
        let Some(stored) = self.store.tenant().await? else {
            // On the first sync something has to say so.
            return Err(match error {
                Some(error) if !error.is_permission_denied() => error.into(),
                _ => Error::UnknownTenant {
                    asked: asked.to_owned(),
                },
            });
        };
        match (stored.organization, token) {
            (Some(known), Some(found)) if !known.eq_ignore_ascii_case(found) => Err(other()),
            _ => Ok(()),
        }
    }
}

/// The organizations that answer, of which there is one, and how many could not be read.
async fn organizations(client: &Client) -> graph_client::Result<(Vec<Organization>, usize)> {
    // More pages than this are no answer of a tenant.
    const PAGES: usize = 5;
    let mut pages = client
        .list::<Organization>("organization")
        .pages()
        .take(PAGES);
    let (mut found, mut malformed) = (Vec::new(), 0);
    while let Some(page) = pages.try_next().await? {
        malformed += page.malformed.len();
        found.extend(page.items);
    }
    Ok((found, malformed))
}
