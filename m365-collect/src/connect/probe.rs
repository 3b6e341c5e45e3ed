//! One real, cheap call for each service that the chosen sources use.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use graph_client::{Client, Error};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::permission::SourceAccess;
use super::service::Service;
use super::stage::{StageState, milliseconds};
use crate::source::SourceId;

/// How a source's service is tried: the smallest call that its page documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Probe {
    source: &'static str,
    pub(super) service: Service,
    pub(super) path: &'static str,
    query: &'static [(&'static str, &'static str)],
}

const fn probe(
    source: &'static str,
    service: Service,
    path: &'static str,
    query: &'static [(&'static str, &'static str)],
) -> Probe {
    Probe {
        source,
        service,
        path,
        query,
    }
}

const ID: &[(&str, &str)] = &[("$select", "id")];
const ONE: &[(&str, &str)] = &[("$top", "1")];
const ONE_ID: &[(&str, &str)] = &[("$select", "id"), ("$top", "1")];

/// Of each service the first whose source was chosen and whose permissions are there is called.
/// `$top` only where the page of the call documents it.
const PROBES: &[Probe] = &[
    probe("users", Service::Directory, "users", ONE_ID),
    probe("groups", Service::Directory, "groups", ONE_ID),
    probe("devices", Service::Directory, "devices", ONE_ID),
    probe("applications", Service::Directory, "applications", ONE_ID),
    probe(
        "service_principals",
        Service::Directory,
        "servicePrincipals",
        ONE_ID,
    ),
    probe("domains", Service::Directory, "domains", ID),
    probe("organization", Service::Directory, "organization", ID),
    probe("subscribed_skus", Service::Licensing, "subscribedSkus", ID),
    probe(
        "role_definitions",
        Service::RoleManagement,
        "roleManagement/directory/roleDefinitions",
        ID,
    ),
    probe(
        "role_assignments",
        Service::RoleManagement,
        "roleManagement/directory/roleAssignments",
        ID,
    ),
    probe(
        "role_eligibilities",
        Service::PrivilegedIdentity,
        "roleManagement/directory/roleEligibilityScheduleInstances",
        ID,
    ),
    probe(
        "security_defaults",
        Service::Policies,
        "policies/identitySecurityDefaultsEnforcementPolicy",
        &[],
    ),
    probe(
        "authorization_policy",
        Service::Policies,
        "policies/authorizationPolicy",
        &[],
    ),
    probe(
        "authentication_methods_policy",
        Service::Policies,
        "policies/authenticationMethodsPolicy",
        &[],
    ),
    probe(
        "conditional_access_policies",
        Service::ConditionalAccess,
        "identity/conditionalAccess/policies",
        ID,
    ),
    probe(
        "named_locations",
        Service::ConditionalAccess,
        "identity/conditionalAccess/namedLocations",
        ONE_ID,
    ),
    probe(
        "registration_details",
        Service::IdentityReports,
        "reports/authenticationMethods/userRegistrationDetails",
        ONE,
    ),
    probe(
        "sign_ins",
        Service::IdentityReports,
        "auditLogs/signIns",
        ONE,
    ),
    probe(
        "directory_audits",
        Service::IdentityReports,
        "auditLogs/directoryAudits",
        ONE,
    ),
    probe(
        "sign_in_activity",
        Service::SignInActivity,
        "users",
        &[("$select", "id,signInActivity"), ("$top", "1")],
    ),
    probe(
        "risky_users",
        Service::IdentityProtection,
        "identityProtection/riskyUsers",
        ONE,
    ),
    probe(
        "managed_devices",
        Service::Intune,
        "deviceManagement/managedDevices",
        ONE_ID,
    ),
    probe(
        "device_compliance_policies",
        Service::Intune,
        "deviceManagement/deviceCompliancePolicies",
        ONE_ID,
    ),
    probe(
        "secure_scores",
        Service::Security,
        "security/secureScores",
        ONE,
    ),
    probe(
        "security_alerts",
        Service::Security,
        "security/alerts_v2",
        ONE,
    ),
    probe(
        "share_point_settings",
        Service::SharePoint,
        "admin/sharepoint/settings",
        &[],
    ),
    probe(
        "service_health",
        Service::ServiceHealth,
        "admin/serviceAnnouncement/healthOverviews",
        ID,
    ),
];

