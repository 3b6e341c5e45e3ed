use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn url(name: &str) -> Url {
    Url::parse(&format!(
        "https://graph.microsoft.com/v1.0/users/delta?$skiptoken={name}"
    ))
    .unwrap()
}

fn next(name: &str) -> Input {
    Input::Page {
        next: Some(url(name)),
        delta: None,
    }
}

fn delta(name: &str) -> Input {
    Input::Page {
        next: None,
        delta: Some(url(name)),
    }
}

fn lost(location: Option<&str>) -> Input {
    Input::Lost {
        reason: ResyncReason::Gone,
        location: location.map(url),
    }
}

fn run(mut round: Round, inputs: impl IntoIterator<Item = Input>) -> (Round, Vec<Step>) {
    let mut steps = Vec::new();
    for input in inputs {
        let (after, step) = round.step(input);
        round = after;
        steps.push(step);
    }
    (round, steps)
}

fn delivered(step: &Step) -> (Option<ResyncReason>, &'static str) {
    match step {
        Step::Deliver { resync, checkpoint } => (*resync, checkpoint.kind()),
        other => panic!("not delivered: {other:?}"),
    }
}

#[test]
fn a_first_round_says_so_once_and_ends_with_the_delta_link() {
    let (round, steps) = run(Round::initial(), [next("1"), next("2"), delta("d")]);
    let got: Vec<_> = steps.iter().map(delivered).collect();
    assert_eq!(
        got,
        [
            (Some(ResyncReason::Initial), "next"),
            (None, "next"),
            (None, "delta")
        ]
    );
    assert_eq!(round.next_request(), NextRequest::None);
}

#[test]
fn a_resumed_round_asks_its_link_and_is_no_resync() {
    let round = Round::resumed(url("r"));
    assert_eq!(round.next_request(), NextRequest::Link(&url("r")));
    assert_eq!(delivered(&run(round, [delta("d")]).1[0]), (None, "delta"));
}

#[test]
fn a_410_with_a_location_follows_it_and_without_starts_over() {
    let (round, _) = run(Round::resumed(url("r")), [lost(Some("elsewhere"))]);
    assert_eq!(round.next_request(), NextRequest::Link(&url("elsewhere")));
    let (round, steps) = run(round, [next("1")]);
    assert_eq!(delivered(&steps[0]), (Some(ResyncReason::Gone), "next"));
    let (round, _) = run(round, [lost(None)]);
    assert_eq!(round.next_request(), NextRequest::Initial);
    assert_eq!(
        delivered(&run(round, [delta("d")]).1[0]),
        (Some(ResyncReason::Gone), "delta")
    );
}

#[test]
fn gives_up_after_a_few_restarts() {
    let (round, steps) = run(
        Round::resumed(url("r")),
        std::iter::repeat_n(lost(Some("same")), 4),
    );
    assert_eq!(
        steps,
        [
            Step::StartOver,
            Step::StartOver,
            Step::StartOver,
            Step::GiveUp
        ]
    );
    assert_eq!(round.next_request(), NextRequest::None);
}

#[test]
fn delta_token_latest_never_claims_to_have_seen_everything() {
    assert_eq!(
        delivered(&run(Round::latest(), [lost(None), delta("d")]).1[1]),
        (None, "delta")
    );
    let full = run(Round::latest(), [lost(Some("full")), delta("d")]).1;
    assert_eq!(delivered(&full[1]), (Some(ResyncReason::Gone), "delta"));
}

#[test]
fn repeated_next_links_and_pages_without_links_end_it() {
    assert_eq!(
        run(Round::initial(), [next("1"), next("1")]).1[1],
        Step::Loop
    );
    assert_eq!(run(Round::resumed(url("1")), [next("1")]).1[0], Step::Loop);
    let nothing = Input::Page {
        next: None,
        delta: None,
    };
    assert_eq!(run(Round::initial(), [nothing]).1[0], Step::NoLink);
}

#[test]
fn tells_a_lost_delta_token_from_other_failures() {
    let of = resync_reason;
    assert_eq!(of(Some(410), None), Some(ResyncReason::Gone));
    assert_eq!(
        of(Some(410), Some("resyncRequired")),
        Some(ResyncReason::TokenExpired)
    );
    assert_eq!(
        of(Some(400), Some("SyncStateNotFound")),
        Some(ResyncReason::TokenExpired)
    );
    assert_eq!(
        of(Some(404), Some("syncStateNotFound")),
        Some(ResyncReason::TokenExpired)
    );
    assert_eq!(
        of(Some(400), Some("DirectoryPageTokenNotFoundException")),
        Some(ResyncReason::PageTokenLost)
    );
    assert_eq!(of(Some(400), Some("Request_BadRequest")), None);
    assert_eq!(of(Some(500), Some("resyncRequired")), None);
    assert_eq!(of(None, None), None);
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let input = prop_oneof![
        6 => (0u8..30).prop_map(|n| next(&n.to_string())),
        1 => Just(delta("d")),
        1 => Just(lost(None)),
        1 => (0u8..30).prop_map(|n| lost(Some(&n.to_string()))),
        1 => Just(Input::Page { next: None, delta: None }),
        1 => Just(Input::Page { next: Some(url("both")), delta: Some(url("d")) }),
    ];
    prop::collection::vec(input, 0..60)
}

proptest! {
    #[test]
    fn whatever_the_service_answers_the_delta_contract_holds(
        inputs in inputs(),
        start in prop::sample::select(vec![Round::initial(), Round::latest(), Round::resumed(url("r"))]),
    ) {
        let mut round = start.clone();
        let mut restarts = 0;
        // A page after a start from nothing says so; no other page does.
        let mut owed = start.resync.is_some();
        let mut latest = start.latest;
        let mut followed = HashSet::new();
        for input in inputs {
            if round.next_request() == NextRequest::None {
                break;
            }
            if let NextRequest::Link(link) = round.next_request() {
                prop_assert!(followed.insert(link.clone()), "asked twice in a round: {link}");
            }
            let (after, step) = round.step(input.clone());
            match &step {
                Step::Deliver { resync, checkpoint } => {
                    prop_assert_eq!(resync.is_some(), owed);
                    owed = false;
                    prop_assert_eq!(checkpoint.is_complete(), after.next_request() == NextRequest::None);
                    if !checkpoint.is_complete() {
                        prop_assert_eq!(after.next_request(), NextRequest::Link(&Url::parse(checkpoint.expose()).unwrap()));
                    }
                }
                Step::StartOver => {
                    restarts += 1;
                    prop_assert!(restarts <= MAX_RESTARTS);
                    latest &= !matches!(input, Input::Lost { location: Some(_), .. });
                    owed = !latest;
                    followed.clear();
                }
                Step::GiveUp | Step::Loop | Step::NoLink => prop_assert_eq!(after.next_request(), NextRequest::None),
            }
            round = after;
        }
    }
}
