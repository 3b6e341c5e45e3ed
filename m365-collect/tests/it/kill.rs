//! A sync that is killed at any instant leaves the store as its checkpoint says, and goes on to the
//! truth.
//!
//! Another process of this test writes rounds of changes, full of repeats and contradictions; it is
//! killed, and after **every** kill the file is held against a store in memory that took the same
//! pages up to the same checkpoint. `M365_KILLS` says how many kills, 150 unless told.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use crate::common::rounds::{self, At, Rounds};
use async_trait::async_trait;
use graph_client::test_util::{Answer, FakeTransport};
use graph_client::{Client, Credential, TenantId};
use m365_collect::store::{Begin, Commit, Finish, Lease};
use m365_collect::testing::CRASH_POINTS;
use m365_collect::{
    Completeness, Descriptor, Engine, Error, Kind, MemoryStore, Relation, Run, Source, SourceId,
    SqliteStore, Store, SyncMode,
};

const SOURCE: SourceId = SourceId::new("people");
const STORE: &str = "M365_KILL_STORE";
const SEED: &str = "M365_KILL_SEED";
const UNTIL: &str = "M365_KILL_UNTIL";

/// Reads rounds as a delta source does.
#[derive(Debug)]
struct People {
    descriptor: Descriptor,
    rounds: Rounds,
    until: u64,
}

impl People {
    fn new(seed: u64, until: u64) -> Self {
        Self {
            descriptor: Descriptor::delta("people", "people of a made-up service")
                .kind(Kind::USER)
                .relation(Relation::MEMBER)
                .history(m365_collect::History::Versions),
            rounds: Rounds::new(seed),
            until,
        }
    }
}

#[async_trait]
impl Source for People {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
        let mut at = run.checkpoint().map_or_else(At::default, At::parse);
        // A round must end, also where the last run came as far as this one is to come.
        let until = self.until.max(at.round + 1);
        while at.round < until {
            if at.page == 0 {
                run.begin(Rounds::begin(at.round));
            }
            let changes = self.rounds.page(at);
            let next = at.next();
            if next.round == at.round {
                run.advance(changes, next.to_string()).await?;
            } else {
                run.changes(changes).await?;
                loop {
                    let contested = run.conflicts(20).await?;
                    if contested.is_empty() {
                        break;
                    }
                    run.changes(self.rounds.settle(at.round, &contested))
                        .await?;
                }
                run.finish(next.to_string()).await?;
            }
            at = next;
        }
        Ok(Completeness::Complete)
    }
}

/// What this process does when another one started it: it syncs until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undisturbed_it_ends_with_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let variable = |name| std::env::var(name).ok();
    let path = variable(STORE).map_or_else(|| folder.path().join("s.m365"), Into::into);
    let number = |name, unless| variable(name).map_or(unless, |text| text.parse().unwrap());
    let (seed, until) = (number(SEED, 1), number(UNTIL, 12));
    let graph = Arc::new(FakeTransport::new());
    let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#;
    graph.on("/v1.0/organization", vec![Answer::json(contoso); 9]);
    let client = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .transport(graph)
    .build()
    .unwrap();
    // Every other seed sorts even small pages in later.
    let bulk = if seed % 2 == 0 { 1 } else { 200 };
    let store = Arc::new(SqliteStore::open(&path).await.unwrap().bulk_from(bulk));
    let report = Engine::new(client, Arc::clone(&store) as Arc<dyn Store>)
        .sources(vec![Arc::new(People::new(seed, until))])
        .run()
        .await
        .unwrap();
    assert!(report.is_complete(), "{report:?}");
    let lease = store.lease(&SOURCE, SyncMode::Delta).await.unwrap();
    let at = At::parse(&lease.checkpoint.unwrap());
    assert!(at.round >= until && at.page == 0, "{at}");
    let rounds = Rounds::new(seed);
    rounds.assert_truth(at.round - 1, store.as_ref()).await;
}

