//! What goes on within one sync: making place, counting, telling, learning.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;
use std::time::Duration;

use crate::common::fake::{Fake, empty, throttled};
use futures::StreamExt;
use graph_client::test_util::Answer;
use m365_collect::{
    Descriptor, Engine, Outcome, PartialReason, Progress, ProgressEvent, Report, SourceId,
    WaitCause, facts, progress_channel, sources,
};

const GRAPH: &str = "https://graph.microsoft.com/v1.0";

/// A listing of so many pages, each of which the service is slow to give.
fn slow_pages(fake: &Fake, id: &str, pages: u64, seconds: u64) {
    for page in 0..pages {
        fake.answers(id, [throttled(seconds)]);
        let next = format!(r#","@odata.nextLink":"{GRAPH}/{id}?$skiptoken={page}""#);
        let next = if page + 1 < pages {
            next
        } else {
            String::new()
        };
        fake.answers(
            id,
            [Answer::json(format!(
                r#"{{"value":[{{"id":"{page}"}}]{next}}}"#
            ))],
        );
    }
}

#[tokio::test]
async fn a_source_throttled_by_429_is_tried_again_in_the_same_sync_while_others_run() {
    let fake = Fake::paused();
    slow_pages(&fake, "sites", 10, 10);
    fake.answers("security", [throttled(60)]);
    fake.answers("security", empty());
    let engine = fake.engine(vec![fake.source("security", 60), fake.source("sites", 60)]);
    let report = fake.drive(engine.run()).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let tries = fake.reads_of("security");
    assert_eq!(tries.len(), 2);
    assert!(
        (60..=75).contains(&tries[1]),
        "as soon as it may, and no sooner: {tries:?}"
    );
    let security = report.source("security").unwrap();
    assert_eq!((security.stats.requests, security.stats.throttled), (2, 1));
    assert!(security.stats.elapsed() >= Duration::from_secs(60));
    let told = fake.heard.events().into_iter().any(|event| {
        matches!(
            event,
            ProgressEvent::Waiting { source, wait, cause: WaitCause::Throttled, .. }
                if source.as_str() == "security" && wait >= Duration::from_secs(59)
        )
    });
    assert!(told, "it is told that it waits");
    let runs = fake.store.runs(None, None, 10).await.unwrap();
    assert_eq!(runs.len(), 2, "one run of each is logged");
}

#[tokio::test]
async fn a_throttled_source_that_nobody_is_left_to_wait_for_ends_throttled() {
    let fake = Fake::paused();
    slow_pages(&fake, "sites", 2, 10);
    fake.answers("security", [throttled(3600)]);
    let report = fake
        .drive(
            fake.engine(vec![fake.source("security", 60), fake.source("sites", 60)])
                .run(),
        )
        .await
        .unwrap();
    assert!(matches!(
        report.source("security").unwrap().outcome,
        Outcome::Throttled { until: Some(_) }
    ));
    assert!(report.source("sites").unwrap().outcome.is_complete());
    let elapsed = fake.clock.elapsed();
    assert!(
        elapsed < Duration::from_secs(120),
        "an hour is not waited: {elapsed:?}"
    );
}

#[tokio::test]
async fn what_waits_for_a_throttled_source_is_read_after_it() {
    let fake = Fake::paused();
    slow_pages(&fake, "sites", 10, 10);
    fake.answers("security", [throttled(30)]);
    fake.answers("security", empty());
    fake.answers("teams", empty());
    let child = Descriptor::full("teams", "a test").after(SourceId::new("security"));
    let engine = fake.engine(vec![
        fake.source_of(child),
        fake.source("security", 60),
        fake.source("sites", 60),
    ]);
    let report = fake.drive(engine.run()).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let (child, parent) = (fake.reads_of("teams"), fake.reads_of("security"));
    assert_eq!((child.len(), parent.len()), (1, 2));
    assert!(child[0] >= parent[1], "{child:?} {parent:?}");
    let order: Vec<&str> = report.sources.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(order, ["teams", "security", "sites"], "as they were given");
}

/// A tenant with two people, whose service counts as told.
struct Counted {
    fake: Fake,
}

impl Counted {
    fn new(counts: impl IntoIterator<Item = Answer>) -> Self {
        Self::of(Fake::new(), counts)
    }

    fn of(fake: Fake, counts: impl IntoIterator<Item = Answer>) -> Self {
        fake.answers(
            "users/delta",
            [Answer::json(format!(
                r#"{{"value":[{{"id":"a"}},{{"id":"b"}}],"@odata.deltaLink":"{GRAPH}/users/delta?$deltatoken=1"}}"#
            ))],
        );
        fake.answers("users/$count", counts);
        Self { fake }
    }

    fn engine(&self) -> Engine {
        self.fake.engine(sources::catalogue()).only(["users"])
    }

    /// Another round with these items, and the counts after it.
    async fn again(&self, items: &str, counts: &[u64]) -> Outcome {
        self.fake.answers(
            "users/delta",
            [Answer::json(format!(
                r#"{{"value":[{items}],"@odata.deltaLink":"{GRAPH}/users/delta?$deltatoken=1"}}"#
            ))],
        );
        let counts = counts.iter().map(|count| text(*count));
        self.fake.answers("users/$count", counts);
        outcome(&self.engine().run().await.unwrap())
    }
}

fn text(count: u64) -> Answer {
    Answer::status(200)
        .body(count.to_string())
        .header("content-type", "text/plain")
}

fn outcome(report: &Report) -> Outcome {
    report.source("users").unwrap().outcome.clone()
}

const fn mismatch(stored: u64, counted: u64) -> Outcome {
    Outcome::Partial {
        reason: PartialReason::Count { stored, counted },
    }
}

#[tokio::test]
async fn an_equal_odata_count_is_told_and_costs_one_request() {
    let tenant = Counted::new([text(2), text(2)]);
    let report = tenant.engine().run().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.sources[0].stats.counted, Some(2));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["sources"][0]["counted"], 2);
    assert_eq!(tenant.again("", &[2]).await, Outcome::Complete);
    assert_eq!(tenant.fake.graph.unmatched(), [""; 0]);
    let asked = tenant.fake.graph.requests();
    let counts: Vec<_> = asked
        .iter()
        .filter(|asked| asked.url.path() == "/v1.0/users/$count")
        .collect();
    assert_eq!(counts.len(), 3, "an estimate, and one after each run");
    for count in counts {
        assert_eq!(count.header("consistencylevel"), Some("eventual"));
    }
}

