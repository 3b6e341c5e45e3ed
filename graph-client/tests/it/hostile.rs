//! What must hold whatever arrives, over a corpus of what once did harm or might. The same checks
//! are fuzzed: see `fuzz/`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use crate::support::hostile;

use std::path::Path;

fn replay(target: &str) {
    let (_, check) = hostile::TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target);
    let mut replayed = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(file.unwrap().path()).unwrap();
        check(&data);
        // What is cut off or repeated must do no harm either.
        check(&data[..data.len() / 2]);
        check(&data.repeat(2));
        replayed += 1;
    }
    assert!(replayed >= 5, "the corpus of {target} is lost: {replayed}");
}

macro_rules! replays {
    ($($name:ident: $target:literal,)+) => {
        $(#[test] fn $name() { replay($target); })+
    };
}

replays! {
    no_link_takes_the_token_elsewhere: "links",
    no_wait_is_cut_short_or_without_end: "retry_after",
    refusals_are_errors_that_show_nothing: "error_body",
    pages_are_read_or_refused: "delta_page",
    reports_are_read_or_refused: "csv",
    batches_answer_each_request_and_no_other: "batch",
    notifications_are_believed_only_when_signed: "notification",
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut corpora: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut targets: Vec<&str> = hostile::TARGETS.iter().map(|(name, _)| *name).collect();
    corpora.sort();
    targets.sort_unstable();
    assert_eq!(corpora, targets);
}
