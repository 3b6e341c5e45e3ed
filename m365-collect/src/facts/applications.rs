//! Applications as they stand in the tenant: owners, credentials, permissions.

use std::collections::{BTreeMap, BTreeSet};

use compliance_map::Fact;
use compliance_map::facts::{CredentialFact, ServicePrincipalFact};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::fact::of_items;
use super::part::{either, is_whole, join, rows, seen};
use super::value::instant;
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::StoreError;

/// The tenants in which Microsoft keeps its own applications:
/// <https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>.
const MICROSOFT: [&str; 2] = [
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
];

/// What an assignment names that gives access without a role:
/// <https://learn.microsoft.com/graph/api/resources/approleassignment>.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// An application or a service principal; both have these members.
/// <https://learn.microsoft.com/graph/api/resources/serviceprincipal>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    app_id: Option<String>,
    display_name: Option<String>,
    /// Null where no tenant owns it, as of identities that the service itself makes; absent where it
    /// was not read.
    #[serde(default, deserialize_with = "told")]
    app_owner_organization_id: Option<Value>,
    service_principal_type: Option<String>,
    account_enabled: Option<bool>,
    password_credentials: Option<Vec<Credential>>,
    key_credentials: Option<Vec<Credential>>,
}

/// A member that is there, `null` included.
fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    #[serde(rename = "type")]
    kind: Option<String>,
    start_date_time: Option<String>,
    end_date_time: Option<String>,
}

impl Credential {
    fn into_row(self, kind: String) -> CredentialFact {
        CredentialFact {
            kind: Some(kind),
            starts: instant(self.start_date_time),
            expires: instant(self.end_date_time),
            ..CredentialFact::default()
        }
    }

    fn key(mut self) -> CredentialFact {
        let kind = self.kind.take().unwrap_or_else(|| "key".to_owned());
        let is_certificate = ["AsymmetricX509Cert", "X509CertAndPassword"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known));
        self.into_row(if is_certificate {
            "certificate".to_owned()
        } else {
            kind
        })
    }
}

impl Application {
    /// Whether Microsoft owns it; `None` where that was not read. Of what the service itself makes,
    /// and nobody has to own, no tenant is the owner, and none is missing: its type tells.
    fn is_microsofts(&self) -> Option<bool> {
        let owner = self.app_owner_organization_id.as_ref()?.as_str();
        let is = |tenant: &&str| owner.is_some_and(|owner| owner.eq_ignore_ascii_case(tenant));
        let is_microsofts = MICROSOFT.iter().any(is);
        (is_microsofts || !self.needs_no_owner()).then_some(is_microsofts)
    }

