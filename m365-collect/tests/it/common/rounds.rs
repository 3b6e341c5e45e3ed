//! Rounds of changes of a made-up service, the same for the same seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use m365_collect::store::{Begin, Conflict};
use m365_collect::{Change, Edge, Kind, Record, Relation, RemovedReason, SourceId, Store};
use serde_json::value::RawValue;

const PAGES: u64 = 4;
const USERS: u64 = 40;
const GROUPS: u64 = 6;
/// Every so often everything comes anew.
const GENERATION: u64 = 5;

/// splitmix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The page that comes next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) round: u64,
    pub(crate) page: u64,
}

impl At {
    pub(crate) fn next(self) -> Self {
        if self.page + 1 < PAGES {
            Self {
                page: self.page + 1,
                ..self
            }
        } else {
            Self {
                round: self.round + 1,
                page: 0,
            }
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        let (round, page) = text.split_once('.').unwrap();
        Self {
            round: round.parse().unwrap(),
            page: page.parse().unwrap(),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.round, self.page)
    }
}

/// What the service holds after a round.
#[derive(Debug, Clone, Default, PartialEq)]
struct Tenant {
    users: BTreeMap<u64, u64>,
    members: BTreeSet<(u64, u64)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Rounds {
    seed: u64,
}

impl Rounds {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    pub(crate) fn begin(round: u64) -> Begin {
        if round.is_multiple_of(GENERATION) {
            Begin::Generation
        } else {
            Begin::Round
        }
    }

    fn random(&self, round: u64, what: u64) -> Random {
        let mut random = Random::new(self.seed ^ (round << 20) ^ (what << 50));
        random.next();
        random
    }

    /// Each round touches a tenth of what there is, from a tenant of its own: it does not depend on
    /// the rounds before, so that any one can be asked for alone.
    fn tenant(&self, round: u64) -> Tenant {
        let mut tenant = Tenant::default();
        for user in 0..USERS {
            // The last round that touched the user says what it is.
            let touched = (0..=round)
                .rev()
                .take(12)
                .find(|r| *r == 0 || self.touches(*r, user));
            let mut random = self.random(touched.unwrap_or(0), 1000 + user);
            if random.chance(85) {
                tenant.users.insert(user, random.below(1000));
            }
            for group in 0..GROUPS {
                if random.chance(30) && tenant.users.contains_key(&user) {
                    tenant.members.insert((group, user));
                }
            }
        }
        tenant
    }

    fn touches(&self, round: u64, user: u64) -> bool {
        self.random(round, user).chance(10)
    }

    /// All changes of a round, with what a delta does to them: repeats, any order, replays.
    fn changes(&self, round: u64) -> Vec<Change> {
        let now = self.tenant(round);
        let mut random = self.random(round, 99_999);
        let mut changes = Vec::new();
        if Self::begin(round) == Begin::Generation {
            changes.extend(now.users.iter().map(|(id, value)| upsert(*id, *value)));
            changes.extend(
                now.members
                    .iter()
                    .map(|(g, u)| Change::Link(member(*g, *u))),
            );
        } else {
            let before = self.tenant(round - 1);
            for id in 0..USERS {
                match (before.users.get(&id), now.users.get(&id)) {
                    (old, Some(new)) if old != Some(new) => changes.push(upsert(id, *new)),
                    (Some(_), None) => changes.push(gone(id)),
                    _ => {}
                }
            }
            let link = |(g, u): &(u64, u64)| Change::Link(member(*g, *u));
            let unlink = |(g, u): &(u64, u64)| Change::Unlink(member(*g, *u));
            changes.extend(now.members.difference(&before.members).map(link));
            changes.extend(before.members.difference(&now.members).map(unlink));
            // An old state again, after or before the new one.
            for (id, value) in &before.users {
                if random.chance(4) {
                    changes.push(upsert(*id, *value));
                }
                // Deleted and restored within the round: which came last, nothing tells.
                if now.users.get(id).is_some_and(|new| new != value) && random.chance(20) {
                    changes.push(gone(*id));
                }
            }
        }
        for n in 0..changes.len() {
            if random.chance(8) {
                changes.push(changes[n].clone());
            }
        }
        for n in (1..changes.len()).rev() {
            let other = usize::try_from(random.below(n as u64 + 1)).unwrap();
            changes.swap(n, other);
        }
        changes
    }

    pub(crate) fn page(&self, at: At) -> Vec<Change> {
        let changes = self.changes(at.round);
        let each = changes
            .len()
            .div_ceil(usize::try_from(PAGES).unwrap())
            .max(1);
        let skipped = usize::try_from(at.page).unwrap() * each;
        changes.into_iter().skip(skipped).take(each).collect()
    }

