//! Sources are read when they are due, and what fails or is throttled holds nothing else up.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::fake::{Fake, empty, throttled};
use futures::future::poll_immediate;
use graph_client::test_util::{Answer, FixedRandom};
use m365_collect::{
    Descriptor, Due, DueReason, Engine, Error, Outcome, Schedule, SourceId, StoreError,
};

const HOUR: u64 = 3600;

/// A schedule that begins at once.
fn prompt(engine: Engine) -> Schedule {
    engine
        .schedule()
        .unwrap()
        .spread(Duration::ZERO)
        .random(Arc::new(FixedRandom::new(0.0)))
}

/// Syncs until so many seconds have passed.
async fn run_for(fake: &Fake, schedule: &mut Schedule, seconds: u64) -> Vec<Result<(), Error>> {
    let mut synced = Vec::new();
    while fake.clock.elapsed().as_secs() < seconds {
        synced.push(schedule.next().await.map(|_| ()));
    }
    synced
}

fn every(step: u64, until: u64) -> Vec<u64> {
    (0..=until / step).map(|n| n * step).collect()
}

#[tokio::test]
async fn each_source_is_read_when_it_is_due() {
    let fake = Fake::new();
    for id in ["often", "seldom"] {
        fake.answers(id, empty());
    }
    let engine = fake.engine(vec![fake.source("often", 10), fake.source("seldom", 60)]);
    let mut schedule = prompt(engine);
    let synced = run_for(&fake, &mut schedule, 4 * HOUR).await;
    assert!(synced.iter().all(Result::is_ok), "{synced:?}");
    assert_eq!(fake.reads_of("often"), every(600, 4 * HOUR));
    assert_eq!(fake.reads_of("seldom"), every(HOUR, 4 * HOUR));
    assert_eq!(fake.graph.unmatched(), [""; 0]);
    let sleeps = fake.clock.sleeps().len();
    assert!(sleeps <= 100, "no busy loop: {sleeps} sleeps in four hours");
}

#[tokio::test]
async fn a_cadence_of_ones_own_takes_the_place_of_the_descriptors() {
    let fake = Fake::new();
    fake.answers("things", empty());
    let engine = fake
        .engine(vec![fake.source("things", 60)])
        .cadence("things", Duration::from_secs(300));
    run_for(&fake, &mut prompt(engine), HOUR).await;
    assert_eq!(fake.reads_of("things"), every(300, HOUR));
    let unknown = fake
        .engine(vec![fake.source("things", 60)])
        .cadence("thinks", Duration::from_secs(300));
    assert!(matches!(
        unknown.schedule(),
        Err(Error::UnknownSource { .. })
    ));
}

#[tokio::test]
async fn a_source_that_is_switched_off_is_never_read() {
    let fake = Fake::new();
    fake.answers("on", empty());
    let engine = fake
        .engine(vec![fake.source("on", 10), fake.source("off", 10)])
        .skip(["off"]);
    let plan = engine.plan().await.unwrap();
    assert_eq!(plan.source("off").unwrap().due, Due::Off);
    run_for(&fake, &mut prompt(engine), HOUR).await;
    assert_eq!(fake.reads_of("off"), [0; 0]);
    assert_eq!(fake.reads_of("on").len(), 7);
}

#[tokio::test]
async fn tenants_that_begin_together_are_spread() {
    let mut beginnings = Vec::new();
    for chance in [0.0, 0.25, 0.999] {
        let fake = Fake::new();
        fake.answers("things", empty());
        let mut schedule = fake
            .engine(vec![fake.source("things", 60)])
            .schedule()
            .unwrap()
            .random(Arc::new(FixedRandom::new(chance)));
        for _ in 0..3 {
            schedule.next().await.unwrap();
        }
        beginnings.push(fake.reads_of("things"));
    }
    // A tenth of the cadence, and the distance is kept.
    for (tenant, first) in beginnings.iter().zip([0, 90, 359]) {
        assert_eq!(*tenant, [first, first + HOUR, first + 2 * HOUR]);
    }
}

#[tokio::test]
async fn a_schedule_goes_on_after_a_restart_where_it_was() {
    let fake = Fake::new();
    fake.answers("things", empty());
    let engine = || fake.engine(vec![fake.source("things", 60)]);
    prompt(engine()).next().await.unwrap();
    fake.clock.advance(Duration::from_secs(50 * 60));
    // What is not overdue is not spread anew.
    let mut schedule = engine()
        .schedule()
        .unwrap()
        .random(Arc::new(FixedRandom::new(0.9)));
    schedule.next().await.unwrap();
    assert_eq!(fake.reads_of("things"), [0, HOUR]);
}

