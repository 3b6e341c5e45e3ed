//! Apps, policies and configurations, and which devices they are assigned to.

use super::item::{End, EntityType, Relationship, RelationshipClass};
use super::out::{Section, Stop, entity};
use super::read::Fields;
use super::target::Targets;
use crate::kind::Kind;
use crate::record::Relation;

const APP: &[&str] = &[
    "description",
    "publisher",
    "developer",
    "owner",
    "isFeatured",
    "publishingState",
    "createdDateTime",
    "lastModifiedDateTime",
    "bundleId",
    "packageId",
    "appStoreUrl",
    "displayVersion",
    "version",
];
const POLICY: &[&str] = &[
    "description",
    "version",
    "createdDateTime",
    "lastModifiedDateTime",
    "platforms",
    "technologies",
    "settingCount",
    "isAssigned",
    "creationSource",
];
const DETECTED: &[&str] = &[
    "version",
    "publisher",
    "platform",
    "sizeInByte",
    "deviceCount",
];

pub(super) async fn emit(section: &mut Section<'_>, targets: &Targets) -> Result<(), Stop> {
    for (kind, entity_type, names) in [
        (
            &Kind::COMPLIANCE_POLICY,
            EntityType::CompliancePolicy,
            POLICY,
        ),
        (
            &Kind::DEVICE_CONFIGURATION,
            EntityType::DeviceConfiguration,
            POLICY,
        ),
        (
            &Kind::CONFIGURATION_POLICY,
            EntityType::ConfigurationPolicy,
            POLICY,
        ),
        (&Kind::MOBILE_APP, EntityType::ManagedApplication, APP),
        (
            &Kind::DETECTED_APP,
            EntityType::DetectedApplication,
            DETECTED,
        ),
    ] {
        let mut records = section.records(kind);
        while let Some(record) = records.next().await? {
            let fields = Fields::of(&record);
            let mut entity = entity(entity_type, &record, &fields, names);
            // The settings catalogue calls it so.
            entity.name = entity.name.or_else(|| fields.text("name"));
            let kind = fields.text("@odata.type");
            let kind = kind.map(|kind| kind.rsplit('.').next().unwrap_or_default().to_owned());
            section.entity(entity.with("graph_type", kind)).await?;
        }
    }
    installed(section).await?;
    assigned(section, targets).await
}

async fn installed(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut edges = section.edges(&Relation::DETECTED_ON);
    while let Some(edge) = edges.next().await? {
        let device = section.known.device_end(&edge.to);
        let app = section
            .known
            .other(EntityType::DetectedApplication, &edge.from);
        section
            .link(RelationshipClass::Installed, device, app)
            .await?;
    }
    Ok(())
}

/// Device by device, so that no more than the assignments of one are in memory.
async fn assigned(section: &mut Section<'_>, targets: &Targets) -> Result<(), Stop> {
    let mut records = section.records(&Kind::MANAGED_DEVICE);
    while let Some(record) = records.next().await? {
        let mut found = Vec::new();
        if let Some(device) = section.known.device(&record.id) {
            for item in &targets.items {
                let derived = targets.derived(item, &record.id, device);
                if derived.is_empty() {
                    continue;
                }
                // An app is on the device; a policy is what its agent is told to see to.
                let holder = match item.end.kind {
                    EntityType::ManagedApplication => device.kind,
                    _ => EntityType::HostAgent,
                };
                let holder = End::new(holder, &record.id);
                let assigned =
                    Relationship::new(RelationshipClass::Assigned, holder, item.end.clone());
                found.push(assigned.with("derived", derived));
            }
        }
        for assigned in found {
            section.relationship(assigned).await?;
        }
    }
    Ok(())
}