    /// What the service answers when it is asked about contested objects.
    pub(crate) fn settle(&self, round: u64, contested: &[Conflict]) -> Vec<Change> {
        let now = self.tenant(round);
        let mut changes = Vec::new();
        for one in contested {
            match one {
                Conflict::Object {
                    kind, id, reason, ..
                } => {
                    let number = number(id);
                    changes.push(match now.users.get(&number) {
                        Some(value) => Change::Confirm(user(number, *value)),
                        None => Change::ConfirmGone {
                            kind: kind.clone(),
                            id: id.clone(),
                            reason: reason.unwrap_or(RemovedReason::Changed),
                        },
                    });
                }
                Conflict::Container { relation, from, .. } => {
                    let group = number(from);
                    for (_, user) in now.members.iter().filter(|(g, _)| *g == group) {
                        changes.push(Change::ConfirmLink(member(group, *user)));
                    }
                    changes.push(Change::ConfirmedAll {
                        relation: relation.clone(),
                        from: from.clone(),
                    });
                }
                _ => {}
            }
        }
        // A person who came back may have lost groups meanwhile, as a delta source asks too.
        for change in changes.clone() {
            if let Change::Confirm(_) = change {
                for group in 0..GROUPS {
                    for (_, user) in now.members.iter().filter(|(g, _)| *g == group) {
                        changes.push(Change::ConfirmLink(member(group, *user)));
                    }
                    changes.push(Change::ConfirmedAll {
                        relation: Relation::MEMBER,
                        from: format!("g{group:03}"),
                    });
                }
                break;
            }
        }
        changes
    }

    /// Whether a store holds what the service holds after a round.
    pub(crate) async fn assert_truth(&self, round: u64, store: &dyn Store) {
        let truth = self.tenant(round);
        let records = store.records(&Kind::USER, None, 10_000).await.unwrap();
        let stored: Vec<&str> = records.iter().map(|record| record.raw.get()).collect();
        let expected: Vec<Record> = truth.users.iter().map(|(id, v)| user(*id, *v)).collect();
        let expected: Vec<&str> = expected.iter().map(|record| record.raw.get()).collect();
        assert_eq!(stored, expected, "seed {}, round {round}", self.seed);
        let edges = store.edges(&Relation::MEMBER, None, 10_000).await.unwrap();
        let expected: Vec<Edge> = truth.members.iter().map(|(g, u)| member(*g, *u)).collect();
        assert_eq!(edges, expected, "seed {}, round {round}", self.seed);
    }
}

fn number(id: &str) -> u64 {
    id.get(1..).unwrap().parse().unwrap()
}

fn user(id: u64, value: u64) -> Record {
    let json = format!(r#"{{"id":"u{id:03}","value":{value},"name":"Person {id}"}}"#);
    Record::new(
        Kind::USER,
        format!("u{id:03}"),
        RawValue::from_string(json).unwrap(),
    )
}

fn upsert(id: u64, value: u64) -> Change {
    Change::Upsert(user(id, value))
}

fn gone(id: u64) -> Change {
    Change::Remove {
        kind: Kind::USER,
        id: format!("u{id:03}"),
        reason: RemovedReason::Changed,
    }
}

fn member(group: u64, user: u64) -> Edge {
    Edge::new(
        Relation::MEMBER,
        format!("g{group:03}"),
        format!("u{user:03}"),
    )
}

/// Everything that can be read of a store, without its times.
pub(crate) async fn picture(store: &dyn Store, source: &SourceId) -> String {
    let state = store
        .source_state(source)
        .await
        .unwrap()
        .unwrap_or_default();
    let records = store.records(&Kind::USER, None, 10_000).await.unwrap();
    let raw: Vec<&str> = records.iter().map(|record| record.raw.get()).collect();
    let edges = store.edges(&Relation::MEMBER, None, 10_000).await.unwrap();
    let edges: Vec<_> = edges.iter().map(|edge| (&edge.from, &edge.to)).collect();
    let graves = store.tombstones(&Kind::USER, None, 10_000).await.unwrap();
    let graves: Vec<_> = graves
        .iter()
        .map(|grave| (&grave.id, grave.reason))
        .collect();
    let contested = store.conflicts(source, 10_000).await.unwrap();
    let feed = store.feed(0, 1_000_000).await.unwrap();
    let mut feed: Vec<_> = feed
        .iter()
        .map(|entry| (&entry.id, entry.event, &entry.properties))
        .collect();
    feed.sort();
    let mut versions = Vec::new();
    for id in 0..USERS {
        let id = format!("u{id:03}");
        for version in store.versions(&Kind::USER, &id).await.unwrap() {
            versions.push(format!(
                "{}: {}",
                version.until.is_none(),
                version.raw.get()
            ));
        }
    }
    format!(
        "{} {} {}\n{raw:?}\n{edges:?}\n{graves:?}\n{contested:?}\n{feed:?}\n{versions:?}",
        state.in_round,
        state.in_part,
        state.completed_at.is_some()
    )
}
