//! The tenant, its domains, people, groups and what else may be a member.

use serde_json::Value;

use super::item::{End, Entity, EntityType, RelationshipClass};
use super::out::{Section, Stop, entity};
use super::read::{Fields, items, text};
use crate::kind::Kind;
use crate::record::Relation;

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    account(section).await?;
    domains(section).await?;
    users(section).await?;
    groups(section).await?;
    for (kind, entity_type, names) in [
        (&Kind::ORG_CONTACT, EntityType::Contact, CONTACT),
        (&Kind::DEVICE, EntityType::DirectoryDevice, DEVICE),
        (
            &Kind::ADMINISTRATIVE_UNIT,
            EntityType::AdministrativeUnit,
            UNIT,
        ),
    ] {
        let mut records = section.records(kind);
        while let Some(record) = records.next().await? {
            let fields = Fields::of(&record);
            section
                .entity(entity(entity_type, &record, &fields, names))
                .await?;
        }
    }
    relations(section).await
}

const ACCOUNT: &[&str] = &[
    "tenantType",
    "createdDateTime",
    "countryLetterCode",
    "mobileDeviceManagementAuthority",
    "onPremisesSyncEnabled",
    "onPremisesLastSyncDateTime",
    "partnerTenantType",
];
const DOMAIN: &[&str] = &[
    "authenticationType",
    "isAdminManaged",
    "isDefault",
    "isInitial",
    "isRoot",
    "isVerified",
    "passwordValidityPeriodInDays",
    "supportedServices",
];
const USER: &[&str] = &[
    "userPrincipalName",
    "mail",
    "accountEnabled",
    "userType",
    "externalUserState",
    "createdDateTime",
    "creationType",
    "givenName",
    "surname",
    "department",
    "jobTitle",
    "companyName",
    "employeeId",
    "employeeType",
    "officeLocation",
    "city",
    "country",
    "usageLocation",
    "onPremisesSyncEnabled",
    "lastPasswordChangeDateTime",
];
const GROUP: &[&str] = &[
    "description",
    "mail",
    "mailEnabled",
    "securityEnabled",
    "visibility",
    "membershipRule",
    "onPremisesSyncEnabled",
    "createdDateTime",
];
const CONTACT: &[&str] = &["mail", "companyName", "department", "jobTitle"];
const DEVICE: &[&str] = &[
    "deviceId",
    "operatingSystem",
    "operatingSystemVersion",
    "accountEnabled",
    "trustType",
    "profileType",
    "isCompliant",
    "isManaged",
    "managementType",
    "manufacturer",
    "model",
    "deviceOwnership",
    "enrollmentType",
    "registrationDateTime",
    "approximateLastSignInDateTime",
    "onPremisesSyncEnabled",
];
const UNIT: &[&str] = &[
    "description",
    "visibility",
    "membershipType",
    "membershipRule",
    "isMemberManagementRestricted",
];

async fn account(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut settings = section.records(&Kind::DEVICE_MANAGEMENT);
    let intune = settings.next().await?;
    let mut records = section.records(&Kind::ORGANIZATION);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let domains = fields.value("verifiedDomains");
        let mut account = entity(EntityType::Account, &record, &fields, ACCOUNT);
        let is = |flag: &'static str| {
            let mut domains = items(&domains);
            let found = domains.find(|domain| domain.get(flag) == Some(&Value::Bool(true)));
            found.and_then(|domain| text(domain, "name"))
        };
        account = account
            .with(
                "verified_domains",
                items(&domains)
                    .filter_map(|domain| text(domain, "name"))
                    .collect::<Vec<_>>(),
            )
            .with("default_domain", is("isDefault"))
            .with("initial_domain", is("isInitial"));
        // Intune's settings are those of the store's one tenant.
        if let Some(intune) = &intune {
            let fields = Fields::of(intune);
            account = account
                .with("intune_account_id", fields.text("intuneAccountId"))
                .with(
                    "intune_subscription_state",
                    fields.text("subscriptionState"),
                );
        }
        section.entity(account).await?;
    }
    Ok(())
}

async fn domains(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::DOMAIN);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let mut domain = Entity::new(EntityType::Domain, &record.id).named(Some(record.id.clone()));
        fields.copy(DOMAIN, &mut domain.properties);
        section.entity(domain).await?;
        section
            .account_has(End::new(EntityType::Domain, &record.id))
            .await?;
    }
    Ok(())
}

async fn users(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::USER);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        section
            .entity(entity(EntityType::User, &record, &fields, USER))
            .await?;
        section
            .account_has(End::new(EntityType::User, &record.id))
            .await?;
    }
    Ok(())
}

async fn groups(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::GROUP);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let has = |list: &str, word: &str| {
            let words = fields.texts(list)?;
            Some(words.iter().any(|one| one.eq_ignore_ascii_case(word)))
        };
        let group = entity(EntityType::Group, &record, &fields, GROUP)
            .with("group_kind", group_kind(&fields))
            .with("dynamic", has("groupTypes", "DynamicMembership"))
            .with("role_assignable", fields.flag("isAssignableToRole"))
            .with("team", has("resourceProvisioningOptions", "Team"));
        section.entity(group).await?;
        section
            .account_has(End::new(EntityType::Group, &record.id))
            .await?;
    }
    Ok(())
}

/// The four sorts of group, told apart by what the service sets on them:
/// <https://learn.microsoft.com/graph/api/resources/groups-overview>.
fn group_kind(group: &Fields<'_>) -> &'static str {
    let types = group.texts("groupTypes").unwrap_or_default();
    if types.iter().any(|one| one.eq_ignore_ascii_case("Unified")) {
        return "microsoft365";
    }
    match (group.flag("securityEnabled"), group.flag("mailEnabled")) {
        (Some(true), Some(true)) => "mail_enabled_security",
        (Some(true), Some(false)) => "security",
        (Some(false), Some(true)) => "distribution",
        _ => "unknown",
    }
}

async fn relations(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut edges = section.edges(&Relation::MEMBER);
    while let Some(edge) = edges.next().await? {
        let group = section.known.object_as(EntityType::Group, &edge.from);
        let member = section.known.object(&edge.to);
        section.link(RelationshipClass::Has, group, member).await?;
    }
    let mut edges = section.edges(&Relation::OWNER);
    while let Some(edge) = edges.next().await? {
        let owner = section.known.object(&edge.to);
        let group = section.known.object_as(EntityType::Group, &edge.from);
        section.link(RelationshipClass::Owns, owner, group).await?;
    }
    let mut edges = section.edges(&Relation::MANAGER);
    while let Some(edge) = edges.next().await? {
        let manager = section.known.object_as(EntityType::User, &edge.to);
        let user = section.known.object_as(EntityType::User, &edge.from);
        section
            .link(RelationshipClass::Manages, manager, user)
            .await?;
    }
    let mut edges = section.edges(&Relation::UNIT_MEMBER);
    while let Some(edge) = edges.next().await? {
        let unit = section
            .known
            .object_as(EntityType::AdministrativeUnit, &edge.from);
        let member = section.known.object(&edge.to);
        section.link(RelationshipClass::Has, unit, member).await?;
    }
    let mut edges = section.edges(&Relation::REGISTERED_OWNER);
    while let Some(edge) = edges.next().await? {
        let owner = section.known.object_as(EntityType::User, &edge.to);
        let device = section
            .known
            .object_as(EntityType::DirectoryDevice, &edge.from);
        section.link(RelationshipClass::Has, owner, device).await?;
    }
    Ok(())
}
