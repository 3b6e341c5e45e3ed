//! Parts of a fact: sources that it needs, sources that only add to it, and how rows are joined.

use std::time::{Duration, SystemTime};

use compliance_map::{Fact, State};
use serde::de::DeserializeOwned;

use crate::evidence::{EvidenceState, PAGE, Reader};
use crate::kind::Kind;
use crate::record::{Edge, Relation};
use crate::store::StoreError;

/// A part that was read longer than this before the rest belongs to another picture.
const APART: Duration = Duration::from_secs(48 * 60 * 60);

/// A source that only adds to a fact. What it does not tell stays absent, and the fact says so.
#[derive(Debug)]
pub(super) struct Part {
    lack: Option<String>,
    is_known: bool,
}

impl Part {
    /// How a source adds to a fact that stands like this.
    pub(super) async fn of(
        reader: &Reader<'_>,
        source: &'static str,
        kind: &Kind,
        rest: &EvidenceState,
    ) -> Result<Self, StoreError> {
        let part = reader.evidence(source, kind).await?;
        let is_old = read_at(rest)
            .zip(read_at(&part))
            .is_some_and(|(rest, part)| rest.duration_since(part).is_ok_and(|age| age > APART));
        Ok(if is_old {
            Self {
                lack: Some("was read more than two days before".to_owned()),
                is_known: false,
            }
        } else {
            Self {
                is_known: is_read(&part),
                lack: lack(part),
            }
        })
    }

    /// Whether what it tells is true, though it may not be all.
    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Whether it tells all there is.
    pub(super) fn is_whole(&self) -> bool {
        self.lack.is_none()
    }

    /// Says on the fact what is not told.
    pub(super) fn remark<T>(&self, fact: &mut Fact<T>, what: &str) {
        if let Some(lack) = &self.lack {
            remark(fact, &format!("{what}: {lack}"));
        }
    }
}

/// What keeps a source from telling all there is.
fn lack(evidence: EvidenceState) -> Option<String> {
    match evidence {
        EvidenceState::Ok { .. } => None,
        EvidenceState::Truncated { note, .. } => Some(note),
        EvidenceState::Denied { permission } => Some(format!("needs the permission {permission}")),
        EvidenceState::Unlicensed { plan } => Some(format!("needs {plan}")),
        EvidenceState::Error { error } => Some(format!("could not be read: {error}")),
        EvidenceState::NotCollected => Some("not collected".to_owned()),
    }
}

/// Adds a sentence to the note of a fact that has rows to speak of.
pub(super) fn remark<T>(fact: &mut Fact<T>, text: &str) {
    if matches!(fact.state, State::Ok | State::Truncated) {
        fact.note = Some(match fact.note.take() {
            Some(note) => format!("{note}; {text}"),
            None => text.to_owned(),
        });
    }
}

fn read_at(evidence: &EvidenceState) -> Option<SystemTime> {
    match evidence {
        EvidenceState::Ok { as_of, .. } | EvidenceState::Truncated { as_of, .. } => Some(*as_of),
        _ => None,
    }
}

/// Whether rows were seen, all of them or some.
pub(super) fn is_read(evidence: &EvidenceState) -> bool {
    matches!(
        evidence,
        EvidenceState::Ok { .. } | EvidenceState::Truncated { .. }
    )
}

/// Whether all rows were seen.
pub(super) fn is_whole(evidence: &EvidenceState) -> bool {
    matches!(evidence, EvidenceState::Ok { .. })
}

/// The evidence of rows that come of two sources, neither of which tells anything by itself.
pub(super) fn both(first: EvidenceState, second: EvidenceState) -> EvidenceState {
    if !is_read(&first) {
        first
    } else if is_read(&second) {
        first.and(second)
    } else {
        second
    }
}

/// The evidence of rows that come of two sources, each of which tells something by itself: where
/// one was not read, what was seen of the other is a part.
pub(super) fn either(first: EvidenceState, second: EvidenceState) -> EvidenceState {
    match (first, second) {
        (EvidenceState::Truncated { as_of, note }, other)
        | (other, EvidenceState::Truncated { as_of, note })
            if !is_read(&other) =>
        {
            let lack = lack(other).unwrap_or_default();
            EvidenceState::Truncated {
                as_of,
                note: format!("{note}; a part: {lack}"),
            }
        }
        (first, second) => first.and(second),
    }
}

