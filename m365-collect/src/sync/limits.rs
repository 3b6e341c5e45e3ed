//! Keeps what was learned of the limits with the tenant, from one sync to the next.

use graph_client::{Client, LearnedLimits};

use crate::store::Store;

/// Limits are those of an application in a tenant: another one begins anew.
fn name(client: &Client) -> String {
    format!("learned_limits/{}", client.app_id())
}

/// More than a tenant's limits can be.
const LARGEST: usize = 256 * 1024;

/// Lets the client go on from what an earlier one learned. What cannot be read is learned again.
pub(super) async fn restore(store: &dyn Store, client: &Client) {
    match store.note(&name(client)).await {
        Ok(None) => {}
        Ok(Some(note)) => {
            if let Some(learned) = parse(&note) {
                client.restore_limits(learned);
            } else {
                tracing::warn!("the learned limits in the store are damaged: left out");
            }
        }
        Err(error) => tracing::warn!(%error, "the learned limits were not read"),
    }
}

fn parse(note: &str) -> Option<LearnedLimits> {
    if note.len() > LARGEST {
        return None;
    }
    serde_json::from_str(note).ok()
}

/// Keeps what the client knows of this tenant, and of the application over all tenants.
pub(super) async fn save(store: &dyn Store, client: &Client) {
    let learned = client.learned_limits().of_tenant(client.tenant());
    let saved = async {
        let note = serde_json::to_string(&learned).map_err(|error| error.to_string())?;
        let before = store
            .note(&name(client))
            .await
            .map_err(|error| error.to_string())?;
        if before.as_deref().unwrap_or("[]") != note {
            let saved = store.set_note(&name(client), &note).await;
            saved.map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    };
    if let Err(error) = saved.await {
        tracing::warn!(error, "the learned limits were not saved");
    }
}
