//! The conformance suite of [`Store`]: what every store must do, ours and yours.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(
//! m365_collect::testing::store_conforms(async || m365_collect::MemoryStore::new())
//! # );
//! ```

#![expect(
    clippy::expect_used,
    reason = "a test suite panics where a store does not conform"
)]

mod claim;
mod contested;
mod erasure;
mod expiry;
mod fixture;
mod generation;
mod history;
mod log;
mod note;
mod reading;
mod relation;
mod round;

use crate::store::Store;

pub use crate::store::crash::{CRASH_POINTS, DELETE_CRASH_POINTS, ERASE_CRASH_POINTS};

/// Runs the whole suite; `fresh` makes an empty store each time it is called.
///
/// Panics with the behaviour that the store does not show.
pub async fn store_conforms<S: Store>(fresh: impl AsyncFn() -> S) {
    reading::a_new_store_is_empty(&fresh().await).await;
    round::rows_and_checkpoint_go_in_together(&fresh().await).await;
    round::evidence_is_as_old_as_the_beginning_of_its_round(&fresh().await).await;
    round::an_overtaken_lease_writes_nothing(&fresh().await).await;
    round::a_partial_object_is_laid_over_the_stored_one(&fresh().await).await;
    round::a_listing_replaces_objects_whole(&fresh().await).await;
    round::a_removal_keeps_reason_and_time(&fresh().await).await;
    contested::a_replayed_object_does_not_come_back_by_itself(&fresh().await).await;
    contested::a_confirmed_object_comes_back_whole(&fresh().await).await;
    contested::a_removal_that_contradicts_its_round_is_contested(&fresh().await).await;
    contested::two_states_of_an_object_in_one_round_are_contested(&fresh().await).await;
    contested::a_generation_does_not_resurrect_by_itself(&fresh().await).await;
    contested::a_round_cannot_end_while_objects_are_contested(&fresh().await).await;
    generation::a_new_generation_is_swapped_in_whole(&fresh().await).await;
    generation::an_abandoned_generation_leaves_nothing_behind(&fresh().await).await;
    generation::a_sweep_removes_what_was_not_listed(&fresh().await).await;
    generation::a_sweep_that_removes_too_much_is_held(&fresh().await).await;
    generation::a_swap_that_removes_too_much_is_held(&fresh().await).await;
    generation::a_round_that_is_not_whole_removes_nothing(&fresh().await).await;
    generation::a_listing_that_was_cut_off_goes_on(&fresh().await).await;
    generation::a_listing_ends_and_begins_without_a_checkpoint(&fresh().await).await;
    history::the_feed_begins_after_the_first_reading(&fresh().await).await;
    history::a_listing_feeds_only_what_differs(&fresh().await).await;
    history::settings_keep_their_versions(&fresh().await).await;
    history::what_changes_all_the_time_is_not_remembered(&fresh().await).await;
    relation::relations_begin_and_end(&fresh().await).await;
    relation::contradicting_relations_are_settled_by_a_listing(&fresh().await).await;
    relation::each_listing_of_a_container_settles_anew(&fresh().await).await;
    relation::a_relation_to_a_removed_object_is_not_live(&fresh().await).await;
    round::sources_do_not_touch_each_other(&fresh().await).await;
    reading::reading_goes_page_by_page(&fresh().await).await;
    reading::each_source_counts_what_it_wrote_itself(&fresh().await).await;
    contested::what_is_left_as_it_is_is_no_longer_contested(&fresh().await).await;
    generation::objects_under_one_key_are_counted_and_never_complete(&fresh().await).await;
    log::a_store_belongs_to_one_tenant(&fresh().await).await;
    log::the_last_run_of_each_source_is_kept(&fresh().await).await;
    log::past_runs_are_told_newest_first(&fresh().await).await;
    log::the_log_of_runs_is_bounded(&fresh().await).await;
    note::a_note_is_kept_until_it_is_replaced(&fresh().await).await;
    claim::a_tenant_is_synced_by_one_at_a_time(&fresh().await).await;
    expiry::the_span_of_a_log_is_that_of_its_events(&fresh().await).await;
    expiry::events_are_aged_by_when_they_happened(&fresh().await).await;
    expiry::tombstones_are_kept_for_their_time(&fresh().await).await;
    expiry::however_much_is_past_its_time_all_of_it_goes(&fresh().await).await;
    expiry::the_last_run_of_a_source_is_kept(&fresh().await).await;
    erasure::all_that_is_of_a_person_is_erased_by_any_of_their_names(&fresh().await).await;
    erasure::a_person_is_found_by_address_too(&fresh().await).await;
    erasure::an_erased_person_does_not_come_back(&fresh().await).await;
    erasure::what_was_gone_before_leaves_no_trace_either(&fresh().await).await;
    erasure::somebody_who_is_not_stored_can_be_kept_out(&fresh().await).await;
    erasure::an_address_of_two_people_erases_neither(&fresh().await).await;
    erasure::nobody_is_erased_while_a_sync_is_running(&fresh().await).await;
    erasure::who_is_readmitted_is_stored_again(&fresh().await).await;
}
