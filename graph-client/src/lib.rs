//! A client of Microsoft Graph that reads a Microsoft 365 tenant and never lies quietly.
//!
//! A throttled or forbidden read must not become an empty list, nor the empty list a verdict. Here
//! every call ends in data or in an [`Error`] that says what happened: throttled and until when,
//! permission missing, license missing, gone, refused. All calls go through one send path, which
//! retries, keeps to limits, renews tokens and sends the token to no other origin than Graph's.
//!
//! It only reads, but for the module that feature `writes` turns on.
//!
//! # First program
//!
//! Register an application in Entra ID, grant it the application permission `User.Read.All`,
//! consent to it as an administrator, and create a client secret.
//!
//! ```no_run
//! use futures::TryStreamExt;
//! use graph_client::{Client, Credential, TenantId};
//! use serde::Deserialize;
//!
//! // The fields are what is asked for: $select=id,displayName,accountEnabled
//! #[derive(Deserialize)]
//! #[serde(rename_all = "camelCase")]
//! struct Account {
//!     id: String,
//!     display_name: Option<String>,
//!     account_enabled: Option<bool>,
//! }
//!
//! # async fn run() -> graph_client::Result<()> {
//! let client = Client::builder(
//!     TenantId::new("contoso.onmicrosoft.com")?,
//!     Credential::client_secret("the application id", "the secret's value"),
//! )
//! .build()?;
//!
//! let mut pages = client.list::<Account>("users").top(999).pages();
//! while let Some(page) = pages.try_next().await? {
//!     for account in page.items {
//!         println!("{} {:?} {:?}", account.id, account.display_name, account.account_enabled);
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Futures run on tokio, with its timer enabled unless a [`Clock`] of your own is given.
//!
//! # What to ask for
//!
//! | to read | with | as |
//! |---|---|---|
//! | a collection | [`Client::list`] | a stream of pages or items, resumable from any page's link |
//! | a large collection, fast | [`Client::list_partitioned`] | parts side by side, then what changed meanwhile |
//! | what changed since last time | [`Client::delta`] | a stream of changes with [`Checkpoint`]s, resyncs announced |
//! | one object | [`Client::get`] | your type |
//! | a number | [`Client::count`] | `u64` |
//! | a few hundred small things | [`Client::batch`] | one answer each, in the order asked |
//! | the same of each of many parents | [`Client::fan_out`] | a stream of pages, in batches |
//! | a usage report | [`Client::report`] | rows of your type |
//! | anything else | [`Client::raw`] | bytes |
//!
//! # When it fails
//!
//! Ask the [`Error`]; its text is fit to be shown and holds no secret, link or personal data.
//!
//! ```
//! # fn handle(error: &graph_client::Error) -> String {
//! if error.is_throttled() {
//!     format!("come back after {:?}", error.retry_after())
//! } else if error.is_unlicensed() {
//!     "the tenant has no license for this".into()
//! } else if error.is_permission_denied() {
//!     "a permission is missing".into()
//! } else if let Some(refusal) = error.token_error() {
//!     format!("{}: {}", refusal.cause(), refusal.cure())
//! } else {
//!     error.to_string()
//! }
//! # }
//! ```
//!
//! An item that does not fit your type does not sink its page: it is in [`Page::malformed`], or an
//! `Err` among the items with [`Error::is_malformed_item`], after which the stream goes on.
//!
//! What is more than there should ever be is an error as well, and never a part taken for the whole:
//! an answer larger than [`ClientBuilder::max_body`], a page of more than [`MAX_ITEMS`], too many
//! headers ([`Error::is_too_large`]), pages without end ([`Error::is_endless`]).
//!
//! # How it waits
//!
//! What the service asks for is never cut short. Each call has a budget of attempts and time
//! ([`RetryOptions`]); a wait beyond it is refused at once with [`Error::is_throttled`]. A refusal
//! pauses every call of the same application to the same [`Workload`] of the same tenant, and no
//! other; afterwards one goes first.
//!
//! The documented [`Limits`] are kept to beforehand, a twentieth below the figure. Where a figure
//! turns out too high the client learns the true one and tries for more only now and then; store
//! what it learned with [`Client::learned_limits`]. Those who wait are let through fairly between
//! tenants and weighted by [`Client::with_priority`]. Standing in line for such a limit is not held
//! against the budget of a call, but bounded by [`RetryOptions::queue_time`], an hour for a
//! [patient](Client::patient) client. An [`Observer`] is told of each wait; where somebody waits for
//! the answer, [`RetryOptions::interactive`] gives up soon.
//!
//! # Many tenants
//!
//! [`Client::for_tenant`] is the same application in another tenant: connections are shared, tokens
//! and throttling are not.
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `rustls` | yes | `HttpTransport`: reqwest with rustls, ring and the platform's roots |
//! | `certificate` | no | `Credential::certificate`, signed by ring |
//! | `azure-identity` | no | `AzureIdentity`: credentials of the Azure SDK for Rust |
//! | `notify` | no | module `notify`: handshake, checks and decryption of change notifications; with `writes`, subscriptions |
//! | `writes` | no | module `write`: `POST`, `PATCH`, `DELETE`, repeated only when that is safe |
//! | `test-util` | no | `test_util`: a scripted transport, a clock that takes no time, fixed randomness |
//!
//! Without `rustls` the client takes any [`Transport`].
//!
//! TLS is the same whatever provider of cryptography the program has installed, and installs none.
//! Cargo unites features: a program that itself makes a client of reqwest 0.13, and asks reqwest for
//! no TLS, gets `rustls-no-provider` by ours; let it ask for one, or install a provider.

