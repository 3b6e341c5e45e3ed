//! The sign-in log of the last thirty days, newest first, without keeping it: who signs in at a moment follows from
//! the moment. Nobody signs in after the last time that their account shows.

use std::iter::Peekable;

use crate::clock::DAY;
use crate::guid;
use crate::tenant::Tenant;
use crate::tenant::user::{SignIns, User};

/// Days that the log goes back.
pub(crate) const DAYS: i64 = 30;
/// Chances a day to sign in, per person.
const CHANCES: u64 = 3;
/// Of a hundred chances so many are taken.
const TAKEN: u64 = 60;

/// Who signed in, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// Somebody at a keyboard.
    Interactive(usize),
    /// An app on somebody's behalf.
    NonInteractive(usize),
    /// An application of the organisation's own, as itself.
    Application(usize),
}

/// One sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// In seconds since 1970.
    pub(crate) at: i64,
    pub(crate) actor: Actor,
    /// The last of its kind that the account shows.
    pub(crate) last: bool,
}

impl Tenant {
    /// The sign-ins at or after `from` and before `to`, newest first; all of the log where they are `None`.
    /// Without `background`, those of people at a keyboard alone.
    pub(crate) fn sign_in_log(
        &self,
        from: Option<i64>,
        to: Option<i64>,
        background: bool,
    ) -> impl Iterator<Item = Entry> + Clone {
        let oldest = self.base - DAYS * DAY;
        let from = from.unwrap_or(oldest).max(oldest);
        let to = to.unwrap_or(self.base).min(self.base);
        // The days, counted back from the base time, that the range touches.
        let days = ((self.base - to) / DAY).max(0)..((self.base - from) / DAY + 1).clamp(0, DAYS);
        let people = days.clone().flat_map(move |day| self.people_of(day));
        let mut last = self.last_ones(background);
        last.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        let applications = days
            .filter(move |_| background)
            .flat_map(move |day| self.applications_of(day));
        Newest::of(Newest::of(people, last.into_iter()), applications)
            .filter(move |entry| entry.at >= from && entry.at < to)
    }

    /// What people did on a day, but for their last sign-ins.
    fn people_of(&self, day: i64) -> impl Iterator<Item = Entry> + Clone {
        let people = self.founders as u64;
        let chances = people * CHANCES;
        let stride = stride(people);
        let offset = self.draw("sign-in day", day.unsigned_abs());
        (0..chances).filter_map(move |chance| {
            let at = self.slot(day, chance, chances);
            let person = (chance % people * stride + offset % people) % people;
            let place = usize::try_from(person).ok()?;
            let user = self.users.get(place)?;
            let last = user.sign_ins?.interactive;
            let number = offset ^ chance;
            let signs = user.live()
                && at < self.base + last
                && at > self.base + user.created
                && self.draw_below("sign-in taken", number, 100) < TAKEN;
            signs.then_some(Entry {
                at,
                actor: Actor::Interactive(place),
                last: false,
            })
        })
    }

    /// Each application once a day.
    fn applications_of(&self, day: i64) -> impl Iterator<Item = Entry> + Clone {
        let count = self.applications as u64;
        (0..count).filter_map(move |number| {
            Some(Entry {
                at: self.slot(day, number, count),
                actor: Actor::Application(usize::try_from(number).ok()?),
                last: false,
            })
        })
    }

    /// The moment of one of so many slots of a day; later slots are earlier.
    fn slot(&self, day: i64, slot: u64, of: u64) -> i64 {
        let back = u128::from(slot) * u128::from(DAY.unsigned_abs()) / u128::from(of.max(1));
        self.base - day * DAY - 1 - i64::try_from(back).unwrap_or(0)
    }

    /// The sign-ins that accounts show as their last.
    fn last_ones(&self, background: bool) -> Vec<Entry> {
        let recent = |at: i64| at >= self.base - DAYS * DAY && at < self.base;
        let mut found = Vec::new();
        for (place, user) in self.users.iter().enumerate() {
            let Some(SignIns {
                interactive,
                non_interactive,
            }) = user.sign_ins.filter(|_| user.live())
            else {
                continue;
            };
            let entries = [
                (interactive, Actor::Interactive(place), true),
                (non_interactive, Actor::NonInteractive(place), background),
            ];
            for (relative, actor, wanted) in entries {
                let at = self.base + relative;
                if wanted && recent(at) {
                    found.push(Entry {
                        at,
                        actor,
                        last: true,
                    });
                }
            }
        }
        found
    }
}

impl User {
    /// The id of the request by which somebody signed in last; `kind` 1 at a keyboard, 2 by an app.
    pub(crate) fn request_id(&self, kind: u64) -> Option<String> {
        let interactive = self.sign_ins?.interactive.unsigned_abs();
        Some(guid::text(guid::guid(
            kind,
            (self.id >> 64) as u64 ^ interactive,
        )))
    }
}

/// A step through so many people that comes by each of them once.
fn stride(people: u64) -> u64 {
    [7_919, 104_729, 1_299_709]
        .into_iter()
        .find(|prime| !people.is_multiple_of(*prime))
        .unwrap_or(1)
}

/// Two lists that are sorted from the newest to the oldest, as one.
#[derive(Debug, Clone)]
struct Newest<A: Iterator<Item = Entry>, B: Iterator<Item = Entry>> {
    one: Peekable<A>,
    other: Peekable<B>,
}

impl<A: Iterator<Item = Entry>, B: Iterator<Item = Entry>> Newest<A, B> {
    fn of(one: A, other: B) -> Self {
        Self {
            one: one.peekable(),
            other: other.peekable(),
        }
    }
}

impl<A: Iterator<Item = Entry>, B: Iterator<Item = Entry>> Iterator for Newest<A, B> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let other_first = match (self.one.peek(), self.other.peek()) {
            (Some(one), Some(other)) => other.at > one.at,
            (None, _) => true,
            (_, None) => false,
        };
        if other_first {
            self.other.next()
        } else {
            self.one.next()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_sorted_and_ends_with_what_accounts_show() {
        let mut tenant = Tenant::example();
        tenant.base = 1_800_000_000;
        let all: Vec<Entry> = tenant.sign_in_log(None, None, true).collect();
        assert!(all.len() > 500, "{}", all.len());
        assert!(all.is_sorted_by_key(|entry| std::cmp::Reverse(entry.at)));
        for (place, user) in tenant.users.iter().enumerate() {
            let newest = all
                .iter()
                .find(|entry| entry.actor == Actor::Interactive(place));
            let shown = user
                .sign_ins
                .map(|sign_ins| tenant.base + sign_ins.interactive)
                .filter(|at| *at >= tenant.base - DAYS * DAY);
            assert_eq!(newest.map(|entry| entry.at), shown, "person {place}");
        }
    }

    #[test]
    fn a_range_is_a_part_of_the_whole() {
        let mut tenant = Tenant::example();
        tenant.base = 1_800_000_000;
        let (from, to) = (tenant.base - 3 * DAY - 5_000, tenant.base - DAY + 77);
        let part: Vec<Entry> = tenant.sign_in_log(Some(from), Some(to), true).collect();
        let whole: Vec<Entry> = tenant
            .sign_in_log(None, None, true)
            .filter(|entry| entry.at >= from && entry.at < to)
            .collect();
        assert!(!part.is_empty());
        assert_eq!(part, whole);
    }
}
