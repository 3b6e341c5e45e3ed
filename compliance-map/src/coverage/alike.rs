//! People who are alike for every policy: what is asked of one of them is asked of all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;

use crate::directory::Account;
use crate::population::{HeldRole, Person, Population};

/// In which class each account is. Accounts of one class have the same profile and the same roles, and
/// stand on the same sides of every policy.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    of: Vec<u32>,
    count: u32,
}

impl Classes {
    pub(super) fn new<'p>(
        population: &Population<'_>,
        sides: impl Iterator<Item = &'p RoaringBitmap>,
    ) -> Self {
        let directory = population.directory();
        let accounts = directory.positions().filter_map(|it| directory.account(it));
        let of: Vec<u32> = accounts.map(Account::profile).collect();
        let mut classes = Self {
            count: of.iter().max().map_or(0, |last| last.saturating_add(1)),
            of,
        };
        let mut holders: BTreeMap<&BTreeSet<HeldRole>, Vec<u32>> = BTreeMap::new();
        for person in population.holders() {
            holders
                .entry(person.roles)
                .or_default()
                .push(person.position);
        }
        for people in holders.into_values() {
            classes.split(people.into_iter());
        }
        for side in sides {
            classes.split(side.iter());
        }
        classes
    }

    /// Takes these people out of their classes, those of each class into a new one.
    fn split(&mut self, people: impl Iterator<Item = u32>) {
        let mut new: HashMap<u32, u32> = HashMap::new();
        for position in people {
            if let Some(class) = self.of.get_mut(position as usize) {
                *class = *new.entry(*class).or_insert_with(|| {
                    self.count = self.count.saturating_add(1);
                    self.count - 1
                });
            }
        }
    }

    /// To ask one question of many people, once for all who are alike.
    pub(crate) fn ask<T>(&self) -> Alike<'_, T> {
        Alike {
            classes: self,
            answers: HashMap::new(),
        }
    }
}

/// One question with the answers it was given, class by class. It may look at a person's profile, roles
/// and policies, and at nothing that is the person's own.
pub(crate) struct Alike<'c, T> {
    classes: &'c Classes,
    answers: HashMap<u32, T>,
}

impl<T> Alike<'_, T> {
    pub(crate) fn of(&mut self, person: &Person<'_>, answer: impl FnOnce() -> T) -> &T {
        let class = self.classes.of.get(person.position as usize);
        self.answers
            .entry(class.map_or(self.classes.count, |class| *class))
            .or_insert_with(answer)
    }
}
