//! The directory's own logs.

use compliance_map::facts::DirectoryLogFact;
use compliance_map::{Fact, Timestamp};
use serde::Deserialize;

use super::part::{either, is_read, is_whole, rows};
use super::{instant, of_items};
use crate::evidence::{Reader, Standing};
use crate::kind::Kind;
use crate::store::StoreError;

/// An entry of either log.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "createdDateTime", alias = "activityDateTime")]
    time: Option<String>,
}

/// One row for each log that was read, with the times of its oldest and newest stored entry.
pub(super) async fn directory(reader: &Reader<'_>) -> Result<Fact<DirectoryLogFact>, StoreError> {
    let (sign_ins, first) = log(reader, "sign_ins", "sign_ins", &Kind::SIGN_IN).await?;
    let (audits, second) =
        log(reader, "directory_audits", "audits", &Kind::DIRECTORY_AUDIT).await?;
    let items = sign_ins.into_iter().chain(audits).collect();
    Ok(of_items(items, either(first, second)))
}

async fn log(
    reader: &Reader<'_>,
    source: &'static str,
    name: &str,
    kind: &Kind,
) -> Result<(Option<DirectoryLogFact>, Standing), StoreError> {
    let standing = reader.standing(source, kind).await?;
    if !is_read(&standing) {
        return Ok((None, standing));
    }
    let mut span: Option<(Timestamp, Timestamp)> = None;
    let (_, standing) = rows(reader, standing, kind, |_, entry: Entry| {
        if let Some(time) = instant(entry.time) {
            let (oldest, newest) = span.unwrap_or((time, time));
            span = Some((oldest.min(time), newest.max(time)));
        }
        None::<()>
    })
    .await?;
    let row = DirectoryLogFact {
        log: Some(name.to_owned()),
        oldest: span.map(|(oldest, _)| oldest),
        // Where the reading stopped in between, the newest entry that was seen is not the newest.
        newest: span
            .map(|(_, newest)| newest)
            .filter(|_| is_whole(&standing)),
        ..DirectoryLogFact::default()
    };
    Ok((Some(row), standing))
}
