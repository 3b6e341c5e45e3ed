//! One page of a collection: the envelope first, then each item by itself, so that one bad item
//! does not sink the rest.

mod count;
pub(crate) mod raw;

pub(crate) use count::PageCount;

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

use crate::decode::{self, AtMost, DecodeFailure};
use crate::error::{Error, ItemError, Result};
use crate::link::NextLink;
use crate::origin::Origin;

/// The most items that are read of one page: fifty times what the service puts on one. A page with
/// more is an error with [`Error::is_too_large`].
pub const MAX_ITEMS: usize = 50_000;

/// A page of a listing. `Debug` shows how many items there are and none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in the order of the service. May be empty although more pages follow.
    pub items: Vec<T>,
    /// The items that did not fit `T`.
    pub malformed: Vec<ItemError>,
    /// The number of items in all pages; on the first page only, and only if asked for.
    pub count: Option<u64>,
    /// Where the next page is; nothing after the last.
    pub next: Option<NextLink>,
}

impl<T> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items.len())
            .field("malformed", &self.malformed)
            .field("count", &self.count)
            .field("next", &self.next)
            .finish()
    }
}

/// The envelope of a collection, its items still as received.
#[derive(Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow)]
    pub(crate) value: AtMost<&'a RawValue, MAX_ITEMS>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink", default)]
    delta: Option<String>,
    #[serde(borrow, rename = "@odata.count", default)]
    count: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self> {
        decode::object(body).map_err(Error::decode)
    }

    /// The link to the next page, refused at once if it leads away, so that nobody stores it.
    pub(crate) fn next(&self, origin: &Origin) -> Result<Option<Url>> {
        checked(self.next.as_ref(), origin)
    }

    pub(crate) fn delta(&self, origin: &Origin) -> Result<Option<Url>> {
        checked(self.delta.as_ref(), origin)
    }
}

/// A page in the form that the caller wants.
pub(crate) trait FromPage: Send + Sized + 'static {
    fn from_page(body: &Bytes, origin: &Origin) -> Result<Self>;

    fn next_link(&self) -> Option<&NextLink>;

    fn is_empty(&self) -> bool;
}

impl<T: DeserializeOwned + Send + 'static> FromPage for Page<T> {
    fn from_page(body: &Bytes, origin: &Origin) -> Result<Self> {
        Self::parse(body, origin)
    }

    fn next_link(&self) -> Option<&NextLink> {
        self.next.as_ref()
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.malformed.is_empty()
    }
}

/// A whole page in one go, when all of it fits.
#[derive(Deserialize)]
struct Whole<T> {
    value: AtMost<T, MAX_ITEMS>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
    #[serde(rename = "@odata.count", default)]
    count: Option<u64>,
}

/// Where the next page may be, found without reading the page: services write the link before or
/// behind the items. A guess to be checked against the page itself.
pub(crate) fn next_link_hint(body: &[u8]) -> Option<String> {
    const NEAR: usize = 4096;
    const NAME: &[u8] = b"\"@odata.nextLink\"";
    let find = |part: &[u8]| {
        let at = part.windows(NAME.len()).rposition(|name| name == NAME)?;
        let rest = part.get(at + NAME.len()..)?.trim_ascii_start();
        let mut text = serde_json::Deserializer::from_slice(rest.strip_prefix(b":")?);
        String::deserialize(&mut text).ok()
    };
    let head = body.get(..NEAR.min(body.len()))?;
    let tail = body.get(body.len().saturating_sub(NEAR)..)?;
    find(head).or_else(|| find(tail))
}

/// A link that is empty is as good as absent.
fn checked(link: Option<&String>, origin: &Origin) -> Result<Option<Url>> {
    let Some(link) = link.filter(|link| !link.trim().is_empty()) else {
        return Ok(None);
    };
    origin.resolve(link).map(Some)
}

impl<T: DeserializeOwned> Page<T> {
    pub(crate) fn parse(body: &[u8], origin: &Origin) -> Result<Self> {
        // In one go as long as everything fits; else item by item, to keep those that do.
        let text = decode::without_bom(body).trim_ascii_start();
        let whole = text
            .starts_with(b"{")
            .then(|| serde_json::from_slice::<Whole<T>>(text));
        if let Some(Ok(whole)) = whole {
            return Ok(Self {
                items: whole.value.0,
                malformed: Vec::new(),
                count: whole.count,
                next: checked(whole.next.as_ref(), origin)?.map(NextLink::restore),
            });
        }
        let envelope = Envelope::parse(body)?;
        let mut page = Self {
            items: Vec::with_capacity(envelope.value.0.len()),
            malformed: Vec::new(),
            count: envelope.count.and_then(|count| count.get().parse().ok()),
            next: envelope.next(origin)?.map(NextLink::restore),
        };
        for (index, raw) in envelope.value.0.iter().enumerate() {
            match item(index, raw) {
                Ok(item) => page.items.push(item),
                Err(error) => page.malformed.push(error),
            }
        }
        Ok(page)
    }
}