#[tokio::test]
async fn an_odata_count_that_differs_is_asked_for_again_and_then_told() {
    let tenant = Counted::new([text(3), text(3), text(3)]);
    let report = tenant.engine().run().await.unwrap();
    assert_eq!(outcome(&report), mismatch(2, 3));
    let events = tenant.fake.heard.events();
    let differs = ProgressEvent::CountDiffers {
        source: SourceId::new("users"),
        stored: 2,
        counted: 3,
    };
    assert!(events.contains(&differs), "{events:?}");
    let waited = tenant.fake.clock.elapsed();
    assert!(waited >= Duration::from_secs(20), "{waited:?}");
    // Nothing was healed, and the evidence says so.
    let users = facts(tenant.fake.store.as_ref())
        .await
        .unwrap()
        .identity_users;
    assert!(!users.complete);
    assert!(
        users.note.as_deref().is_some_and(|note| note.contains('3')),
        "{:?}",
        users.note
    );
}

#[tokio::test]
async fn an_odata_count_whose_index_lags_is_no_mismatch() {
    let tenant = Counted::new([text(1), text(1), text(2)]);
    let report = tenant.engine().run().await.unwrap();
    assert!(report.is_complete(), "it catches up: {report:?}");
    // A round that brought one change: the index may be behind by one, and by no more.
    let one = r#"{"id":"c"}"#;
    assert_eq!(tenant.again(one, &[2]).await, Outcome::Complete);
    assert_eq!(tenant.again(r#"{"id":"d"}"#, &[2, 2]).await, mismatch(4, 2));
}

#[tokio::test]
async fn an_odata_count_that_is_refused_is_no_failure_and_no_match() {
    let refused = || Answer::error(403, "Authorization_RequestDenied");
    let tenant = Counted::new([refused(), refused()]);
    let report = tenant.engine().run().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.sources[0].stats.counted, None);
}

#[tokio::test]
async fn what_differs_stays_known_while_later_runs_fail() {
    let tenant = Counted::new([text(3), text(3), text(3)]);
    tenant.engine().run().await.unwrap();
    tenant
        .fake
        .answers("users/delta", [Answer::error(400, "BadRequest")]);
    let failed = outcome(&tenant.engine().run().await.unwrap());
    assert!(matches!(failed, Outcome::Failed { .. }), "{failed:?}");
    let users = facts(tenant.fake.store.as_ref())
        .await
        .unwrap()
        .identity_users;
    assert!(!users.complete, "{users:?}");
}

#[tokio::test]
async fn a_sync_tells_how_it_comes_on() {
    let fake = Fake::new();
    // Pages enough for the estimate to arrive beside them.
    for page in 0..8 {
        let next = format!(r#""@odata.nextLink":"{GRAPH}/users/delta?$skiptoken={page}""#);
        fake.answers(
            "users/delta",
            [Answer::json(format!(r#"{{"value":[],{next}}}"#))],
        );
    }
    let tenant = Counted::of(fake, [text(2), text(2)]);
    let (sender, events) = progress_channel(64);
    let engine = tenant.engine().progress(Arc::new(sender));
    engine.run().await.unwrap();
    drop(engine);
    let events: Vec<ProgressEvent> = events.collect().await;
    let names: Vec<String> = events
        .iter()
        .map(|event| {
            let json = serde_json::to_value(event).unwrap();
            let back: ProgressEvent = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(back, *event, "an event survives its way as JSON");
            json["event"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names.first().unwrap(), "started");
    assert_eq!(names.last().unwrap(), "finished");
    assert!(names.contains(&"estimated".to_owned()), "{names:?}");
    let last = events.iter().rev().find_map(|event| match event {
        ProgressEvent::Stored { seen, estimate, .. } => Some((*seen, *estimate)),
        _ => None,
    });
    assert_eq!(last, Some((2, Some(2))));
}

#[tokio::test]
async fn a_resync_and_held_removals_are_told() {
    let tenant = Counted::new([text(2), text(2)]);
    tenant.engine().run().await.unwrap();
    let fake = &tenant.fake;
    fake.answers("users/delta", [Answer::error(410, "resyncRequired")]);
    assert_eq!(
        tenant.again(r#"{"id":"a"},{"id":"b"}"#, &[2]).await,
        Outcome::Complete
    );
    let resync = ProgressEvent::Resync {
        source: SourceId::new("users"),
    };
    let events = fake.heard.events();
    assert!(events.contains(&resync), "{events:?}");

    let many: Vec<String> = (0..100).map(|n| format!(r#"{{"id":"{n}"}}"#)).collect();
    let list = |items: &[String]| Answer::json(format!(r#"{{"value":[{}]}}"#, items.join(",")));
    fake.answers("sites", [list(&many), list(&[])]);
    for _ in 0..2 {
        let engine = fake.engine(vec![fake.source("sites", 60)]);
        engine.run().await.unwrap();
    }
    let held = ProgressEvent::HeldRemovals {
        source: SourceId::new("sites"),
        removals: 100,
        of: 100,
    };
    let events = fake.heard.events();
    assert!(events.contains(&held), "{events:?}");
}

fn stored(id: &'static str, seen: u64) -> ProgressEvent {
    ProgressEvent::Stored {
        source: SourceId::new(id),
        seen,
        estimate: None,
        per_second: None,
    }
}

fn started(id: &'static str) -> ProgressEvent {
    ProgressEvent::Started {
        source: SourceId::new(id),
    }
}

#[tokio::test]
async fn a_slow_listener_hears_the_latest_figure_and_how_much_it_missed() {
    let (sender, events) = progress_channel(3);
    sender.event(&started("users"));
    for seen in 0..1000 {
        sender.event(&stored("users", seen));
        sender.event(&stored("groups", seen));
    }
    for id in ["domains", "sites", "teams"] {
        sender.event(&started(id));
    }
    drop(sender);
    let heard: Vec<ProgressEvent> = events.collect().await;
    assert_eq!(
        heard,
        [
            ProgressEvent::Missed { events: 3 },
            started("domains"),
            started("sites"),
            started("teams"),
        ]
    );
}

#[tokio::test]
async fn figures_of_one_source_are_told_once() {
    let (sender, mut events) = progress_channel(10);
    for seen in 0..1000 {
        sender.event(&stored("users", seen));
        sender.event(&stored("groups", seen));
    }
    let resync = ProgressEvent::Resync {
        source: SourceId::new("users"),
    };
    sender.event(&resync);
    sender.event(&stored("users", 5));
    assert_eq!(events.next().await, Some(stored("users", 999)));
    assert_eq!(events.next().await, Some(stored("groups", 999)));
    assert_eq!(events.next().await, Some(resync));
    assert_eq!(events.next().await, Some(stored("users", 5)), "in order");
    drop(events);
    assert!(!sender.is_listening(), "nobody hears any more");
    sender.event(&started("users"));
}
