//! Applications, their service principals, and what those may do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::item::{End, EntityType, Relationship, RelationshipClass};
use super::out::{Section, Stop, entity};
use super::read::{Fields, items, text};
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::StoreError;

/// What is told of an application. Of its credentials only how many there are.
const APPLICATION: &[&str] = &[
    "appId",
    "createdDateTime",
    "signInAudience",
    "publisherDomain",
    "disabledByMicrosoftStatus",
    "tags",
];
const SERVICE_PRINCIPAL: &[&str] = &[
    "appId",
    "accountEnabled",
    "appOwnerOrganizationId",
    "appRoleAssignmentRequired",
    "servicePrincipalType",
    "signInAudience",
    "disabledByMicrosoftStatus",
    "tags",
];

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::APPLICATION);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let application = entity(EntityType::Application, &record, &fields, APPLICATION)
            .with("secrets", count(&fields, "passwordCredentials"))
            .with("certificates", count(&fields, "keyCredentials"));
        section.entity(application).await?;
    }
    service_principals(section).await?;
    for (relation, owned) in [
        (&Relation::APPLICATION_OWNER, EntityType::Application),
        (
            &Relation::SERVICE_PRINCIPAL_OWNER,
            EntityType::ServicePrincipal,
        ),
    ] {
        let mut edges = section.edges(relation);
        while let Some(edge) = edges.next().await? {
            let owner = section.known.object(&edge.to);
            let end = section.known.object_as(owned, &edge.from);
            section.link(RelationshipClass::Owns, owner, end).await?;
        }
    }
    app_roles(section).await?;
    grants(section).await
}

fn count(fields: &Fields<'_>, list: &str) -> Option<usize> {
    fields.value(list).as_array().map(Vec::len)
}

async fn service_principals(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::SERVICE_PRINCIPAL);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let publisher = fields.value("verifiedPublisher");
        let principal = entity(
            EntityType::ServicePrincipal,
            &record,
            &fields,
            SERVICE_PRINCIPAL,
        )
        .with("secrets", count(&fields, "passwordCredentials"))
        .with("certificates", count(&fields, "keyCredentials"))
        .with("verified_publisher", text(&publisher, "displayName"));
        section.entity(principal).await?;
        let client_id = fields.text("appId");
        let registered = client_id.and_then(|id| section.known.registered(&id));
        if let Some(application) = registered.map(ToString::to_string) {
            let application = End::new(EntityType::Application, application);
            let principal = End::new(EntityType::ServicePrincipal, &record.id);
            section
                .link(RelationshipClass::Has, application, principal)
                .await?;
        }
    }
    Ok(())
}

async fn app_roles(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut roles = AppRoles::default();
    let mut records = section.records(&Kind::APP_ROLE_ASSIGNMENT);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let (Some(principal), Some(resource)) =
            (fields.text("principalId"), fields.text("resourceId"))
        else {
            continue;
        };
        let role = fields.text("appRoleId");
        let value = match &role {
            Some(role) => roles.value(section, &resource, role).await?,
            None => None,
        };
        let principal_type = match fields.text("principalType").as_deref() {
            Some("User") => EntityType::User,
            Some("Group") => EntityType::Group,
            Some("ServicePrincipal") => EntityType::ServicePrincipal,
            _ => EntityType::DirectoryObject,
        };
        let holder = section.known.object_as(principal_type, &principal);
        let resource = section
            .known
            .object_as(EntityType::ServicePrincipal, &resource);
        let assigned = Relationship::new(RelationshipClass::Assigned, holder, resource)
            .by(&record.id)
            .with("app_role", role)
            .with("app_role_value", value)
            .with("createdDateTime", fields.text("createdDateTime"));
        section.relationship(assigned).await?;
    }
    Ok(())
}

/// How many resources' roles are kept.
const RESOURCES: usize = 64;

/// What the roles of resources are called; of the resources that were asked for last.
#[derive(Default)]
struct AppRoles(BTreeMap<String, BTreeMap<String, String>>);

impl AppRoles {
    async fn value(
        &mut self,
        section: &Section<'_>,
        resource: &str,
        role: &str,
    ) -> Result<Option<String>, StoreError> {
        if !self.0.contains_key(resource) {
            if self.0.len() >= RESOURCES {
                self.0.clear();
            }
            let record = section
                .store
                .record(&Kind::SERVICE_PRINCIPAL, resource)
                .await?;
            let roles = record.map(|record| Fields::of(&record).value("appRoles"));
            let roles = roles.unwrap_or_default();
            let named = items(&roles).filter_map(|role| {
                let name = text(role, "value").or_else(|| text(role, "displayName"))?;
                Some((text(role, "id")?.to_lowercase(), name.to_owned()))
            });
            self.0.insert(resource.to_owned(), named.collect());
        }
        let roles = self.0.get(resource);
        Ok(roles.and_then(|roles| roles.get(&role.to_lowercase()).cloned()))
    }
}

/// Delegated permissions: everybody, or somebody, lets an application act in their name.
async fn grants(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::PERMISSION_GRANT);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let Some(client) = fields.text("clientId") else {
            continue;
        };
        let from = match fields.text("principalId") {
            Some(user) => section.known.object_as(EntityType::User, &user),
            None => section.known.account.clone(),
        };
        let client = section
            .known
            .object_as(EntityType::ServicePrincipal, &client);
        let scopes = fields.text("scope").unwrap_or_default();
        let scopes: BTreeSet<&str> = scopes.split_whitespace().collect();
        let resource = fields
            .text("resourceId")
            .map(|id| section.known.object_as(EntityType::ServicePrincipal, &id));
        let allows = Relationship::new(RelationshipClass::Allows, from, client)
            .by(&record.id)
            .with("consentType", fields.text("consentType"))
            .with("scopes", scopes.into_iter().collect::<Vec<_>>())
            .with("resource", json!(resource));
        section.relationship(allows).await?;
    }
    Ok(())
}
