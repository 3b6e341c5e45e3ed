//! Lists of ids, which many answers share.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::Directory;

/// Ids of people and objects, sorted, each once; in JSON a list of texts.
///
/// People are held by where they stand in the tenant's [`Directory`], in two bytes each or one bit, and
/// equal lists of one assessment are held once: a million people who fail in a hundred controls take
/// little more than those who fail in one. A clone costs nothing.
///
/// ```
/// use compliance_map::directory::Ids;
///
/// let ids: Ids = ["u2", "u1"].into_iter().collect();
/// assert!(ids.contains("u1") && ids.len() == 2);
/// assert_eq!(ids.iter().collect::<Vec<_>>(), ["u1", "u2"]);
/// ```
#[derive(Clone, Default)]
pub struct Ids {
    /// Whose positions the people are; the same wherever there are people.
    directory: Option<Arc<Directory>>,
    pub(super) people: Arc<RoaringBitmap>,
    pub(super) others: Arc<BTreeSet<String>>,
}

/// Somebody or something, ready to be listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member<'a> {
    Person(&'a Arc<Directory>, u32),
    Other(&'a str),
}

impl<'a> Member<'a> {
    /// The person with this id, or whatever else it is.
    pub(crate) fn new(directory: &'a Arc<Directory>, id: &'a str) -> Self {
        match directory.position(id) {
            Some(position) => Self::Person(directory, position),
            None => Self::Other(id),
        }
    }
}

impl Ids {
    /// How many there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.people.len()).unwrap_or(usize::MAX) + self.others.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.others.is_empty()
    }

    /// Whether the id is among them.
    pub fn contains(&self, id: &str) -> bool {
        let position = self.directory.as_ref().and_then(|d| d.position(id));
        position.is_some_and(|position| self.people.contains(position)) || self.others.contains(id)
    }

    /// The ids, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut people = self
            .people
            .iter()
            .filter_map(|it| Some(self.directory.as_ref()?.id(it)))
            .peekable();
        let mut others = self.others.iter().map(String::as_str).peekable();
        std::iter::from_fn(move || match (people.peek(), others.peek()) {
            (Some(person), Some(other)) if person > other => others.next(),
            (Some(_), _) => people.next(),
            (None, _) => others.next(),
        })
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        if self.is_same(other) {
            return self.clone();
        }
        if !self.is_comparable(other) {
            return self.iter().filter(|id| other.contains(id)).collect();
        }
        Self {
            directory: self.directory.clone(),
            people: Arc::new(&*self.people & &*other.people),
            others: Arc::new(self.others.intersection(&other.others).cloned().collect()),
        }
    }

    /// Those that are not in the other list, sorted.
    pub fn difference<'i>(&'i self, other: &'i Self) -> impl Iterator<Item = &'i str> {
        self.iter().filter(|id| !other.contains(id))
    }

    pub(crate) fn insert(&mut self, member: Member<'_>) {
        match member {
            Member::Person(directory, position) => {
                self.directory.get_or_insert_with(|| Arc::clone(directory));
                Arc::make_mut(&mut self.people).insert(position);
            }
            Member::Other(id) => drop(Arc::make_mut(&mut self.others).insert(id.to_owned())),
        }
    }

    pub(crate) fn holds(&self, member: Member<'_>) -> bool {
        match member {
            Member::Person(_, position) => self.people.contains(position),
            Member::Other(id) => self.others.contains(id),
        }
    }

    /// The people among them.
    pub(crate) fn without_others(&self) -> Self {
        Self {
            others: Arc::default(),
            ..self.clone()
        }
    }

    /// The user principal name and the display name of a person among them.
    pub(crate) fn names_of(&self, id: &str) -> Option<(Option<&str>, Option<&str>)> {
        let directory = self.directory.as_ref()?;
        let position = directory
            .position(id)
            .filter(|it| self.people.contains(*it))?;
        Some((directory.upn(position), directory.display_name(position)))
    }

    /// Takes away one, if it is among them.
    pub(crate) fn take(&mut self, id: &str) -> bool {
        let position = self.directory.as_ref().and_then(|d| d.position(id));
        match position.filter(|position| self.people.contains(*position)) {
            Some(position) => Arc::make_mut(&mut self.people).remove(position),
            None => self.others.contains(id) && Arc::make_mut(&mut self.others).remove(id),
        }
    }

    /// The people among them, by where they stand in the directory.
    pub(crate) fn people(&self) -> &RoaringBitmap {
        &self.people
    }

    /// Those that are no people.
    pub(crate) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }

    /// Adds those of another list about the same tenant.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.directory.is_none() {
            self.directory.clone_from(&other.directory);
        }
        if self.people.is_empty() {
            self.people = Arc::clone(&other.people);
        } else if !other.people.is_empty() && !Arc::ptr_eq(&self.people, &other.people) {
            *Arc::make_mut(&mut self.people) |= &*other.people;
        }
        if self.others.is_empty() {
            self.others = Arc::clone(&other.others);
        } else if !other.others.is_empty() && !Arc::ptr_eq(&self.others, &other.others) {
            Arc::make_mut(&mut self.others).extend(other.others.iter().cloned());
        }
    }

    /// Takes away those of another list about the same tenant.
    pub(crate) fn remove(&mut self, other: &Self) {
        if !self.people.is_disjoint(&other.people) {
            *Arc::make_mut(&mut self.people) -= &*other.people;
        }
        if !self.others.is_disjoint(&other.others) {
            Arc::make_mut(&mut self.others).retain(|id| !other.others.contains(id));
        }
    }

    /// Whether two lists are one and the same in memory.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.people, &other.people)
            && Arc::ptr_eq(&self.others, &other.others)
            && self.is_comparable(other)
    }

    /// Whether equal people stand at equal positions in both, and nobody among the others.
    fn is_comparable(&self, other: &Self) -> bool {
        match (&self.directory, &other.directory) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            // What is read back from JSON has no directory, and holds people among the others.
            _ => false,
        }
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<'i> FromIterator<&'i str> for Ids {
    fn from_iter<I: IntoIterator<Item = &'i str>>(ids: I) -> Self {
        Self {
            others: Arc::new(ids.into_iter().map(str::to_owned).collect()),
            ..Self::default()
        }
    }
}

