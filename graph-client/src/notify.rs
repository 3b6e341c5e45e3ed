//! Change notifications: what a webhook is sent, and whether to believe it. Behind feature `notify`.
//!
//! A webhook is open to the world. This module reads what arrives there within bounds and says what
//! of it is genuine; the server around it is yours. Subscriptions change a tenant and are made with
//! `write::Subscriptions` (features `notify` and `writes` together).
//!
//! A notification is a doorbell: answer 202 within three seconds, put it away, and read what
//! changed with [`Client::delta`](crate::Client::delta). Notifications are lost, repeated and come
//! in any order. <https://learn.microsoft.com/graph/change-notifications-delivery-webhooks>
//!
//! ```
//! use graph_client::notify::{ClientState, Handshake, Notifications};
//!
//! /// What a webhook answers to a POST with this query and body.
//! fn answer(query: &str, body: &[u8], secret: &ClientState) -> (u16, String) {
//!     match Handshake::of_query(query) {
//!         Ok(Some(handshake)) => return (200, handshake.body().to_owned()), // text/plain
//!         Ok(None) => {}
//!         Err(_) => return (400, String::new()),
//!     }
//!     let Ok(notifications) = Notifications::parse(body) else {
//!         return (400, String::new());
//!     };
//!     for notification in &notifications.items {
//!         if notification.has_client_state(secret) {
//!             // Note that `notification.subscription_id` has something new.
//!         }
//!     }
//!     (202, String::new())
//! }
//!
//! let secret = ClientState::generate().unwrap();
//! assert_eq!(answer("validationToken=a%20b", b"", &secret), (200, "a b".to_owned()));
//! assert_eq!(answer("", br#"{"value":[]}"#, &secret).0, 202);
//! ```
//!
//! # Resource data
//!
//! When the object itself is sent along, it is encrypted, and tokens of Microsoft's come with it,
//! one for each application and tenant. Check the tokens with [`TokenValidator`], discard what comes
//! of a tenant without one, and only then decrypt with [`DecryptionKeys`]:
//!
//! ```no_run
//! # async fn run(
//! #     client: graph_client::Client, body: &[u8], secret: graph_client::notify::ClientState,
//! #     keys: graph_client::notify::DecryptionKeys,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::SystemTime;
//! use graph_client::notify::{Notifications, TokenValidator};
//!
//! let notifications = Notifications::parse(body)?;
//! let signers = client.signing_keys().await?; // Keep them for a day, and ask again on `UnknownKey`.
//! let validator = TokenValidator::new(client.cloud(), [client.app_id()]);
//! let tenants = notifications.validated_tenants(&validator, &signers, SystemTime::now());
//! for notification in &notifications.items {
//!     let (Some(tenant), Some(content)) = (&notification.tenant_id, &notification.encrypted) else {
//!         continue;
//!     };
//!     if notification.has_client_state(&secret) && tenants.contains(tenant) {
//!         let message: serde_json::Value = keys.decrypt(content)?.decode()?;
//!         println!("{}", message["id"]);
//!     }
//! }
//! # Ok(()) }
//! ```

mod client_state;
mod encrypted;
mod error;
mod handshake;
mod notification;
mod signing_key;
mod validation_token;

pub use client_state::ClientState;
pub use encrypted::{DecryptedContent, DecryptionKeys, EncryptedContent};
pub use error::NotifyError;
pub use handshake::Handshake;
pub use notification::{ChangeType, LifecycleEvent, Notification, Notifications};
pub use signing_key::SigningKeys;
pub use validation_token::{TokenValidator, ValidatedToken};
