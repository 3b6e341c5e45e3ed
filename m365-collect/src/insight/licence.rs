//! Licence waste: seats that are paid for and that nobody uses.
//!
//! [`Snapshot::load`] takes what is needed out of a store; [`audit`] is a pure function over it.
//! A seat is unused where its holder never signed in, has not signed in for as long as the caller
//! says, or is disabled. Without sign-in activity only disabled holders are proven, and the audit
//! says so instead of counting nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::evidence::{Reader, Standing};
use crate::record::Kind;
use crate::store::{Store, StoreError};
use crate::timestamp;

/// What an audit looks at.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// The subscriptions.
    pub skus: Vec<Sku>,
    /// Everybody who holds a seat.
    pub holders: Vec<Holder>,
    /// How far the subscriptions can be relied upon.
    pub skus_standing: Standing,
    /// How far the holders can be relied upon.
    pub users_standing: Standing,
    /// How far the sign-in activity can be relied upon.
    pub sign_ins_standing: Standing,
}

/// A subscription to a product.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sku {
    /// Its id, by which seats name it.
    pub id: String,
    /// Its part number: `SPB`, `ENTERPRISEPACK`.
    pub part_number: String,
    /// Seats that were bought and are active; `None` where the service did not say.
    pub purchased: Option<u64>,
    /// Seats that are assigned, as the service counts them; `None` where it did not say.
    pub assigned: Option<u64>,
}

impl Sku {
    /// A subscription of its parts.
    pub fn new(
        id: impl Into<String>,
        part_number: impl Into<String>,
        purchased: u64,
        assigned: u64,
    ) -> Self {
        Self {
            id: id.into(),
            part_number: part_number.into(),
            purchased: Some(purchased),
            assigned: Some(assigned),
        }
    }
}

/// Somebody who holds seats.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The user's id.
    pub id: String,
    /// The user principal name.
    pub upn: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// Whether the account can be used; `None` where the service did not say.
    pub enabled: Option<bool>,
    /// The ids of the products.
    pub sku_ids: Vec<String>,
    /// The last sign-in of any sort.
    pub last_sign_in: LastSignIn,
}

impl Holder {
    /// An enabled holder of no seats, whose sign-ins are not known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            upn: None,
            display_name: None,
            enabled: Some(true),
            sku_ids: Vec::new(),
            last_sign_in: LastSignIn::Unknown,
        }
    }
}

/// When somebody last signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LastSignIn {
    /// Then.
    At(SystemTime),
    /// Never.
    Never,
    /// It was not read.
    Unknown,
}

/// What the caller asks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The time of the audit.
    pub as_of: SystemTime,
    /// A seat whose holder has not signed in for so long is unused; without it only never counts.
    pub unused_after: Option<Duration>,
    /// What a seat costs, by part number or by id of the product.
    pub prices: BTreeMap<String, Price>,
    /// Evidence older than this is told about in [`Audit::unknown`]; a day.
    pub fresh_for: Duration,
}

impl Options {
    /// As of this time, without prices, counting only those who never signed in.
    pub fn new(as_of: SystemTime) -> Self {
        Self {
            as_of,
            unused_after: None,
            prices: BTreeMap::new(),
            fresh_for: Duration::from_secs(24 * 60 * 60),
        }
    }

    /// Counts those too who have not signed in for so long.
    #[must_use]
    pub fn unused_after(mut self, window: Duration) -> Self {
        self.unused_after = Some(window);
        self
    }

    /// A seat of this product costs so much.
    #[must_use]
    pub fn price(mut self, product: impl Into<String>, price: Price) -> Self {
        self.prices.insert(product.into(), price);
        self
    }
}

/// What one seat costs a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// In hundredths of the currency: cents.
    pub cents_a_month: u64,
    /// The currency: `USD`.
    pub currency: String,
}

