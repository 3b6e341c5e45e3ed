//! One real, cheap call for each service that the chosen sources use.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use graph_client::{Client, Error};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::permission::SourceAccess;
use super::service::Service;
use super::stage::{StageState, milliseconds};
use crate::id::SourceId;

/// How a source's service is tried: its own request, made as small as its page allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Probe {
    pub(super) source: SourceId,
    pub(super) service: Service,
    pub(super) path: String,
    is_beta: bool,
    query: Vec<(&'static str, String)>,
}

const USERS: &str = "users";

impl Probe {
    /// The call of a source; nothing where it needs an object that the test does not have, or
    /// where its answer is a file. Of mailboxes somebody's is looked at.
    fn of(access: &SourceAccess) -> Option<Self> {
        let endpoint = access.endpoint.as_ref()?;
        let is_mail = Service::of(endpoint) == Service::Mail;
        if endpoint.is_per_parent() && !is_mail || endpoint.path.starts_with("reports/get") {
            return None;
        }
        let path = endpoint.path.strip_suffix("/delta");
        Some(Self {
            source: access.source.clone(),
            service: Service::of(endpoint),
            path: path.unwrap_or(&endpoint.path).to_owned(),
            is_beta: endpoint.beta,
            query: endpoint.query.iter().filter_map(smallest).collect(),
        })
    }
}

/// An option of a request in the smallest form that still asks the same of the service.
fn smallest((name, value): &(&'static str, Cow<'static, str>)) -> Option<(&'static str, String)> {
    let value = match *name {
        // Behind this property there is a license.
        "$select" if value.contains("signInActivity") => "id,signInActivity",
        "$select" => "id",
        // Only where the request has it: not every page documents it.
        "$top" => "1",
        "$expand" => return None,
        _ => value,
    };
    Some((*name, value.to_owned()))
}

/// The service of a source, where it says what it reads.
pub(super) fn service_of(access: &SourceAccess) -> Option<Service> {
    access.endpoint.as_ref().map(Service::of)
}

/// What came of the call to one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceCall {
    /// The service.
    pub service: Service,
    /// The path that was called; nothing where no call was made.
    pub path: Option<String>,
    /// What came of it.
    pub state: StageState,
    /// One clause about it.
    pub note: String,
    /// How long it took.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub elapsed: Duration,
    /// The chosen sources that it stands for.
    pub sources: Vec<SourceId>,
}

/// A call to be made, or not where none can be: its service, and the sources that it stands for.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) probe: Option<Probe>,
    pub(super) service: Service,
    pub(super) sources: Vec<SourceId>,
}

/// The calls to be made: of each service the first whose source has its permissions. A source that
/// has them only by wider ones is called by itself, so that what our table says is put to the test.
pub(super) fn planned(sources: &[SourceAccess], granted: Option<&[String]>) -> Vec<Planned> {
    let services: BTreeSet<Service> = sources.iter().filter_map(service_of).collect();
    let by_wider = |access: &SourceAccess| {
        granted.is_some_and(|granted| access.needs.iter().any(|need| !granted.contains(need)))
    };
    let mut plan = Vec::new();
    for service in services {
        let mine = sources
            .iter()
            .filter(|access| service_of(access) == Some(service));
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for access in mine {
            let probe = Probe::of(access).filter(|_| access.lacks.is_empty());
            match probe {
                Some(probe) if by_wider(access) => alone.push(probe),
                probe => together.push((access.source.clone(), probe)),
            }
        }
        if !together.is_empty() {
            let (sources, probes): (Vec<_>, Vec<_>) = together.into_iter().unzip();
            let mut probes: Vec<Probe> = probes.into_iter().flatten().collect();
            // Whether there are people at all is worth more than any other answer.
            probes.sort_by_key(|probe| probe.source.as_str() != USERS);
            plan.push(Planned {
                probe: probes.into_iter().next(),
                service,
                sources,
            });
        }
        plan.extend(alone.into_iter().map(|probe| Planned {
            service,
            sources: vec![probe.source.clone()],
            probe: Some(probe),
        }));
    }
    plan
}

