//! What the app may read, what the tenant has licenses for, and what there is to read.

use std::collections::BTreeSet;

use crate::area::Area;
use crate::sim::SimHandle;

impl SimHandle {
    /// Takes the permission for an area away: 403 `Authorization_RequestDenied`, and new tokens lack the role
    /// unless another area needs it.
    pub fn deny(&self, area: Area) {
        self.shared.control().access.denied.insert(area);
    }

    /// Gives the permission for an area back.
    pub fn allow(&self, area: Area) {
        self.shared.control().access.denied.remove(&area);
    }

    /// Takes an application permission away, by name, with every area that needs it. A name that is none of
    /// [`Area::permissions`] takes nothing away: what is read with it is not served.
    pub fn revoke(&self, permission: &str) {
        self.shared
            .control()
            .access
            .revoked
            .insert(permission.to_owned());
    }

    /// Gives an application permission back.
    pub fn grant(&self, permission: &str) {
        self.shared.control().access.revoked.remove(permission);
    }

    /// Takes the license for an area away, with the service plans that bring it.
    ///
    /// Reports and what needs no license answer 403 `Authentication_RequestFromNonPremiumTenantOrB2CTenant`,
    /// privileged identity management and access reviews 400 `AadPremiumLicenseRequired`, risk a 403 that says so,
    /// Intune 400 `BadRequest` with "Request not applicable to target tenant."
    pub fn unlicense(&self, area: Area) {
        self.shared.control().access.unlicensed.insert(area);
    }

    /// Gives the license for an area back, unless the tenant was generated without it.
    pub fn license(&self, area: Area) {
        self.shared.control().access.unlicensed.remove(&area);
    }

    /// Makes an area answer as if unlicensed although the plan is there, as happens in the field; `false` ends it.
    /// <https://learn.microsoft.com/graph/known-issues>
    pub fn claim_unlicensed(&self, area: Area, claimed: bool) {
        let mut control = self.shared.control();
        toggle(&mut control.access.claimed_unlicensed, area, claimed);
    }

    /// Serves the collections of an area as whole, empty lists; `false` ends it. Single entities are not touched.
    pub fn empty(&self, area: Area, empty: bool) {
        let mut control = self.shared.control();
        toggle(&mut control.access.emptied, area, empty);
    }

    /// Makes usage reports show hashes instead of names, ids and addresses, as tenants do by default. Here it is
    /// off until asked for.
    /// <https://learn.microsoft.com/graph/api/resources/adminreportsettings>
    pub fn conceal_report_names(&self, conceal: bool) {
        self.shared.control().access.conceal_names = conceal;
    }

    /// Serves the settings of reports and of `SharePoint` inside `value`, as their pages show them; `false` ends it.
    pub fn wrap_single_entities(&self, wrap: bool) {
        self.shared.control().access.wrap_single = wrap;
    }
}

fn toggle(areas: &mut BTreeSet<Area>, area: Area, on: bool) {
    if on {
        areas.insert(area);
    } else {
        areas.remove(&area);
    }
}
