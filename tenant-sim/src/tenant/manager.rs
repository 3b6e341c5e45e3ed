//! Who reports to whom.

use crate::tenant::Tenant;
use crate::tenant::user::User;

/// People who report to one.
const REPORTS: usize = 8;

impl Tenant {
    /// The manager of the person at this place: somebody who came before them, so that nobody is their own manager
    /// by a detour. The first member of the tenant has none, nor has a guest.
    pub(crate) fn manager(&self, at: usize) -> Option<&User> {
        let member = |at: usize| self.users.get(at).filter(|user| user.live() && !user.guest);
        member(at)?;
        let mut above = at;
        while above > 0 {
            above = (above - 1) / REPORTS;
            if let Some(manager) = member(above) {
                return Some(manager);
            }
        }
        let first = self.users.iter().find(|user| user.live() && !user.guest)?;
        (self.user_at(first.id) != Some(at)).then_some(first)
    }
}