fn writer(store: &Path, seed: u64, until: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "kill::undisturbed_it_ends_with_the_truth"])
        .env(STORE, store)
        .env(SEED, seed.to_string())
        .env(UNTIL, until.to_string())
        .env_remove("M365_CRASH_AT")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The pictures that a store may show at a checkpoint: the last page of a round goes in before its
/// contradictions are settled, and the checkpoint follows.
struct Model {
    rounds: Rounds,
    store: MemoryStore,
    lease: Option<Lease>,
    at: At,
    allowed: Vec<String>,
}

impl Model {
    fn new(seed: u64) -> Self {
        Self {
            rounds: Rounds::new(seed),
            store: MemoryStore::new(),
            lease: None,
            at: At::default(),
            allowed: Vec::new(),
        }
    }

    /// Plays on to a checkpoint.
    async fn advance(&mut self, to: At) {
        if self.lease.is_none() {
            self.lease = Some(self.store.lease(&SOURCE, SyncMode::Delta).await.unwrap());
            self.allowed = vec![rounds::picture(&self.store, &SOURCE).await];
        }
        while self.at < to {
            self.step().await;
        }
        assert_eq!(self.at, to, "a checkpoint does not go back");
        // What may be stored of the page behind the checkpoint, where it is the last of its round.
        if self.allowed.is_empty() {
            self.allowed
                .push(rounds::picture(&self.store, &SOURCE).await);
            if to.next().round > to.round {
                // Twice: killed before the checkpoint follows, the page comes again.
                self.last_page().await;
                self.last_page().await;
            }
        }
    }

    fn commit(&self, begin: bool) -> Commit {
        let lease = self.lease.as_ref().unwrap();
        let mut commit = Commit::new(lease, std::time::SystemTime::now());
        commit.history = m365_collect::History::Versions;
        commit.begin = begin.then(|| Rounds::begin(self.at.round));
        commit
    }

    async fn step(&mut self) {
        let next = self.at.next();
        if next.round == self.at.round {
            let mut commit = self.commit(self.at.page == 0);
            commit.changes = self.rounds.page(self.at);
            self.store.commit(commit).await.unwrap();
        } else {
            if self.allowed.is_empty() {
                self.last_page().await;
            }
            let mut commit = self.commit(false);
            commit.finish = Some(Finish::default());
            self.store.commit(commit).await.unwrap();
        }
        self.at = next;
        self.allowed.clear();
    }

    async fn last_page(&mut self) {
        let mut commit = self.commit(false);
        commit.changes = self.rounds.page(self.at);
        self.store.commit(commit).await.unwrap();
        self.allowed
            .push(rounds::picture(&self.store, &SOURCE).await);
        loop {
            let contested = self.store.conflicts(&SOURCE, 20).await.unwrap();
            if contested.is_empty() {
                return;
            }
            let mut commit = self.commit(false);
            commit.changes = self.rounds.settle(self.at.round, &contested);
            self.store.commit(commit).await.unwrap();
            self.allowed
                .push(rounds::picture(&self.store, &SOURCE).await);
        }
    }

    /// Holds a file against the model.
    async fn check(&mut self, path: &Path, when: &str) {
        if !path.exists() {
            return;
        }
        let store = SqliteStore::open(path).await.unwrap();
        let state = store.source_state(&SOURCE).await.unwrap();
        let at = if state.is_some() {
            let lease = store.lease(&SOURCE, SyncMode::Delta).await.unwrap();
            let checkpoint = lease.checkpoint.as_deref();
            checkpoint.map_or_else(At::default, At::parse)
        } else {
            At::default()
        };
        self.advance(at).await;
        // At the end of a round, and for as long as a new generation is written beside it.
        let is_beside = Rounds::begin(at.round) == Begin::Generation;
        if at.round > 0 && (at.page == 0 || is_beside) {
            let round = at.round - 1;
            self.rounds.assert_truth(round, &self.store).await;
            self.rounds.assert_truth(round, &store).await;
        }
        let shown = rounds::picture(&store, &SOURCE).await;
        assert!(
            self.allowed.contains(&shown),
            "{when}, at {at}: the store shows\n{shown}\nand not\n{}",
            self.allowed.join("\nnor\n")
        );
    }
}

