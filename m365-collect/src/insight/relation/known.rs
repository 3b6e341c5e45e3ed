//! What is stored, by id: so that a relationship knows the types of its ends, and which end of it
//! nothing is known of.

use std::collections::BTreeMap;

use super::form;
use super::item::{End, EntityType};
use super::key::{Ids, Key};
use super::platform::Platform;
use super::read::{Fields, Records};
use crate::kind::Kind;
use crate::store::{Store, StoreError};

/// The ids of everything that a relationship may end at.
pub(super) struct Known {
    /// The tenant.
    pub(super) account: End,
    /// Whose users are in one space of ids with its groups, devices and applications.
    directory: Ids<EntityType>,
    devices: Ids<Device>,
    others: BTreeMap<EntityType, Ids<()>>,
    /// Objects of the directory by the id that a device gives itself.
    device_objects: Ids<Key>,
    /// Applications that are registered here, by their client id.
    registered: Ids<Key>,
}

/// What is known of a managed device.
pub(super) struct Device {
    pub(super) kind: EntityType,
    /// Its primary user.
    pub(super) user: Option<Key>,
    /// The device in the directory that it is.
    pub(super) object: Option<Key>,
    pub(super) platform: Option<Platform>,
}

const DIRECTORY: [(Kind, EntityType); 7] = [
    (Kind::USER, EntityType::User),
    (Kind::GROUP, EntityType::Group),
    (Kind::DEVICE, EntityType::DirectoryDevice),
    (Kind::ORG_CONTACT, EntityType::Contact),
    (Kind::SERVICE_PRINCIPAL, EntityType::ServicePrincipal),
    (Kind::APPLICATION, EntityType::Application),
    (Kind::ADMINISTRATIVE_UNIT, EntityType::AdministrativeUnit),
];

const OTHERS: [(Kind, EntityType); 9] = [
    (Kind::ROLE_DEFINITION, EntityType::Role),
    (Kind::COMPLIANCE_POLICY, EntityType::CompliancePolicy),
    (Kind::DEVICE_CONFIGURATION, EntityType::DeviceConfiguration),
    (Kind::DETECTED_APP, EntityType::DetectedApplication),
    (Kind::TEAM, EntityType::Team),
    (Kind::CHANNEL, EntityType::Channel),
    (Kind::ACCESS_REVIEW, EntityType::AccessReview),
    (
        Kind::ACCESS_REVIEW_INSTANCE,
        EntityType::AccessReviewInstance,
    ),
    (Kind::CONFIGURATION_POLICY, EntityType::ConfigurationPolicy),
];

impl Known {
    pub(super) async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let mut known = Self {
            account: account(store).await?,
            directory: Ids::default(),
            devices: Ids::default(),
            others: BTreeMap::new(),
            device_objects: Ids::default(),
            registered: Ids::default(),
        };
        for (kind, entity) in &DIRECTORY {
            let mut records = Records::new(store, kind);
            while let Some(record) = records.next().await? {
                known.directory.insert(&record.id, *entity);
                match entity {
                    EntityType::DirectoryDevice => {
                        if let Some(id) = Fields::of(&record).text("deviceId") {
                            known.device_objects.insert(&id, Key::of(&record.id));
                        }
                    }
                    EntityType::Application => {
                        if let Some(id) = Fields::of(&record).text("appId") {
                            known.registered.insert(&id, Key::of(&record.id));
                        }
                    }
                    _ => {}
                }
            }
        }
        for (kind, entity) in &OTHERS {
            let mut ids = Ids::default();
            let mut records = Records::new(store, kind);
            while let Some(record) = records.next().await? {
                ids.insert(&record.id, ());
            }
            known.others.insert(*entity, ids);
        }
        known.load_skus(store).await?;
        known.load_devices(store).await?;
        Ok(known)
    }

    /// Products go by the id that licenses name, which is not that of their record.
    async fn load_skus(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut ids = Ids::default();
        let mut records = Records::new(store, &Kind::SUBSCRIBED_SKU);
        while let Some(record) = records.next().await? {
            let id = Fields::of(&record).text("skuId");
            ids.insert(&id.unwrap_or(record.id), ());
        }
        self.others.insert(EntityType::Sku, ids);
        Ok(())
    }

    async fn load_devices(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut records = Records::new(store, &Kind::MANAGED_DEVICE);
        while let Some(record) = records.next().await? {
            let fields = Fields::of(&record);
            let user = fields.text("userId").map(|id| Key::of(&id));
            let directory_id = fields.text("azureADDeviceId");
            let object = directory_id.and_then(|id| self.device_objects.get(&id).cloned());
            let device = Device {
                kind: form::of(&fields),
                platform: Platform::of_system(&fields.text("operatingSystem").unwrap_or_default()),
                user: user.filter(|user| !user.is_nobody()),
                object,
            };
            self.devices.insert(&record.id, device);
        }
        Ok(())
    }

    /// An end in the directory.
    pub(super) fn object(&self, id: &str) -> End {
        match self.directory.get(id) {
            Some(kind) => End::new(*kind, id),
            None => End::missing(EntityType::DirectoryObject, id),
        }
    }

    /// An end in the directory of which it is known what it would be.
    pub(super) fn object_as(&self, kind: EntityType, id: &str) -> End {
        match self.directory.get(id) {
            Some(kind) => End::new(*kind, id),
            None => End::missing(kind, id),
        }
    }

    /// An end elsewhere.
    pub(super) fn other(&self, kind: EntityType, id: &str) -> End {
        match self.others.get(&kind) {
            Some(ids) if ids.contains(id) => End::new(kind, id),
            _ => End::missing(kind, id),
        }
    }

    pub(super) fn is_group(&self, id: &str) -> bool {
        self.directory.get(id) == Some(&EntityType::Group)
    }

    pub(super) fn device(&self, id: &str) -> Option<&Device> {
        self.devices.get(id)
    }

    /// A managed device.
    pub(super) fn device_end(&self, id: &str) -> End {
        match self.devices.get(id) {
            Some(device) => End::new(device.kind, id),
            None => End::missing(EntityType::UserEndpoint, id),
        }
    }

    /// The application that is registered here under a client id.
    pub(super) fn registered(&self, client_id: &str) -> Option<&Key> {
        self.registered.get(client_id)
    }
}

/// The tenant by what is known of it: its record, else what the store was told.
async fn account(store: &dyn Store) -> Result<End, StoreError> {
    let organization = Records::new(store, &Kind::ORGANIZATION).next().await?;
    if let Some(organization) = organization {
        return Ok(End::new(EntityType::Account, organization.id));
    }
    let tenant = store.tenant().await?;
    let id = tenant.map(|tenant| tenant.organization.unwrap_or(tenant.asked));
    let id = id.unwrap_or_else(|| "unknown".to_owned());
    Ok(End::missing(EntityType::Account, id))
}
