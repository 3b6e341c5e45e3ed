//! Delta reads: rounds, resyncs, removals, checkpoints.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use crate::support::{Fixture, User, fixture, last, page};
use futures::{StreamExt as _, TryStreamExt as _};
use graph_client::test_util::Answer;
use graph_client::{Change, Checkpoint, DeltaEvent, DeltaPage, Error, RemovedReason, ResyncReason};
use serde_json::value::RawValue;

const PATH: &str = "/v1.0/users/delta";
const NEXT: &str = "https://graph.microsoft.com/v1.0/users/delta?$skiptoken=n";
const DELTA: &str = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=d";
const FULL: &str = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=";

fn stored(link: &str) -> Checkpoint {
    Checkpoint::restore("delta", link).unwrap()
}

async fn from(f: &Fixture, checkpoint: Option<Checkpoint>) -> Result<Vec<DeltaPage<User>>, Error> {
    let request = f.client.delta::<User>("users");
    let request = match checkpoint {
        Some(checkpoint) => request.resume(checkpoint),
        None => request,
    };
    request.pages().try_collect().await
}

fn targets(f: &Fixture) -> Vec<String> {
    f.graph
        .requests()
        .iter()
        .map(graph_client::test_util::Recorded::target)
        .collect()
}

#[tokio::test]
async fn a_first_round_ends_with_a_delta_link() {
    let f = fixture();
    f.graph.on(
        PATH,
        [
            page(&["a"], Some(NEXT)),
            page(
                &[],
                Some("https://graph.microsoft.com/v1.0/users/delta?$skiptoken=m"),
            ),
            last(&["b"], DELTA),
        ],
    );
    let pages = from(&f, None).await.unwrap();
    assert_eq!(
        pages.iter().map(|p| p.resync).collect::<Vec<_>>(),
        [Some(ResyncReason::Initial), None, None]
    );
    assert_eq!(
        pages
            .iter()
            .map(|p| p.checkpoint.is_complete())
            .collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!(pages[2].checkpoint.expose(), DELTA);
    assert_eq!(
        targets(&f)[..2],
        [
            "/v1.0/users/delta?$select=id",
            "/v1.0/users/delta?$skiptoken=n"
        ]
    );
}

#[tokio::test]
async fn resumes_from_a_next_link_and_from_a_delta_link() {
    let f = fixture();
    f.graph.on(PATH, [last(&["b"], DELTA), last(&["c"], DELTA)]);
    let rest = from(&f, Some(Checkpoint::restore("next", NEXT).unwrap()))
        .await
        .unwrap();
    let changed = from(&f, Some(stored(DELTA))).await.unwrap();
    assert_eq!((rest[0].resync, changed[0].resync), (None, None));
    assert_eq!(
        targets(&f),
        [
            "/v1.0/users/delta?$skiptoken=n",
            "/v1.0/users/delta?$deltatoken=d"
        ]
    );
}

#[tokio::test]
async fn a_checkpoint_that_was_not_stored_in_time_is_replayed() {
    let f = fixture();
    f.graph.on(PATH, [last(&["a"], DELTA), last(&["a"], DELTA)]);
    let once = from(&f, Some(stored(NEXT))).await.unwrap();
    let again = from(&f, Some(stored(NEXT))).await.unwrap();
    assert_eq!(once[0].changes, again[0].changes);
}

#[tokio::test]
async fn resumes_after_410_with_location() {
    let f = fixture();
    f.graph.on(
        PATH,
        [
            Answer::error(410, "resyncRequired").header("location", FULL),
            page(&["a"], Some(NEXT)),
            last(&["b"], DELTA),
        ],
    );
    let pages = from(&f, Some(stored(DELTA))).await.unwrap();
    assert_eq!(
        pages.iter().map(|p| p.resync).collect::<Vec<_>>(),
        [Some(ResyncReason::TokenExpired), None]
    );
    assert_eq!(
        targets(&f)[..2],
        [
            "/v1.0/users/delta?$deltatoken=d",
            "/v1.0/users/delta?$deltatoken="
        ]
    );
}

#[tokio::test]
async fn starts_over_after_410_without_location_and_after_lost_tokens() {
    for (answer, reason) in [
        (Answer::status(410), ResyncReason::Gone),
        (
            Answer::error(400, "syncStateNotFound"),
            ResyncReason::TokenExpired,
        ),
        (
            Answer::error(410, "resyncChangesApplyDifferences"),
            ResyncReason::TokenExpired,
        ),
        (
            Answer::error(400, "DirectoryPageTokenNotFoundException"),
            ResyncReason::PageTokenLost,
        ),
    ] {
        let f = fixture();
        f.graph.on(PATH, [answer, last(&["a"], DELTA)]);
        let pages = from(&f, Some(stored(DELTA))).await.unwrap();
        assert_eq!(pages[0].resync, Some(reason));
        assert_eq!(
            targets(&f),
            [
                "/v1.0/users/delta?$deltatoken=d",
                "/v1.0/users/delta?$select=id"
            ]
        );
    }
}

#[tokio::test]
async fn a_410_in_the_middle_of_a_round_announces_the_new_one() {
    let f = fixture();
    f.graph.on(
        PATH,
        [
            page(&["a"], Some(NEXT)),
            Answer::status(410),
            page(&["a"], Some(NEXT)),
            last(&["b"], DELTA),
        ],
    );
    let pages = from(&f, None).await.unwrap();
    let resyncs: Vec<_> = pages.iter().map(|p| p.resync).collect();
    assert_eq!(
        resyncs,
        [Some(ResyncReason::Initial), Some(ResyncReason::Gone), None]
    );
}

#[tokio::test]
async fn endless_410_gives_up_with_the_services_error() {
    let f = fixture();
    f.graph
        .on(PATH, vec![Answer::error(410, "resyncRequired"); 20]);
    let error = from(&f, Some(stored(DELTA))).await.unwrap_err();
    assert!(error.is_gone());
    assert_eq!(error.code(), Some("resyncRequired"));
    assert!(error.to_string().contains("again and again"), "{error}");
    assert_eq!(f.graph.requests().len(), 4);
}

#[tokio::test]
async fn off_origin_next_links_and_delta_links_are_refused() {
    let evil = "https://evil.example/v1.0/users/delta?$deltatoken=x";
    for answer in [
        page(&["a"], Some(evil)),
        last(&["a"], evil),
        Answer::status(410).header("location", evil),
    ] {
        let f = fixture();
        f.graph.on(PATH, [answer]);
        assert!(
            from(&f, Some(stored(DELTA)))
                .await
                .unwrap_err()
                .is_refused_link()
        );
        assert_eq!(f.graph.requests().len(), 1);
    }
    let f = fixture();
    assert!(
        from(&f, Some(stored(evil)))
            .await
            .unwrap_err()
            .is_refused_link()
    );
    assert!(f.graph.all_requests().is_empty());
}

#[tokio::test]
async fn removals_are_told_apart_and_repetitions_delivered_as_they_are() {
    let f = fixture();
    let body = format!(
        r#"{{"value":[{{"id":"a"}},{{"id":"a","@removed":{{"reason":"changed"}}}},
            {{"@removed":{{"reason":"deleted"}},"id":"b"}},{{"id":"c","@removed":{{"reason":"new"}}}},
            {{"id":"d","@removed":{{}}}},{{"@removed":{{"reason":"deleted"}}}},{{"id":5}},{{"id":"a"}}],
            "@odata.deltaLink":"{DELTA}"}}"#
    );
    f.graph.on(PATH, [Answer::json(body)]);
    let pages = from(&f, Some(stored(NEXT))).await.unwrap();
    let removed = |id: &str, reason| Change::Removed {
        id: id.to_owned(),
        reason,
    };
    let exists = |id: &str| Change::Upsert(User { id: id.to_owned() });
    assert_eq!(
        pages[0].changes,
        [
            exists("a"),
            removed("a", RemovedReason::Changed),
            removed("b", RemovedReason::Deleted),
            removed("c", RemovedReason::Unknown("new".to_owned())),
            removed("d", RemovedReason::Unknown(String::new())),
            exists("a"),
        ]
    );
    let malformed: Vec<usize> = pages[0].malformed.iter().map(|item| item.index).collect();
    assert_eq!(malformed, [5, 6]);
}

