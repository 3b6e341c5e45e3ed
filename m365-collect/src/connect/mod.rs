//! The connection test: what stands between a program and a tenant, and what to do about it.
//!
//! [`check`] answers in stages: the settings, a token, the right tenant, the clock, permissions
//! granted against needed, one real call for each service, licenses, concealed report names, the
//! end of the application's own secrets. Each [`Stage`] says what came of it and how long it took;
//! one that could not be done says why, and none says that all is well without having looked.
//! What is wrong is a [`Diagnosis`] with cause, cure and a page of learn.microsoft.com.
//!
//! A connection as text is what a person needs in the first minute; as JSON its names are stable.
//!
//! ```
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! use graph_client::{Client, Credential, TenantId};
//! use m365_collect::connect::{self, Status};
//! use m365_collect::sources;
//!
//! let sim = tenant_sim::Sim::builder().start().await?;
//! sim.revoke("AuditLog.Read.All");
//! let client = Client::builder(
//!     TenantId::new(sim.tenant_id())?,
//!     Credential::client_secret(sim.client_id(), sim.client_secret()),
//! )
//! .graph_origin(sim.graph_url())
//! .login_origin(sim.login_url())
//! .build()?;
//!
//! let connection = connect::check(&client, &sources::catalogue()).await;
//! assert_eq!(connection.status, Status::PermissionError);
//! let problem = &connection.problems[0];
//! assert_eq!(problem.permission.as_deref(), Some("AuditLog.Read.All"));
//! println!("{connection}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod accepted;
mod app_credential;
mod calls;
mod code;
mod connection;
mod context;
mod credential;
mod diagnosis;
mod explain;
mod license;
mod license_check;
mod network;
mod outcome;
mod permission;
mod probe;
mod problem;
mod readiness;
mod refusal;
mod report_names;
mod run;
mod service;
mod settings;
mod stage;
mod status;
mod table;
mod tenant;
mod text;

use std::sync::Arc;

use graph_client::Client;

use crate::source::Source;

pub use app_credential::{AppCredential, CredentialKind};
pub use code::Code;
pub use connection::{ClockFound, ConnectedTenant, Connection, ReportNames, Stages, TokenFound};
pub use diagnosis::{Diagnosis, Severity};
pub use license_check::LicenseCheck;
pub use permission::{Lacking, Permissions, Readiness, SourceAccess};
pub use probe::ServiceCall;
pub use problem::Problem;
pub use run::ConnectionTest;
pub use service::Service;
pub use settings::SecretShape;
pub use stage::{Stage, StageState, StageSummary};
pub use status::Status;
pub use table::permissions_table;

pub use crate::subscription::LicenseState;

/// Tests the connection for these sources. It never fails: what is wrong is in the answer.
///
/// Ends within a minute; [`ConnectionTest`] sets this and more.
///
/// # Cancel safety
/// Dropping the future sends nothing more. Nothing is kept, and nothing in the tenant is changed.
pub async fn check(client: &Client, sources: &[Arc<dyn Source>]) -> Connection {
    ConnectionTest::new(client.clone())
        .sources(sources.to_vec())
        .run()
        .await
}