impl Price {
    /// So many cents of a currency a month.
    pub fn new(cents_a_month: u64, currency: impl Into<String>) -> Self {
        Self {
            cents_a_month,
            currency: currency.into(),
        }
    }
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Audit {
    /// Product by product, in the order of their part numbers.
    pub skus: Vec<SkuAudit>,
    /// What could not be told, and why; empty where everything could.
    pub unknown: Vec<String>,
    /// What the unused seats cost together, by currency.
    pub waste: Vec<Waste>,
}

/// The seats of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SkuAudit {
    /// The id of the product.
    pub id: String,
    /// Its part number.
    pub part_number: String,
    /// Seats bought; `None` where the service did not say.
    pub purchased: Option<u64>,
    /// Seats assigned; `None` where the service did not say.
    pub assigned: Option<u64>,
    /// Seats bought and not assigned.
    pub unassigned: Option<u64>,
    /// Seats assigned and proven unused.
    pub unused: Vec<UnusedSeat>,
    /// Assigned seats of which it cannot be told whether they are used.
    pub unknown: u64,
    /// What the unused seats cost, where the caller gave a price.
    pub waste: Option<Waste>,
}

/// Money spent on unused seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Waste {
    /// The currency.
    pub currency: String,
    /// Cents a month.
    pub cents_a_month: u64,
    /// Cents a year: twelve months.
    pub cents_a_year: u64,
}

impl Waste {
    fn new(currency: &str, cents_a_month: u64) -> Self {
        Self {
            currency: currency.to_owned(),
            cents_a_month,
            cents_a_year: cents_a_month.saturating_mul(12),
        }
    }
}

/// A seat that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct UnusedSeat {
    /// The holder's id.
    pub user: String,
    /// The holder's user principal name.
    pub upn: Option<String>,
    /// The holder's display name.
    pub display_name: Option<String>,
    /// Why it is unused.
    pub reason: Unused,
}

/// Why a seat is unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unused {
    /// The holder's account is disabled.
    Disabled,
    /// The holder never signed in.
    NeverSignedIn,
    /// The holder has not signed in within the window.
    NotWithinWindow,
}

