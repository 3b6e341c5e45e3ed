//! A page as received: one reading to find where its items are, none to build them.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Envelope, FromPage, Page};
use crate::decode;
use crate::error::{Error, ItemError, Result};
use crate::link::NextLink;
use crate::origin::Origin;

/// A page whose items are slices of the answer. Each is whole JSON; nothing else is known of it.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawPage {
    /// The number of items in all pages; on the first page only, and only if asked for.
    pub count: Option<u64>,
    /// Where the next page is; nothing after the last.
    pub next: Option<NextLink>,
    body: Bytes,
    items: Vec<Range<usize>>,
}

impl RawPage {
    /// How many items there are. May be none although more pages follow.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items as JSON, in the order of the service.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|range| {
            // Found as text in this very body.
            let item = self.body.get(range.clone()).unwrap_or_default();
            std::str::from_utf8(item).unwrap_or_default()
        })
    }

    /// The items as slices that share the memory of the whole answer.
    pub fn slices(&self) -> impl Iterator<Item = Bytes> + '_ {
        self.items
            .iter()
            .map(|range| self.body.slice(range.clone()))
    }

    /// Decodes the items one by one into a type that may borrow from the page. Text with escapes
    /// cannot be borrowed: `#[serde(borrow)] name: Cow<'a, str>` takes both.
    ///
    /// # Errors
    ///
    /// Of an item that does not fit, [`Error::is_malformed_item`]; the next ones are not affected.
    pub fn decode<'a, T: Deserialize<'a> + 'a>(&'a self) -> impl Iterator<Item = Result<T>> + 'a {
        self.items().enumerate().map(|(index, item)| {
            decode::located(item.as_bytes())
                .map_err(|misfit| Error::malformed_item(ItemError::of(index, item, misfit)))
        })
    }

    /// Decodes all items as [`ListRequest::pages`](crate::ListRequest::pages) does.
    pub fn into_page<T: DeserializeOwned>(self) -> Page<T> {
        let mut page = Page {
            items: Vec::with_capacity(self.items.len()),
            malformed: Vec::new(),
            count: self.count,
            next: self.next.clone(),
        };
        for (index, item) in self.items().enumerate() {
            match decode::located(item.as_bytes()) {
                Ok(item) => page.items.push(item),
                Err(misfit) => page.malformed.push(ItemError::of(index, item, misfit)),
            }
        }
        page
    }
}

impl FromPage for RawPage {
    fn from_page(body: &Bytes, origin: &Origin) -> Result<Self> {
        let envelope = Envelope::parse(body)?;
        // Every item is a part of the body, so where it begins says which.
        let items = envelope
            .value
            .0
            .iter()
            .map(|raw| decode::place(body, raw.get()));
        Ok(Self {
            items: items.collect(),
            count: envelope.count.and_then(|count| count.get().parse().ok()),
            next: envelope.next(origin)?.map(NextLink::restore),
            body: body.clone(),
        })
    }

    fn next_link(&self) -> Option<&NextLink> {
        self.next.as_ref()
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl fmt::Debug for RawPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPage")
            .field("items", &self.items.len())
            .field("count", &self.count)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}
