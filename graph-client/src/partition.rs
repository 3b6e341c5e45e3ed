//! A large collection read in parts side by side, complete although it changes meanwhile.

use std::collections::VecDeque;

use futures::stream::{self, BoxStream, SelectAll, Stream, StreamExt as _};
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::delta::DeltaEvent;
use crate::error::Result;
use crate::link::Checkpoint;
use crate::list::ListRequest;
use crate::page::Page;

/// What [`Client::list_partitioned`] yields.
#[derive(Debug)]
#[non_exhaustive]
pub enum PartitionEvent<T> {
    /// A page of one of the parts, which come in no order.
    Page(Page<T>),
    /// All parts are read; from here on what changed meanwhile. The set is complete, and without
    /// leftovers, only when the last [checkpoint](DeltaEvent::Checkpoint) has come.
    Change(DeltaEvent<T>),
}

impl Client {
    /// Reads all of a directory collection in disjoint parts at the same time, then replays what
    /// changed since it began.
    ///
    /// Before the first part a delta token is taken. An object that appears, changes its part or
    /// goes away while the parts are read is wrong among them, and right after the replay: apply
    /// pages and changes by id in the order they come. The last checkpoint is where the next
    /// ordinary [`delta`](Self::delta) goes on; it tracks what the first part selects, since a
    /// delta tracks nothing else: <https://learn.microsoft.com/graph/delta-query-users>.
    ///
    /// The filters must cover everything and not overlap, such as by `createdDateTime` or by the
    /// first character of `userPrincipalName`. `side_by_side` bounds how many parts are read at a
    /// time; the limits of the service are kept to as with any call.
    ///
    /// ```no_run
    /// # async fn run(client: graph_client::Client) -> graph_client::Result<()> {
    /// use futures::TryStreamExt;
    /// use graph_client::PartitionEvent;
    ///
    /// #[derive(Debug, serde::Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct User {
    ///     id: String,
    ///     account_enabled: Option<bool>,
    /// }
    ///
    /// let years = (2011..=2030).map(|year| format!(
    ///     "createdDateTime ge {year}-01-01T00:00:00Z and createdDateTime lt {}-01-01T00:00:00Z",
    ///     year + 1
    /// ));
    /// let part = |request: graph_client::ListRequest<User>| request.top(999).count();
    /// let mut events = client.list_partitioned::<User>("users", years, 8, part);
    /// while let Some(event) = events.try_next().await? {
    ///     match event {
    ///         PartitionEvent::Page(page) => println!("{} users", page.items.len()),
    ///         PartitionEvent::Change(change) => println!("{change:?}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The first failure of any part ends the stream: what was read is then not the whole.
    ///
    /// # Cancel safety
    ///
    /// Dropping the stream loses what was read; it begins anew and cannot be resumed.
    pub fn list_partitioned<T>(
        &self,
        collection: &str,
        filters: impl IntoIterator<Item = String>,
        side_by_side: usize,
        part: impl Fn(ListRequest<T>) -> ListRequest<T>,
    ) -> impl Stream<Item = Result<PartitionEvent<T>>> + Send + Unpin
    where
        T: DeserializeOwned + Send + 'static,
    {
        let waiting: VecDeque<ListRequest<T>> = filters
            .into_iter()
            .map(|filter| part(self.list::<T>(collection).filter(filter)))
            .collect();
        // Only what is selected with the token is tracked, now and in every later round.
        let selected = waiting.front().and_then(ListRequest::selected);
        let parts = Partitions {
            client: self.clone(),
            selected,
            collection: collection.to_owned(),
            waiting,
            reading: SelectAll::new(),
            side_by_side: side_by_side.max(1),
            stage: Stage::Token,
        };
        stream::try_unfold(parts, Partitions::next).boxed()
    }
}

struct Partitions<T> {
    client: Client,
    collection: String,
    selected: Option<String>,
    waiting: VecDeque<ListRequest<T>>,
    reading: SelectAll<BoxStream<'static, Result<Page<T>>>>,
    side_by_side: usize,
    stage: Stage<T>,
}

enum Stage<T> {
    /// The delta token is to be taken.
    Token,
    /// The parts are read; then the changes since this.
    Partitions(Checkpoint),
    Replay(BoxStream<'static, Result<DeltaEvent<T>>>),
}

impl<T: DeserializeOwned + Send + 'static> Partitions<T> {
    async fn next(mut self) -> Result<Option<(PartitionEvent<T>, Self)>> {
        loop {
            match &mut self.stage {
                Stage::Token => {
                    let mut delta = self.client.delta::<T>(self.collection.as_str());
                    if let Some(selected) = &self.selected {
                        delta = delta.select(selected.split(','));
                    }
                    let mut round = delta.latest().pages();
                    let mut checkpoint = None;
                    while let Some(page) = round.next().await {
                        checkpoint = Some(page?.checkpoint);
                    }
                    let Some(checkpoint) = checkpoint else {
                        return Ok(None);
                    };
                    self.stage = Stage::Partitions(checkpoint);
                }
                Stage::Partitions(checkpoint) => {
                    while self.reading.len() < self.side_by_side
                        && let Some(part) = self.waiting.pop_front()
                    {
                        self.reading.push(part.pages().boxed());
                    }
                    if let Some(page) = self.reading.next().await {
                        return Ok(Some((PartitionEvent::Page(page?), self)));
                    }
                    if self.waiting.is_empty() {
                        let changes = self
                            .client
                            .delta::<T>(self.collection.as_str())
                            .resume(checkpoint.clone());
                        self.stage = Stage::Replay(changes.events().boxed());
                    }
                }
                Stage::Replay(changes) => {
                    return match changes.next().await {
                        Some(change) => Ok(Some((PartitionEvent::Change(change?), self))),
                        None => Ok(None),
                    };
                }
            }
        }
    }
}