impl<'i> IntoIterator for &'i Ids {
    type Item = &'i str;
    type IntoIter = Box<dyn Iterator<Item = &'i str> + 'i>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl PartialEq for Ids {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || (self.len() == other.len() && self.iter().eq(other.iter()))
    }
}

impl Eq for Ids {}

impl PartialOrd for Ids {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ids {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        if self.is_same(other) {
            return std::cmp::Ordering::Equal;
        }
        self.iter().cmp(other.iter())
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            others: Arc::new(BTreeSet::deserialize(deserializer)?),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::directory::DirectoryBuilder;
    use crate::facts::UserFact;

    const KNOWN: [&str; 6] = ["b", "0a", "", "tenant", "ba", "z"];

    fn directory() -> Arc<Directory> {
        let mut accounts = DirectoryBuilder::default();
        for id in KNOWN {
            let id = id.to_owned();
            accounts.account(&UserFact {
                id,
                ..UserFact::default()
            });
        }
        Arc::new(accounts.build())
    }

    fn ids(directory: &Arc<Directory>, of: &BTreeSet<String>) -> Ids {
        let mut ids = Ids::default();
        for id in of {
            ids.insert(Member::new(directory, id));
        }
        ids
    }

    fn sets() -> impl Strategy<Value = (BTreeSet<String>, BTreeSet<String>)> {
        let texts = ["a", "b", "0a", "", "tenant", "ba", "c", "z"].map(str::to_owned);
        let set = move || prop::collection::btree_set(prop::sample::select(texts.to_vec()), 0..6);
        (set(), set())
    }

    proptest! {
        #[test]
        fn ids_answer_as_a_sorted_set_of_texts_does((a, b) in sets()) {
            let directory = directory();
            let (x, y) = (ids(&directory, &a), ids(&directory, &b));
            let texts = |ids: &Ids| ids.iter().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(texts(&x), a.iter().cloned().collect::<Vec<_>>());
            prop_assert_eq!((x.len(), x.is_empty()), (a.len(), a.is_empty()));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x == y, a == b);
            prop_assert_eq!(texts(&x.intersection(&y)), a.intersection(&b).cloned().collect::<Vec<_>>());
            let left: Vec<String> = x.difference(&y).map(str::to_owned).collect();
            prop_assert_eq!(&left, &a.difference(&b).cloned().collect::<Vec<_>>());
            let mut all = x.clone();
            all.add(&y);
            prop_assert_eq!(texts(&all), a.union(&b).cloned().collect::<Vec<_>>());
            let mut rest = x.clone();
            rest.remove(&y);
            prop_assert_eq!(texts(&rest), left);
            for id in a.iter().chain(&b) {
                prop_assert_eq!(x.contains(id), a.contains(id));
                let (mut less, mut fewer) = (x.clone(), a.clone());
                prop_assert_eq!(less.take(id), fewer.remove(id));
                prop_assert_eq!(texts(&less), fewer.into_iter().collect::<Vec<_>>());
            }
            // What is read back holds texts alone.
            let json = serde_json::to_string(&x).unwrap_or_default();
            prop_assert_eq!(&json, &serde_json::to_string(&a).unwrap_or_default());
            let back: Ids = serde_json::from_str(&json).unwrap_or_default();
            prop_assert_eq!(&back, &x);
            prop_assert_eq!(back.cmp(&y), a.cmp(&b));
            prop_assert_eq!(texts(&back.intersection(&y)), texts(&x.intersection(&y)));
        }
    }
}
