//! Listings as streams of pages or items.

use std::marker::PhantomData;

use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use url::Url;

use crate::client::Client;
use crate::error::{Error, Result};
use crate::fields::fields;
use crate::link::NextLink;
use crate::page::Page;
use crate::path::IntoPath;
use crate::query::{Target, common_setters};
use crate::send::Call;
use crate::throttle::Workload;
use crate::visited::Visited;

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

    /// `$search`; directory objects want [`consistency_level_eventual`](Self::consistency_level_eventual) with it.
    pub fn search(mut self, search: impl Into<String>) -> Self {
        self.target.option("$search", search);
        self
    }

    /// `$top`: the size of a page. The service may ignore, cap or refuse it.
    pub fn top(mut self, items: u32) -> Self {
        self.target.option("$top", items.to_string());
        self
    }

    /// `$count=true`: the first page says how many items there are.
    pub fn count(mut self) -> Self {
        self.target.option("$count", "true");
        self
    }

    /// Header `ConsistencyLevel: eventual`, sent with every page: advanced queries on directory
    /// objects need it. <https://learn.microsoft.com/graph/aad-advanced-queries>
    pub fn consistency_level_eventual(mut self) -> Self {
        self.target.header("consistencylevel", "eventual");
        self
    }

    /// Goes on from a link that an earlier page gave. The link holds the query options; headers are
    /// still taken from this request.
    pub fn resume(mut self, link: NextLink) -> Self {
        self.resume = Some(link);
        self
    }

    /// The pages, in order. A failure ends the stream; the last page's [`next`](Page::next)
    /// resumes it.
    ///
    /// # Errors
    ///
    /// Of a page: whatever the service refused; [`Error::is_refused_link`] when a link leads to
    /// another origin; [`Error::is_page_token_lost`] when the listing must start again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the stream, or a poll of it, loses no more than the page that was under way.
    pub fn pages(mut self) -> impl Stream<Item = Result<Page<T>>> + Send + Unpin {
        self.target.select_fields(fields::<T>());
        let start = Listing::start(self.client, &self.target, self.resume);
        pages_from(start)
    }

    /// The items, in order. One that does not fit `T` is an `Err` with
    /// [`Error::is_malformed_item`], after which the stream goes on; any other failure ends it.
    pub fn items(self) -> impl Stream<Item = Result<T>> + Send + Unpin {
        self.pages()
            .flat_map(|page| match page {
                Ok(page) => {
                    let malformed = page
                        .malformed
                        .into_iter()
                        .map(|item| Err(Error::malformed_item(item)));
                    stream::iter(
                        page.items
                            .into_iter()
                            .map(Ok)
                            .chain(malformed)
                            .collect::<Vec<_>>(),
                    )
                }
                Err(error) => stream::iter(vec![Err(error)]),
            })
            .boxed()
    }
}

/// A listing under way.
struct Listing {
    client: Client,
    headers: HeaderMap,
    workload: Workload,
    next: Option<Url>,
    visited: Visited,
}

impl Listing {
    fn start(client: Client, target: &Target, resume: Option<NextLink>) -> Result<Self> {
        let graph = &client.shared().graph;
        let url = target.url(graph)?;
        // Of the request and not of the link, whose opaque token may hide what it selects.
        let workload = Workload::of(&url);
        let next = match resume {
            Some(link) => graph.resolve(link.expose())?,
            None => url,
        };
        let mut visited = Visited::default();
        visited.insert(&next);
        Ok(Self {
            headers: target.headers().clone(),
            workload,
            next: Some(next),
            visited,
            client,
        })
    }

    async fn page<T: DeserializeOwned + Send>(mut self) -> Result<Option<(Page<T>, Self)>> {
        let Some(url) = self.next.take() else {
            return Ok(None);
        };
        let graph = &self.client.shared().graph;
        let call = Call::get(url, self.headers.clone(), self.workload);
        let page = self
            .client
            .send(call, |answer| Page::<T>::parse(&answer.body, graph))
            .await?;
        if let Some(next) = &page.next {
            let next = graph.resolve(next.expose())?;
            if !self.visited.insert(&next) {
                return Err(Error::paging_loop());
            }
            self.next = Some(next);
        }
        Ok(Some((page, self)))
    }
}

fn pages_from<T: DeserializeOwned + Send + 'static>(
    start: Result<Listing>,
) -> BoxStream<'static, Result<Page<T>>> {
    match start {
        Ok(listing) => stream::try_unfold(listing, Listing::page).boxed(),
        Err(error) => stream::iter([Err(error)]).boxed(),
    }
}