#[tokio::test]
async fn raw_changes_keep_their_bytes() {
    let f = fixture();
    f.graph.on("/v1.0/groups/delta", [Answer::json(format!(
        r#"{{"value":[{{"id":"g", "members@delta":[{{"id":"u"}}]}}],"@odata.deltaLink":"{DELTA}"}}"#
    ))]);
    let pages: Vec<DeltaPage<Box<RawValue>>> = f
        .client
        .delta("groups")
        .select(["id", "members"])
        .prefer("return=minimal")
        .pages()
        .try_collect()
        .await
        .unwrap();
    let Change::Upsert(group) = &pages[0].changes[0] else {
        panic!("not an upsert")
    };
    assert_eq!(group.get(), r#"{"id":"g", "members@delta":[{"id":"u"}]}"#);
    let request = &f.graph.requests()[0];
    assert_eq!(request.target(), "/v1.0/groups/delta?$select=id,members");
    assert_eq!(request.header("prefer"), Some("return=minimal"));
}

#[tokio::test]
async fn delta_token_latest_is_no_resync() {
    let f = fixture();
    f.graph.on(PATH, [last(&[], DELTA)]);
    let pages: Vec<_> = f
        .client
        .delta::<User>("users")
        .latest()
        .pages()
        .try_collect()
        .await
        .unwrap();
    assert_eq!((pages.len(), pages[0].resync), (1, None));
    assert_eq!(
        targets(&f),
        ["/v1.0/users/delta?$select=id&$deltatoken=latest"]
    );
    f.graph.on("/v1.0/drives/1/root/delta", [last(&[], DELTA)]);
    let pages = f
        .client
        .delta::<User>(["drives", "1", "root"])
        .latest()
        .pages();
    assert_eq!(pages.count().await, 1);
    assert_eq!(
        targets(&f)[1],
        "/v1.0/drives/1/root/delta?$select=id&token=latest"
    );
}

#[tokio::test]
async fn a_page_without_delta_link_and_a_repeated_next_link_are_errors() {
    let f = fixture();
    f.graph.on(PATH, [page(&["a"], None)]);
    assert!(from(&f, None).await.unwrap_err().is_decode());
    let f = fixture();
    f.graph
        .on(PATH, [page(&["a"], Some(NEXT)), page(&["b"], Some(NEXT))]);
    assert!(
        from(&f, None)
            .await
            .unwrap_err()
            .to_string()
            .contains("repeated")
    );
}

#[tokio::test]
async fn ordinary_failures_are_no_resync() {
    let f = fixture();
    f.graph
        .on(PATH, [Answer::error(403, "Authorization_RequestDenied")]);
    assert!(
        from(&f, Some(stored(DELTA)))
            .await
            .unwrap_err()
            .is_permission_denied()
    );
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn events_follow_the_page_order() {
    let f = fixture();
    f.graph.on(PATH, [
        Answer::json(format!(r#"{{"value":[{{"id":"a"}},{{"id":1}},{{"id":"b","@removed":{{"reason":"deleted"}}}}],"@odata.nextLink":"{NEXT}"}}"#)),
        last(&["c"], DELTA),
    ]);
    let events: Vec<DeltaEvent<User>> = f
        .client
        .delta("users")
        .events()
        .try_collect()
        .await
        .unwrap();
    let names: Vec<String> = events
        .iter()
        .map(|event| match event {
            DeltaEvent::ResyncStarted(reason) => format!("{reason:?}"),
            DeltaEvent::Upsert(user) => format!("+{}", user.id),
            DeltaEvent::Removed { id, reason } => format!("-{id} {}", reason.as_str()),
            DeltaEvent::Malformed(item) => format!("?{}", item.index),
            DeltaEvent::Checkpoint(checkpoint) => checkpoint.kind().to_owned(),
            _ => String::new(),
        })
        .collect();
    assert_eq!(
        names,
        ["Initial", "+a", "-b deleted", "?1", "next", "+c", "delta"]
    );
}
