//! A collection that is listed whole.

use std::time::SystemTime;

use async_trait::async_trait;
use futures::TryStreamExt;
use graph_client::NextLink;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::source::{Completeness, Descriptor, Source};
use crate::sync::{RawItem, Run};
use crate::timestamp;

/// Lists a collection page by page. One that is cut off goes on with the page after the last that
/// was stored, unless that is longer ago than its cadence.
///
/// ```
/// use m365_collect::sources::shape::ListSource;
/// use m365_collect::{Descriptor, Kind};
///
/// let devices = ListSource::new(
///     Descriptor::full("managed_devices", "devices managed by Intune")
///         .permission("DeviceManagementManagedDevices.Read.All")
///         .licence("Intune"),
///     Kind::new("managedDevice"),
///     "deviceManagement/managedDevices",
/// );
/// # drop(devices);
/// ```
#[derive(Debug, Clone)]
pub struct ListSource {
    descriptor: Descriptor,
    kind: Kind,
    path: &'static str,
    is_beta: bool,
    select: &'static [&'static str],
    top: Option<u32>,
}

/// How often a listing begins anew when the service forgets its page token.
const RESTARTS: u32 = 3;

impl ListSource {
    /// Lists `path`, whose items are of this kind.
    pub fn new(descriptor: Descriptor, kind: Kind, path: &'static str) -> Self {
        Self {
            descriptor: descriptor.kind(kind.clone()),
            kind,
            path,
            is_beta: false,
            select: &[],
            top: None,
        }
    }

    /// From the beta version of Graph.
    #[must_use]
    pub fn beta(mut self) -> Self {
        self.is_beta = true;
        self
    }

    /// Asks for these properties; without it the service sends its default ones.
    #[must_use]
    pub fn select(mut self, properties: &'static [&'static str]) -> Self {
        self.select = properties;
        self
    }

    /// Asks for pages of this size.
    #[must_use]
    pub fn top(mut self, items: u32) -> Self {
        self.top = Some(items);
        self
    }

    async fn list(&self, run: &mut Run<'_>, from: Option<Saved>) -> Result<()> {
        let mut list = run.client().list::<RawItem>(self.path).prefetch();
        if self.is_beta {
            list = list.beta();
        }
        if !self.select.is_empty() {
            list = list.select(self.select.iter().copied());
        }
        if let Some(items) = self.top {
            list = list.top(items);
        }
        let mut began = run.now();
        if let Some(saved) = from {
            run.go_on();
            run.still_malformed(saved.malformed);
            began = saved.began;
            list = list.resume(saved.next);
        }
        let mut pages = list.pages();
        while let Some(page) = pages.try_next().await? {
            run.malformed(page.malformed.len());
            let malformed = run.malformed_so_far();
            let checkpoint = page
                .next
                .map(|next| {
                    run.to_json(&Saved {
                        next,
                        began,
                        malformed,
                    })
                })
                .transpose()?;
            run.page(&self.kind, page.items, checkpoint).await?;
        }
        Ok(())
    }

    /// Where a listing was cut off, unless that is so long ago that it would end with old pages.
    fn resume(&self, run: &Run<'_>) -> Option<Saved> {
        let saved: Saved = serde_json::from_str(run.checkpoint()?).ok()?;
        let age = run.now().duration_since(saved.began).ok()?;
        (age <= self.descriptor.cadence).then_some(saved)
    }
}

/// Where the next run goes on, and what it must not forget.
#[derive(Serialize, Deserialize)]
struct Saved {
    next: NextLink,
    #[serde(with = "timestamp")]
    began: SystemTime,
    malformed: u64,
}

#[async_trait]
impl Source for ListSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let mut from = self.resume(run);
        let mut restarts = 0;
        loop {
            let is_resumed = from.is_some();
            match self.list(run, from.take()).await {
                // A page token that a retry used up, or that is too old, cannot be gone on with:
                // list anew. https://learn.microsoft.com/graph/paging
                Err(Error::Graph(error))
                    if restarts < RESTARTS
                        && (error.is_page_token_lost()
                            || is_resumed
                                && (error.is_refused_link() || error.status() == Some(400))) =>
                {
                    restarts += 1;
                    run.begin_anew();
                }
                done => return done.map(|()| Completeness::Complete),
            }
        }
    }
}
