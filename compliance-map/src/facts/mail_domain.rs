//! Rows about mail domains and what DNS says of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::row::Subject;

/// Sender authentication of a mail domain, key `email.auth_dns`.
///
/// A record is its text, `true` or `false`; `null` says that it is proven not to exist, and a member
/// that is not there says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MailDomainFact {
    /// The domain.
    pub domain: String,
    /// The SPF record.
    #[serde(
        default,
        deserialize_with = "told",
        skip_serializing_if = "Option::is_none"
    )]
    pub spf: Option<Record>,
    /// The DKIM record or signing state.
    #[serde(
        default,
        deserialize_with = "told",
        skip_serializing_if = "Option::is_none"
    )]
    pub dkim: Option<Record>,
    /// The DMARC record.
    #[serde(
        default,
        deserialize_with = "told",
        skip_serializing_if = "Option::is_none"
    )]
    pub dmarc: Option<Record>,
    /// How the look-up ended: `ok`, `servfail`, `timeout` or `nxdomain`; the worst of the parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
    /// How the look-up of the SPF record ended; decides for that part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf_lookup: Option<String>,
    /// How the look-up of the DKIM keys ended; decides for that part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim_lookup: Option<String>,
    /// How the look-up of the DMARC record ended; decides for that part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmarc_lookup: Option<String>,
    /// How many look-ups the SPF record needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf_lookups: Option<u32>,
    /// How many of those find nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spf_void_lookups: Option<u32>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl Subject for MailDomainFact {
    fn subject(&self) -> &str {
        &self.domain
    }
}

/// A DNS record that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// It is proven not to exist.
    Absent,
    /// It exists; its text is not known.
    Present,
    /// Its text.
    Text(String),
}

impl Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_bool(false),
            Self::Present => serializer.serialize_bool(true),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Proven(bool),
            Text(String),
        }
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Proven(true) => Self::Present,
            Wire::Proven(false) => Self::Absent,
            Wire::Text(text) => Self::Text(text),
        })
    }
}

/// A member that is there, `null` included.
fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Record>, D::Error> {
    Ok(Some(
        Option::deserialize(deserializer)?.unwrap_or(Record::Absent),
    ))
}
