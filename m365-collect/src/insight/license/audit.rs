//! Which seats nobody uses.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use super::{
    Audit, Holder, LastSignIn, Options, Sku, SkuAudit, Snapshot, Unused, UnusedSeat, Waste,
    product_name,
};
use crate::evidence::EvidenceState;
use crate::timestamp;

/// Which seats nobody uses.
///
/// # Examples
/// ```
/// use std::time::SystemTime;
/// use m365_collect::insight::license::{Holder, LastSignIn, Options, Price, Sku, Snapshot, audit};
///
/// let mut ada = Holder::new("ada");
/// ada.sku_ids.push("sku-1".into());
/// ada.last_sign_in = LastSignIn::Never;
/// let mut bob = Holder::new("bob");
/// bob.sku_ids.push("sku-1".into());
/// bob.last_sign_in = LastSignIn::At(SystemTime::now());
/// let skus = vec![Sku::new("sku-1", "SPB", 5, 2)];
/// let snapshot = Snapshot::new(skus, vec![ada, bob], SystemTime::now());
/// let options = Options::new(SystemTime::now()).price("SPB", Price::new(2_300, "USD"));
///
/// let found = audit(&snapshot, &options);
/// assert_eq!(found.skus[0].unused.len(), 1);
/// assert_eq!(found.skus[0].unassigned, Some(3));
/// assert_eq!(found.waste[0].cents_a_year, 27_600);
/// ```
pub fn audit(snapshot: &Snapshot, options: &Options) -> Audit {
    let mut unknown = Vec::new();
    for (what, evidence) in [
        ("subscriptions", &snapshot.skus_evidence),
        ("users", &snapshot.users_evidence),
        ("sign-in activity", &snapshot.sign_ins_evidence),
    ] {
        unknown.extend(shortcoming(what, evidence, options));
    }
    let seen_at = match &snapshot.sign_ins_evidence {
        EvidenceState::Ok { as_of, .. } | EvidenceState::Truncated { as_of, .. } => *as_of,
        _ => options.as_of,
    };
    let view = View {
        options,
        // Nobody can have been seen to sign in after the sign-ins were read.
        now: options.as_of.min(seen_at),
        sign_ins_are_kept: snapshot
            .holders
            .iter()
            .any(|holder| matches!(holder.last_sign_in, LastSignIn::At(_))),
    };
    let claims_never = |holder: &Holder| holder.last_sign_in == LastSignIn::Never;
    if !view.sign_ins_are_kept && snapshot.holders.iter().any(claims_never) {
        unknown.push(
            "nobody at all has a sign-in, which the service may not have filled in yet".to_owned(),
        );
    }
    let mut seats: BTreeMap<&str, Vec<&Holder>> = BTreeMap::new();
    for holder in &snapshot.holders {
        let products: BTreeSet<&str> = holder.sku_ids.iter().map(String::as_str).collect();
        for product in products {
            seats.entry(product).or_default().push(holder);
        }
    }
    let mut skus: Vec<SkuAudit> = snapshot
        .skus
        .iter()
        .map(|sku| {
            let holders = seats.get(sku.id.as_str()).map_or(&[][..], Vec::as_slice);
            sku_audit(sku, holders, &view)
        })
        .collect();
    skus.sort_by(|a, b| (&a.part_number, &a.id).cmp(&(&b.part_number, &b.id)));
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for waste in skus.iter().filter_map(|sku| sku.waste.as_ref()) {
        let sum = sums.entry(&waste.currency).or_default();
        *sum = sum.saturating_add(waste.cents_a_month);
    }
    let waste = sums
        .into_iter()
        .map(|(currency, cents)| Waste::new(currency, cents))
        .collect();
    Audit {
        skus,
        unknown,
        waste,
    }
}

/// What every seat is looked at with.
struct View<'a> {
    options: &'a Options,
    now: SystemTime,
    /// Whether the service told of any sign-in at all. Where it told of none, never means nothing.
    sign_ins_are_kept: bool,
}

fn sku_audit(sku: &Sku, holders: &[&Holder], view: &View<'_>) -> SkuAudit {
    let mut unused = Vec::new();
    let mut unknown = 0;
    for holder in holders {
        match usage(holder, view) {
            Usage::Used => {}
            Usage::Unknown => unknown += 1,
            Usage::Unused(reason) => unused.push(UnusedSeat {
                user: holder.id.clone(),
                upn: holder.upn.clone(),
                display_name: holder.display_name.clone(),
                reason,
            }),
        }
    }
    unused.sort();
    // Seats of people who were not read cannot be told about either.
    let read = holders.len() as u64;
    unknown += sku.assigned.unwrap_or(read).saturating_sub(read);
    let price = view
        .options
        .prices
        .get(&sku.part_number)
        .or_else(|| view.options.prices.get(&sku.id));
    SkuAudit {
        id: sku.id.clone(),
        part_number: sku.part_number.clone(),
        name: product_name(&sku.id).or_else(|| product_name(&sku.part_number)),
        purchased: sku.purchased,
        assigned: sku.assigned,
        unassigned: sku
            .purchased
            .zip(sku.assigned)
            .map(|(purchased, assigned)| purchased.saturating_sub(assigned)),
        waste: price.map(|price| {
            let cents = price.cents_a_month.saturating_mul(unused.len() as u64);
            Waste::new(&price.currency, cents)
        }),
        unused,
        unknown,
    }
}

enum Usage {
    Used,
    Unused(Unused),
    Unknown,
}

