//! What is kept is kept for a stated time, and takes no more room for being kept in sync.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock, Recorded};
use graph_client::{Client, Credential, TenantId};
use m365_collect::sources::shape::WindowSource;
use m365_collect::store::{Commit, Expiry, Finish};
use m365_collect::{
    Change, Completeness, Descriptor, Engine, Error, Kind, MemoryStore, Outcome, Privacy, Record,
    RemovedReason, Run, Source, SourceId, SqliteStore, Store, SyncMode, sources,
};
use serde_json::value::RawValue;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const EVENT: Kind = Kind::new("event");
const SETTING: Kind = Kind::new("setting");

fn client(graph: &Arc<FakeTransport>, clock: &Arc<ManualClock>) -> Client {
    let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#;
    graph.on("/v1.0/organization", vec![Answer::json(contoso); 400]);
    Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .transport(Arc::<FakeTransport>::clone(graph))
    .clock(Arc::<ManualClock>::clone(clock))
    .random(Arc::new(FixedRandom::new(0.5)))
    .build()
    .unwrap()
}

async fn stores() -> (tempfile::TempDir, Vec<Arc<dyn Store>>) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("s.m365"))
        .await
        .unwrap();
    (folder, vec![Arc::new(MemoryStore::new()), Arc::new(sqlite)])
}

fn days(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs() / DAY.as_secs()
}

fn rfc3339(time: SystemTime) -> String {
    let time = httpdate::HttpDate::from(time).to_string();
    // Day, month and year as the date says them: `Sun, 06 Nov 1994 08:49:37 GMT`.
    let parts: Vec<&str> = time.split([' ', ',']).filter(|p| !p.is_empty()).collect();
    let month = "JanFebMarAprMayJunJulAugSepOctNovDec"
        .find(parts[2])
        .unwrap()
        / 3
        + 1;
    format!("{}-{month:02}-{}T{}Z", parts[3], parts[1], parts[4])
}

/// Things that come, change and go day by day.
#[derive(Debug)]
struct Daily(Descriptor);

impl Daily {
    fn sources() -> Vec<Arc<dyn Source>> {
        let settings = Descriptor::full("settings", "settings").kind(SETTING);
        let events = Descriptor::window("events", "events").kind(EVENT);
        let people = Descriptor::delta("people", "people")
            .kind(Kind::USER)
            .privacy(Privacy::Identity);
        vec![
            Arc::new(Self(settings)),
            Arc::new(Self(events.event_time("when"))),
            Arc::new(Self(people)),
        ]
    }
}

fn object(kind: Kind, id: &str, rest: &str) -> Change {
    let raw = RawValue::from_string(format!(r#"{{"id":"{id}"{rest}}}"#)).unwrap();
    Change::Upsert(Record::new(kind, id, raw))
}

#[async_trait]
impl Source for Daily {
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
        let today = days(run.now());
        let when = rfc3339(run.now());
        match self.0.id.as_str() {
            "settings" => {
                // One changes daily, and one is another one each day.
                let value = format!(r#","value":{today}"#);
                run.changes(vec![
                    object(SETTING, "s", &value),
                    object(SETTING, &format!("t{today}"), ""),
                ])
                .await?;
            }
            "events" => {
                run.begin(m365_collect::store::Begin::Round);
                let of_today = |n| format!("{today}-{n}");
                let when = format!(r#","when":"{when}""#);
                let events = (0..20).map(|n| object(EVENT, &of_today(n), &when));
                run.changes(events.collect()).await?;
                run.finish("link".to_owned()).await?;
            }
            _ => {
                let first = run.checkpoint().is_none();
                run.begin(if first {
                    m365_collect::store::Begin::Generation
                } else {
                    m365_collect::store::Begin::Round
                });
                // Somebody comes, and whoever came yesterday goes.
                let mut changes = vec![object(Kind::USER, &format!("u{today}"), "")];
                if !first {
                    changes.push(Change::Remove {
                        kind: Kind::USER,
                        id: format!("u{}", today - 1),
                        reason: RemovedReason::Deleted,
                    });
                }
                run.changes(changes).await?;
                run.finish("link".to_owned()).await?;
            }
        }
        Ok(Completeness::Complete)
    }
}

/// How much there is of what grows.
async fn sizes(store: &dyn Store) -> [usize; 7] {
    let all = 100_000;
    let graves = async |kind| store.tombstones(kind, None, all).await.unwrap().len();
    [
        store.records(&EVENT, None, all).await.unwrap().len(),
        store.records(&SETTING, None, all).await.unwrap().len(),
        graves(&Kind::USER).await,
        graves(&SETTING).await,
        store.versions(&SETTING, "s").await.unwrap().len(),
        store.feed(0, all).await.unwrap().len(),
        store.runs(None, None, all).await.unwrap().len(),
    ]
}

#[tokio::test]
async fn a_store_that_is_kept_in_sync_for_months_stays_as_large_as_its_times_allow() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let graph = Arc::new(FakeTransport::new());
        let clock = Arc::new(ManualClock::new());
        let engine = Engine::new(client(&graph, &clock), Arc::clone(&store))
            .clock(Arc::<ManualClock>::clone(&clock))
            .sources(Daily::sources())
            .keep("settings", DAY * 40)
            .keep("people", DAY * 35)
            .keep("events", DAY * 10);
        let mut seen = Vec::new();
        for day in 0..120 {
            let report = engine.run().await.unwrap();
            assert!(report.is_complete(), "{report:?}");
            if day % 30 == 29 {
                seen.push(sizes(store.as_ref()).await);
            }
            clock.advance(DAY);
        }
        let [_, first, then, last] = seen[..] else {
            panic!("{seen:?}")
        };
        assert_eq!(first, then, "after the longest of the times nothing grows");
        assert_eq!(first, last);
        // Today is one of the days; what ended yesterday ended at this hour.
        assert_eq!(last[..5], [20 * 11, 2, 36, 41, 42], "{last:?}");
        // Of a setting that changes an update, of the others a creation and a removal a day.
        assert_eq!(last[5], 3 * 41 + 2 * 36, "the feed");
        assert_eq!(last[6], 41 + 11 + 36, "the log of runs");
    }
}

#[tokio::test]
async fn what_is_past_its_time_goes_by_an_explicit_call_too() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let graph = Arc::new(FakeTransport::new());
        let clock = Arc::new(ManualClock::new());
        let engine = |sources| {
            Engine::new(client(&graph, &clock), Arc::clone(&store))
                .clock(Arc::<ManualClock>::clone(&clock))
                .sources(sources)
        };
        engine(Daily::sources()).run().await.unwrap();
        clock.advance(DAY * 31);
        let claim = store.claim().await.unwrap();
        engine(Daily::sources()).expire().await.unwrap_err();
        drop(claim);
        let expired = engine(Daily::sources()).expire().await.unwrap();
        assert_eq!(expired.events, 20);
        // Of a source that nobody knows any more what has an end goes after thirteen months.
        clock.advance(DAY * 400);
        let expired = engine(Vec::new()).expire().await.unwrap();
        assert_eq!((expired.events, expired.runs), (0, 0));
        assert_eq!(store.count(&SETTING).await.unwrap(), 2);
    }
}