/// Decodes one item of a page.
pub(crate) fn item<T: DeserializeOwned>(index: usize, raw: &RawValue) -> Result<T, ItemError> {
    decode::located(raw.get().as_bytes()).map_err(|misfit| ItemError::of(index, raw.get(), misfit))
}

/// The text of a `$count`: a number, perhaps behind a byte order mark.
pub(crate) fn count(body: &[u8]) -> Result<u64> {
    std::str::from_utf8(decode::without_bom(body))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| Error::decode(DecodeFailure::unreadable("it is not a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct User {
        id: String,
        #[serde(rename = "accountEnabled")]
        enabled: Option<bool>,
    }

    fn parse<T: DeserializeOwned>(body: &str) -> Result<Page<T>> {
        Page::parse(
            body.as_bytes(),
            &Origin::parse("https://graph.microsoft.com").unwrap(),
        )
    }

    #[test]
    fn one_malformed_item_is_reported_and_the_rest_delivered() {
        let page = parse::<User>(
            r#"{"@odata.context":"x","@odata.count":3,"value":[{"id":"a","accountEnabled":true},
                {"id":"b","accountEnabled":"s3cret"},7,{"id":"c","accountEnabled":null}]}"#,
        )
        .unwrap();
        let got: Vec<_> = page
            .items
            .iter()
            .map(|u| (u.id.as_str(), u.enabled))
            .collect();
        assert_eq!(got, [("a", Some(true)), ("c", None)]);
        assert_eq!(page.count, Some(3));
        let bad = &page.malformed[0];
        assert_eq!(
            (bad.index, bad.id.as_deref(), bad.path.as_str()),
            (1, Some("b"), "accountEnabled")
        );
        let shown = format!(
            "{} {:?}",
            Error::malformed_item(bad.clone()),
            Error::malformed_item(bad.clone())
        );
        assert!(
            shown.contains("expected a boolean") && !shown.contains("s3cret"),
            "{shown}"
        );
        assert_eq!(page.malformed[1].index, 2);
    }

    #[test]
    fn raw_items_keep_their_bytes() {
        let page = parse::<Box<RawValue>>(r#"{"value":[{"b":1.0,  "a":"\u00e9"},null]}"#).unwrap();
        assert_eq!(page.items[0].get(), r#"{"b":1.0,  "a":"\u00e9"}"#);
        assert_eq!(page.items.len(), 2);
    }

    #[test]
    fn absent_null_and_empty_next_links_end_a_listing() {
        for next in [
            "",
            r#","@odata.nextLink":null"#,
            r#","@odata.nextLink":"""#,
            r#","@odata.nextLink":" ""#,
        ] {
            assert!(
                parse::<User>(&format!(r#"{{"value":[]{next}}}"#))
                    .unwrap()
                    .next
                    .is_none(),
                "{next}"
            );
        }
    }

    #[test]
    fn a_foreign_next_link_is_refused() {
        let error = parse::<User>(
            r#"{"value":[],"@odata.nextLink":"https://evil.example/v1.0/users?$skiptoken=T0P"}"#,
        )
        .unwrap_err();
        assert!(error.is_refused_link());
        assert!(!format!("{error} {error:?}").contains("evil"));
    }

    #[test]
    fn what_is_no_collection_is_an_error_and_not_an_empty_list() {
        for body in [
            "{}",
            r#"{"value":null}"#,
            r#"{"value":{}}"#,
            "[]",
            "[[]]",
            "\u{feff} [[{\"id\":\"a\"}],null]",
            "",
            "<html>",
        ] {
            assert!(parse::<User>(body).unwrap_err().is_decode(), "{body}");
        }
    }

    #[test]
    fn counts_may_carry_a_byte_order_mark() {
        assert_eq!(count(b"\xef\xbb\xbf1250\r\n").unwrap(), 1250);
        assert!(count(b"").is_err() && count(b"-1").is_err() && count(b"many").is_err());
    }
}