/// A list that may lack something: it holds what was seen, and that nothing was seen says nothing.
pub(super) fn seen<T>(list: Vec<T>, is_whole: bool) -> Option<Vec<T>> {
    (is_whole || !list.is_empty()).then_some(list)
}

/// The rows of a part with its evidence. What was read before a permission or a license went is not
/// told any more.
pub(super) async fn rows<V: DeserializeOwned, T: Send>(
    reader: &Reader<'_>,
    evidence: EvidenceState,
    kind: &Kind,
    to_row: impl FnMut(String, V) -> Option<T> + Send,
) -> Result<(Vec<T>, EvidenceState), StoreError> {
    if !is_read(&evidence) {
        return Ok((Vec::new(), evidence));
    }
    Ok(reader.rows(kind, to_row).await?.with(evidence))
}

/// The same where there are many, in the order of this id.
pub(super) async fn many<V: DeserializeOwned, T: Send>(
    reader: &Reader<'_>,
    evidence: EvidenceState,
    kind: &Kind,
    id: impl Fn(&T) -> &str + Send,
    to_row: impl FnMut(String, V) -> Option<T> + Send,
) -> Result<(Vec<T>, EvidenceState), StoreError> {
    if !is_read(&evidence) {
        return Ok((Vec::new(), evidence));
    }
    let (mut rows, evidence) = reader.scan(kind, to_row).await?.with(evidence);
    rows.sort_unstable_by(|one, other| id(one).cmp(id(other)));
    Ok((rows, evidence))
}

/// Adds the ends of a relation to their rows; both come in the order of the row's id.
pub(super) async fn join<T: Send>(
    reader: &Reader<'_>,
    relation: &Relation,
    rows: &mut [T],
    id: impl Fn(&T) -> &str + Send,
    mut add: impl FnMut(&mut T, String) + Send,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut rows = rows.iter_mut().peekable();
    let mut after: Option<Edge> = None;
    loop {
        let page = reader.store.edges(relation, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.clone());
        for edge in page {
            while rows.next_if(|row| id(row) < edge.from.as_str()).is_some() {}
            if let Some(row) = rows.peek_mut().filter(|row| id(row) == edge.from) {
                add(row, edge.to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seconds: u64) -> EvidenceState {
        EvidenceState::Ok {
            as_of: SystemTime::UNIX_EPOCH + Duration::from_secs(seconds),
            note: None,
        }
    }

    fn denied() -> EvidenceState {
        EvidenceState::Denied {
            permission: "X".to_owned(),
        }
    }

    #[test]
    fn what_tells_nothing_by_itself_is_as_the_one_that_was_not_read() {
        assert_eq!(both(read(1), denied()), denied());
        assert_eq!(both(denied(), read(1)), denied());
        assert_eq!(both(read(2), read(1)), read(1));
    }

    #[test]
    fn what_was_seen_in_part_is_told_beside_what_was_not_read() {
        let part = || EvidenceState::Truncated {
            as_of: SystemTime::UNIX_EPOCH,
            note: "cut off".to_owned(),
        };
        let expected = EvidenceState::Truncated {
            as_of: SystemTime::UNIX_EPOCH,
            note: "cut off; a part: needs the permission X".to_owned(),
        };
        assert_eq!(either(part(), denied()), expected);
        assert_eq!(either(denied(), part()), expected);
        assert_eq!(either(denied(), denied()), denied());
        assert_eq!(either(read(2), read(1)), read(1));
        assert!(matches!(
            either(read(1), denied()),
            EvidenceState::Truncated { .. }
        ));
    }

    #[test]
    fn nothing_seen_is_nothing_only_where_all_was_seen() {
        assert_eq!(seen(Vec::<u8>::new(), true), Some(Vec::new()));
        assert_eq!(seen(Vec::<u8>::new(), false), None);
        assert_eq!(seen(vec![1], false), Some(vec![1]));
    }
}
