//! What is past its time goes.

use std::collections::BTreeSet;

use super::State;
use crate::kind::Kind;
use crate::store::{Expired, Expiry};
use crate::timestamp;

impl State {
    /// Removes what of a source is past its time, but for its runs.
    pub(super) fn expire(&mut self, expiry: &Expiry) -> Expired {
        let its_own = self.live.records.iter();
        let kinds: BTreeSet<Kind> = its_own
            .filter(|(_, row)| row.source == expiry.source)
            .map(|((kind, _), _)| kind.clone())
            .collect();
        let (versions, feed) = self.remembered.expire(&kinds, expiry);
        let mut expired = Expired {
            versions,
            feed,
            ..Expired::default()
        };
        let before = timestamp::to_millis(expiry.before);
        for (kind, is_dated) in kinds.iter().flat_map(|kind| [(kind, true), (kind, false)]) {
            let events = self.live.events_of(kind, is_dated);
            let old: Vec<(Kind, String)> = events
                .take_while(|(at, _)| *at < before)
                .map(|(_, id)| (kind.clone(), id.to_owned()))
                .filter(|key| {
                    let row = self.live.records.get(key);
                    row.is_some_and(|row| row.source == expiry.source)
                })
                .collect();
            expired.events += old.len() as u64;
            for key in &old {
                self.live.take(key);
            }
        }
        self.expire_graves(expiry, &mut expired);
        expired
    }

    fn expire_graves(&mut self, expiry: &Expiry, expired: &mut Expired) {
        let records = self.live.records.iter();
        let graves: Vec<(Kind, String)> = records
            .filter(|(_, row)| {
                row.source == expiry.source
                    && row
                        .removed
                        .is_some_and(|(_, at)| at < expiry.removed_before)
            })
            .map(|(key, _)| key.clone())
            .collect();
        expired.tombstones = graves.len() as u64;
        let mut ends = BTreeSet::new();
        for key in graves {
            self.live.take(&key);
            if key.0.is_directory_object() {
                ends.insert(key.1);
            }
        }
        // What a tombstone hid must not come to light when it goes.
        let sources = self.sources.values_mut();
        let staged = sources.filter_map(|source| source.staged.as_mut());
        for tables in staged.chain([&mut self.live]) {
            tables
                .edges
                .retain(|edge, _| !ends.contains(&edge.from) && !ends.contains(&edge.to));
        }
        let before = self.live.edges.len();
        self.live.edges.retain(|_, row| {
            row.source != expiry.source
                || row.removed_at.is_none_or(|at| at >= expiry.removed_before)
        });
        expired.relations = (before - self.live.edges.len()) as u64;
    }
}
