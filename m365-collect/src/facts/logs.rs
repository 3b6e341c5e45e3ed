//! The directory's own logs.

use compliance_map::Fact;
use compliance_map::facts::DirectoryLogFact;

use super::fact::of_items;
use super::part::{either, is_read, is_whole};
use super::value::timestamp;
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::store::StoreError;

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
) -> Result<(Option<DirectoryLogFact>, EvidenceState), StoreError> {
    let evidence = reader.evidence(source, kind).await?;
    if !is_read(&evidence) {
        return Ok((None, evidence));
    }
    let span = reader.store.span(kind).await?;
    let row = DirectoryLogFact {
        log: Some(name.to_owned()),
        oldest: span.and_then(|(oldest, _)| timestamp(oldest)),
        // Where the reading stopped in between, the newest entry that was seen is not the newest.
        newest: span
            .and_then(|(_, newest)| timestamp(newest))
            .filter(|_| is_whole(&evidence)),
        ..DirectoryLogFact::default()
    };
    Ok((Some(row), evidence))
}
