//! Listings as streams of pages or items.

mod pager;

use std::marker::PhantomData;

use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use serde::de::DeserializeOwned;

use self::pager::Pager;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::field::fields;
use crate::link::NextLink;
use crate::page::raw::RawPage;
use crate::page::{FromPage, Page};
use crate::path::IntoPath;
use crate::query::{Target, common_setters};

impl Client {
    /// Reads a collection page by page: `client.list::<MyUser>("users")`.
    ///
    /// `$select` asks for exactly the fields of `T`; see [`fields`]. `T` may also be
    /// `Box<serde_json::value::RawValue>`, which keeps the bytes as received and selects nothing by
    /// itself.
    pub fn list<T: DeserializeOwned>(&self, path: impl IntoPath) -> ListRequest<T> {
        ListRequest {
            client: self.clone(),
            target: Target::new(path),
            resume: None,
            prefetch: false,
            of: PhantomData,
        }
    }

    /// The listing that a batched request began.
    pub(crate) fn listing_of<T: DeserializeOwned>(
        &self,
        request: &crate::batch::BatchRequest,
    ) -> ListRequest<T> {
        ListRequest {
            client: self.clone(),
            target: request.target.clone(),
            resume: None,
            prefetch: false,
            of: PhantomData,
        }
    }

    /// Reads a page that arrived inside something else, such as the answer to a batched request;
    /// go on from its [`next`](Page::next) with [`ListRequest::resume`].
    ///
    /// # Errors
    ///
    /// [`Error::is_decode`] when it is no page, [`Error::is_refused_link`] when its link leads away.
    pub fn page<T: DeserializeOwned>(&self, body: &serde_json::value::RawValue) -> Result<Page<T>> {
        Page::parse(body.get().as_bytes(), &self.shared().graph)
    }
}

/// A listing to be read, made by [`Client::list`].
///
/// Wrong options come out as the first item of the stream.
#[derive(Debug)]
#[must_use = "nothing is read until the stream is polled"]
pub struct ListRequest<T> {
    client: Client,
    target: Target,
    resume: Option<NextLink>,
    prefetch: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Send + 'static> ListRequest<T> {
    common_setters!();

    /// `$filter`; put strings in with [`quote`](crate::quote).
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.target.option("$filter", filter);
        self
    }

    /// `$orderby`.
    pub fn order_by(mut self, order: impl Into<String>) -> Self {
        self.target.option("$orderby", order);
        self
    }

    /// `$search`. Of directory objects it is answered from an index that lags a little, which
    /// `ConsistencyLevel: eventual` accepts; that header is sent by itself.
    pub fn search(mut self, search: impl Into<String>) -> Self {
        self.target.option("$search", search);
        self
    }

    /// `$top`: the size of a page. The service may ignore, cap or refuse it.
    pub fn top(mut self, items: u32) -> Self {
        self.target.option("$top", items.to_string());
        self
    }

    /// `$count=true`: the first page says how many items there are. A listing of directory objects
    /// is then answered from an index that lags a little, which `ConsistencyLevel: eventual` accepts;
    /// that header is sent by itself.
    pub fn count(mut self) -> Self {
        self.target.option("$count", "true");
        self
    }

    /// Header `ConsistencyLevel: eventual`, sent with every page: advanced queries on directory
    /// objects need it, and those with [`count`](Self::count) or [`search`](Self::search) send it by
    /// themselves. <https://learn.microsoft.com/graph/aad-advanced-queries>
    pub fn consistency_level_eventual(mut self) -> Self {
        self.target.header("consistencylevel", "eventual");
        self
    }

    /// What `$select` asks for, where that was said.
    pub(crate) fn selected(&self) -> Option<String> {
        self.target.selected()
    }

    /// Goes on from a link that an earlier page gave. The link holds the query options; headers are
    /// still taken from this request.
    pub fn resume(mut self, link: NextLink) -> Self {
        self.resume = Some(link);
        self
    }

    /// Asks for the next page while the last one is decoded and used; never more than one ahead.
    ///
    /// Saves the way there and back on each page, for a page of memory. Who stops early has asked
    /// for one page too many. The request under way keeps its place at the rate limiter, so go on with the
    /// stream or drop it.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    /// The pages, in order. A failure ends the stream; the last page's [`next`](Page::next)
    /// resumes it.
    ///
    /// # Errors
    ///
    /// Of a page: whatever the service refused; [`Error::is_refused_link`] when a link leads to
    /// another origin; [`Error::is_page_token_lost`] when the listing must start again;
    /// [`Error::is_endless`] when it has no end, [`Error::is_too_large`] when a page is.
    ///
    /// # Cancel safety
    ///
    /// Dropping the stream, or a poll of it, loses no more than the page that was under way.
    pub fn pages(self) -> impl Stream<Item = Result<Page<T>>> + Send + Unpin {
        self.stream()
    }

    /// The pages as received, for those who only store their items, or who decode them into types
    /// that borrow. `$select` asks for the fields of `T` all the same.
    ///
    /// ```no_run
    /// # async fn run(client: graph_client::Client, mut file: Vec<u8>) -> graph_client::Result<()> {
    /// use futures::TryStreamExt;
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct User {
    ///     id: String,
    ///     account_enabled: Option<bool>,
    /// }
    ///
    /// let mut pages = client.list::<User>("users").top(999).prefetch().raw_pages();
    /// while let Some(page) = pages.try_next().await? {
    ///     for item in page.items() {
    ///         file.extend_from_slice(item.as_bytes());
    ///         file.push(b'\n');
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`pages`](Self::pages).
    ///
    /// # Cancel safety
    ///
    /// As of [`pages`](Self::pages).
    pub fn raw_pages(self) -> impl Stream<Item = Result<RawPage>> + Send + Unpin {
        self.stream()
    }

    fn stream<P: FromPage>(mut self) -> BoxStream<'static, Result<P>> {
        self.target.select_fields(fields::<T>());
        match Pager::start(self.client, &self.target, self.resume, self.prefetch) {
            Ok(pager) => stream::try_unfold(pager, Pager::page).boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    /// The items, in order. One that does not fit `T` is an `Err` with
    /// [`Error::is_malformed_item`], after which the stream goes on; any other failure ends it.
    pub fn items(self) -> impl Stream<Item = Result<T>> + Send + Unpin {
        self.pages()
            .flat_map(|page| {
                let (items, malformed, failure) = match page {
                    Ok(page) => (page.items, page.malformed, None),
                    Err(error) => (Vec::new(), Vec::new(), Some(Err(error))),
                };
                // One by one, since an error takes more memory than what it tells of.
                let malformed = malformed
                    .into_iter()
                    .map(|item| Err(Error::malformed_item(item)));
                stream::iter(items.into_iter().map(Ok).chain(malformed).chain(failure))
            })
            .boxed()
    }
}
