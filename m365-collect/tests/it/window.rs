//! A log is read without a gap, and each event once.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;
use std::time::Duration;

use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock, Recorded};
use graph_client::{Client, Credential, RetryOptions, TenantId};
use m365_collect::sources::shape::WindowSource;
use m365_collect::{
    Descriptor, Engine, Kind, MemoryStore, Outcome, PartialReason, SqliteStore, Store,
};

const AUDIT: Kind = Kind::new("directoryAudit");
const PATH: &str = "/v1.0/auditLogs/directoryAudits";
const HOUR: Duration = Duration::from_secs(60 * 60);

struct Log {
    graph: Arc<FakeTransport>,
    clock: Arc<ManualClock>,
    store: Arc<dyn Store>,
    full_resync: bool,
}

impl Log {
    fn new(store: Arc<dyn Store>) -> Self {
        let graph = Arc::new(FakeTransport::new());
        let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#;
        graph.on("/v1.0/organization", vec![Answer::json(contoso); 9]);
        let clock = Arc::new(ManualClock::new());
        Self {
            graph,
            clock,
            store,
            full_resync: false,
        }
    }

    async fn read(&self) -> Outcome {
        let client = Client::builder(
            TenantId::new("contoso.example").unwrap(),
            Credential::client_secret("app", "secret"),
        )
        .transport(Arc::<FakeTransport>::clone(&self.graph))
        .clock(Arc::<ManualClock>::clone(&self.clock))
        .random(Arc::new(FixedRandom::new(0.5)))
        .retry(RetryOptions::default().max_attempts(1))
        .build()
        .unwrap();
        let audits = WindowSource::new(
            Descriptor::window("audits", "changes to the directory"),
            AUDIT,
            "auditLogs/directoryAudits",
            "activityDateTime",
        );
        let report = Engine::new(client, Arc::clone(&self.store))
            .full_resync(self.full_resync)
            .clock(Arc::<ManualClock>::clone(&self.clock))
            .sources(vec![Arc::new(audits.first(HOUR * 60).slice(HOUR * 24))])
            .run()
            .await
            .unwrap();
        report.sources[0].outcome.clone()
    }

    /// From when until when each request asked, in their order; pages of a slice once.
    fn asked(&self) -> Vec<(String, String)> {
        let requests = self.graph.requests();
        let filters = requests.iter().map(Recorded::target).filter_map(|target| {
            let (_, filter) = target.split_once("activityDateTime")?;
            let times: Vec<String> = filter
                .replace("%3A", ":")
                .split(|c: char| !(c.is_ascii_digit() || "-:TZ.".contains(c)))
                .filter(|word| word.ends_with('Z') && word.contains('T'))
                .map(str::to_owned)
                .collect();
            Some((times[0].clone(), times[1].clone()))
        });
        filters.collect()
    }

    async fn ids(&self) -> Vec<String> {
        let records = self.store.records(&AUDIT, None, 100).await.unwrap();
        records.into_iter().map(|record| record.id).collect()
    }
}

