//! Nothing secret and nothing personal is told, and nothing of one tenant reaches another.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use graph_client::{
    Client, Credential, HttpTransport, Limits, RetryOptions, TenantId, Transport, TransportError,
    TransportRequest, TransportResponse,
};
use m365_collect::{Engine, ProgressEvent, SqliteStore, Store, facts, progress_channel};
use serde_json::Value;
use tenant_sim::{CredentialState, FaultPlan, GenerateOptions, Sim, SimHandle, Tenant};

/// Remembers the tokens and links that went over the wire.
struct Spy {
    wire: HttpTransport,
    tokens: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl Transport for Spy {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        if let Some(bearer) = request.headers.get("authorization") {
            let bearer = bearer.to_str().unwrap().trim_start_matches("Bearer ");
            self.tokens.lock().unwrap().insert(bearer.to_owned());
        }
        let answer = self.wire.send(request).await?;
        let body = String::from_utf8_lossy(&answer.body);
        for after in body.split("token=").skip(1) {
            let end = after.find(['"', '&']).unwrap_or(after.len());
            self.tokens.lock().unwrap().insert(after[..end].to_owned());
        }
        drop(body);
        Ok(answer)
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Party {
    sim: SimHandle,
    spy: Arc<Spy>,
    folder: tempfile::TempDir,
}

impl Party {
    async fn new(seed: u64) -> Self {
        let tenant = Tenant::generate(GenerateOptions {
            seed,
            users: 80,
            groups: 12,
            ..GenerateOptions::default()
        });
        let mut hostile = FaultPlan::hostile(seed);
        hostile.retry_after_scale = 0.0;
        hostile.slow_body = 0.0;
        hostile.foreign_next_link = 0.05;
        let sim = Sim::builder()
            .tenant(tenant)
            .faults(hostile)
            .page_size(20)
            .start()
            .await
            .unwrap();
        Self {
            sim,
            spy: Arc::new(Spy {
                wire: HttpTransport::new().unwrap(),
                tokens: Mutex::default(),
            }),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn client(&self, secret: &str) -> Client {
        let mut retry = RetryOptions::default();
        retry.base_delay = Duration::from_millis(1);
        retry.max_attempts = 4;
        Client::builder(
            TenantId::new(self.sim.tenant_id()).unwrap(),
            Credential::client_secret(self.sim.client_id(), secret),
        )
        .graph_origin(self.sim.graph_url())
        .login_origin(self.sim.login_url())
        .transport(Arc::<Spy>::clone(&self.spy))
        .limits(Limits::none())
        .retry(retry)
        .build()
        .unwrap()
    }

    /// Syncs some hostile days, and gives everything that was told on the way.
    async fn live(&self) -> String {
        let mut told = String::new();
        let path = self.folder.path().join("store.m365");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.unwrap());
        for day in 0..4 {
            let (sender, events) = progress_channel(100_000);
            let engine = Engine::new(self.client(self.sim.client_secret()), Arc::clone(&store))
                .progress(Arc::new(sender));
            match engine.run().await {
                Ok(report) => {
                    let json = serde_json::to_string(&report).unwrap();
                    write!(told, "{report:?}\n{json}\n").unwrap();
                }
                Err(error) => write!(told, "{error}\n{error:?}\n").unwrap(),
            }
            let health = engine.health().await.unwrap();
            let json = serde_json::to_string(&health).unwrap();
            // Whose store it is, it may and must say.
            write!(told, "{json}\n{health}\n").unwrap();
            let plan = engine.plan().await.unwrap();
            write!(
                told,
                "{}\n{engine:?}\n",
                serde_json::to_string(&plan).unwrap()
            )
            .unwrap();
            drop(engine);
            let events: Vec<ProgressEvent> = events.collect().await;
            assert!(events.len() > 10, "{}", events.len());
            for event in events {
                let json = serde_json::to_string(&event).unwrap();
                write!(told, "{event:?}\n{json}\n").unwrap();
            }
            self.sim.edit(|tenant| tenant.churn(day, 30));
        }
        for run in store.runs(None, None, 10_000).await.unwrap() {
            writeln!(told, "{run:?}").unwrap();
        }
        // Refusals of every sort, with secrets that are as secret as the right one.
        for state in [
            CredentialState::WrongSecret,
            CredentialState::SecretExpired,
            CredentialState::AppNotFound,
        ] {
            self.sim.credential_state(state);
            let engine = Engine::new(self.client("a-wr0ng-s3cret"), Arc::clone(&store));
            let error = engine.run().await.unwrap_err();
            write!(told, "{error}\n{error:?}\n{engine:?}\n{store:?}\n").unwrap();
        }
        told
    }

    fn secrets(&self) -> Vec<String> {
        let tokens = self.spy.tokens.lock().unwrap();
        assert!(tokens.len() > 10, "tokens and links were seen");
        let long = tokens.iter().filter(|token| token.len() >= 6).cloned();
        let secret = self.sim.client_secret().to_owned();
        long.chain([secret, "a-wr0ng-s3cret".to_owned()]).collect()
    }

    /// Names, addresses and ids of its people and groups.
    fn content(&self) -> Vec<String> {
        let truth = self.sim.truth();
        let text = |object: &Value, name: &str| object[name].as_str().map(str::to_owned);
        let mut content = Vec::new();
        for (id, object) in truth.users.iter().chain(&truth.groups) {
            content.push(id.clone());
            for name in ["displayName", "userPrincipalName", "mail"] {
                content.extend(text(object, name).filter(|text| text.len() >= 8));
            }
        }
        assert!(content.len() > 100);
        content
    }

    /// Every byte that is stored.
    fn stored(&self) -> String {
        fn read(folder: &Path) -> String {
            std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .collect()
        }
        read(self.folder.path())
    }
}

fn holds_none(what: &str, text: &str, canaries: &[String]) {
    for canary in canaries {
        if let Some(at) = text.find(canary.as_str()) {
            let before: Vec<char> = text[..at].chars().rev().take(200).collect();
            let before: String = before.into_iter().rev().collect();
            panic!("{what} holds {canary}, after: {before}");
        }
    }
}

const ALONE: &str = "M365_CANARY_ALONE";

#[test]
fn no_secret_and_no_content_is_told_and_none_reaches_another_tenant() {
    // All that a process logs is captured, so this program is started again for it alone.
    let searched = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "canary::searched_alone"])
        .env(ALONE, "yes")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&searched.stdout);
    assert!(searched.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Not a test by itself: what the process does that is searched.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searched_alone() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let (a, b) = (Party::new(21).await, Party::new(22).await);
    assert_ne!(a.sim.tenant_id(), b.sim.tenant_id());
    let (told_a, told_b) = tokio::join!(a.live(), b.live());

    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("m365_collect"), "our own log was captured");
    for (of, other, told) in [(&a, &b, &told_a), (&b, &a, &told_b)] {
        for canaries in [of.secrets(), of.content()] {
            holds_none("the log", &log, &canaries);
            holds_none("what was told", told, &canaries);
        }
        let mut foreign = other.secrets();
        // Names may be those of people in both; ids and addresses are not.
        let is_unique = |text: &String| text.contains('@') || text.len() == 36;
        foreign.extend(other.content().into_iter().filter(is_unique));
        foreign.push(other.sim.tenant_id().to_owned());
        foreign.push(other.sim.origin().to_owned());
        holds_none("what was told of another tenant", told, &foreign);
        let stored = of.stored();
        holds_none("another tenant's store", &stored, &foreign);
        holds_none(
            "its own store",
            &stored,
            &[of.sim.client_secret().to_owned()],
        );
        // The search finds what is there.
        assert!(
            of.content()
                .iter()
                .any(|text| stored.contains(text.as_str()))
        );
    }
    let store = SqliteStore::open(a.folder.path().join("store.m365"))
        .await
        .unwrap();
    assert!(!facts(&store).await.unwrap().identity_users.items.is_empty());
}
