//! Typed, throttling-aware Microsoft Graph client.

mod batch;
mod builder;
mod client;
mod clock;
mod cloud;
mod credential;
mod decode;
mod delta;
mod error;
mod fields;
mod get;
mod link;
mod list;
pub mod model;
mod observer;
mod origin;
mod page;
mod path;
mod query;
mod retry;
mod send;
mod sync;
mod tenant;
#[cfg(feature = "test-util")]
pub mod test_util;
mod throttle;
mod token;
mod transport;

pub use batch::{BatchRequest, BatchResponse};
pub use builder::ClientBuilder;
pub use client::Client;
pub use clock::{Clock, Random, SystemClock, SystemRandom};
pub use cloud::Cloud;
pub use credential::Credential;
pub use delta::{Change, DeltaEvent, DeltaPage, DeltaRequest, RemovedReason, ResyncReason};
pub use error::{Error, Result, TokenError, TokenErrorKind};
pub use fields::fields;
pub use get::{CountRequest, GetRequest, RawRequest, RawResponse};
pub use link::{Checkpoint, DeltaLink, NextLink};
pub use list::ListRequest;
pub use observer::{CallEvent, Observer, WaitReason};
pub use page::{ItemError, Page};
pub use path::{IntoPath, Path};
pub use query::quote;
pub use retry::RetryOptions;
pub use tenant::TenantId;
pub use throttle::{Limit, LimitScope, Limits, Workload};
pub use token::TokenInfo;
#[cfg(feature = "rustls")]
pub use transport::HttpTransport;
pub use transport::{
    Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};