fn usage(holder: &Holder, view: &View<'_>) -> Usage {
    if holder.enabled == Some(false) {
        return Usage::Unused(Unused::Disabled);
    }
    match (holder.last_sign_in, view.options.unused_after) {
        (LastSignIn::Unknown, _) => Usage::Unknown,
        (LastSignIn::Never, _) if !view.sign_ins_are_kept => Usage::Unknown,
        (LastSignIn::Never, _) => Usage::Unused(Unused::NeverSignedIn),
        (LastSignIn::At(time), Some(window))
            if time.checked_add(window).is_some_and(|end| end < view.now) =>
        {
            Usage::Unused(Unused::NotWithinWindow)
        }
        (LastSignIn::At(_), _) => Usage::Used,
    }
}

/// What cannot be told because of how a source was read.
fn shortcoming(what: &str, evidence: &EvidenceState, options: &Options) -> Option<String> {
    let is_old = |as_of: SystemTime| {
        let age = options.as_of.duration_since(as_of);
        age.is_ok_and(|age| age > options.fresh_for)
    };
    let why = match evidence {
        EvidenceState::Ok { note: None, as_of } if is_old(*as_of) => {
            format!("is as of {}", timestamp::format(*as_of))
        }
        evidence => evidence.shortcoming()?,
    };
    Some(format!("{what} {why}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::insight::license::Price;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 1000 * DAY
    }

    fn holder(id: &str, last_sign_in: LastSignIn) -> Holder {
        Holder {
            last_sign_in,
            sku_ids: vec!["sku".to_owned(), "sku".to_owned()],
            ..Holder::new(id)
        }
    }

    fn snapshot(holders: Vec<Holder>) -> Snapshot {
        let assigned = holders.len() as u64;
        Snapshot::new(vec![Sku::new("sku", "SPB", 10, assigned)], holders, now())
    }

    fn used() -> Holder {
        holder("used", LastSignIn::At(now()))
    }

    fn reasons(found: &Audit) -> Vec<(&str, Unused)> {
        let seats = found.skus[0].unused.iter();
        seats
            .map(|seat| (seat.user.as_str(), seat.reason))
            .collect()
    }

    #[test]
    fn never_disabled_and_long_ago_are_unused_each_with_its_reason() {
        let mut off = holder("off", LastSignIn::At(now()));
        off.enabled = Some(false);
        let found = audit(
            &snapshot(vec![
                off,
                holder("never", LastSignIn::Never),
                holder("old", LastSignIn::At(now() - 91 * DAY)),
                holder("new", LastSignIn::At(now() - 89 * DAY)),
            ]),
            &Options::new(now()).unused_after(90 * DAY),
        );
        assert_eq!(
            reasons(&found),
            [
                ("never", Unused::NeverSignedIn),
                ("off", Unused::Disabled),
                ("old", Unused::NotWithinWindow),
            ]
        );
        assert_eq!(found.skus[0].unassigned, Some(6));
        assert_eq!(found.skus[0].name, Some("Microsoft 365 Business Premium"));
        assert_eq!(found.skus[0].unknown, 0);
        assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    }

    #[test]
    fn without_a_window_an_old_sign_in_is_a_use() {
        let old = holder("old", LastSignIn::At(SystemTime::UNIX_EPOCH));
        assert!(reasons(&audit(&snapshot(vec![old]), &Options::new(now()))).is_empty());
    }

    #[test]
    fn without_sign_in_activity_use_is_unknown_and_not_waste() {
        let mut snapshot = snapshot(vec![holder("a", LastSignIn::Unknown)]);
        snapshot.sign_ins_evidence = EvidenceState::Unlicensed {
            plan: "Entra ID P1".to_owned(),
        };
        let found = audit(
            &snapshot,
            &Options::new(now()).price("SPB", Price::new(100, "USD")),
        );
        assert!(reasons(&found).is_empty());
        assert_eq!(found.skus[0].unknown, 1);
        assert_eq!(
            found.unknown,
            ["sign-in activity needs Entra ID P1, which the tenant does not have"]
        );
    }

    #[test]
    fn seats_of_people_who_were_not_read_are_unknown() {
        let mut snapshot = snapshot(vec![used()]);
        snapshot.skus[0].assigned = Some(5);
        assert_eq!(audit(&snapshot, &Options::new(now())).skus[0].unknown, 4);
    }

    #[test]
    fn money_is_summed_by_currency_and_without_a_price_there_is_none() {
        let mut snapshot = snapshot(vec![
            holder("a", LastSignIn::Never),
            holder("b", LastSignIn::Never),
            used(),
        ]);
        snapshot.skus.push(Sku::new("other", "E3", 1, 0));
        assert!(audit(&snapshot, &Options::new(now())).waste.is_empty());
        let found = audit(
            &snapshot,
            &Options::new(now()).price("sku", Price::new(2_300, "USD")),
        );
        assert_eq!(found.waste, [Waste::new("USD", 4_600)]);
        assert_eq!(found.waste[0].cents_a_year, 55_200);
    }

    #[test]
    fn where_nobody_at_all_signed_in_nothing_is_known_of_anybody() {
        let found = audit(
            &snapshot(vec![holder("a", LastSignIn::Never)]),
            &Options::new(now()).price("SPB", Price::new(100, "USD")),
        );
        assert!(reasons(&found).is_empty());
        assert_eq!((found.skus[0].unknown, found.unknown.len()), (1, 1));
    }

    #[test]
    fn old_evidence_makes_nobody_idle() {
        let mut snapshot = snapshot(vec![holder("a", LastSignIn::At(now() - 61 * DAY))]);
        snapshot.sign_ins_evidence = EvidenceState::Ok {
            as_of: now() - 60 * DAY,
            note: None,
        };
        let found = audit(&snapshot, &Options::new(now()).unused_after(30 * DAY));
        assert!(
            reasons(&found).is_empty(),
            "a day before they were read, they had signed in"
        );
        assert_eq!(found.unknown.len(), 1, "{:?}", found.unknown);
    }
}