fn events(ids: &[&str], next: Option<&str>) -> Answer {
    let items: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"id":"{id}","activityDisplayName":"Update user"}}"#))
        .collect();
    let next = next.map_or_else(String::new, |token| {
        format!(r#","@odata.nextLink":"https://graph.microsoft.com{PATH}?$skiptoken={token}""#)
    });
    Answer::json(format!(r#"{{"value":[{}]{next}}}"#, items.join(",")))
}

async fn logs() -> (tempfile::TempDir, [Log; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("s.m365"))
        .await
        .unwrap();
    let stores: [Arc<dyn Store>; 2] = [Arc::new(MemoryStore::new()), Arc::new(sqlite)];
    (folder, stores.map(Log::new))
}

#[tokio::test]
async fn slices_meet_without_gap_and_the_next_reading_overlaps_the_last() {
    let (_folder, logs) = logs().await;
    for log in logs {
        log.graph.on(
            PATH,
            [
                events(&["a"], Some("2")),
                events(&["b"], None),
                events(&["c"], None),
                events(&["d"], None),
                // The same event again, and one that reached the log late.
                events(&["d", "late"], None),
            ],
        );
        assert_eq!(log.read().await, Outcome::Complete);
        let asked = log.asked();
        assert_eq!(asked.len(), 3, "60 hours are three slices: {asked:?}");
        for pair in asked.windows(2) {
            assert_eq!(
                pair[0].1, pair[1].0,
                "a slice begins where the last one ended"
            );
        }
        log.clock.advance(HOUR);
        assert_eq!(log.read().await, Outcome::Complete);
        let again = log.asked();
        assert_eq!(again.len(), 4);
        assert!(
            again[3].0 < asked[2].1,
            "two hours before the last end: {again:?}"
        );
        assert!(again[3].1 > asked[2].1);
        assert_eq!(log.ids().await, ["a", "b", "c", "d", "late"]);
        assert_eq!(log.graph.unmatched(), [""; 0]);
    }
}

#[tokio::test]
async fn a_reading_that_was_cut_off_goes_on_in_the_middle_of_its_slice() {
    let (_folder, logs) = logs().await;
    for log in logs {
        log.graph.on(
            PATH,
            [
                events(&["a"], None),
                events(&["b"], Some("2")),
                Answer::error(500, "broken"),
                events(&["c"], None),
                events(&["d"], None),
            ],
        );
        let cut = log.read().await;
        assert!(
            matches!(
                &cut,
                Outcome::Partial {
                    reason: PartialReason::Interrupted { .. }
                }
            ),
            "{cut:?}"
        );
        assert_eq!(log.ids().await, ["a", "b"]);
        assert_eq!(log.read().await, Outcome::Complete);
        assert_eq!(log.ids().await, ["a", "b", "c", "d"]);
        let asked = log.asked();
        assert_eq!(asked.len(), 3, "no slice was begun twice: {asked:?}");
    }
}

#[tokio::test]
async fn what_the_service_no_longer_keeps_is_told_until_it_is_long_past() {
    let (_folder, logs) = logs().await;
    for log in logs {
        log.graph.on(PATH, vec![events(&["a"], None); 300]);
        assert_eq!(log.read().await, Outcome::Complete);
        log.clock.advance(HOUR * 24 * 40);
        let late = log.read().await;
        assert!(
            matches!(
                &late,
                Outcome::Partial {
                    reason: PartialReason::Window { .. }
                }
            ),
            "{late:?}"
        );
        for _ in 0..3 {
            log.clock.advance(HOUR);
            assert_eq!(log.read().await, late, "an hour later it is lost as well");
        }
        log.clock.advance(HOUR * 24 * 20);
        assert_eq!(
            log.read().await,
            late,
            "and as long as it could be asked for"
        );
        log.clock.advance(HOUR * 24 * 20);
        assert_eq!(log.read().await, Outcome::Complete);
    }
}

#[tokio::test]
async fn an_event_that_could_not_be_read_is_told_until_it_can_be_or_is_long_past() {
    let (_folder, logs) = logs().await;
    for log in logs {
        let bad = Answer::json(r#"{"value":[{"id":"a"},{"no":"id"}]}"#);
        let mut answers = vec![bad.clone()];
        answers.extend(vec![events(&["a"], None); 300]);
        log.graph.on(PATH, answers);
        let missing = Outcome::Partial {
            reason: PartialReason::Malformed { items: 1 },
        };
        assert_eq!(log.read().await, missing);
        for hours in [1, 2, 24 * 20] {
            log.clock.advance(HOUR * hours);
            assert_eq!(log.read().await, missing, "{hours} hours later");
        }
        for _ in 0..3 {
            log.clock.advance(HOUR * 24 * 20);
            log.read().await;
        }
        assert_eq!(log.read().await, Outcome::Complete);
    }
}

#[tokio::test]
async fn an_event_that_can_be_read_when_it_comes_again_is_no_longer_missing() {
    let (_folder, logs) = logs().await;
    for log in logs {
        log.graph.on(PATH, vec![events(&["a"], None); 3]);
        assert_eq!(log.read().await, Outcome::Complete);
        log.clock.advance(HOUR);
        log.graph.on(
            PATH,
            [
                Answer::json(r#"{"value":[{"no":"id"}]}"#),
                events(&["b"], None),
            ],
        );
        assert!(!log.read().await.is_complete());
        log.clock.advance(HOUR);
        assert_eq!(log.read().await, Outcome::Complete);
        assert_eq!(log.ids().await, ["a", "b"]);
    }
}

#[tokio::test]
async fn a_slice_whose_skiptoken_was_lost_is_read_anew_in_shorter_ones() {
    let (_folder, logs) = logs().await;
    for log in logs {
        let lost = Answer::error(400, "DirectoryPageTokenNotFoundException");
        let mut answers = vec![events(&["a"], Some("2")), lost];
        answers.extend(vec![events(&["a", "b"], None); 20]);
        log.graph.on(PATH, answers);
        assert_eq!(log.read().await, Outcome::Complete);
        assert_eq!(log.ids().await, ["a", "b"]);
        let asked = log.asked();
        assert_eq!(asked.len(), 1 + 10, "60 hours in slices of six: {asked:?}");
        assert_eq!(asked[0].0, asked[1].0, "from where it began");
        for pair in asked[1..].windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "without a gap");
        }
    }
}

#[tokio::test]
async fn a_skiptoken_that_is_lost_again_and_again_is_a_failure_and_no_loop() {
    let (_folder, logs) = logs().await;
    for log in logs {
        let lost = Answer::error(400, "DirectoryPageTokenNotFoundException");
        log.graph.on(PATH, vec![lost; 100]);
        assert!(matches!(log.read().await, Outcome::Failed { .. }));
        assert!(log.asked().len() < 12);
    }
}

#[tokio::test]
async fn a_full_resync_of_a_log_passes_over_nothing_that_came_since() {
    let (_folder, logs) = logs().await;
    for mut log in logs {
        log.graph.on(PATH, vec![events(&["a"], None); 100]);
        assert_eq!(log.read().await, Outcome::Complete);
        let read = log.asked().len();
        log.clock.advance(HOUR * 24 * 20);
        log.full_resync = true;
        assert_eq!(log.read().await, Outcome::Complete);
        let asked = log.asked();
        // Sixty hours would be the first reading; it stopped twenty days ago.
        let from = &asked[read].0;
        let last = &asked[read - 1].1;
        assert!(
            from < last,
            "begins at {from}, and it was read until {last}"
        );
        // A hole that was told before is told still.
        log.clock.advance(HOUR * 24 * 40);
        log.full_resync = false;
        let late = log.read().await;
        assert!(!late.is_complete());
        log.full_resync = true;
        assert_eq!(log.read().await, late);
    }
}
