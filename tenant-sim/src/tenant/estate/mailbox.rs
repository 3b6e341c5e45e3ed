//! Who has a mailbox, and what for.

use crate::tenant::Tenant;
use crate::tenant::estate::roll;
use crate::tenant::user::User;

/// Whether somebody holds a plan of a service, for instance `exchange`, whose name begins so.
pub(crate) fn holds_plan(tenant: &Tenant, user: &User, service: &str, prefix: &str) -> bool {
    let held = tenant.skus.iter().enumerate();
    held.filter(|(at, _)| user.licenses & (1 << at) != 0)
        .flat_map(|(_, sku)| sku.plans)
        .any(|(_, name, of)| *of == service && name.starts_with(prefix))
}

/// What somebody's mailbox is for, as `userPurpose`; `None` if they have none.
pub(crate) fn purpose(tenant: &Tenant, user: &User) -> Option<&'static str> {
    if user.guest || !holds_plan(tenant, user, "exchange", "EXCHANGE_S_") {
        return None;
    }
    // Accounts of administrators are people's.
    let special = !tenant
        .assignments
        .iter()
        .any(|held| held.principal == user.id);
    Some(match roll(user.id, 54) % 100 {
        0..=2 if special => "shared",
        3..=4 if special => "room",
        _ => "user",
    })
}
