//! A store in PostgreSQL holds to what every store must do. `M365_DATABASE_URL` names a database in
//! which schemas may be made and dropped; `.ci/postgres` starts one. Without it nothing is tested,
//! and each test says so.
#![cfg(feature = "postgres")]
#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::atomic::{AtomicU32, Ordering};

use m365_collect::store::PostgresStore;

static NUMBER: AtomicU32 = AtomicU32::new(0);

m365_collect::store_conforms!(async || {
    let url = std::env::var("M365_DATABASE_URL").ok()?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let schema = format!("m365_test_{}_{number}", std::process::id());
    Some((PostgresStore::open(&url, &schema).await.unwrap(), ()))
});
