//! How many pages a read has had, so that one without end is noticed although every link is new.

use crate::error::{Endless, Error, Result};

/// So many empty pages may come one after another. The service gives some where a filter leaves
/// little: <https://learn.microsoft.com/graph/paging>.
const MOST_EMPTY: u32 = 10_000;

/// The pages of one read.
#[derive(Debug)]
pub(crate) struct PageCount {
    most: u64,
    read: u64,
    /// How many of the last were empty.
    empty: u32,
}

impl PageCount {
    pub(crate) const fn new(most: u64) -> Self {
        Self {
            most,
            read: 0,
            empty: 0,
        }
    }

    /// Whether one more may be asked for.
    pub(crate) fn one_more(&self) -> Result<()> {
        if self.read >= self.most {
            return Err(Error::endless(Endless::Pages));
        }
        if self.empty >= MOST_EMPTY {
            return Err(Error::endless(Endless::Empty));
        }
        Ok(())
    }

    /// One was read.
    pub(crate) fn read(&mut self, is_empty: bool) {
        self.read = self.read.saturating_add(1);
        self.empty = if is_empty {
            self.empty.saturating_add(1)
        } else {
            0
        };
    }
}
