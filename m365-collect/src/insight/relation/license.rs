//! Products, purchases, and who is assigned which product.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::item::{End, Entity, EntityType, Relationship, RelationshipClass};
use super::key::Ids;
use super::out::{Section, Stop};
use super::read::{Fields, Records, items, text};
use crate::insight::license::product_name;
use crate::kind::Kind;
use crate::store::{Store, StoreError};

const SKU: &[&str] = &[
    "skuPartNumber",
    "appliesTo",
    "capabilityStatus",
    "consumedUnits",
];
const SUBSCRIPTION: &[&str] = &[
    "skuId",
    "skuPartNumber",
    "status",
    "isTrial",
    "totalLicenses",
    "createdDateTime",
    "nextLifecycleDateTime",
    "commerceSubscriptionId",
];

pub(super) async fn emit(section: &mut Section<'_>) -> Result<(), Stop> {
    skus(section).await?;
    subscriptions(section).await?;
    let mut seats = Seats::load(section.store).await?;
    while let Some((user, products)) = seats.next().await? {
        let user = section.known.object_as(EntityType::User, &user);
        assigned(section, &user, products).await?;
    }
    let mut records = section.records(&Kind::GROUP);
    while let Some(record) = records.next().await? {
        let group = End::new(EntityType::Group, &record.id);
        let products = direct(&Fields::of(&record));
        assigned(section, &group, products).await?;
    }
    Ok(())
}

async fn skus(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut told: Ids<()> = Ids::default();
    let mut records = section.records(&Kind::SUBSCRIBED_SKU);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let id = fields.text("skuId").unwrap_or_else(|| record.id.clone());
        if told.contains(&id) {
            continue;
        }
        told.insert(&id, ());
        let part_number = fields.text("skuPartNumber");
        let name = product_name(&id)
            .or_else(|| product_name(part_number.as_deref()?))
            .map(str::to_owned);
        let units = fields.value("prepaidUnits");
        let mut sku = Entity::new(EntityType::Sku, &id)
            .named(name.or(part_number))
            .with("purchased", units.get("enabled").cloned());
        fields.copy(SKU, &mut sku.properties);
        section.entity(sku).await?;
        section.account_has(End::new(EntityType::Sku, id)).await?;
    }
    Ok(())
}

async fn subscriptions(section: &mut Section<'_>) -> Result<(), Stop> {
    let mut records = section.records(&Kind::COMPANY_SUBSCRIPTION);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let mut subscription =
            Entity::new(EntityType::Subscription, &record.id).named(fields.text("skuPartNumber"));
        fields.copy(SUBSCRIPTION, &mut subscription.properties);
        section.entity(subscription).await?;
        let end = End::new(EntityType::Subscription, &record.id);
        section.account_has(end.clone()).await?;
        if let Some(sku) = fields.text("skuId") {
            let sku = section.known.other(EntityType::Sku, &sku);
            section.link(RelationshipClass::Has, sku, end).await?;
        }
    }
    Ok(())
}

/// Products by id, each with the ways in which it is held.
pub(super) type Products = BTreeMap<String, Vec<Seat>>;

/// How a product is held.
#[derive(Default)]
pub(super) struct Seat {
    /// The group through which; `None` where it is held directly.
    pub(super) group: Option<String>,
    pub(super) state: Option<String>,
    pub(super) error: Option<String>,
}

async fn assigned(section: &mut Section<'_>, holder: &End, products: Products) -> Result<(), Stop> {
    for (sku, seats) in products {
        let sku = section.known.other(EntityType::Sku, &sku);
        let assigned = Relationship::new(RelationshipClass::Assigned, holder.clone(), sku);
        let ways: Vec<Value> = seats.iter().map(Seat::told).collect();
        section
            .relationship(assigned.with("assignments", ways))
            .await?;
    }
    Ok(())
}

impl Seat {
    fn told(&self) -> Value {
        let mut told = match &self.group {
            None => json!({"by": "direct"}),
            Some(group) => json!({"by": "group", "group": group}),
        };
        if let Some(told) = told.as_object_mut() {
            for (name, value) in [("state", &self.state), ("error", &self.error)] {
                if let Some(value) = value {
                    told.insert(name.to_owned(), value.as_str().into());
                }
            }
        }
        told
    }
}

/// Everybody who holds a product: as their licenses say, and where those are not stored as they
/// themselves say, without the way.
pub(super) struct Seats<'a> {
    store: &'a dyn Store,
    records: Records<'a>,
    /// Whose licenses are stored.
    detailed: Ids<()>,
    in_detail: bool,
}

impl<'a> Seats<'a> {
    pub(super) async fn load(store: &'a dyn Store) -> Result<Self, StoreError> {
        let mut detailed = Ids::default();
        let mut records = Records::new(store, &Kind::LICENSE_ASSIGNMENT);
        while let Some(record) = records.next().await? {
            detailed.insert(&record.id, ());
        }
        Ok(Self {
            store,
            records: Records::new(store, &Kind::LICENSE_ASSIGNMENT),
            detailed,
            in_detail: true,
        })
    }

    pub(super) async fn next(&mut self) -> Result<Option<(String, Products)>, StoreError> {
        loop {
            let Some(record) = self.records.next().await? else {
                if !self.in_detail {
                    return Ok(None);
                }
                self.in_detail = false;
                self.records = Records::new(self.store, &Kind::USER);
                continue;
            };
            let fields = Fields::of(&record);
            let products = if self.in_detail {
                in_detail(&fields)
            } else if self.detailed.contains(&record.id) {
                continue;
            } else {
                unexplained(&fields)
            };
            return Ok(Some((record.id, products)));
        }
    }
}

fn in_detail(licenses: &Fields<'_>) -> Products {
    let mut products = Products::new();
    let states = licenses.value("licenseAssignmentStates");
    for state in items(&states) {
        let Some(sku) = text(state, "skuId") else {
            continue;
        };
        // `None` is what the service calls no error.
        let error = text(state, "error").filter(|error| !error.eq_ignore_ascii_case("none"));
        products.entry(sku.to_owned()).or_default().push(Seat {
            group: text(state, "assignedByGroup").map(str::to_owned),
            state: text(state, "state").map(str::to_owned),
            error: error.map(str::to_owned),
        });
    }
    for (sku, _) in unexplained(licenses) {
        products.entry(sku).or_default();
    }
    products
}

/// Products that are held, it is not known how.
fn unexplained(holder: &Fields<'_>) -> Products {
    let licenses = holder.value("assignedLicenses");
    let skus = items(&licenses).filter_map(|license| text(license, "skuId"));
    skus.map(|sku| (sku.to_owned(), Vec::new())).collect()
}

/// Products that are held directly.
fn direct(holder: &Fields<'_>) -> Products {
    let products = unexplained(holder).into_keys();
    products.map(|sku| (sku, vec![Seat::default()])).collect()
}
