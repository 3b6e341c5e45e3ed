//! The connection test: authentication, permissions, one real call; and what is wrong in one
//! sentence with cause and cure.

mod diagnosis;
mod permission;

use std::sync::Arc;

use futures::TryStreamExt;
use graph_client::Client;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::source::{Source, SourceId};

pub use diagnosis::{Diagnosis, Problem};

/// What a connection test found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Connection {
    /// Whether the tenant can be read, and what stands in the way.
    pub status: Status,
    /// The tenant, once it answered.
    pub tenant: Option<ConnectedTenant>,
    /// Whether the permissions could be read; a token is opaque, so this is for people only.
    pub permissions_known: bool,
    /// What each source needs and lacks.
    pub sources: Vec<SourceAccess>,
    /// What is wrong, worst first; empty where nothing is.
    pub problems: Vec<Diagnosis>,
}

/// Whether a tenant can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Yes.
    Connected,
    /// The credentials were refused.
    AuthenticationError,
    /// Permissions are missing.
    PermissionError,
    /// The service throttles.
    Throttled,
    /// The service or the way to it fails.
    ServiceError,
}

/// The tenant that answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
#[non_exhaustive]
pub struct ConnectedTenant {
    /// The id of its organization.
    pub id: String,
    /// Its display name.
    pub display_name: Option<String>,
}

/// What a source needs and lacks.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SourceAccess {
    /// The source.
    pub source: SourceId,
    /// The least permissions that it needs.
    pub needs: Vec<String>,
    /// Those that the application has, itself or by a wider one.
    pub has: Vec<String>,
    /// Those that it lacks; empty where that is not known.
    pub lacks: Vec<String>,
    /// The licence that the tenant needs.
    pub licence: Option<String>,
}

/// Tests the connection for these sources. It never fails: what is wrong is in the answer.
///
/// # Examples
/// ```no_run
/// # async fn run(client: graph_client::Client) {
/// let connection = m365_collect::connect::check(&client, &m365_collect::sources::catalogue()).await;
/// for problem in &connection.problems {
///     eprintln!("{problem}");
/// }
/// # }
/// ```
pub async fn check(client: &Client, sources: &[Arc<dyn Source>]) -> Connection {
    let mut connection = Connection {
        status: Status::Connected,
        tenant: None,
        permissions_known: false,
        sources: Vec::new(),
        problems: Vec::new(),
    };
    let token = match client.authenticate().await {
        Ok(token) => token,
        Err(error) => {
            connection.fail(&error.into());
            return connection;
        }
    };
    connection.permissions_known = token.roles.is_some();
    let granted = token.roles.as_deref();
    connection.sources = sources
        .iter()
        .map(|source| access(source.as_ref(), granted))
        .collect();
    if granted.is_some_and(<[String]>::is_empty) {
        connection.add(Diagnosis::no_consent());
    } else {
        let mut lacking: Vec<&str> = connection
            .sources
            .iter()
            .flat_map(|source| source.lacks.iter().map(String::as_str))
            .collect();
        lacking.sort_unstable();
        lacking.dedup();
        if !lacking.is_empty() {
            let diagnosis = Diagnosis::missing_permissions(&lacking);
            connection.add(diagnosis);
        }
    }
    let mut organizations = client.list::<ConnectedTenant>("organization").pages();
    match organizations.try_next().await {
        Ok(page) => {
            connection.tenant = page.and_then(|page| page.items.into_iter().next());
        }
        // Said above already, where the permissions are known.
        Err(error) if error.is_permission_denied() && !connection.problems.is_empty() => {}
        Err(error) => connection.fail(&error.into()),
    }
    connection
}

impl Connection {
    fn fail(&mut self, error: &Error) {
        self.add(Diagnosis::of(error));
    }

    fn add(&mut self, diagnosis: Diagnosis) {
        if self.problems.is_empty() {
            self.status = diagnosis.problem.status();
        }
        self.problems.push(diagnosis);
    }
}

fn access(source: &dyn Source, granted: Option<&[String]>) -> SourceAccess {
    let descriptor = source.descriptor();
    let needs = descriptor.permissions.iter().map(AsRef::as_ref);
    let (has, lacks): (Vec<&str>, Vec<&str>) = match granted {
        None => (Vec::new(), Vec::new()),
        Some(granted) => needs
            .clone()
            .partition(|name| permission::is_granted(name, granted)),
    };
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    SourceAccess {
        source: descriptor.id.clone(),
        needs: needs.map(str::to_owned).collect(),
        has: owned(has),
        lacks: owned(lacks),
        licence: descriptor.licence.as_deref().map(str::to_owned),
    }
}
