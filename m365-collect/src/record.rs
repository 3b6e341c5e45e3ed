//! What a source yields: [`Record`]s kept as received, [`Edge`]s between them, and [`Change`]s.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::kind::Kind;
use crate::members::Members;

/// An item of a collection as the service sent it.
pub type RawItem = Box<RawValue>;

/// An object of the tenant: its kind, its id and its JSON as the service sent it.
///
/// Annotations that describe a change and not the object (`members@delta`, `@removed`) are left
/// out; everything else is kept, unknown members included.
#[derive(Clone)]
#[non_exhaustive]
pub struct Record {
    /// What sort of object it is.
    pub kind: Kind,
    /// Its id, unique within the kind.
    pub id: String,
    /// The JSON object as received.
    pub raw: Box<RawValue>,
}

impl Record {
    /// A record of its parts.
    pub fn new(kind: Kind, id: impl Into<String>, raw: Box<RawValue>) -> Self {
        Self {
            kind,
            id: id.into(),
            raw,
        }
    }

    /// A record from an item of a Graph collection: takes its `id` and drops the annotations of
    /// a change.
    ///
    /// # Errors
    /// When the item is not a JSON object or has no text `id`.
    pub fn from_item(kind: Kind, item: Box<RawValue>) -> Result<Self, NoId> {
        Self::from_item_by(kind, "id", item)
    }

    /// As [`Record::from_item`], of a collection whose items are told apart by another property.
    ///
    /// # Errors
    /// When the item is not a JSON object or has no such text.
    pub fn from_item_by(kind: Kind, key: &str, item: Box<RawValue>) -> Result<Self, NoId> {
        let (id, raw) = {
            let members = Members::parse(item.get()).map_err(|_| NoId)?;
            let id = members.text(key).ok_or(NoId)?;
            let raw = members
                .without(|name| name.ends_with("@delta") || name == "@removed")
                .map(|rest| rest.to_raw());
            (id, raw)
        };
        let raw = match raw {
            None => item,
            Some(Ok(raw)) => raw,
            Some(Err(_)) => return Err(NoId),
        };
        Ok(Self { kind, id, raw })
    }

    /// The record as a type of the caller's, with the properties that it reads.
    ///
    /// # Errors
    /// When the JSON does not fit the type.
    pub fn view<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.raw.get())
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.id == other.id && self.raw.get() == other.raw.get()
    }
}

/// Names the object, not its content, which may be personal.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .field("bytes", &self.raw.get().len())
            .finish()
    }
}

/// An item of a collection that is not an object with a text `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an item of the collection is not an object with an id")]
pub struct NoId;

/// A relation between two objects, `from` being the container.
///
/// ```
/// use m365_collect::{Edge, Relation};
/// let edge = Edge::new(Relation::MEMBER, "group-id", "user-id");
/// assert_eq!(
///     serde_json::to_string(&edge).unwrap(),
///     r#"{"relation":"member","from":"group-id","to":"user-id"}"#
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Edge {
    /// What the relation is.
    pub relation: Relation,
    /// The id of the container: the group of a member.
    pub from: String,
    /// The id of what it contains.
    pub to: String,
}

impl Edge {
    /// An edge of its parts.
    pub fn new(relation: Relation, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            relation,
            from: from.into(),
            to: to.into(),
        }
    }
}

/// What an [`Edge`] says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Relation(Cow<'static, str>);

impl Relation {
    /// Group → member.
    pub const MEMBER: Self = Self::new("member");
    /// Group → owner.
    pub const OWNER: Self = Self::new("owner");
    /// User → their manager.
    pub const MANAGER: Self = Self::new("manager");
    /// Administrative unit → member.
    pub const UNIT_MEMBER: Self = Self::new("administrative_unit_member");
    /// Device of the directory → user who registered it.
    pub const REGISTERED_OWNER: Self = Self::new("registered_owner");
    /// Application → owner.
    pub const APPLICATION_OWNER: Self = Self::new("application_owner");
    /// Service principal → owner.
    pub const SERVICE_PRINCIPAL_OWNER: Self = Self::new("service_principal_owner");
    /// Domain → DNS record that it should have.
    pub const DNS_RECORD: Self = Self::new("dns_record");
    /// User → authentication method.
    pub const AUTHENTICATION_METHOD: Self = Self::new("authentication_method");
    /// Access review definition → instance.
    pub const REVIEW_INSTANCE: Self = Self::new("review_instance");
    /// Team → channel.
    pub const CHANNEL: Self = Self::new("channel");
    /// Team → user who is a member.
    pub const TEAM_MEMBER: Self = Self::new("team_member");
    /// Compliance policy → status of a device under it.
    pub const COMPLIANCE_STATUS: Self = Self::new("compliance_status");
    /// Device configuration → status of a device under it.
    pub const CONFIGURATION_STATUS: Self = Self::new("configuration_status");
    /// Policy of the settings catalogue → setting.
    pub const POLICY_SETTING: Self = Self::new("policy_setting");
    /// Detected app → managed device that it is on.
    pub const DETECTED_ON: Self = Self::new("detected_on");

