//! What all reports of people tell of a person.

use crate::clock::{DAY, iso};
use crate::tenant::Tenant;
use crate::tenant::user::{Life, User};
use crate::tenant::user_property::{display_name, principal_name};

/// Reports are two days old.
const BEHIND: i64 = 2;

/// The day a report is of.
pub(super) fn refreshed(tenant: &Tenant) -> String {
    date(tenant.base - BEHIND * DAY)
}

/// `2026-01-31`
pub(super) fn date(at: i64) -> String {
    iso(at).get(..10).unwrap_or_default().to_owned()
}

/// Somebody who has or had a license.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person<'t> {
    pub(super) tenant: &'t Tenant,
    pub(super) user: &'t User,
}

/// Everybody in the reports: who has a license, and who had one when they were deleted.
pub(super) fn people(tenant: &Tenant) -> impl Iterator<Item = Person<'_>> {
    tenant
        .users
        .iter()
        .filter(|user| user.licenses != 0 && user.life != Life::Purged)
        .map(move |user| Person { tenant, user })
}

impl Person<'_> {
    pub(super) fn principal_name(self) -> String {
        principal_name(self.tenant, self.user)
    }

    pub(super) fn display_name(self) -> String {
        display_name(self.user)
    }

    pub(super) fn is_deleted(self) -> String {
        flag(!self.user.live())
    }

    pub(super) fn deleted(self) -> String {
        self.user
            .bin
            .as_ref()
            .map_or_else(String::new, |bin| date(bin.at))
    }

    pub(super) fn created(self) -> String {
        date(self.tenant.base + self.user.created)
    }

    /// Whether a license brings a plan whose name begins so.
    pub(super) fn has(self, plan: &str) -> bool {
        let held = self.tenant.skus.iter().enumerate();
        held.filter(|(at, _)| self.user.licenses & (1 << at) != 0)
            .flat_map(|(_, sku)| sku.plans)
            .any(|(_, name, _)| name.starts_with(plan))
    }

    /// The day somebody last used a service that a plan brings, as far as the report knows; nothing if never.
    pub(super) fn last_used(self, plan: &str) -> String {
        let Some(sign_ins) = self.user.sign_ins.filter(|_| self.has(plan)) else {
            return String::new();
        };
        let before = i64::try_from(self.draw(plan, 4)).unwrap_or(0);
        let known = (sign_ins.interactive - before * DAY).min(-BEHIND * DAY);
        date(self.tenant.base + known.max(self.user.created))
    }

    /// A count of something that somebody does, none if they did nothing in the period.
    pub(super) fn often(self, what: &str, most: u64, period: &str) -> String {
        let days: i64 = period.parse().unwrap_or(180);
        let used = self
            .user
            .sign_ins
            .is_some_and(|sign_ins| sign_ins.interactive >= -(days + BEHIND) * DAY);
        if used { self.draw(what, most) } else { 0 }.to_string()
    }

    /// The products of the person's licenses, as reports write them.
    pub(super) fn products(self) -> String {
        let held = self.tenant.skus.iter().enumerate();
        let names: Vec<&str> = held
            .filter(|(at, _)| self.user.licenses & (1 << at) != 0)
            .map(|(_, sku)| match sku.part_number {
                "SPB" => "MICROSOFT 365 BUSINESS PREMIUM",
                "SPE_E5" => "MICROSOFT 365 E5",
                "O365_BUSINESS_PREMIUM" => "MICROSOFT 365 BUSINESS STANDARD",
                "EXCHANGEDESKLESS" => "EXCHANGE ONLINE KIOSK",
                other => other,
            })
            .collect();
        names.join("+")
    }

    pub(super) fn draw(self, what: &str, bound: u64) -> u64 {
        self.tenant
            .draw_below(what, (self.user.id >> 64) as u64, bound)
    }
}

/// `True` or `False`.
pub(super) fn flag(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}
