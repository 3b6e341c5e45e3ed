//! Managed devices, whose they are, and what manages them.

use std::collections::BTreeMap;

use super::item::{End, Entity, EntityType, Relationship, RelationshipClass};
use super::out::{Section, Stop};
use super::read::{Fields, items, text};
use crate::kind::Kind;

/// What is told of a device. Its passcodes and links for remote help stay out.
const DEVICE: &[&str] = &[
    "serialNumber",
    "manufacturer",
    "model",
    "operatingSystem",
    "osVersion",
    "complianceState",
    "managementState",
    "managementAgent",
    "managedDeviceOwnerType",
    "deviceEnrollmentType",
    "deviceRegistrationState",
    "enrolledDateTime",
    "lastSyncDateTime",
    "isEncrypted",
    "isSupervised",
    "jailBroken",
    "azureADDeviceId",
    "azureADRegistered",
    "androidSecurityPatchLevel",
    "partnerReportedThreatState",
    "deviceCategoryDisplayName",
    "wiFiMacAddress",
    "ethernetMacAddress",
    "imei",
    "meid",
    "phoneNumber",
    "emailAddress",
    "userPrincipalName",
    "totalStorageSpaceInBytes",
    "freeStorageSpaceInBytes",
    "physicalMemoryInBytes",
];

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::MANAGED_DEVICE);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let end = section.known.device_end(&record.id);
        let name = fields.text("deviceName");
        let mut device = Entity::new(end.kind, &record.id).named(name.clone());
        fields.copy(DEVICE, &mut device.properties);
        section.entity(device).await?;

        let known = section.known.device(&record.id);
        let user = known.and_then(|device| device.user.as_ref());
        let owner = user.map(|user| {
            let user = user.to_string();
            section.known.object_as(EntityType::User, &user)
        });
        let object = known.and_then(|device| device.object.as_ref());
        let object = object.map(|object| End::new(EntityType::DirectoryDevice, object.to_string()));
        if let Some(owner) = owner {
            section
                .link(RelationshipClass::Has, owner, end.clone())
                .await?;
        }
        if let Some(object) = object {
            section
                .link(RelationshipClass::Is, object, end.clone())
                .await?;
        }
        uses(section, &fields, &end).await?;
        agent(section, &fields, name, end).await?;
    }
    Ok(())
}

/// Who logged on to it, where that is stored (beta has it).
async fn uses(section: &mut Section<'_>, device: &Fields<'_>, end: &End) -> Result<(), Stop> {
    let logged_on = device.value("usersLoggedOn");
    let mut users: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for logon in items(&logged_on) {
        if let Some(user) = text(logon, "userId") {
            let last = users.entry(user).or_default();
            *last = (*last).max(text(logon, "lastLogOnDateTime"));
        }
    }
    for (user, last) in users {
        let user = section.known.object_as(EntityType::User, user);
        let logon = Relationship::new(RelationshipClass::Uses, user, end.clone());
        section
            .relationship(logon.with("lastLogOnDateTime", last))
            .await?;
    }
    Ok(())
}

/// The agent goes by the id of its device.
async fn agent(
    section: &mut Section<'_>,
    device: &Fields<'_>,
    name: Option<String>,
    end: End,
) -> Result<(), Stop> {
    let agent = End::new(EntityType::HostAgent, &end.id);
    let kind = device.text("managementAgent");
    let entity = Entity::new(agent.kind, &agent.id)
        .named(name)
        .with("managementAgent", kind.as_deref().unwrap_or("unknown"))
        .with("lastSyncDateTime", device.text("lastSyncDateTime"));
    section.entity(entity).await?;
    section.link(RelationshipClass::Manages, agent, end).await
}