/// The days from which a log is asked for, one reading after the other; the first is of 2026-01-01.
async fn asked(log: WindowSource, keep: Option<Duration>, pauses: &[Duration]) -> Vec<String> {
    let graph = Arc::new(FakeTransport::new());
    let clock = Arc::new(ManualClock::new());
    let path = "/v1.0/auditLogs/directoryAudits";
    graph.on(path, vec![Answer::json(r#"{"value":[]}"#); 100]);
    let mut engine = Engine::new(client(&graph, &clock), Arc::new(MemoryStore::new()))
        .clock(Arc::<ManualClock>::clone(&clock))
        .sources(vec![Arc::new(log)]);
    if let Some(time) = keep {
        engine = engine.keep("audits", time);
    }
    for pause in [Duration::ZERO].iter().chain(pauses) {
        clock.advance(*pause);
        let report = engine.run().await.unwrap();
        assert_eq!(report.sources[0].outcome, Outcome::Complete);
    }
    let requests = graph.requests();
    let targets = requests.iter().map(Recorded::target);
    targets
        .filter_map(|target| {
            let (_, filter) = target.split_once("activityDateTime")?;
            let start = filter.find("202")?;
            Some(filter[start..].chars().take(10).collect())
        })
        .collect()
}

fn audits() -> WindowSource {
    WindowSource::new(
        Descriptor::window("audits", "changes to the directory"),
        Kind::DIRECTORY_AUDIT,
        "auditLogs/directoryAudits",
        "activityDateTime",
    )
    .slice(DAY * 400)
}

#[tokio::test]
async fn what_is_past_its_time_is_not_read_again() {
    let week = DAY * 7;
    assert_eq!(
        asked(audits(), None, &[DAY]).await,
        ["2025-12-25", "2025-12-31"]
    );
    // The first reading begins where what is kept begins, and so does every one after a pause.
    assert_eq!(
        asked(audits(), Some(DAY * 3), &[DAY, week]).await,
        ["2025-12-29", "2025-12-31", "2026-01-06"]
    );
    assert_eq!(
        asked(audits().first(DAY * 60), None, &[]).await,
        ["2025-12-02"],
        "thirty days of what somebody did"
    );
    assert_eq!(
        asked(audits().first(DAY * 60), Some(DAY * 90), &[]).await,
        ["2025-11-02"]
    );
}

#[test]
fn the_times_of_the_catalogue_are_those_of_its_privacy() {
    for source in sources::catalogue() {
        let descriptor = source.descriptor();
        let expected = match (descriptor.id.as_str(), descriptor.privacy) {
            // One that is still open must not look closed because it was forgotten.
            ("alerts" | "incidents", _) => 180,
            (_, Privacy::Behaviour) => 30,
            _ => 400,
        };
        assert_eq!(descriptor.keeps(), DAY * expected, "{}", descriptor.id);
        let is_window = descriptor.mode == SyncMode::Window;
        assert_eq!(
            descriptor.event_time.is_some(),
            is_window,
            "{}",
            descriptor.id
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_texts_of_automatic_replies_are_not_stored() {
    let sim = tenant_sim::Sim::builder().start().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let engine = crate::common::engine(&sim, &store).only(["users", "mailbox_settings"]);
    assert!(engine.run().await.unwrap().is_complete());
    let all = store.records(&Kind::MAILBOX_SETTINGS, None, 999).await;
    let mut away = 0;
    for record in all.unwrap() {
        let settings: serde_json::Value = record.view().unwrap();
        let replies = settings["automaticRepliesSetting"].as_object().unwrap();
        away += usize::from(replies["status"] == "alwaysEnabled");
        assert!(
            !replies.keys().any(|name| name.ends_with("Message")),
            "{replies:?}"
        );
        assert!(settings["userPurpose"].is_string(), "the rest is kept");
    }
    assert!(away > 0, "somebody had one");
}

#[tokio::test]
async fn events_of_a_file_that_did_not_know_their_times_are_dated_and_age() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.m365");
    let log = SourceId::new("log");
    {
        let store = SqliteStore::open(&path).await.unwrap();
        let lease = store.lease(&log, SyncMode::Window).await.unwrap();
        let mut commit = Commit::new(&lease, UNIX_EPOCH + DAY * 9);
        let event = |n: u64| {
            let when = rfc3339(UNIX_EPOCH + Duration::from_secs(n * 60));
            object(EVENT, &format!("e{n:05}"), &format!(r#","when":"{when}""#))
        };
        commit.changes = (0..5_000).map(event).collect();
        commit.changes.push(object(EVENT, "undated", ""));
        commit.finish = Some(Finish::default());
        store.commit(commit).await.unwrap();
    }
    // As schema 2 laid it out: the columns and indexes that came later are taken away.
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "DROP INDEX record_gone; DROP INDEX record_event; DROP INDEX edge_gone;
             DROP INDEX version_ended; DROP INDEX feed_of_source;
             DROP TABLE erasing; DROP TABLE erased;
             ALTER TABLE source DROP COLUMN dated_by;
             ALTER TABLE record DROP COLUMN dated; ALTER TABLE record DROP COLUMN happened_at;
             ALTER TABLE staged_record DROP COLUMN dated;
             ALTER TABLE staged_record DROP COLUMN happened_at;
             CREATE INDEX record_gone ON record (kind, id) WHERE removed_at IS NOT NULL;
             PRAGMA user_version = 2;",
        )
        .unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.count(&EVENT).await.unwrap(), 5_001);
    assert_eq!(store.span(&EVENT).await.unwrap(), None, "not known yet");
    let minute = |n: u64| UNIX_EPOCH + Duration::from_secs(n * 60);
    let descriptor = Descriptor::window("log", "a log").event_time("when");
    let expiry = Expiry::of(&descriptor, minute(100) + DAY, DAY);
    assert_eq!(store.expire(&expiry).await.unwrap().events, 100);
    let span = store.span(&EVENT).await.unwrap();
    assert_eq!(span, Some((minute(100), minute(4_999))));
    let expiry = Expiry::of(&descriptor, UNIX_EPOCH + DAY * 11, DAY);
    assert_eq!(store.expire(&expiry).await.unwrap().events, 4_901);
    assert_eq!(store.count(&EVENT).await.unwrap(), 0);
}

const REWRITE: &str = "UPDATE_RETENTION=1 cargo test -p m365-collect --test it retention";
const MARK: &str = "<!-- table -->\n";

/// The catalogue by what it is about.
fn table() -> String {
    let mut table =
        String::from("| source | yields | about | kept | counted from |\n|---|---|---|---|---|\n");
    for about in [
        Privacy::Configuration,
        Privacy::Identity,
        Privacy::Behaviour,
    ] {
        let catalogue = sources::catalogue();
        let its_own = catalogue.iter().map(|source| source.descriptor());
        for descriptor in its_own.filter(|descriptor| descriptor.privacy == about) {
            let kinds = descriptor.kinds.iter().map(|kind| format!("`{kind}`"));
            let relations = descriptor.relations.iter();
            let relations = relations.map(|relation| format!("→ `{}`", relation.as_str()));
            let yields: Vec<String> = kinds.chain(relations).collect();
            let from = match &descriptor.event_time {
                Some(property) => format!("`{property}`"),
                None => "its removal".to_owned(),
            };
            writeln!(
                table,
                "| `{}` | {} | {} | {} days | {from} |",
                descriptor.id,
                yields.join(", "),
                format!("{about:?}").to_lowercase(),
                descriptor.keeps().as_secs() / DAY.as_secs(),
            )
            .unwrap();
        }
    }
    table
}

#[test]
fn the_page_of_what_is_kept_is_that_of_the_catalogue() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/retention.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (prose, _) = text.split_once(MARK).unwrap();
    let written = format!("{prose}{MARK}\n{}", table());
    if std::env::var_os("UPDATE_RETENTION").is_some() {
        std::fs::write(&path, written).unwrap();
        return;
    }
    assert!(
        text == written,
        "docs/retention.md does not list what the catalogue holds; rewrite it with\n\n    {REWRITE}\n"
    );
}