fn kills() -> u64 {
    let kills = std::env::var("M365_KILLS").ok();
    kills.map_or(150, |kills| kills.parse().unwrap())
}

fn kill(mut child: Child) -> bool {
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[tokio::test]
async fn after_every_kill_the_store_is_as_its_checkpoint_says() {
    const EACH: u64 = 50;
    let folder = tempfile::tempdir().unwrap();
    let (mut killed, mut moved) = (0, 0);
    for seed in 1..=kills().div_ceil(EACH) {
        let path = folder.path().join(format!("{seed}.m365"));
        let mut model = Model::new(seed);
        let mut random = rounds::Random::new(seed);
        for number in 0..EACH {
            let child = writer(&path, seed, 1_000_000).spawn().unwrap();
            // Most of it is the start of the process; what is left falls anywhere in a round.
            let micros = 4_000 + random.below(60_000);
            tokio::time::sleep(Duration::from_micros(micros)).await;
            killed += u64::from(kill(child));
            let before = model.at;
            model
                .check(&path, &format!("seed {seed}, kill {number}"))
                .await;
            moved += u64::from(model.at > before);
        }
        let until = model.at.round + 2;
        let status = writer(&path, seed, until).status().unwrap();
        assert!(
            status.success(),
            "seed {seed}: left in peace it ends with the truth"
        );
        model
            .check(&path, &format!("seed {seed}, at its end"))
            .await;
    }
    println!("{killed} kills, {moved} of them after some progress");
    assert!(killed >= kills(), "only {killed} were killed");
    assert!(
        moved * 4 > killed,
        "only {moved} of {killed} had come anywhere"
    );
}

/// Writes fail from some size of the file on, as on a broken or full disk.
#[cfg(unix)]
#[tokio::test]
async fn after_a_write_that_failed_the_store_is_as_its_checkpoint_says() {
    const UNTIL: u64 = 40;
    let folder = tempfile::tempdir().unwrap();
    let mut failed = 0;
    for seed in 1..=12 {
        let path = folder.path().join(format!("{seed}.m365"));
        let whole = writer(&path, seed, UNTIL);
        let mut limited = Command::new("sh");
        // The signal is ignored, so that the write itself fails.
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", 150 * seed);
        limited.args(["-c", &limit, "sh"]).arg(whole.get_program());
        limited.args(whole.get_args());
        for (name, value) in whole.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        let status = limited.stdout(Stdio::null()).stderr(Stdio::null()).status();
        failed += u32::from(!status.unwrap().success());
        let mut model = Model::new(seed);
        model
            .check(&path, &format!("seed {seed}, after a write failed"))
            .await;
        let status = writer(&path, seed, UNTIL).status().unwrap();
        assert!(
            status.success(),
            "seed {seed}: with room again it ends with the truth"
        );
    }
    assert!(failed > 6, "only {failed} of 12 met the limit");
}

#[tokio::test]
async fn at_every_crash_point_the_store_is_as_its_checkpoint_says() {
    // Past a second generation, which is written beside the first.
    const UNTIL: u64 = 7;
    let folder = tempfile::tempdir().unwrap();
    for (n, point) in CRASH_POINTS.iter().enumerate() {
        // Sorting in later is what every other seed does.
        for seed in [n as u64 * 2 + 1, n as u64 * 2 + 2] {
            for time in 1.. {
                let path = folder.path().join(format!("{point}-{seed}-{time}.m365"));
                let status = writer(&path, seed, UNTIL)
                    .env("M365_CRASH_AT", format!("{point}:{time}"))
                    .status()
                    .unwrap();
                let mut model = Model::new(seed);
                model
                    .check(&path, &format!("{point}, seed {seed}, time {time}"))
                    .await;
                if status.success() {
                    let is_reached = time > 1 || (*point == "sorted_in" && seed % 2 == 1);
                    assert!(is_reached, "{point}, seed {seed}");
                    break;
                }
                let status = writer(&path, seed, UNTIL).status().unwrap();
                assert!(status.success(), "{point}, seed {seed}, time {time}");
            }
        }
    }
}
