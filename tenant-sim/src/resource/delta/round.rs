//! A delta round: its token, and the entries it consists of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::tracked::Tracked;
use super::write::Stopped;
use crate::call::{Call, Twist};
use crate::chance::chance;
use crate::clock::DAY;
use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::change::{Change, Relation};
use crate::tenant::property::Property;
use crate::tenant::user::Life;

/// How far back a replayed change may lie, in log entries.
const REPLAY: usize = 500;

/// How long a deltaLink is good, in seconds.
/// <https://learn.microsoft.com/graph/delta-query-overview#token-duration>
const GOOD_FOR: i64 = 7 * DAY;

/// The content of a nextLink or deltaLink.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Round {
    pub(crate) set: String,
    pub(crate) select: Option<Vec<String>>,
    pub(crate) ids: Option<Vec<String>>,
    /// Changes from here; `None` for everything.
    pub(crate) from: Option<usize>,
    /// Changes up to here; `None` in a deltaLink, whose round has not begun.
    pub(crate) to: Option<usize>,
    /// Objects that existed when an initial round began.
    pub(crate) objects: usize,
    /// The next entry, and the place within it.
    pub(crate) at: usize,
    pub(crate) after: Option<Stopped>,
    pub(crate) empty: u8,
    pub(crate) epoch: u64,
    /// When the deltaLink was given out, in seconds since 1970; without meaning in a nextLink.
    pub(crate) given: i64,
    pub(crate) faults: Faults,
}

/// The faults that shape the entries; part of the token, so that a round keeps its shape.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    seed: u64,
    duplicate: f64,
    replay: f64,
    reorder: f64,
    partial_object: f64,
    removed_in_initial: f64,
}

impl From<Twist> for Faults {
    fn from(twist: Twist) -> Self {
        Self {
            seed: twist.seed,
            duplicate: twist.duplicate,
            replay: twist.replay,
            reorder: twist.reorder,
            partial_object: twist.partial_object,
            removed_in_initial: twist.removed_in_initial,
        }
    }
}

impl Round {
    pub(crate) fn initial(objects: usize, end: usize, call: &Call<'_>) -> Self {
        Self {
            set: String::new(),
            select: call.query.select.clone(),
            ids: None,
            from: None,
            to: Some(end),
            objects,
            at: 0,
            after: None,
            empty: 0,
            epoch: call.delta.epoch,
            given: call.now,
            faults: call.twist.into(),
        }
    }

    pub(crate) fn is_delta_link(&self) -> bool {
        self.to.is_none()
    }

    /// The round that a link stands for: a new one if it is a deltaLink.
    pub(crate) fn redeemed(self, end: usize, call: &Call<'_>) -> Self {
        if self.is_delta_link() {
            Self {
                to: Some(end),
                faults: call.twist.into(),
                ..self
            }
        } else {
            self
        }
    }

    /// Whether it is a deltaLink that is too old.
    pub(crate) fn is_stale(&self, now: i64) -> bool {
        self.is_delta_link() && now - self.given > GOOD_FOR
    }

    /// The content of the deltaLink at the end of this round.
    pub(crate) fn finished(&self, now: i64) -> Self {
        Self {
            given: now,
            from: self.to,
            to: None,
            at: 0,
            after: None,
            empty: 0,
            objects: 0,
            ..self.clone()
        }
    }
}

/// How an entry is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As the object is now: removed if it is deleted.
    AsItIs,
    /// As an object that exists, although it was deleted since.
    Upsert,
    /// As removed, although it exists again.
    Removal,
}

/// One object of a round.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Place in the tenant.
    pub(crate) object: usize,
    pub(crate) form: Form,
    /// New to the reader: all properties and all relations.
    pub(crate) whole: bool,
    /// Only what changed, although the reader did not ask for that.
    pub(crate) partial: bool,
    pub(crate) properties: BTreeSet<&'static str>,
    pub(crate) related: BTreeSet<(Relation, Guid)>,
}

impl Entry {
    fn whole(object: usize) -> Self {
        Self {
            object,
            form: Form::AsItIs,
            whole: true,
            partial: false,
            properties: BTreeSet::new(),
            related: BTreeSet::new(),
        }
    }
}

/// The entries from the round's position on, each with its own position.
pub(crate) fn entries<'t, T: Tracked>(
    tenant: &'t Tenant,
    round: &Round,
    relations: &[Relation],
    properties: &[&'static Property<T>],
) -> Box<dyn Iterator<Item = (usize, Entry)> + 't> {
    let places: Option<BTreeSet<usize>> = round.ids.as_ref().map(|ids| {
        ids.iter()
            .filter_map(|id| guid::parse(id))
            .filter_map(|id| T::place(tenant, id))
            .collect()
    });
    let wanted = move |entry: &Entry| {
        places
            .as_ref()
            .is_none_or(|places| places.contains(&entry.object))
    };
    match round.from {
        None => Box::new(initial::<T>(tenant, round).filter(move |(_, entry)| wanted(entry))),
        Some(from) => {
            let all = changes::<T>(tenant, round, from, relations, properties);
            Box::new(
                all.into_iter()
                    .enumerate()
                    .skip(round.at)
                    .filter(move |(_, entry)| wanted(entry)),
            )
        }
    }
}