#[tokio::test]
async fn a_failing_source_rests_longer_each_time_while_the_others_go_on() {
    let fake = Fake::new();
    fake.answers("good", empty());
    fake.answers("bad", vec![Answer::error(400, "BadRequest"); 6]);
    fake.answers("bad", empty());
    let engine = fake.engine(vec![fake.source("good", 10), fake.source("bad", 60)]);
    run_for(&fake, &mut prompt(engine), 3 * HOUR).await;
    let minutes: Vec<u64> = fake.reads_of("bad").iter().map(|at| at / 60).collect();
    assert_eq!(
        minutes,
        [0, 1, 3, 7, 15, 31, 63, 120, 180],
        "twice as long each time; then hourly, together with what is due at nearly that time"
    );
    assert_eq!(fake.reads_of("good"), every(600, 3 * HOUR));
}

#[tokio::test]
async fn a_throttled_source_yields_its_place_and_is_not_tried_before_its_retry_after() {
    // Two parts of the service, each with limits of its own.
    let fake = Fake::paused();
    fake.answers("sites", empty());
    fake.answers("security", [crate::common::fake::throttled(HOUR)]);
    fake.answers("security", empty());
    let engine = fake.engine(vec![fake.source("security", 10), fake.source("sites", 10)]);
    let mut schedule = prompt(engine);
    while fake.clock.elapsed().as_secs() < HOUR + 600 {
        fake.drive(schedule.next()).await.unwrap();
    }
    let throttled = fake.reads_of("security");
    assert_eq!(throttled[0], 0);
    assert!(
        throttled[1] >= HOUR,
        "not before the service said: {throttled:?}"
    );
    let others = fake.reads_of("sites");
    assert_eq!(others.len(), 8, "every ten minutes: {others:?}");
}

