//! What can be read from a tenant: the [`Source`] trait.

use std::fmt;

use async_trait::async_trait;

use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::outcome::Completeness;
use crate::run::Run;

/// One thing that can be read from a tenant.
///
/// A source reads, and hands each page to its [`Run`], which stores it with the checkpoint in one
/// transaction. It returns errors as they come: the engine turns them into an
/// [`Outcome`](crate::Outcome), so that no source decides for itself what a refusal means.
///
/// # Cancel safety
/// `read` may be dropped at any await: what was committed stays, nothing else does, and the next
/// run goes on from there.
///
/// # Examples
/// A source of one's own; `examples/own_source.rs` runs one.
///
/// ```
/// use async_trait::async_trait;
/// use m365_collect::{Completeness, Descriptor, Error, Kind, RawItem, Run, Source};
///
/// #[derive(Debug)]
/// struct OrgContacts(Descriptor);
///
/// impl OrgContacts {
///     fn new() -> Self {
///         Self(
///             Descriptor::full("org_contacts", "organisational contacts")
///                 .kind(Kind::new("orgContact"))
///                 .permission("OrgContact.Read.All"),
///         )
///     }
/// }
///
/// #[async_trait]
/// impl Source for OrgContacts {
///     fn descriptor(&self) -> &Descriptor {
///         &self.0
///     }
///
///     async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
///         let mut pages = run.client().list::<RawItem>("contacts").top(999).pages();
///         while let Some(page) = run.next(&mut pages).await? {
///             run.items(&Kind::new("orgContact"), page.items).await?;
///         }
///         Ok(Completeness::Complete)
///     }
/// }
/// # OrgContacts::new();
/// ```
#[async_trait]
pub trait Source: Send + Sync + fmt::Debug {
    /// What it reads, what it needs.
    fn descriptor(&self) -> &Descriptor;

    /// Reads the tenant and hands every page to `run`.
    ///
    /// # Errors
    /// Whatever stopped it; what was handed over before is kept.
    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error>;
}
