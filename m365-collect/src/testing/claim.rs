//! One sync of a tenant at a time.

use crate::store::{Store, StoreError};

pub async fn a_tenant_is_synced_by_one_at_a_time(store: &impl Store) {
    for _ in 0..2 {
        let claim = store.claim().await.expect("a claim");
        for _ in 0..2 {
            let refused = store.claim().await;
            assert!(
                matches!(refused, Err(StoreError::InUse { .. })),
                "a second caller is told so: {refused:?}"
            );
        }
        drop(claim);
    }
}