/// Every object, with two positions each: the object, and the repetition of an earlier one that a fault puts in.
fn initial<'t, T: Tracked>(
    tenant: &'t Tenant,
    round: &Round,
) -> impl Iterator<Item = (usize, Entry)> + 't {
    let (faults, to) = (round.faults, round.to.unwrap_or_default() as u64);
    (round.at..round.objects.saturating_mul(2)).filter_map(move |at| {
        let place = at / 2;
        let numbers = [faults.seed, to, place as u64];
        if at % 2 == 1 {
            let again = place.saturating_sub(usize::try_from(faults.seed % 150).unwrap_or(0));
            let repeated = chance(faults.duplicate, &numbers)
                && T::all(tenant).get(again)?.life() == Life::Live;
            return repeated.then(|| (at, Entry::whole(again)));
        }
        let shown = match T::all(tenant).get(place)?.life() {
            Life::Live => true,
            Life::SoftDeleted => chance(faults.removed_in_initial, &numbers),
            Life::Purged => false,
        };
        shown.then(|| (at, Entry::whole(place)))
    })
}

/// What happened to one object in a range of the log.
#[derive(Debug, Default)]
struct Touched {
    first: usize,
    whole: bool,
    gone: bool,
    changed: bool,
    properties: BTreeSet<&'static str>,
    related: BTreeSet<(Relation, Guid)>,
}

fn collect<T: Tracked>(tenant: &Tenant, from: usize, to: usize) -> BTreeMap<usize, Touched> {
    let mut all: BTreeMap<usize, Touched> = BTreeMap::new();
    for (number, (object, change)) in T::log(tenant).range(from, to).iter().enumerate() {
        let touched = all.entry(*object as usize).or_insert_with(|| Touched {
            first: number,
            ..Touched::default()
        });
        match change {
            Change::Created | Change::Restored => touched.whole = true,
            Change::Updated(names) => {
                touched.changed = true;
                touched.properties.extend(names);
            }
            Change::Deleted | Change::Purged => touched.gone = true,
            Change::Related(relation, id) => {
                touched.related.insert((*relation, *id));
            }
        }
    }
    all
}

/// The changed objects in the order of their first change, followed by what faults repeat.
fn changes<T: Tracked>(
    tenant: &Tenant,
    round: &Round,
    from: usize,
    relations: &[Relation],
    properties: &[&'static Property<T>],
) -> Vec<Entry> {
    let faults = round.faults;
    let to = round.to.unwrap_or_else(|| T::log(tenant).end());
    let tracked = |touched: &Touched| {
        touched.whole
            || touched.gone
            || touched
                .properties
                .iter()
                .any(|name| properties.iter().any(|property| property.name == *name))
            || touched
                .related
                .iter()
                .any(|(relation, _)| relations.contains(relation))
    };
    let mut found: Vec<(usize, Touched)> = collect::<T>(tenant, from, to)
        .into_iter()
        .filter(|(_, touched)| tracked(touched))
        .collect();
    found.sort_by_key(|(_, touched)| touched.first);
    let (mut entries, mut late) = (Vec::with_capacity(found.len()), Vec::new());
    for (object, touched) in found {
        let numbers = |salt: u64| [faults.seed, to as u64, object as u64, salt];
        let live = T::all(tenant)
            .get(object)
            .is_some_and(|object| object.life() == Life::Live);
        let reordered = T::SET == "users"
            && touched.gone
            && (touched.whole || touched.changed)
            && chance(faults.reorder, &numbers(1));
        let entry = Entry {
            object,
            form: Form::AsItIs,
            whole: touched.whole,
            partial: chance(faults.partial_object, &numbers(2)),
            properties: touched.properties,
            related: touched.related,
        };
        if reordered {
            // The truth comes first and what contradicts it afterwards: next to it, or at the end of the round.
            let contradiction = Entry {
                form: if live { Form::Removal } else { Form::Upsert },
                ..entry.clone()
            };
            entries.push(entry);
            if chance(0.5, &numbers(3)) {
                late.push(contradiction);
            } else {
                entries.push(contradiction);
            }
            continue;
        }
        if chance(faults.duplicate, &numbers(4)) {
            late.push(entry.clone());
        }
        entries.push(entry);
    }
    if faults.replay > 0.0 {
        let current: BTreeSet<usize> = entries.iter().map(|entry| entry.object).collect();
        for (object, touched) in collect::<T>(tenant, from.saturating_sub(REPLAY), from) {
            if !current.contains(&object)
                && tracked(&touched)
                && chance(faults.replay, &[faults.seed, to as u64, object as u64, 5])
            {
                late.push(Entry {
                    object,
                    form: Form::AsItIs,
                    whole: touched.whole,
                    partial: false,
                    properties: touched.properties,
                    related: touched.related,
                });
            }
        }
    }
    entries.extend(late);
    entries
}
