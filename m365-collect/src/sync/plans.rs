//! The service plans of the tenant, looked up once in a sync and only where it matters.

use graph_client::Client;
use tokio::sync::OnceCell;

use crate::descriptor::Descriptor;
use crate::outcome::Outcome;
use crate::subscription::{Held, LicenseState, plans};

/// What the tenant's subscriptions include.
#[derive(Debug, Default)]
pub(super) struct Plans(OnceCell<Option<Held>>);

impl Plans {
    /// Licensed tenants are told now and then that they are not: where a subscription in force
    /// includes the plan, the refusal is a failure like any other.
    pub(super) async fn doubt(
        &self,
        outcome: Outcome,
        descriptor: &Descriptor,
        client: &Client,
    ) -> Outcome {
        let (Outcome::Unlicensed { plan }, Some(license)) = (&outcome, &descriptor.license) else {
            return outcome;
        };
        let held = self
            .0
            .get_or_init(|| async {
                // Who cannot look believes what was said.
                Held::read(client).await.ok().flatten()
            })
            .await;
        let state = held.as_ref().map(|held| held.state(plans(license)));
        if state != Some(LicenseState::Present) {
            return outcome;
        }
        Outcome::Failed {
            error: format!(
                "the service says that the tenant has no {plan}, but a subscription in force \
                 includes it: run the sync again, and ask Microsoft where it stays so"
            ),
        }
    }
}
