//! A struct of one's own says what is read: `$select` asks for exactly its fields.
//!
//! `cargo run --example own_struct`

use futures::TryStreamExt;
use graph_client::{Client, Credential, TenantId};
use serde::Deserialize;
use tenant_sim::Sim;

/// Graph would leave `accountEnabled` out unless it is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    display_name: Option<String>,
    account_enabled: Option<bool>,
    department: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().start().await?;
    let client = Client::builder(
        TenantId::new(sim.tenant_id())?,
        Credential::client_secret(sim.client_id(), sim.client_secret()),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .build()?;

    eprintln!("asking for {:?}", graph_client::fields::<Person>());
    let mut people = client.list::<Person>("users").items();
    while let Some(person) = people.try_next().await? {
        if person.account_enabled == Some(false) {
            eprintln!(
                "disabled: {} ({})",
                person.display_name.unwrap_or_default(),
                person.department.unwrap_or_default()
            );
        }
    }
    Ok(())
}