/// Which seats nobody uses.
///
/// # Examples
/// ```
/// use std::time::SystemTime;
/// use m365_collect::insight::licence::{Holder, LastSignIn, Options, Price, Sku, Snapshot, audit};
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
    for (what, standing) in [
        ("subscriptions", &snapshot.skus_standing),
        ("users", &snapshot.users_standing),
        ("sign-in activity", &snapshot.sign_ins_standing),
    ] {
        unknown.extend(shortcoming(what, standing, options));
    }
    let seen_at = match &snapshot.sign_ins_standing {
        Standing::Read { as_of, .. } | Standing::InPart { as_of, .. } => *as_of,
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
fn shortcoming(what: &str, standing: &Standing, options: &Options) -> Option<String> {
    let is_old = |as_of: SystemTime| {
        let age = options.as_of.duration_since(as_of);
        age.is_ok_and(|age| age > options.fresh_for)
    };
    let why = match standing {
        Standing::Read { note: None, as_of } if is_old(*as_of) => {
            format!("is as of {}", timestamp::format(*as_of))
        }
        Standing::Read { note: None, .. } => return None,
        Standing::Read {
            note: Some(note),
            as_of,
        } => format!("is as of {}: {note}", timestamp::format(*as_of)),
        Standing::InPart { note, .. } => format!("was read in part: {note}"),
        Standing::Denied { permission } => {
            format!("was denied: grant {permission} to the application")
        }
        Standing::Unlicensed { plan } => format!("needs {plan}, which the tenant does not have"),
        Standing::Failed { error } => format!("could not be read: {error}"),
        Standing::NotCollected => "was not collected".to_owned(),
    };
    Some(format!("{what} {why}"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SkuView {
    sku_id: Option<String>,
    sku_part_number: Option<String>,
    consumed_units: Option<i64>,
    prepaid_units: Option<PrepaidUnits>,
    applies_to: Option<String>,
}

#[derive(Deserialize)]
struct PrepaidUnits {
    enabled: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserView {
    user_principal_name: Option<String>,
    display_name: Option<String>,
    account_enabled: Option<bool>,
    assigned_licenses: Option<Vec<AssignedLicense>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedLicense {
    sku_id: Option<String>,
}

impl Snapshot {
    /// A snapshot that was read whole at this time.
    pub fn new(skus: Vec<Sku>, holders: Vec<Holder>, as_of: SystemTime) -> Self {
        let read = Standing::Read { as_of, note: None };
        Self {
            skus,
            holders,
            skus_standing: read.clone(),
            users_standing: read.clone(),
            sign_ins_standing: read,
        }
    }

    /// Takes what an audit needs out of a store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let reader = Reader::new(store).await?;
        let skus = reader
            .rows(&Kind::SUBSCRIBED_SKU, |id, sku: SkuView| {
                // Seats are people's; a product for the whole company has none.
                let has_seats = sku.applies_to.as_deref() != Some("Company");
                has_seats.then(|| sku.into_sku(id))
            })
            .await?;
        let sign_ins = reader
            .rows(&Kind::SIGN_IN_ACTIVITY, |id, view: SignInView| {
                Some((id, view.last()))
            })
            .await?;
        let (sign_ins, sign_ins_standing) = sign_ins.with(
            reader
                .standing("sign_in_activity", &Kind::SIGN_IN_ACTIVITY)
                .await?,
        );
        // What was read before the licence or the permission went is not told any more.
        let sign_ins: BTreeMap<String, LastSignIn> = match sign_ins_standing {
            Standing::Read { .. } | Standing::InPart { .. } => sign_ins.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        let holders = reader
            .rows(&Kind::USER, |id, user: UserView| {
                user.into_holder(id, &sign_ins)
            })
            .await?;
        let (skus, skus_standing) = skus.with(
            reader
                .standing("subscribed_skus", &Kind::SUBSCRIBED_SKU)
                .await?,
        );
        let (holders, users_standing) = holders.with(reader.standing("users", &Kind::USER).await?);
        Ok(Self {
            skus,
            holders,
            skus_standing,
            users_standing,
            sign_ins_standing,
        })
    }
}

impl SkuView {
    fn into_sku(self, record_id: String) -> Sku {
        let seats = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        let id = self.sku_id.unwrap_or(record_id);
        Sku {
            part_number: self.sku_part_number.unwrap_or_else(|| id.clone()),
            purchased: seats(self.prepaid_units.and_then(|units| units.enabled)),
            assigned: seats(self.consumed_units),
            id,
        }
    }
}

impl UserView {
    /// Nobody without a seat holds one.
    fn into_holder(self, id: String, sign_ins: &BTreeMap<String, LastSignIn>) -> Option<Holder> {
        let licences = self.assigned_licenses.into_iter().flatten();
        let sku_ids: Vec<String> = licences.filter_map(|licence| licence.sku_id).collect();
        (!sku_ids.is_empty()).then(|| Holder {
            last_sign_in: sign_ins.get(&id).copied().unwrap_or(LastSignIn::Unknown),
            upn: self.user_principal_name,
            display_name: self.display_name,
            enabled: self.account_enabled,
            sku_ids,
            id,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignInView {
    sign_in_activity: Option<SignInActivity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_field_names,
    reason = "fields carry the names of Graph's properties"
)]
struct SignInActivity {
    last_sign_in_date_time: Option<String>,
    last_non_interactive_sign_in_date_time: Option<String>,
    last_successful_sign_in_date_time: Option<String>,
}

impl SignInView {
    /// The latest of the three times. A time that cannot be read is not never.
    fn last(self) -> LastSignIn {
        let Some(activity) = self.sign_in_activity else {
            return LastSignIn::Never;
        };
        let times = [
            activity.last_sign_in_date_time,
            activity.last_non_interactive_sign_in_date_time,
            activity.last_successful_sign_in_date_time,
        ];
        let mut last = LastSignIn::Never;
        // `0001-01-01` stands for never.
        for text in times
            .into_iter()
            .flatten()
            .filter(|text| !text.starts_with("0001-01-01"))
        {
            last = match (timestamp::parse(&text), last) {
                (Some(time), LastSignIn::At(latest)) => LastSignIn::At(latest.max(time)),
                (Some(time), _) => LastSignIn::At(time),
                (None, LastSignIn::Never) => LastSignIn::Unknown,
                (None, last) => last,
            };
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        snapshot.sign_ins_standing = Standing::Unlicensed {
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
        snapshot.sign_ins_standing = Standing::Read {
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

    #[test]
    fn a_time_that_cannot_be_read_is_not_never() {
        let view: SignInView =
            serde_json::from_str(r#"{"signInActivity":{"lastSignInDateTime":"soon"}}"#).unwrap();
        assert_eq!(view.last(), LastSignIn::Unknown);
        let view: SignInView = serde_json::from_str(
            r#"{"signInActivity":{"lastSignInDateTime":"0001-01-01T00:00:00Z"}}"#,
        )
        .unwrap();
        assert_eq!(view.last(), LastSignIn::Never);
    }
}
