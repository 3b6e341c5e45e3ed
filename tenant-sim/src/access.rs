//! What the app may read.

use std::collections::BTreeSet;

use crate::area::{Area, License};
use crate::reply::{GraphError, Result};

/// What the app may read, what the tenant has licenses for, and what there is to read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    pub(crate) denied: BTreeSet<Area>,
    pub(crate) revoked: BTreeSet<String>,
    pub(crate) unlicensed: BTreeSet<Area>,
    /// Areas that answer as if unlicensed, although the plan is there.
    pub(crate) claimed_unlicensed: BTreeSet<Area>,
    /// Areas whose collections are served as whole, empty lists.
    pub(crate) emptied: BTreeSet<Area>,
    /// Usage reports name nobody.
    pub(crate) conceal_names: bool,
    /// Single entities come inside `value`.
    pub(crate) wrap_single: bool,
    /// The bearer token carries no roles.
    pub(crate) without_roles: bool,
}

impl Access {
    pub(crate) fn permits(&self, area: Area) -> bool {
        !self.without_roles
            && !self.denied.contains(&area)
            && !area
                .permissions()
                .iter()
                .any(|permission| self.revoked.contains(*permission))
    }

    /// Refuses an area: first for want of a permission, then for want of a license.
    pub(crate) fn check(&self, area: Area) -> Result<()> {
        if !self.permits(area) {
            return Err(GraphError::denied());
        }
        if self.unlicensed.contains(&area) || self.claimed_unlicensed.contains(&area) {
            return Err(GraphError::unlicensed(area));
        }
        Ok(())
    }

    /// The licenses that the tenant lacks; their service plans are not there.
    pub(crate) fn missing_licenses(&self) -> BTreeSet<License> {
        self.unlicensed
            .iter()
            .filter_map(|area| area.license())
            .collect()
    }

    /// The permissions that a token given out now carries.
    pub(crate) fn roles(&self) -> Vec<&'static str> {
        let permitted = Area::ALL.into_iter().filter(|area| self.permits(*area));
        // What an area needs besides is that of another area, which may be denied.
        permitted
            .map(Area::permission)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}
