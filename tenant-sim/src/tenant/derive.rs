//! What follows from the seed alone: ids and draws that need no memory.

use crate::clock::DAY;
use crate::guid::{self, Guid, mix};
use crate::tenant::Tenant;
use crate::tenant::user::User;

/// The bits of an id that hold the number.
const PLACE: u128 = 0xFFFF_FFFF;

impl Tenant {
    /// A number that is the same whenever it is asked for.
    pub(crate) fn draw(&self, what: &str, number: u64) -> u64 {
        mix(self.stream(what) ^ mix(number))
    }

    /// A draw below a bound; 0 where the bound is 0.
    pub(crate) fn draw_below(&self, what: &str, number: u64, bound: u64) -> u64 {
        self.draw(what, number).checked_rem(bound).unwrap_or(0)
    }

    /// The id of a derived object; no other object of the tenant has it. It carries the number, so that
    /// [`number_of`](Self::number_of) need not look for it.
    pub(crate) fn derived_id(&self, what: &str, number: u64) -> Guid {
        let stream = self.stream(what);
        let place = u128::from(number ^ stream) & PLACE;
        (guid::guid(stream, number) & !PLACE) | place
    }

    /// The number of the derived object with this id; `None` for any other id.
    pub(crate) fn number_of(&self, what: &str, id: &str) -> Option<u64> {
        let id = guid::parse(id)?;
        let place = u64::try_from(id & PLACE).ok()?;
        let low = self.stream(what) & u64::from(u32::MAX);
        let number = place ^ low;
        (self.derived_id(what, number) == id).then_some(number)
    }

    /// The same as text.
    pub(crate) fn derived_text(&self, what: &str, number: u64) -> String {
        guid::text(self.derived_id(what, number))
    }

    /// Picks from a list, the same whenever it is asked for; `None` from an empty one.
    pub(crate) fn draw_from<'l, T>(&self, what: &str, number: u64, list: &'l [T]) -> Option<&'l T> {
        let bound = u64::try_from(list.len()).unwrap_or(u64::MAX);
        list.get(usize::try_from(self.draw_below(what, number, bound)).unwrap_or(0))
    }

    fn stream(&self, what: &str) -> u64 {
        what.bytes()
            .fold(mix(self.seed), |sum, byte| mix(sum ^ u64::from(byte)))
    }
}

impl Tenant {
    /// Somebody who is not deleted, the same while nobody is.
    pub(crate) fn draw_person(&self, what: &str, number: u64) -> Option<&User> {
        let people = self.founders;
        let start = usize::try_from(self.draw_below(what, number, people as u64)).ok()?;
        (0..people)
            .filter_map(|step| self.users.get((start + step) % people))
            .find(|user| user.live())
    }

    /// A moment so many days before the tenant's base time, at an hour of its own, in seconds since 1970.
    pub(crate) fn days_ago(&self, what: &str, number: u64, days: i64) -> i64 {
        let second = i64::try_from(self.draw_below(what, number, 86_400)).unwrap_or(0);
        self.base - days * DAY - second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_id_and_by_no_other() {
        let tenant = Tenant::example();
        for number in [0, 1, 7, 4_000_000_000] {
            let id = tenant.derived_text("device", number);
            assert_eq!(tenant.number_of("device", &id), Some(number));
            assert_eq!(tenant.number_of("application", &id), None);
        }
        assert_eq!(tenant.number_of("device", "device"), None);
    }
}
