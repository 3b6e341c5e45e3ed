//! Stored objects as a stream of a type of one's own.

use futures::stream::{self, BoxStream, StreamExt as _};
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::face::Store;
use super::scan::Scan;
use crate::kind::Kind;

const PAGE: usize = 1000;

/// What can be done with every [`Store`].
pub trait StoreExt: Store {
    /// The live objects of a kind, each once, in no order that means anything. `T` is a type of your
    /// own, or [`RawItem`](crate::RawItem) for the JSON as it was received.
    ///
    /// What was not read is not among them: ask [`health`](crate::health::health) whether the sources
    /// of the kind are complete before an end is taken for all there is.
    ///
    /// ```
    /// # async fn run(store: &dyn m365_collect::Store) -> Result<(), m365_collect::StoreError> {
    /// use futures::TryStreamExt;
    /// use m365_collect::{Kind, StoreExt};
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct User {
    ///     id: String,
    ///     department: Option<String>,
    /// }
    ///
    /// let mut users = store.stream::<User>(&Kind::USER);
    /// while let Some(user) = users.try_next().await? {
    ///     println!("{} {:?}", user.id, user.department);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Mistyped`] is of one object, after which the stream goes on; any other ends it.
    ///
    /// # Cancel safety
    /// Dropping the stream, or a poll of it, changes nothing.
    fn stream<T: DeserializeOwned + Send + 'static>(
        &self,
        kind: &Kind,
    ) -> BoxStream<'_, Result<T, StoreError>> {
        let pages = stream::try_unfold(Some(Scan::new(kind.clone())), move |scan| async move {
            let Some(mut scan) = scan else {
                return Ok(None);
            };
            let page = self.scan(&mut scan, PAGE).await?;
            Ok::<_, StoreError>((!page.is_empty()).then_some((page, Some(scan))))
        });
        pages
            .flat_map(|page| {
                let (records, failure) = match page {
                    Ok(records) => (records, None),
                    Err(error) => (Vec::new(), Some(Err(error))),
                };
                let typed = records.into_iter().map(|record| {
                    record.view().map_err(|_| StoreError::Mistyped {
                        kind: record.kind.clone(),
                    })
                });
                stream::iter(typed.chain(failure))
            })
            .boxed()
    }
}

impl<S: Store + ?Sized> StoreExt for S {}