    /// Whether it is of a sort that nobody owns: an identity that Azure makes and ends with a
    /// resource, or a provider of social accounts:
    /// <https://learn.microsoft.com/graph/api/resources/serviceprincipal>.
    fn needs_no_owner(&self) -> bool {
        let kind = self.service_principal_type.as_deref().unwrap_or_default();
        ["ManagedIdentity", "SocialIdp"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
    }

    fn credentials(&mut self) -> Option<Vec<CredentialFact>> {
        let secrets = self.password_credentials.take()?.into_iter();
        let keys = self.key_credentials.take()?.into_iter();
        let secrets = secrets.map(|secret| secret.into_row("secret".to_owned()));
        Some(secrets.chain(keys.map(Credential::key)).collect())
    }

    fn into_row(mut self, id: String, first_party: Option<bool>) -> ServicePrincipalFact {
        let credentials = self.credentials();
        let extra = [
            ("app_id", self.app_id.map(Value::from)),
            ("type", self.service_principal_type.map(Value::from)),
            ("enabled", self.account_enabled.map(Value::from)),
        ];
        ServicePrincipalFact {
            id,
            name: self.display_name,
            first_party,
            owners: Some(Vec::new()),
            credentials,
            permissions: None,
            extra: extra
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
        }
    }
}

fn app_id(row: &ServicePrincipalFact) -> Option<&str> {
    row.extra.get("app_id").and_then(Value::as_str)
}

fn own(row: &mut ServicePrincipalFact, owner: String) {
    let owners = row.owners.get_or_insert_default();
    if !owners.contains(&owner) {
        owners.push(owner);
    }
}

/// One row for each service principal, with what its application here adds; applications without
/// one stand by themselves.
pub(super) async fn service_principals(
    reader: &Reader<'_>,
) -> Result<Fact<ServicePrincipalFact>, StoreError> {
    let registered = reader.evidence("applications", &Kind::APPLICATION).await?;
    let read = reader
        .evidence("service_principals", &Kind::SERVICE_PRINCIPAL)
        .await?;
    let granted = reader
        .evidence("app_role_assignments", &Kind::APP_ROLE_ASSIGNMENT)
        .await?;

    let (mut apps, registered) = rows(
        reader,
        registered,
        &Kind::APPLICATION,
        |id, app: Application| Some(app.into_row(id, Some(false))),
    )
    .await?;
    join(
        reader,
        &Relation::APPLICATION_OWNER,
        &mut apps,
        |row| &row.id,
        own,
    )
    .await?;
    let (mut principals, read) = rows(
        reader,
        read,
        &Kind::SERVICE_PRINCIPAL,
        |id, principal: Application| {
            let first_party = principal.is_microsofts();
            Some(principal.into_row(id, first_party))
        },
    )
    .await?;
    join(
        reader,
        &Relation::SERVICE_PRINCIPAL_OWNER,
        &mut principals,
        |row| &row.id,
        own,
    )
    .await?;

    let read = at_least_one(&principals, read);
    let are_whole = is_whole(&registered) && is_whole(&read);
    merge(&mut principals, apps);
    let (mut permissions, granted) = permissions(reader, granted).await?;
    for row in &mut principals {
        // What an application has may stand on the half that was not read.
        row.owners = row.owners.take().and_then(|list| seen(list, are_whole));
        row.credentials = row
            .credentials
            .take()
            .and_then(|list| seen(list, are_whole));
        row.permissions = match permissions.remove(&row.id) {
            Some(known) => known,
            None => seen(Vec::new(), is_whole(&granted)),
        };
    }
    Ok(of_items(
        principals,
        either(either(read, registered), granted),
    ))
}

/// Every tenant has service principals of Microsoft's: a list without any was not read to its end.
fn at_least_one(principals: &[ServicePrincipalFact], evidence: EvidenceState) -> EvidenceState {
    match evidence {
        EvidenceState::Ok { as_of, .. } if principals.is_empty() => EvidenceState::Truncated {
            as_of,
            note: "no service principal was listed, and every tenant has some".to_owned(),
        },
        evidence => evidence,
    }
}

/// Lays the applications over their service principals.
fn merge(principals: &mut Vec<ServicePrincipalFact>, apps: Vec<ServicePrincipalFact>) {
    let mut apps: BTreeMap<String, ServicePrincipalFact> = apps
        .into_iter()
        .map(|app| (app_id(&app).unwrap_or(&app.id).to_owned(), app))
        .collect();
    for row in principals.iter_mut() {
        let Some(app) = app_id(row).and_then(|id| apps.remove(id)) else {
            continue;
        };
        for owner in app.owners.into_iter().flatten() {
            own(row, owner);
        }
        row.credentials = row.credentials.take().zip(app.credentials).map(|(a, b)| {
            let mut all = a;
            all.extend(b);
            all
        });
    }
    principals.extend(apps.into_values());
}

/// <https://learn.microsoft.com/graph/api/resources/approleassignment>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    app_role_id: Option<String>,
    principal_id: Option<String>,
    principal_type: Option<String>,
    resource_id: Option<String>,
}

/// <https://learn.microsoft.com/graph/api/resources/serviceprincipal>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    app_roles: Option<Vec<AppRole>>,
}

#[derive(Deserialize)]
struct AppRole {
    id: String,
    value: Option<String>,
}

/// Application permissions by holder; `None` where what one of them is called was not read.
type Permissions = BTreeMap<String, Option<Vec<String>>>;

async fn permissions(
    reader: &Reader<'_>,
    granted: EvidenceState,
) -> Result<(Permissions, EvidenceState), StoreError> {
    let mut resources = BTreeSet::new();
    let (assignments, granted) = rows(
        reader,
        granted,
        &Kind::APP_ROLE_ASSIGNMENT,
        |_, assignment: Assignment| {
            let kind = assignment.principal_type.unwrap_or_default();
            let role = assignment.app_role_id?;
            let is_permission = kind.eq_ignore_ascii_case("ServicePrincipal") && role != NO_ROLE;
            is_permission.then_some(())?;
            let resource = assignment.resource_id.unwrap_or_default();
            resources.insert(resource.clone());
            Some((assignment.principal_id?, resource, role))
        },
    )
    .await?;
    let mut values: BTreeMap<String, BTreeMap<String, Option<String>>> = BTreeMap::new();
    for id in resources {
        let record = reader.store.record(&Kind::SERVICE_PRINCIPAL, &id).await?;
        let roles = record
            .and_then(|record| record.view::<Resource>().ok())
            .and_then(|resource| resource.app_roles);
        if let Some(roles) = roles {
            let roles = roles.into_iter();
            let roles = roles.map(|role| (role.id.to_ascii_lowercase(), role.value));
            values.insert(id, roles.collect());
        }
    }
    let name = |resource: &str, role: String| -> Option<String> {
        let known = values.get(resource)?.get(&role.to_ascii_lowercase());
        // A role that its application no longer has keeps its id.
        Some(known.cloned().flatten().unwrap_or(role))
    };
    let mut permissions = Permissions::new();
    for (holder, resource, role) in assignments {
        let list = permissions
            .entry(holder)
            .or_insert_with(|| Some(Vec::new()));
        match name(&resource, role) {
            None => *list = None,
            Some(name) => {
                if let Some(list) = list.as_mut().filter(|list| !list.contains(&name)) {
                    list.push(name);
                }
            }
        }
    }
    Ok((permissions, granted))
}