/// What a call showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The service answered.
    Answer,
    /// It lists no user at all.
    NoUsers,
    /// Pages came without a user and without an end.
    UsersNotFound,
    /// What answered is not Graph.
    Foreign,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// An empty page need not be the last one: <https://learn.microsoft.com/graph/paging>.
const PAGES: usize = 5;

impl Probe {
    /// Makes the call.
    pub(super) async fn call(&self, client: &Client) -> Result<Seen, Error> {
        if self.source.as_str() == USERS {
            return Ok(somebody(client).await?.1);
        }
        let mut path = self.path.clone();
        if path.contains("{id}") {
            let (Some(id), _) = somebody(client).await? else {
                return Ok(Seen::UsersNotFound);
            };
            path = path.replace("{id}", &id);
        }
        let mut request = client.raw(path);
        if self.is_beta {
            request = request.beta();
        }
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        let answer = match request.send().await {
            // Who has no mailbox was looked for in the right place.
            Err(error) if error.is_not_found() && self.service == Service::Mail => {
                return Ok(Seen::Answer);
            }
            answer => answer?,
        };
        Ok(if is_object(&answer.body) {
            Seen::Answer
        } else {
            Seen::Foreign
        })
    }
}

/// Looks for any user in the first few pages: its id, and what that says.
async fn somebody(client: &Client) -> Result<(Option<String>, Seen), Error> {
    let mut pages = client.list::<Id>(USERS).select(["id"]).top(1).pages();
    for _ in 0..PAGES {
        let Some(page) = pages.try_next().await? else {
            return Ok((None, Seen::NoUsers));
        };
        if !page.malformed.is_empty() {
            return Ok((None, Seen::Answer));
        }
        if let Some(user) = page.items.into_iter().next() {
            return Ok((Some(user.id), Seen::Answer));
        }
    }
    Ok((None, Seen::UsersNotFound))
}

/// Whether this is a JSON object, as every answer of Graph to these calls is.
pub(super) fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// How many calls are under way at once.
const AT_ONCE: usize = 4;

/// Makes the calls side by side; in the order of the services.
pub(super) async fn all<T, F>(calls: Vec<F>) -> Vec<T>
where
    F: Future<Output = T>,
{
    stream::iter(calls).buffered(AT_ONCE).collect().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::sources;

    fn access(source: &dyn Source) -> SourceAccess {
        super::super::permission::access(source, None)
    }

    #[test]
    fn a_source_is_tried_by_its_own_request_made_small() {
        let probes: Vec<String> = sources::catalogue()
            .iter()
            .filter_map(|source| Probe::of(&access(source.as_ref())))
            .map(|probe| {
                let query: Vec<String> = probe
                    .query
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                format!("{:?} {}?{}", probe.service, probe.path, query.join("&"))
            })
            .collect();
        for expected in [
            "Directory users?$select=id",
            "SignInActivity users?$select=id,signInActivity&$top=1",
            "Directory applications?$select=id&$top=1",
            "PrivilegedIdentity policies/roleManagementPolicies?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'",
            "Intune deviceAppManagement/mobileApps?",
            "IdentityReports auditLogs/signIns?$top=1",
        ] {
            assert!(
                probes.iter().any(|probe| probe == expected),
                "{expected}: {probes:#?}"
            );
        }
    }

    #[test]
    fn every_source_of_the_catalogue_stands_for_a_service() {
        let all: Vec<SourceAccess> = sources::catalogue()
            .iter()
            .map(|source| access(source.as_ref()))
            .collect();
        let plan = planned(&all, None);
        let stands: usize = plan.iter().map(|planned| planned.sources.len()).sum();
        assert_eq!(stands, all.len());
        for planned in plan {
            assert!(
                planned.probe.is_some(),
                "{:?} is not called",
                planned.service
            );
        }
    }

    #[test]
    fn nothing_but_an_object_is_an_answer_of_graph() {
        assert!(is_object(br#"{"value": []}"#));
        for body in ["", "<html>", "[]", "null", "{"] {
            assert!(!is_object(body.as_bytes()), "{body}");
        }
    }
}
