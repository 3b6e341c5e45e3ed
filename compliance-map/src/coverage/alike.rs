//! People who are alike for every policy: what is asked of one of them is asked of all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;

use crate::directory::Profile;
use crate::population::{HeldRole, Person, Population};

/// In which class each account is. Accounts of one class have the same roles, the same profile as far as
/// policies look at it, and stand on the same sides of every policy.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    of: Vec<u64>,
    count: u64,
}

impl Classes {
    pub(super) fn new<'p>(
        population: &Population<'_>,
        sides: impl Iterator<Item = &'p RoaringBitmap>,
    ) -> Self {
        let directory = population.directory();
        let mut known: HashMap<Profile, u64> = HashMap::new();
        // So that each profile is looked up once, and not for each account.
        let mut of_profile: Vec<Option<u64>> = vec![None; directory.profiles()];
        let accounts = directory.positions().filter_map(|it| directory.account(it));
        let of = accounts.map(|account| {
            let number = account.profile();
            let mut find = || {
                let profile = directory.profile(number).for_policies();
                let next = known.len() as u64;
                *known.entry(profile).or_insert(next)
            };
            match of_profile.get_mut(number as usize) {
                Some(class) => *class.get_or_insert_with(find),
                None => find(),
            }
        });
        let mut classes = Self {
            of: of.collect(),
            count: 0,
        };
        classes.count = known.len() as u64;
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
        // Policies mostly name the same few groups.
        let mut split_by: Vec<&RoaringBitmap> = Vec::new();
        for side in sides {
            if !split_by.contains(&side) {
                split_by.push(side);
                classes.split(side.iter());
            }
        }
        classes
    }

    /// Takes these people out of their classes, those of each class into a new one.
    fn split(&mut self, people: impl Iterator<Item = u32>) {
        let mut new: HashMap<u64, u64> = HashMap::new();
        for position in people {
            if let Some(class) = self.of.get_mut(position as usize) {
                *class = *new.entry(*class).or_insert_with(|| {
                    self.count += 1;
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

/// One question with the answers it was given, class by class. It may look at a person's roles, policies
/// and profile [as far as these do](Profile::for_policies), and at nothing that is the person's own.
pub(crate) struct Alike<'c, T> {
    classes: &'c Classes,
    answers: HashMap<u64, T>,
}

impl<T> Alike<'_, T> {
    pub(crate) fn of(&mut self, person: &Person<'_>, answer: impl FnOnce() -> T) -> &T {
        let class = self.classes.of.get(person.position as usize);
        self.answers
            .entry(class.map_or(self.classes.count, |class| *class))
            .or_insert_with(answer)
    }
}
