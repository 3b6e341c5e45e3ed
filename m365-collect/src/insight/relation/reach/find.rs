//! Finding what a question is about, and what answers are called.

use std::collections::BTreeSet;

use crate::insight::license::product_name;
use crate::insight::relation::item::EntityType;
use crate::insight::relation::read::{Fields, Records};
use crate::kind::Kind;
use crate::store::{Store, StoreError};

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A person, by id, user principal name or address.
    User,
    /// A role of the directory, by id or name.
    Role,
    /// A group, by id, name or address.
    Group,
    /// An application, by the id of its service principal, its client id or its name.
    Application,
    /// A product, by id, part number or name.
    Sku,
}

impl Subject {
    fn place(self) -> (Kind, &'static [&'static str]) {
        match self {
            Self::User => (Kind::USER, &["userPrincipalName", "mail"]),
            Self::Role => (Kind::ROLE_DEFINITION, &["displayName", "templateId"]),
            Self::Group => (Kind::GROUP, &["displayName", "mail"]),
            Self::Application => (Kind::SERVICE_PRINCIPAL, &["appId", "displayName"]),
            Self::Sku => (Kind::SUBSCRIBED_SKU, &["skuId", "skuPartNumber"]),
        }
    }
}

/// The ids of what somebody may mean: one where the words are an id, and as many as have that name.
///
/// # Errors
/// When the store fails.
pub async fn find(
    store: &dyn Store,
    subject: Subject,
    words: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let (kind, names) = subject.place();
    let is_product = subject == Subject::Sku;
    if !is_product && store.record(&kind, words).await?.is_some() {
        return Ok(BTreeSet::from([words.to_owned()]));
    }
    let mut found = BTreeSet::new();
    let mut records = Records::new(store, &kind);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        let is_it = |text: &str| text.eq_ignore_ascii_case(words);
        let mut texts = names.iter().filter_map(|name| fields.text(name));
        // Products go by the id that licenses name, which is not that of their record.
        let id = if is_product {
            fields.text("skuId")
        } else {
            None
        };
        let called = || is_product.then(|| product_name(id.as_deref()?)).flatten();
        if texts.any(|text| is_it(&text)) || called().is_some_and(is_it) {
            found.insert(id.unwrap_or(record.id));
        }
    }
    Ok(found)
}

/// What the other end of a way, or a group on it, is called; `None` where it is not stored.
///
/// # Errors
/// When the store fails.
pub async fn name(
    store: &dyn Store,
    kind: EntityType,
    id: &str,
) -> Result<Option<String>, StoreError> {
    let (kind, property) = match kind {
        EntityType::User => (Kind::USER, "userPrincipalName"),
        EntityType::Group => (Kind::GROUP, "displayName"),
        EntityType::Contact => (Kind::ORG_CONTACT, "displayName"),
        EntityType::DirectoryDevice => (Kind::DEVICE, "displayName"),
        EntityType::ServicePrincipal => (Kind::SERVICE_PRINCIPAL, "displayName"),
        EntityType::Role => (Kind::ROLE_DEFINITION, "displayName"),
        EntityType::Team => (Kind::TEAM, "displayName"),
        EntityType::Sku => return product(store, id).await,
        kind if kind.classes().contains(&"Host") => (Kind::MANAGED_DEVICE, "deviceName"),
        _ => return Ok(None),
    };
    let record = store.record(&kind, id).await?;
    Ok(record.and_then(|record| Fields::of(&record).text(property)))
}

async fn product(store: &dyn Store, id: &str) -> Result<Option<String>, StoreError> {
    if let Some(name) = product_name(id) {
        return Ok(Some(name.to_owned()));
    }
    let mut records = Records::new(store, &Kind::SUBSCRIBED_SKU);
    while let Some(record) = records.next().await? {
        let fields = Fields::of(&record);
        if fields.text("skuId").as_deref() == Some(id) {
            return Ok(fields.text("skuPartNumber"));
        }
    }
    Ok(None)
}
