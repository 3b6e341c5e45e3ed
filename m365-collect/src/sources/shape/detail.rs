//! What a listing leaves out of its items, asked for item by item.

use graph_client::Client;
use serde::{Deserialize, Serialize};

use super::unread::Unread;
use crate::endpoint::Endpoint;
use crate::error::{Result, ends_all};
use crate::members::{self, Members};
use crate::outcome::PartialReason;
use crate::record::RawItem;
use crate::record::Record;

/// An endpoint that shows more of an item, and the permission that opens it.
#[derive(Debug, Clone)]
pub(super) struct Detail {
    endpoint: Endpoint,
    permission: &'static str,
}

/// What of it could not be read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Lacks {
    permission: Option<String>,
    unread: Unread,
}

impl Lacks {
    pub(super) fn gap(self) -> Option<PartialReason> {
        let permission = self.permission;
        permission
            .map(|permission| PartialReason::Permission { permission })
            .or_else(|| self.unread.gap())
    }
}

impl Detail {
    pub(super) const fn new(endpoint: Endpoint, permission: &'static str) -> Self {
        Self {
            endpoint,
            permission,
        }
    }

    /// Lays over each record what the endpoint shows of it. Once the permission is missing nothing
    /// more is asked.
    pub(super) async fn complete(
        &self,
        client: &Client,
        records: &mut [Record],
        lacks: &mut Lacks,
    ) -> Result<()> {
        if lacks.permission.is_some() || records.is_empty() {
            return Ok(());
        }
        let requests = records.iter().map(|record| self.endpoint.of(&record.id));
        let answers = client.batch(requests.collect()).await?;
        for (record, answer) in records.iter_mut().zip(answers) {
            match answer.result {
                Ok(shown) if !is_of(&shown, &record.id) => lacks
                    .unread
                    .note(|| "the answer is another object, or none".to_owned()),
                Ok(shown) => match members::merge(record.raw.get(), shown.get()) {
                    Ok(merged) => record.raw = raw(merged, &record.raw),
                    Err(_) => lacks
                        .unread
                        .note(|| "the answer is not an object".to_owned()),
                },
                Err(error) if error.is_permission_denied() => {
                    lacks.permission = Some(self.permission.to_owned());
                }
                Err(error) if ends_all(&error) => {
                    return Err(error.into());
                }
                Err(error) => lacks.unread.note(|| error.to_string()),
            }
        }
        Ok(())
    }
}

/// Whether it is an object, and the one that was asked for.
fn is_of(raw: &RawItem, id: &str) -> bool {
    let is_other = |members: Members<'_>| members.value("id").is_some() && !members.is(id);
    members::is_entity(raw.get()) && !Members::parse(raw.get()).is_ok_and(is_other)
}

/// The text as JSON, which it was made as.
fn raw(text: String, otherwise: &RawItem) -> RawItem {
    RawItem::from(
        serde_json::value::RawValue::from_string(text).unwrap_or_else(|_| otherwise.clone()),
    )
}
