//! Fakes for tests of programs that use this crate, behind feature `test-util`.
//!
//! ```
//! # fn main() -> graph_client::Result<()> {
//! use std::sync::Arc;
//! use futures::{StreamExt, TryStreamExt};
//! use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
//! use graph_client::{Client, Credential, TenantId};
//!
//! #[derive(serde::Deserialize)]
//! struct User { id: String }
//!
//! let graph = Arc::new(FakeTransport::new());
//! graph.on("/v1.0/users", [
//!     Answer::status(429).header("retry-after", "7"),
//!     Answer::json(r#"{"value": [{"id": "a"}]}"#),
//! ]);
//! let clock = Arc::new(ManualClock::new());
//! let client = Client::builder(TenantId::new("contoso.com")?, Credential::client_secret("app", "secret"))
//!     .transport(graph.clone())
//!     .clock(clock.clone())
//!     .random(Arc::new(FixedRandom::new(0.0)))
//!     .build()?;
//!
//! let users = futures::executor::block_on(client.list::<User>("users").items().try_collect::<Vec<_>>())?;
//! assert_eq!(users[0].id, "a");
//! assert_eq!(clock.elapsed().as_secs(), 7);
//! # Ok(()) }
//! ```

mod clock;
mod fake_transport;
mod random;

pub use clock::ManualClock;
pub use fake_transport::{Answer, FakeTransport, Recorded};
pub use random::FixedRandom;
