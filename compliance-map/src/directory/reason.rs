//! Lists of ids with the reason for which each is listed.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::ids::{Ids, Member};

/// Who, by the reason. Hardly anybody stands under two.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByReason(BTreeMap<String, Ids>);

impl ByReason {
    pub(crate) fn insert(&mut self, member: Member<'_>, why: &str) {
        if let Some(ids) = self.0.get_mut(why) {
            ids.insert(member);
            return;
        }
        let mut ids = Ids::default();
        ids.insert(member);
        self.0.insert(why.to_owned(), ids);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().all(Ids::is_empty)
    }

    /// Everybody, whatever the reason.
    pub(crate) fn ids(&self) -> Ids {
        let mut all = Ids::default();
        self.0.values().for_each(|ids| all.add(ids));
        all
    }

    pub(crate) fn by_reason(&self) -> impl Iterator<Item = (&str, &Ids)> {
        self.0.iter().map(|(why, ids)| (why.as_str(), ids))
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Someone left out of a control's population, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Excluded<'e> {
    /// Object id.
    pub id: &'e str,
    /// Why it does not count, for example `disabled`.
    pub reason: &'e str,
}

/// Who is left out of a control's population; in JSON a list of [`Excluded`], sorted by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions(pub(super) BTreeMap<String, Ids>);

impl Exclusions {
    /// Whether nobody is left out.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Ids::is_empty)
    }

    /// Who is left out and why, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = Excluded<'_>> {
        let lists = self.0.iter();
        let mut all: Vec<Excluded<'_>> = lists
            .flat_map(|(reason, ids)| ids.iter().map(|id| Excluded { id, reason }))
            .collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// Who is left out, by the reason.
    pub fn by_reason(&self) -> impl Iterator<Item = (&str, &Ids)> {
        self.0.iter().map(|(reason, ids)| (reason.as_str(), ids))
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        for (reason, ids) in &other.0 {
            match self.0.get_mut(reason) {
                Some(known) => known.add(ids),
                None => drop(self.0.insert(reason.clone(), ids.clone())),
            }
        }
    }
}

impl Serialize for Exclusions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Exclusions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Row {
            id: String,
            reason: String,
        }
        let mut all = Self::default();
        for row in Vec::<Row>::deserialize(deserializer)? {
            all.0
                .entry(row.reason)
                .or_default()
                .insert(Member::Other(&row.id));
        }
        Ok(all)
    }
}

impl From<&ByReason> for Exclusions {
    fn from(excluded: &ByReason) -> Self {
        Self(excluded.0.clone())
    }
}
