//! Whose store it is, and the log of its runs.

use super::fixture::{PEOPLE, at};
use crate::outcome::{Outcome, Tally};
use crate::source::SourceId;
use crate::store::{RunEntry, Store, StoreError, StoredTenant};

pub(super) async fn a_store_belongs_to_one_tenant(store: &impl Store) {
    let contoso = StoredTenant::new("contoso.example");
    store.bind(&contoso).await.expect("bound");
    let known = contoso
        .clone()
        .with_organization("org-1", Some("Contoso".to_owned()));
    store.bind(&known).await.expect("the same tenant");
    store.bind(&contoso).await.expect("the same tenant");
    store
        .bind(&StoredTenant::new("ORG-1"))
        .await
        .expect("the same tenant by its id");
    let bound = store.tenant().await.expect("a tenant").expect("a tenant");
    assert_eq!(bound.asked, "contoso.example");
    assert_eq!(bound.organization.as_deref(), Some("org-1"));
    assert_eq!(bound.name.as_deref(), Some("Contoso"));
    for other in [
        StoredTenant::new("fabrikam.example"),
        StoredTenant::new("contoso.example").with_organization("org-2", None),
    ] {
        let refused = store.bind(&other).await;
        assert!(
            matches!(refused, Err(StoreError::OtherTenant { .. })),
            "{refused:?}"
        );
    }
}

pub(super) async fn the_last_run_of_each_source_is_kept(store: &impl Store) {
    let run = |source: SourceId, second, outcome| {
        let tally = Tally {
            seen: second,
            ..Tally::default()
        };
        RunEntry::new(source, at(second), at(second + 1), outcome, tally)
    };
    let denied = Outcome::Denied {
        permission: "User.Read.All".to_owned(),
        code: None,
    };
    let other = SourceId::new("others");
    for entry in [
        run(PEOPLE, 1, Outcome::Complete),
        run(other.clone(), 2, Outcome::Complete),
        run(PEOPLE, 3, denied.clone()),
    ] {
        store.log_run(&entry).await.expect("logged");
    }
    let runs = store.last_runs().await.expect("runs");
    assert_eq!(
        runs,
        [run(other, 2, Outcome::Complete), run(PEOPLE, 3, denied)]
    );
}