/// Sources whose own call needs an object that the test does not have.
const WITHOUT_CALL: &[(&str, Service)] = &[("per_user_mfa", Service::Policies)];

/// The service of a source, where it is one of ours.
pub(super) fn service_of(source: &SourceId) -> Option<Service> {
    let id = source.as_str();
    let mut tried = PROBES.iter().map(|probe| (probe.source, probe.service));
    let mut others = WITHOUT_CALL.iter().copied();
    tried
        .find(|(name, _)| *name == id)
        .or_else(|| others.find(|(name, _)| *name == id))
        .map(|(_, service)| service)
}

/// What came of the call to one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceCall {
    /// The service.
    pub service: Service,
    /// The path that was called; nothing where no call was made.
    pub path: Option<&'static str>,
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
    let mut services: Vec<Service> = PROBES.iter().map(|probe| probe.service).collect();
    services.dedup();
    let by_wider = |access: &SourceAccess| {
        granted.is_some_and(|granted| access.needs.iter().any(|need| !granted.contains(need)))
    };
    let mut plan = Vec::new();
    for service in services {
        let mine = sources
            .iter()
            .filter(|access| service_of(&access.source) == Some(service));
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for access in mine {
            let probe = PROBES.iter().find(|p| p.source == access.source.as_str());
            match probe.filter(|_| access.lacks.is_empty()) {
                Some(probe) if by_wider(access) => alone.push(*probe),
                probe => together.push((access.source.clone(), probe)),
            }
        }
        let first = PROBES
            .iter()
            .find(|probe| together.iter().any(|(_, mine)| *mine == Some(*probe)));
        if !together.is_empty() {
            plan.push(Planned {
                probe: first.copied(),
                service,
                sources: together.into_iter().map(|(source, _)| source).collect(),
            });
        }
        plan.extend(alone.into_iter().map(|probe| Planned {
            probe: Some(probe),
            service,
            sources: vec![probe.source()],
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
    #[serde(rename = "id")]
    _id: String,
}

/// An empty page need not be the last one: <https://learn.microsoft.com/graph/paging>.
const PAGES: usize = 5;

impl Probe {
    /// The source that it stands for.
    pub(super) const fn source(self) -> SourceId {
        SourceId::new(self.source)
    }

    /// Makes the call.
    pub(super) async fn call(self, client: &Client) -> Result<Seen, Error> {
        if self.source == "users" {
            return any_user(client).await;
        }
        let mut request = client.raw(self.path);
        for (name, value) in self.query {
            request = request.query(name, *value);
        }
        let answer = request.send().await?;
        Ok(if is_object(&answer.body) {
            Seen::Answer
        } else {
            Seen::Foreign
        })
    }
}

async fn any_user(client: &Client) -> Result<Seen, Error> {
    let mut pages = client.list::<Id>("users").select(["id"]).top(1).pages();
    for _ in 0..PAGES {
        match pages.try_next().await? {
            None => return Ok(Seen::NoUsers),
            Some(page) if !page.items.is_empty() || !page.malformed.is_empty() => {
                return Ok(Seen::Answer);
            }
            Some(_) => {}
        }
    }
    Ok(Seen::UsersNotFound)
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
    use crate::sources;

    #[test]
    fn every_source_of_the_catalogue_has_its_service() {
        for source in sources::catalogue() {
            let id = &source.descriptor().id;
            assert!(
                service_of(id).is_some(),
                "{id} has no line in PROBES of connect/probe.rs: give it its service and smallest call"
            );
        }
    }

    #[test]
    fn the_probes_of_a_service_stand_together() {
        let mut services: Vec<Service> = PROBES.iter().map(|probe| probe.service).collect();
        services.dedup();
        let all = services.len();
        services.sort_unstable();
        services.dedup();
        assert_eq!(services.len(), all);
    }

    #[test]
    fn nothing_but_an_object_is_an_answer_of_graph() {
        assert!(is_object(br#"{"value": []}"#));
        for body in ["", "<html>", "[]", "null", "{"] {
            assert!(!is_object(body.as_bytes()), "{body}");
        }
    }
}
