//! What a relation graph is made of: entities and relationships.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// Properties by name. Those that Graph has keep Graph's names and values; ours are in
/// `snake_case`.
pub type Properties = Map<String, Value>;

/// A line of the graph.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Item {
    /// Something of the tenant.
    Entity(Entity),
    /// How two of them belong together.
    Relationship(Relationship),
}

/// Something of the tenant. Type and id together are unique.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Entity {
    /// What it is.
    pub kind: EntityType,
    /// Its id.
    pub id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What else is known of it; never a secret.
    pub properties: Properties,
}

impl Entity {
    pub(super) fn new(kind: EntityType, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            name: None,
            properties: Properties::new(),
        }
    }

    pub(super) fn named(mut self, name: Option<String>) -> Self {
        self.name = name;
        self
    }

    /// With a property, unless there is nothing to say.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        put(&mut self.properties, name, value.into());
        self
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("entity", &self.kind)?;
        map.serialize_entry("class", self.kind.classes())?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("name", &self.name)?;
        for (name, value) in &self.properties {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Names the entity, not its content, which may be personal.
impl fmt::Debug for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entity")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How two entities belong together. Between two ends there is one relationship of a class, and
/// more only where each has an id of its own: a role that is held in several scopes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Relationship {
    /// What it says.
    pub class: RelationshipClass,
    /// Who does or has.
    pub from: End,
    /// What is done to or had.
    pub to: End,
    /// The id of the object that says so, where there is one.
    pub id: Option<String>,
    /// What else is known of it.
    pub properties: Properties,
}

impl Relationship {
    pub(super) fn new(class: RelationshipClass, from: End, to: End) -> Self {
        Self {
            class,
            from,
            to,
            id: None,
            properties: Properties::new(),
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        put(&mut self.properties, name, value.into());
        self
    }

    pub(super) fn by(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Whether an end of it is not stored.
    pub const fn is_loose(&self) -> bool {
        self.from.missing || self.to.missing
    }
}

impl Serialize for Relationship {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("relationship", &self.class)?;
        map.serialize_entry("from", &self.from)?;
        map.serialize_entry("to", &self.to)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        for (name, value) in &self.properties {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn put(properties: &mut Properties, name: &str, value: Value) {
    if !value.is_null() {
        properties.insert(name.to_owned(), value);
    }
}

/// An end of a relationship.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct End {
    /// The type of the entity.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Its id.
    pub id: String,
    /// Whether it is not stored, so that no entity tells more about it.
    #[serde(skip_serializing_if = "is_false")]
    pub missing: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl End {
    pub(super) fn new(kind: EntityType, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            missing: false,
        }
    }

    pub(super) fn missing(kind: EntityType, id: impl Into<String>) -> Self {
        Self {
            missing: true,
            ..Self::new(kind, id)
        }
    }
}

macro_rules! names {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name under which it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

names! {
    /// What an entity is.
    EntityType {
        /// The tenant.
        Account = "account",
        /// A domain of the tenant.
        Domain = "domain",
        /// A person or guest.
        User = "user",
        /// A group of any sort.
        Group = "group",
        /// A contact of the organization, who may be a member of groups.
        Contact = "contact",
        /// A device as the directory knows it, whether it is managed or not.
        DirectoryDevice = "directory_device",
        /// An application as it stands in this tenant.
        ServicePrincipal = "service_principal",
        /// An application that is registered here.
        Application = "application",
        /// A part of the directory that is administered by itself.
        AdministrativeUnit = "administrative_unit",
        /// An object of the directory that is not stored, so that its type is not known.
        DirectoryObject = "directory_object",
        /// A managed computer that stands on or below a desk.
        Desktop = "desktop",
        /// A managed computer that is carried about.
        Laptop = "laptop",
        /// A managed computer that is sold as a workstation.
        Workstation = "workstation",
        /// A managed server.
        Server = "server",
        /// A managed phone.
        Smartphone = "smartphone",
        /// A managed tablet.
        Tablet = "tablet",
        /// A managed computer of which the data does not say more.
        Computer = "computer",
        /// A managed device of which the data says nothing.
        UserEndpoint = "user_endpoint",
        /// What manages a device on it.
        HostAgent = "host_agent",
        /// What Intune asks of a device.
        CompliancePolicy = "compliance_policy",
        /// A configuration profile or update ring.
        DeviceConfiguration = "device_configuration",
        /// A policy of the settings catalogue.
        ConfigurationPolicy = "configuration_policy",
        /// That a device fails a policy or configuration.
        NoncomplianceFinding = "noncompliance_finding",
        /// An app that Intune manages.
        ManagedApplication = "managed_application",
        /// An app that was found on devices.
        DetectedApplication = "detected_application",
        /// A role of the directory.
        Role = "role",
        /// A product that was bought.
        Sku = "sku",
        /// A purchase of it.
        Subscription = "subscription",
        /// A team.
        Team = "team",
        /// A channel of a team.
        Channel = "channel",
        /// A conditional access policy.
        ConditionalAccessPolicy = "conditional_access_policy",
        /// An access review.
        AccessReview = "access_review",
        /// One run of an access review.
        AccessReviewInstance = "access_review_instance",
    }
}

names! {
    /// What a relationship says.
    RelationshipClass {
        /// Contains, or has as its own.
        Has = "HAS",
        /// Has been logged on to.
        Uses = "USES",
        /// Owns.
        Owns = "OWNS",
        /// Is responsible for: a host agent for its device, a person for those who report to them.
        Manages = "MANAGES",
        /// Holds, or is under.
        Assigned = "ASSIGNED",
        /// Found.
        Identified = "IDENTIFIED",
        /// Has on it.
        Installed = "INSTALLED",
        /// Lets an application act in their name.
        Allows = "ALLOWS",
        /// Is the same thing.
        Is = "IS",
        /// Asks who still needs it.
        Reviews = "REVIEWS",
    }
}

impl EntityType {
    /// The broader classes that it belongs to, the first being the main one.
    pub const fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Account => &["Account"],
            Self::Domain => &["Domain"],
            Self::User => &["User"],
            Self::Group => &["UserGroup"],
            Self::Contact => &["Person"],
            Self::DirectoryDevice => &["Device"],
            Self::ServicePrincipal => &["Service"],
            Self::Application | Self::ManagedApplication | Self::DetectedApplication => {
                &["Application"]
            }
            Self::AdministrativeUnit => &["Group"],
            Self::DirectoryObject => &["Object"],
            Self::Desktop
            | Self::Laptop
            | Self::Workstation
            | Self::Server
            | Self::Smartphone
            | Self::Tablet
            | Self::Computer
            | Self::UserEndpoint => &["Device", "Host"],
            Self::HostAgent => &["HostAgent"],
            Self::CompliancePolicy | Self::DeviceConfiguration | Self::ConfigurationPolicy => {
                &["Configuration", "ControlPolicy"]
            }
            Self::NoncomplianceFinding => &["Finding"],
            Self::Role => &["AccessRole"],
            Self::Sku => &["Product"],
            Self::Subscription => &["Subscription"],
            Self::Team => &["Team"],
            Self::Channel => &["Channel"],
            Self::ConditionalAccessPolicy => &["AccessPolicy", "ControlPolicy"],
            Self::AccessReview | Self::AccessReviewInstance => &["Review"],
        }
    }
}
