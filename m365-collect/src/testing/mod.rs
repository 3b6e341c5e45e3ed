//! The conformance suite of [`Store`](crate::Store): what every store must do, ours and yours.
//!
//! [`store_conforms!`](crate::store_conforms) makes a test of each of the [`rules`], named by what it
//! asks for. It is given what makes an empty store:
//!
//! ```
//! # mod tests {
//! m365_collect::store_conforms!(async || Some((m365_collect::MemoryStore::new(), ())));
//! # }
//! ```
//!
//! Beside the store stands what has to live as long as it, such as a folder. `None` skips the tests,
//! where there is no server to test against. Rules named behind it are tested alone.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "rules panic where a store does not hold to them, and are named by what they ask for"
)]

mod claim;
mod conflict;
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

use std::future::Future;
use std::io::{Write as _, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use crate::store::crash::{CRASH_POINTS, DELETE_CRASH_POINTS, ERASE_CRASH_POINTS};

/// What every store must do: each asks it of an empty store, and panics where it does not.
pub mod rules {
    pub use super::claim::*;
    pub use super::conflict::*;
    pub use super::erasure::*;
    pub use super::expiry::*;
    pub use super::generation::*;
    pub use super::history::*;
    pub use super::log::*;
    pub use super::note::*;
    pub use super::reading::*;
    pub use super::relation::*;
    pub use super::round::*;
}

/// Runs one rule, and panics with it as a sentence where the store does not hold it.
#[doc(hidden)]
pub fn hold<S>(rule: &str, store: impl Future<Output = Option<S>>, test: impl AsyncFnOnce(S)) {
    let sentence = rule.replace('_', " ");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let held = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            match store.await {
                Some(store) => test(store).await,
                // Not by the macro, of which nothing is seen where a test passes.
                None => {
                    let _ = writeln!(stderr(), "SKIPPED, there is no store to ask: {sentence}");
                }
            }
        });
    }));
    assert!(
        held.is_ok(),
        "a store must hold to this, and this one does not: {sentence}"
    );
}

/// A test for each rule; see [`testing`](crate::testing).
#[macro_export]
macro_rules! store_conforms {
    ($fresh:expr) => {
        $crate::store_conforms!(
            $fresh;
            a_new_store_is_empty,
            reading_goes_page_by_page,
            a_pass_brings_each_object_once,
            a_pass_brings_objects_as_they_are_when_they_come,
            each_source_counts_what_it_wrote_itself,
            rows_and_checkpoint_go_in_together,
            evidence_is_as_old_as_the_beginning_of_its_round,
            an_overtaken_lease_writes_nothing,
            a_partial_object_is_laid_over_the_stored_one,
            a_listing_replaces_objects_whole,
            a_removal_keeps_reason_and_time,
            sources_do_not_touch_each_other,
            a_replayed_object_does_not_come_back_by_itself,
            a_confirmed_object_comes_back_whole,
            a_removal_that_contradicts_its_round_is_a_conflict,
            two_states_of_an_object_in_one_round_are_a_conflict,
            a_generation_does_not_resurrect_by_itself,
            a_round_cannot_end_while_conflicts_are_open,
            what_is_left_as_it_is_is_no_conflict_any_more,
            a_new_generation_is_swapped_in_whole,
            an_abandoned_generation_leaves_nothing_behind,
            a_sweep_removes_what_was_not_listed,
            a_sweep_that_removes_too_much_is_held,
            a_swap_that_removes_too_much_is_held,
            a_round_that_is_not_whole_removes_nothing,
            a_listing_that_was_cut_off_goes_on,
            a_listing_ends_and_begins_without_a_checkpoint,
            objects_under_one_key_are_counted_and_never_complete,
            the_feed_begins_after_the_first_reading,
            a_listing_feeds_only_what_differs,
            settings_keep_their_versions,
            what_changes_all_the_time_is_not_remembered,
            relations_begin_and_end,
            contradicting_relations_are_settled_by_a_listing,
            each_listing_of_a_container_settles_anew,
            a_relation_to_a_removed_object_is_not_live,
            a_store_belongs_to_one_tenant,
            the_last_run_of_each_source_is_kept,
            past_runs_are_told_newest_first,
            the_log_of_runs_is_bounded,
            a_note_is_kept_until_it_is_replaced,
            a_tenant_is_synced_by_one_at_a_time,
            the_span_of_a_log_is_that_of_its_events,
            events_are_aged_by_when_they_happened,
            tombstones_are_kept_for_their_time,
            however_much_is_past_its_time_all_of_it_goes,
            the_last_run_of_a_source_is_kept,
            all_that_is_of_a_person_is_erased_by_any_of_their_names,
            a_person_is_found_by_address_too,
            an_erased_person_does_not_come_back,
            what_was_gone_before_leaves_no_trace_either,
            somebody_who_is_not_stored_can_be_kept_out,
            an_address_of_two_people_erases_neither,
            nobody_is_erased_while_a_sync_is_running,
            who_is_readmitted_is_stored_again
        );
    };
    ($fresh:expr; $($rule:ident),+ $(,)?) => {$(
        #[test]
        fn $rule() {
            $crate::testing::hold(stringify!($rule), ($fresh)(), async |(store, _held)| {
                $crate::testing::rules::$rule(&store).await;
            });
        }
    )+};
}
