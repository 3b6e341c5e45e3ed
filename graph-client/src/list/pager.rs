//! A listing under way.

use std::future::poll_fn;
use std::task::Poll;

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::HeaderMap;
use url::Url;

use crate::client::Client;
use crate::error::{Endless, Error, Result};
use crate::link::NextLink;
use crate::page::{self, FromPage, PageCount};
use crate::query::Target;
use crate::send::Call;
use crate::visited::Visited;
use crate::workload::Workload;

/// Where a listing stands.
pub(super) struct Pager {
    client: Client,
    headers: HeaderMap,
    workload: Workload,
    next: Option<Url>,
    visited: Visited,
    turned: PageCount,
    prefetch: bool,
    ahead: Option<Ahead>,
}

/// A page that was asked for before its turn.
struct Ahead {
    url: Url,
    body: BoxFuture<'static, Result<Bytes>>,
}

impl Pager {
    pub(super) fn start(
        client: Client,
        target: &Target,
        resume: Option<NextLink>,
        prefetch: bool,
    ) -> Result<Self> {
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
            headers: target.list_headers(workload),
            workload,
            next: Some(next),
            visited,
            turned: PageCount::new(client.shared().max_pages),
            prefetch,
            ahead: None,
            client,
        })
    }

    pub(super) async fn page<P: FromPage>(mut self) -> Result<Option<(P, Self)>> {
        let Some(url) = self.next.take() else {
            return Ok(None);
        };
        self.turned.one_more()?;
        let page: P = if self.prefetch {
            self.fetched(url).await?
        } else {
            asked(
                self.client.clone(),
                self.headers.clone(),
                self.workload,
                url,
            )
            .await?
        };
        self.turned.read(page.is_empty());
        if let Some(next) = page.next_link() {
            let next = self.client.shared().graph.resolve(next.expose())?;
            if !self.visited.insert(&next) {
                return Err(Error::endless(Endless::Repeats));
            }
            self.next = Some(next);
        }
        Ok(Some((page, self)))
    }

    /// Takes the page that was asked for ahead, and asks for the one behind it before decoding.
    async fn fetched<P: FromPage>(&mut self, url: Url) -> Result<P> {
        let ahead = match self.ahead.take() {
            Some(ahead) if ahead.url == url => ahead,
            _ => self.ask(url.clone()),
        };
        let body = ahead.body.await?;
        let graph = self.client.shared().graph.clone();
        let hint = page::next_link_hint(&body).and_then(|link| graph.resolve(&link).ok());
        if let Some(next) = hint {
            let mut ahead = self.ask(next);
            // Once is enough to have it sent; what comes back waits until it is wanted.
            let early = poll_fn(|context| Poll::Ready(ahead.body.poll_unpin(context))).await;
            if let Poll::Ready(result) = early {
                ahead.body = std::future::ready(result).boxed();
            }
            self.ahead = Some(ahead);
        }
        match P::from_page(&body, &graph) {
            Ok(page) => Ok(page),
            Err(error) if error.is_decode() => {
                // Asked in the ordinary way it is tried again if it was cut short, and its error
                // says which call it was.
                self.ahead = None;
                asked(
                    self.client.clone(),
                    self.headers.clone(),
                    self.workload,
                    url,
                )
                .await
            }
            Err(error) => Err(error),
        }
    }

    fn ask(&self, url: Url) -> Ahead {
        let call = Call::get(url.clone(), self.headers.clone(), self.workload);
        let client = self.client.clone();
        let body = async move { client.send(call, |answer| Ok(answer.body.clone())).await };
        Ahead {
            url,
            body: body.boxed(),
        }
    }
}

async fn asked<P: FromPage>(
    client: Client,
    headers: HeaderMap,
    workload: Workload,
    url: Url,
) -> Result<P> {
    let graph = &client.shared().graph;
    let call = Call::get(url, headers, workload);
    client
        .send(call, |answer| P::from_page(&answer.body, graph))
        .await
}