mod address;
mod batch;
mod builder;
mod client;
mod clock;
mod cloud;
mod consent;
mod credential;
mod date_time;
mod decode;
mod delta;
mod error;
mod fan_out;
mod field;
mod get;
mod link;
mod list;
#[cfg(feature = "notify")]
pub mod notify;
mod observer;
mod origin;
mod page;
mod partition;
mod path;
mod pulse;
mod query;
mod report;
mod retry;
mod send;
mod sync;
mod tenant;
mod tenant_check;
#[cfg(feature = "test-util")]
pub mod test_util;
mod throttle;
mod token;
mod transport;
mod visited;
mod workload;
#[cfg(feature = "writes")]
pub mod write;

// In signatures: for who would name their types without asking for the same version.
pub use bytes;
pub use http;
pub use url;

pub use batch::{BatchRequest, BatchResponse};
pub use builder::ClientBuilder;
pub use client::Client;
pub use clock::{Clock, Random, SystemClock, SystemRandom};
pub use cloud::Cloud;
pub use consent::{AdminConsent, ConsentError, Consented};
pub use credential::{AccessToken, AssertionSource, Credential, TokenProvider, TokenQuery};
#[cfg(feature = "azure-identity")]
pub use credential::{AzureIdentity, AzureIdentityError};
pub use date_time::DateTime;
pub use delta::{Change, DeltaEvent, DeltaPage, DeltaRequest, RemovedReason, ResyncReason};
pub use error::{
    CredentialError, Error, ErrorKind, ItemError, Result, TokenError, TokenErrorKind,
    TransportError, TransportErrorKind,
};
pub use fan_out::FanOutPage;
pub use field::fields;
pub use get::{CountRequest, GetRequest, RawRequest, RawResponse};
pub use link::{Checkpoint, DeltaLink, NextLink};
pub use list::ListRequest;
pub use observer::{CallEvent, Observer, WaitReason};
pub use page::raw::RawPage;
pub use page::{MAX_ITEMS, Page};
pub use partition::PartitionEvent;
pub use path::{IntoPath, Path};
pub use query::quote;
pub use report::{Report, ReportPeriod, ReportRequest};
pub use retry::RetryOptions;
pub use tenant::TenantId;
pub use throttle::{LearnedLimits, Limit, LimitMethods, LimitScope, LimitUnit, Limits, Priority};
pub use token::TokenInfo;
#[cfg(feature = "rustls")]
pub use transport::http_builder::HttpTransportBuilder;
#[cfg(feature = "rustls")]
pub use transport::http_client::HttpTransport;
pub use transport::{Transport, TransportRequest, TransportResponse};
pub use workload::Workload;

/// The snippets of the package's page compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
