//! Equal lists of one assessment, held once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::ids::Ids;
use super::reason::Exclusions;

/// Lists of which equal ones are held once.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    people: Known<RoaringBitmap>,
    others: Known<BTreeSet<String>>,
}

impl Pool {
    pub(crate) fn share(&mut self, ids: &mut Ids) {
        self.people.share(&mut ids.people, |people| {
            // Of a long list some places have to do; whether two are equal is asked afterwards.
            let step = people.len() / 64 + 1;
            let mut hasher = DefaultHasher::new();
            people.len().hash(&mut hasher);
            for n in (0..people.len()).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
                let place = u32::try_from(n).ok().and_then(|n| people.select(n));
                place.hash(&mut hasher);
            }
            hasher.finish()
        });
        self.others.share(&mut ids.others, |others| {
            let mut hasher = DefaultHasher::new();
            others.hash(&mut hasher);
            hasher.finish()
        });
    }

    pub(crate) fn share_all(&mut self, exclusions: &mut Exclusions) {
        exclusions.0.values_mut().for_each(|ids| self.share(ids));
    }
}

/// What was seen so far, by where it is in memory and by a hash of what it holds.
#[derive(Debug)]
struct Known<T> {
    places: HashSet<*const T>,
    by_hash: HashMap<u64, Vec<Arc<T>>>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self {
            places: HashSet::new(),
            by_hash: HashMap::new(),
        }
    }
}

impl<T: PartialEq> Known<T> {
    fn share(&mut self, new: &mut Arc<T>, hash: impl FnOnce(&T) -> u64) {
        if self.places.contains(&Arc::as_ptr(new)) {
            return;
        }
        let alike = self.by_hash.entry(hash(new)).or_default();
        if let Some(known) = alike.iter().find(|known| *known == new) {
            *new = Arc::clone(known);
        } else {
            // It is kept, so that nothing else comes to stand in its place.
            self.places.insert(Arc::as_ptr(new));
            alike.push(Arc::clone(new));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_of_a_pool_are_one() {
        let list = || ["b", "device"].into_iter().collect::<Ids>();
        let (mut one, mut other) = (list(), list());
        assert!(!one.is_same(&other) && one == other);
        let mut pool = Pool::default();
        pool.share(&mut one);
        pool.share(&mut other);
        assert!(one.is_same(&other) && one == list());
    }
}
