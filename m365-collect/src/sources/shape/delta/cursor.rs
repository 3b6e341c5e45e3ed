//! Where the next run goes on, and what it must not forget.

use std::time::{Duration, SystemTime};

use graph_client::Checkpoint;
use serde::{Deserialize, Serialize};

use super::super::withheld::{Seen, Sight};
use crate::outcome::PartialReason;
use crate::record::Relation;
use crate::run::Run;
use crate::store::HeldSweep;
use crate::timestamp;

/// Removals that were held are looked at again by reading everything after so long.
const HELD: Duration = Duration::from_secs(24 * 60 * 60);
/// So many runs in a row must miss an object that was never said to be removed, until it is gone.
const TIMES: u32 = 3;
/// From so many on the service is not believed at all: the round does not end.
pub(super) const TOO_MANY: usize = 1000;

/// The checkpoint of a delta.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Nothing where everything is to be read.
    pub(super) link: Option<Checkpoint>,
    /// Items that could not be read since everything was last read: a delta does not send them
    /// again, so the reading stays partial until everything is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) malformed: u64,
    /// Removals that were held since everything was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) held: Option<HeldSince>,
    /// What the changes named and the service did not find when it was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) missed: Vec<Missed>,
    #[serde(default, skip_serializing_if = "Seen::is_nothing")]
    pub(super) withheld: Seen,
    /// Whether this run may not see what is withheld.
    #[serde(skip)]
    pub(super) is_blind: bool,
}

/// Removals that were too many to believe.
#[derive(Serialize, Deserialize)]
pub(super) struct HeldSince {
    removals: u64,
    of: u64,
    #[serde(with = "timestamp")]
    since: SystemTime,
}

/// An object, or the relations of one, that answered 404 though nothing said that it was removed: a
/// copy of the directory that lags does so. <https://learn.microsoft.com/graph/errors>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Missed {
    pub(super) id: String,
    /// Of relations: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) relation: Option<Relation>,
    /// The runs in a row that missed it.
    pub(super) times: u32,
}

impl Cursor {
    /// Where everything is to be read, by an application that may see what is withheld or not.
    pub(super) fn by(sight: Sight) -> Self {
        Self {
            withheld: Seen::by(sight),
            is_blind: sight != Sight::Sees,
            ..Self::default()
        }
    }

    /// Whether a round has ended, so that the next one asks for changes.
    pub(super) fn is_complete(&self) -> bool {
        self.link.as_ref().is_some_and(Checkpoint::is_complete)
    }

    pub(super) fn hold(&mut self, held: HeldSweep, since: SystemTime) {
        self.held = Some(HeldSince {
            removals: held.removals,
            of: held.of,
            since,
        });
    }

    /// Whether everything is to be read again: what was held may go by now, was held a day ago, or
    /// was held by a run that did not come to say so.
    pub(super) fn is_worth_nothing(&self, run: &Run<'_>) -> bool {
        if !self.is_complete() {
            return false;
        }
        match &self.held {
            Some(held) => {
                let age = run.now().duration_since(held.since);
                run.confirms_removals() || age.is_ok_and(|age| age >= HELD)
            }
            None => run.is_in_part() && self.malformed == 0,
        }
    }

    /// What a run that read every page lacks all the same.
    pub(super) fn gap(&self) -> Option<PartialReason> {
        if let Some(held) = &self.held {
            return Some(PartialReason::HeldRemovals {
                removals: held.removals,
                of: held.of,
            });
        }
        let objects = self.missed.len() as u64;
        (self.malformed == 0 && objects > 0).then_some(PartialReason::Unconfirmed { objects })
    }

    /// A change says what there is to know of an object: it need not be asked about again.
    pub(super) fn hear_of(&mut self, id: &str) {
        self.missed
            .retain(|missed| missed.id != id || missed.relation.is_some());
    }

    /// Notes that the service answered something else: it is asked again, and nothing goes for it.
    pub(super) fn miss_for_good(&mut self, id: &str) {
        self.missed.push(Missed {
            id: id.to_owned(),
            relation: None,
            times: 0,
        });
    }

    /// Notes that this was missed once more; true where that is often enough to believe it.
    pub(super) fn miss(
        &mut self,
        before: &[Missed],
        id: &str,
        relation: Option<&Relation>,
    ) -> bool {
        let is_it = |missed: &&Missed| missed.id == id && missed.relation.as_ref() == relation;
        let times = before.iter().find(is_it).map_or(0, |missed| missed.times) + 1;
        if times >= TIMES {
            return true;
        }
        self.missed.push(Missed {
            id: id.to_owned(),
            relation: relation.cloned(),
            times,
        });
        false
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