#[tokio::test]
async fn a_tenant_that_cannot_be_read_at_all_is_left_alone_longer_each_time() {
    let fake = Fake::new();
    let refused = Answer::status(401)
        .body(r#"{"error":"invalid_client","error_description":"AADSTS7000215: no"}"#);
    fake.graph
        .on("/contoso.example/oauth2/v2.0/token", vec![refused; 5]);
    fake.answers("things", empty());
    let mut schedule = prompt(fake.engine(vec![fake.source("things", 60)]));
    let mut failed_at = Vec::new();
    while let Err(error) = schedule.next().await {
        assert!(error.is_authentication(), "{error}");
        failed_at.push(fake.clock.elapsed().as_secs() / 60);
    }
    assert_eq!(failed_at, [0, 1, 3, 7, 15]);
    assert_eq!(fake.reads_of("things"), [31 * 60]);
}

#[tokio::test]
async fn another_sync_of_the_tenant_is_waited_for() {
    let fake = Fake::new();
    fake.answers("things", empty());
    let engine = || fake.engine(vec![fake.source("things", 60)]);
    let claim = fake.store.claim().await.unwrap();
    let refused = engine().run().await.unwrap_err();
    assert!(
        matches!(refused, Error::Store(StoreError::InUse { .. })),
        "{refused:?}"
    );
    assert_eq!(
        fake.graph.all_requests().len(),
        0,
        "the tenant is not asked"
    );

    let mut schedule = prompt(engine());
    let mut next = Box::pin(schedule.next());
    for _ in 0..20 {
        assert!(poll_immediate(&mut next).await.is_none());
    }
    let waited = fake.clock.elapsed();
    assert!(waited >= Duration::from_secs(60), "{waited:?}");
    assert_eq!(fake.reads(), []);
    drop(claim);
    next.await.unwrap();
    assert_eq!(fake.reads_of("things").len(), 1);
}

#[tokio::test]
async fn stopping_ends_it_and_the_next_one_goes_on() {
    let fake = Fake::new();
    fake.answers("things", [Answer::never()]);
    let mut schedule = prompt(fake.engine(vec![fake.source("things", 60)]));
    let polls = AtomicU32::new(0);
    let stop = std::future::poll_fn(|context| {
        // Well into the reading, whose answer never comes.
        context.waker().wake_by_ref();
        match polls.fetch_add(1, Ordering::Relaxed) {
            0..200 => std::task::Poll::Pending,
            _ => std::task::Poll::Ready(()),
        }
    });
    let mut synced = 0;
    schedule.run(stop, |_| synced += 1).await;
    assert_eq!((synced, fake.reads_of("things").len()), (0, 1));
    drop(schedule);

    fake.answers("things", empty());
    let engine = fake.engine(vec![fake.source("things", 60)]);
    let plan = engine.plan().await.unwrap();
    assert!(plan.source("things").unwrap().is_due(), "{plan:?}");
    let report = engine.run_due().await.unwrap().unwrap();
    assert!(
        report.is_complete(),
        "the store is good, and free: {report:?}"
    );
    assert!(engine.run_due().await.unwrap().is_none(), "nothing is due");
}

#[tokio::test]
async fn a_plan_says_why() {
    let fake = Fake::new();
    fake.answers("first", empty());
    fake.answers("failing", [Answer::error(400, "BadRequest")]);
    let second = Descriptor::full("second", "a test").after(SourceId::new("first"));
    let engine = fake.engine(vec![
        fake.source_of(second),
        fake.source("first", 60),
        fake.source("failing", 60),
    ]);
    let plan = engine.plan().await.unwrap();
    let order: Vec<&str> = plan.sources.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(order, ["first", "second", "failing"]);
    assert_eq!(plan.due().count(), 3);
    let never_read = Due::Now {
        reason: DueReason::NeverRead,
    };
    assert!(plan.sources.iter().all(|s| s.due == never_read), "{plan:?}");

    engine.run().await.unwrap();
    let plan = engine.plan().await.unwrap();
    let json = serde_json::to_value(&plan).unwrap();
    let failing = &json["sources"][2];
    assert_eq!(failing["due"], "later");
    assert_eq!(failing["reason"], "resting");
    assert_eq!(failing["at"], "2026-01-01T00:01:00Z");
    assert_eq!(json["sources"][0]["reason"], "fresh");
    assert_eq!(json["sources"][0]["cadence_seconds"], 3600);
    assert_eq!(plan.next(), plan.at.checked_add(Duration::from_secs(60)));
    assert_eq!(plan.due().count(), 0);
}

#[tokio::test]
async fn a_throttled_run_is_told_in_the_log() {
    let fake = Fake::new();
    fake.answers("slow", [throttled(HOUR)]);
    let engine = fake.engine(vec![fake.source("slow", 10)]);
    let report = engine.run().await.unwrap();
    assert!(matches!(
        report.sources[0].outcome,
        Outcome::Throttled { until: Some(_) }
    ));
    let runs = fake.store.runs(None, None, 10).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].outcome, report.sources[0].outcome);
}

#[tokio::test]
async fn times_without_an_end_are_waited_for_without_an_end() {
    let fake = Fake::paused();
    fake.answers("things", empty());
    let mut schedule = fake
        .engine(vec![fake.source("things", 60)])
        .schedule()
        .unwrap()
        .spread(Duration::MAX)
        .random(Arc::new(FixedRandom::new(1.0)));
    assert!(poll_immediate(schedule.next()).await.is_none());

    let fake = Fake::new();
    fake.answers("things", empty());
    let engine = || {
        fake.engine(vec![fake.source("things", 60)])
            .cadence("things", Duration::MAX)
            .keep("things", Duration::MAX)
    };
    engine().run().await.unwrap();
    fake.clock
        .advance(Duration::from_secs(1000 * 365 * 24 * HOUR));
    let plan = engine().plan().await.unwrap();
    assert!(!plan.source("things").unwrap().is_due(), "{plan:?}");
}

#[tokio::test]
async fn whoever_is_told_to_wait_beyond_the_calendar_does_not_try_at_once() {
    let fake = Fake::new();
    // A year of 33,000 and more.
    fake.answers("things", [throttled(1_000_000_000_000)]);
    let engine = fake.engine(vec![fake.source("things", 60)]);
    engine.run().await.unwrap();
    let plan = engine.plan().await.unwrap();
    let planned = plan.source("things").unwrap();
    assert!(!planned.is_due(), "{planned:?}");
    // As it is kept: a text, and read back.
    let run = &fake.store.last_runs().await.unwrap()[0];
    let kept = serde_json::to_string(&run.outcome).unwrap();
    assert!(!kept.contains("1970"), "{kept}");
}
