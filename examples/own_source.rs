//! A source of one's own: members of the directory's recycle bin, beside the catalogue's sources.
//!
//! `cargo run --example own_source`

use std::sync::Arc;

use m365_collect::graph_client::{Client, Credential, TenantId};
use m365_collect::{
    Completeness, Descriptor, Engine, Error, Kind, MemoryStore, RawItem, Run, Source, Store,
    async_trait,
};
use tenant_sim::Sim;

const DELETED_USER: Kind = Kind::new("deletedUser");

#[derive(Debug)]
struct DeletedUsers(Descriptor);

impl DeletedUsers {
    fn new() -> Self {
        Self(
            Descriptor::full("deleted_users", "people in the recycle bin")
                .kind(DELETED_USER)
                .permission("User.Read.All"),
        )
    }
}

#[async_trait]
impl Source for DeletedUsers {
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }

    // An error becomes the outcome of the source: a refusal never looks like an empty bin.
    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
        let path = "directory/deletedItems/microsoft.graph.user";
        let mut pages = run.client().list::<RawItem>(path).pages();
        while let Some(page) = run.next(&mut pages).await? {
            run.items(&DELETED_USER, page.items).await?;
        }
        Ok(Completeness::Complete)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().start().await?;
    sim.edit(|tenant| {
        let first = tenant.user_ids().into_iter().next();
        first.map(|id| tenant.delete_user(&id))
    });
    let client = Client::builder(
        TenantId::new(sim.tenant_id())?,
        Credential::client_secret(sim.client_id(), sim.client_secret()),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .build()?;

    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let report = Engine::new(client, Arc::clone(&store))
        .source(DeletedUsers::new())
        .only(["users", "deleted_users"])
        .run()
        .await?;
    for source in &report.sources {
        eprintln!("{}: {}", source.id, source.outcome.name());
    }
    eprintln!("in the recycle bin: {}", store.count(&DELETED_USER).await?);
    Ok(())
}
