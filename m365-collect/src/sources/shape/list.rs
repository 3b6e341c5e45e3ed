//! A collection that is listed whole.

use async_trait::async_trait;
use futures::TryStreamExt;

use crate::error::{Error, Result};
use crate::record::Kind;
use crate::source::{Completeness, Descriptor, Source};
use crate::sync::{RawItem, Run};

/// Lists a collection page by page, each page stored before the next one is asked for.
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

    async fn list(&self, run: &mut Run<'_>) -> Result<()> {
        let mut list = run.client().list::<RawItem>(self.path);
        if self.is_beta {
            list = list.beta();
        }
        if !self.select.is_empty() {
            list = list.select(self.select.iter().copied());
        }
        if let Some(items) = self.top {
            list = list.top(items);
        }
        let mut pages = list.pages();
        while let Some(page) = pages.try_next().await? {
            run.malformed(page.malformed.len());
            run.items(&self.kind, page.items).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Source for ListSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let mut restarts = 0;
        loop {
            match self.list(run).await {
                // A page token that a retry used up cannot be gone on with: list anew.
                // https://learn.microsoft.com/graph/paging
                Err(Error::Graph(error)) if error.is_page_token_lost() && restarts < RESTARTS => {
                    restarts += 1;
                }
                done => return done.map(|()| Completeness::Complete),
            }
        }
    }
}