    /// A relation by its name.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name as a value of a row, without a copy of one that is written in the code.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        self.0.clone()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Relation {
    fn from(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }
}

/// Why an object is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RemovedReason {
    /// Deleted, and for some time restorable: Graph's `changed`.
    Changed,
    /// Deleted for good: Graph's `deleted`.
    Deleted,
    /// No longer in the collection when it was read whole.
    Absent,
}

impl RemovedReason {
    /// The name under which it is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Absent => "absent",
        }
    }

    /// The reason of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Changed, Self::Deleted, Self::Absent]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}

/// One change to the stored picture of a tenant.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The object as it is now. Read by delta, properties that are absent stay as they were;
    /// read whole, the object replaces the stored one.
    Upsert(Record),
    /// The object is gone.
    Remove {
        /// Its kind.
        kind: Kind,
        /// Its id.
        id: String,
        /// Why.
        reason: RemovedReason,
    },
    /// The relation holds.
    Link(Edge),
    /// The relation no longer holds.
    Unlink(Edge),
    /// The service was asked about this one contested object: this is the answer.
    Confirm(Record),
    /// The service was asked about this one contested object: it is not there.
    ConfirmGone {
        /// Its kind.
        kind: Kind,
        /// Its id.
        id: String,
        /// Why, as far as it was said.
        reason: RemovedReason,
    },
    /// The service was asked about this one contested object, and its answer is not believed: what
    /// is stored stays as it is.
    Leave {
        /// Its kind.
        kind: Kind,
        /// Its id.
        id: String,
    },
    /// The same of the relations of a contested container.
    LeaveAll {
        /// The relation.
        relation: Relation,
        /// The container.
        from: String,
    },
    /// The service was asked about a contested container: this relation is one of those it
    /// listed. Followed by [`Change::ConfirmedAll`].
    ConfirmLink(Edge),
    /// Every relation of the container was listed: those not confirmed since the lease was
    /// taken are gone.
    ConfirmedAll {
        /// The relation that was listed.
        relation: Relation,
        /// The container.
        from: String,
    },
}

impl Change {
    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        const REST: usize = 160;
        REST + match self {
            Self::Upsert(record) | Self::Confirm(record) => record.raw.get().len(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn an_item_keeps_its_bytes() {
        let json = r#"{ "id":"u1",  "mail" : null, "odd": {"x": [1, 2.50]} }"#;
        let record = Record::from_item(Kind::USER, raw(json)).unwrap();
        assert_eq!(record.id, "u1");
        assert_eq!(record.raw.get(), json);
    }

    #[test]
    fn annotations_of_a_change_are_not_part_of_the_object() {
        let json = r#"{"id":"g1","displayName":"A","members@delta":[{"id":"u1"}]}"#;
        let record = Record::from_item(Kind::GROUP, raw(json)).unwrap();
        assert_eq!(record.raw.get(), r#"{"id":"g1","displayName":"A"}"#);
    }

    #[test]
    fn an_item_without_an_id_is_refused() {
        for json in [
            r#"{"mail":"x"}"#,
            "[]",
            "3",
            r#"{"id":7}"#,
            r#"{"id":null}"#,
        ] {
            assert_eq!(
                Record::from_item(Kind::USER, raw(json)),
                Err(NoId),
                "{json}"
            );
        }
    }

    #[test]
    fn debug_of_a_record_shows_no_content() {
        let record = Record::from_item(Kind::USER, raw(r#"{"id":"u1","mail":"secret"}"#)).unwrap();
        assert!(!format!("{record:?}").contains("secret"));
    }
}
