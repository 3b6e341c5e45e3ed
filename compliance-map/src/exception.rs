//! Accepted risks: who may be left out of a control, why, who approved it and until when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;

/// An accepted risk as the organisation wrote it down.
///
/// Every member may be missing or unreadable: such an exception does not count, and an advisory says
/// why. It never stops an assessment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Exception {
    /// The organisation's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Control references, for example `cis-v8.1:6.5`.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Object id of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why the risk is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When it was accepted, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<String>,
    /// When it ends, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl Exception {
    /// Why this exception does not count at `as_of`; `None` when it does.
    pub(crate) fn defect(&self, as_of: Timestamp) -> Option<&'static str> {
        let told = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        if !told(&self.subject) {
            return Some("names no subject");
        }
        if self.controls.is_empty() {
            return Some("names no control");
        }
        if !told(&self.reason) {
            return Some("gives no reason");
        }
        if !told(&self.approved_by) {
            return Some("names no approver");
        }
        let Some(expires) = self.expires.as_deref() else {
            return Some("has no expiry");
        };
        let Ok(expires) = Timestamp::parse(expires) else {
            return Some("has an unreadable expiry");
        };
        if expires <= as_of {
            return Some("expired");
        }
        if let Some(approved_at) = &self.approved_at {
            match Timestamp::parse(approved_at) {
                Err(_) => return Some("has an unreadable approval date"),
                Ok(approved) if approved > as_of => return Some("is approved only in the future"),
                Ok(_) => {}
            }
        }
        None
    }

    /// The organisation's id, or a stand-in.
    pub(crate) fn label(&self) -> &str {
        self.id.as_deref().unwrap_or("exception without id")
    }
}

/// How many exceptions a control of `population` people can carry: two, or 5 % if that is more.
pub(crate) fn limit(population: usize) -> usize {
    (population / 20).max(2)
}
