//! What follows from the seed alone: ids and draws that need no memory.

use crate::guid::{self, Guid, mix};
use crate::tenant::Tenant;

impl Tenant {
    /// A number that is the same whenever it is asked for.
    pub(crate) fn draw(&self, what: &str, number: u64) -> u64 {
        mix(self.stream(what) ^ mix(number))
    }

    /// A draw below a bound; 0 where the bound is 0.
    pub(crate) fn draw_below(&self, what: &str, number: u64, bound: u64) -> u64 {
        self.draw(what, number).checked_rem(bound).unwrap_or(0)
    }

    /// The id of a derived object; no other object of the tenant has it.
    pub(crate) fn derived_id(&self, what: &str, number: u64) -> Guid {
        guid::guid(self.stream(what), number)
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
