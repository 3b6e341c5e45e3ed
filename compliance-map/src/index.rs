//! From object ids to positions, and sets of positions.
//!
//! A sorted table with a directory over its first bits: as quick as a hash map, but the same on every
//! machine, and ids that were made to collide cost no more than a sort.

/// Where each id of a list stands. Of two equal ids the later position counts.
#[derive(Debug)]
pub(crate) struct Index<'a> {
    /// Sorted by hash, then id; no id twice.
    entries: Vec<Entry<'a>>,
    /// Where in `entries` the hashes with these first bits start.
    starts: Vec<usize>,
    shift: u32,
}

#[derive(Debug)]
struct Entry<'a> {
    hash: u64,
    id: &'a str,
    position: usize,
}

impl<'a> Index<'a> {
    pub(crate) fn new(ids: impl Iterator<Item = &'a str>) -> Self {
        let mut entries: Vec<Entry<'a>> = ids
            .enumerate()
            .map(|(position, id)| Entry {
                hash: hash(id),
                id,
                position,
            })
            .collect();
        entries.sort_unstable_by(|a, b| {
            (a.hash.cmp(&b.hash))
                .then_with(|| a.id.cmp(b.id))
                .then_with(|| a.position.cmp(&b.position))
        });
        entries.dedup_by(|later, kept| {
            let same = later.hash == kept.hash && later.id == kept.id;
            if same {
                kept.position = later.position;
            }
            same
        });
        let bits = entries.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        let mut start = 0;
        for bucket in 0..1_u64 << bits {
            let rest = entries.get(start..).unwrap_or_default();
            starts.push(start);
            start += rest
                .iter()
                .take_while(|e| e.hash >> shift == bucket)
                .count();
        }
        starts.push(entries.len());
        Self {
            entries,
            starts,
            shift,
        }
    }

    /// The positions of the ids, ascending.
    pub(crate) fn positions(&self) -> Vec<usize> {
        let mut positions: Vec<usize> = self.entries.iter().map(|e| e.position).collect();
        positions.sort_unstable();
        positions
    }

    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        let hash = hash(id);
        let bucket = usize::try_from(hash >> self.shift).ok()?;
        let (start, end) = (self.starts.get(bucket)?, self.starts.get(bucket + 1)?);
        let entries = self.entries.get(*start..*end)?;
        let found = entries.binary_search_by(|e| e.hash.cmp(&hash).then_with(|| e.id.cmp(id)));
        entries.get(found.ok()?).map(|entry| entry.position)
    }
}

/// FNV-1a over eight bytes at a time, with the bits mixed at the end. The order of what is returned
/// anywhere does not depend on it.
pub(crate) fn hash(id: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for chunk in id.as_bytes().chunks(8) {
        let mut word = [0_u8; 8];
        for (to, from) in word.iter_mut().zip(chunk) {
            *to = *from;
        }
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
        hash ^= hash >> 29;
    }
    hash = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash ^ (hash >> 29)
}

/// A set of positions, one bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Positions(Vec<u64>);

impl Positions {
    /// An empty set that can hold positions below `len`; others are ignored.
    pub(crate) fn below(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    pub(crate) fn insert(&mut self, position: usize) {
        if let Some(word) = self.0.get_mut(position / 64) {
            *word |= 1 << (position % 64);
        }
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        let word = self.0.get(position / 64).copied().unwrap_or(0);
        word & (1 << (position % 64)) != 0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn finds_what_a_map_finds_and_nothing_else() {
        for count in [0, 1, 2, 3, 63, 64, 65, 1000] {
            let ids: Vec<String> = (0..count).map(|n| format!("id-{}", n * 7 % 500)).collect();
            let map: BTreeMap<&str, usize> = ids.iter().map(String::as_str).zip(0..).collect();
            let index = Index::new(ids.iter().map(String::as_str));
            for wanted in (0..600).map(|n| format!("id-{n}")).chain([String::new()]) {
                assert_eq!(
                    index.position(&wanted),
                    map.get(wanted.as_str()).copied(),
                    "{wanted} among {count}"
                );
            }
            let mut positions: Vec<usize> = map.into_values().collect();
            positions.sort_unstable();
            assert_eq!(index.positions(), positions);
        }
    }

    #[test]
    fn ids_that_differ_only_in_length_or_at_the_end_are_told_apart() {
        let ids = ["", "a", "aaaaaaaa", "aaaaaaaa\0", "aaaaaaaab", "aaaaaaaaa"];
        let index = Index::new(ids.into_iter());
        for (position, id) in ids.iter().enumerate() {
            assert_eq!(index.position(id), Some(position));
        }
    }

    #[test]
    fn a_set_of_positions_holds_what_was_put_in_and_ignores_what_lies_outside() {
        let mut set = Positions::below(70);
        for position in [0, 64, 69, 1000] {
            set.insert(position);
        }
        let held: Vec<usize> = (0..2000).filter(|n| set.contains(*n)).collect();
        assert_eq!(held, [0, 64, 69]);
    }
}
