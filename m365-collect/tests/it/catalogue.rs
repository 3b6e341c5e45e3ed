//! The whole catalogue against a simulated tenant: everything is read, and what is refused is told.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::engine;
use graph_client::test_util::ManualClock;
use graph_client::{
    Client, Clock as _, Credential, HttpTransport, Limits, TenantId, Transport, TransportError,
    TransportRequest, TransportResponse,
};
use m365_collect::{
    Engine, Kind, MemoryStore, Outcome, PartialReason, Report, SqliteStore, Store, sources,
};
use tenant_sim::{FaultPlan, GenerateOptions, Sim, SimHandle, Tenant};

async fn sync(sim: &SimHandle, store: &Arc<dyn Store>) -> Report {
    engine(sim, store).run().await.unwrap()
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// What is stored, by kind and relation.
async fn counts(store: &dyn Store) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (kind, count) in store.kinds().await.unwrap() {
        counts.insert(kind.to_string(), count);
    }
    for relation in store.relations().await.unwrap() {
        let edges = crate::common::edges(store, &relation).await;
        counts.insert(format!("→ {}", relation.as_str()), edges.len() as u64);
    }
    counts
}

fn told(report: &Report) -> Vec<String> {
    report
        .sources
        .iter()
        .filter(|source| !source.outcome.is_complete())
        .map(|source| {
            let reason = source.outcome.reason().unwrap_or_default();
            format!("{} {}: {reason}", source.id, source.outcome.name())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_of_the_default_tenant_completes_every_source() {
    let sim = Sim::builder().start().await.unwrap();
    let store = memory();
    let report = sync(&sim, &store).await;
    println!("{}", outcomes(&report));
    assert_eq!(told(&report), Vec::<String>::new());
    for source in &report.sources {
        assert!(source.stats.seen > 0, "{} saw something", source.id);
        assert!(source.stats.requests > 0, "{} asked something", source.id);
    }
    // Each kind and each relation that a source declares is there, and nothing else.
    let counts = counts(store.as_ref()).await;
    let declared: BTreeSet<String> = sources::catalogue()
        .iter()
        .flat_map(|source| {
            let descriptor = source.descriptor();
            let kinds = descriptor.kinds.iter().map(ToString::to_string);
            let relations = descriptor.relations.iter();
            kinds
                .chain(relations.map(|relation| format!("→ {}", relation.as_str())))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(counts.keys().cloned().collect::<BTreeSet<_>>(), declared);
}

fn outcomes(report: &Report) -> String {
    let mut text = String::new();
    for source in &report.sources {
        writeln!(
            text,
            "{:36} {:10} {:6} seen {:4} requests",
            source.id.as_str(),
            source.outcome.name(),
            source.stats.seen,
            source.stats.requests
        )
        .unwrap();
    }
    text
}

/// The sources that wait for any of these, and for those in turn.
fn dependents(of: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = found.len();
        for source in sources::catalogue() {
            let descriptor = source.descriptor();
            let waits = descriptor
                .after
                .iter()
                .any(|parent| of.contains(parent.as_str()) || found.contains(parent.as_str()));
            if waits && !of.contains(descriptor.id.as_str()) {
                found.insert(descriptor.id.to_string());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The sources for which this holds.
fn those(is: impl Fn(&m365_collect::Descriptor) -> bool) -> BTreeSet<String> {
    sources::catalogue()
        .iter()
        .map(|source| source.descriptor())
        .filter(|descriptor| is(descriptor))
        .map(|descriptor| descriptor.id.to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_taken_away_denies_exactly_the_sources_that_need_it() {
    let sim = Sim::builder().start().await.unwrap();
    let store = memory();
    let first = sync(&sim, &store).await;
    assert_eq!(told(&first), Vec::<String>::new());
    let before = counts(store.as_ref()).await;
    let permissions: BTreeSet<String> = sources::catalogue()
        .iter()
        .flat_map(|source| {
            let descriptor = source.descriptor();
            let optional = descriptor.optional_permissions.iter();
            let all = descriptor.permissions.iter().chain(optional);
            all.map(ToString::to_string).collect::<Vec<_>>()
        })
        .collect();
    assert!(permissions.len() > 30, "{permissions:?}");
    for permission in &permissions {
        sim.revoke(permission);
        let report = engine(&sim, &store)
            .check_counts(false)
            .run()
            .await
            .unwrap();
        sim.grant(permission);
        let needs =
            |names: &[std::borrow::Cow<'static, str>]| names.iter().any(|n| n == permission);
        let denied = those(|descriptor| needs(&descriptor.permissions));
        let limited = those(|descriptor| needs(&descriptor.optional_permissions));
        let waiting = dependents(&denied);
        for source in &report.sources {
            let id = source.id.to_string();
            let is_as_it_should = match &source.outcome {
                Outcome::Denied {
                    permission: told, ..
                } => denied.contains(&id) && told.contains(permission.as_str()),
                Outcome::Partial {
                    reason: PartialReason::Permission { permission: told },
                } => limited.contains(&id) && told == permission,
                // Their own answers are whole; whom they asked about may be out of date.
                Outcome::Partial {
                    reason: PartialReason::Parents { source },
                } => {
                    waiting.contains(&id)
                        && (denied.contains(source.as_str()) || waiting.contains(source.as_str()))
                }
                Outcome::Complete => {
                    !denied.contains(&id) && !limited.contains(&id) && !waiting.contains(&id)
                }
                _ => false,
            };
            assert!(
                is_as_it_should,
                "without {permission}, {id}: {:?}",
                source.outcome
            );
        }
        assert_eq!(
            counts(store.as_ref()).await,
            before,
            "without {permission} nothing that was read is lost"
        );
    }
    let again = sync(&sim, &store).await;
    assert_eq!(told(&again), Vec::<String>::new());
    println!("{} permissions taken away one at a time", permissions.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sync_without_a_permission_lacks_only_what_needs_it() {
    for permission in [
        "User.Read.All",
        "AuditLog.Read.All",
        "TeamSettings.Read.All",
        "DeviceManagementManagedDevices.Read.All",
    ] {
        let sim = Sim::builder().start().await.unwrap();
        sim.revoke(permission);
        let store = memory();
        let report = sync(&sim, &store).await;
        let needs =
            |names: &[std::borrow::Cow<'static, str>]| names.iter().any(|n| n == permission);
        let denied = those(|descriptor| needs(&descriptor.permissions));
        let limited = those(|descriptor| needs(&descriptor.optional_permissions));
        let waiting = dependents(&denied);
        for source in &report.sources {
            let id = source.id.to_string();
            let expected = if denied.contains(&id) {
                "denied"
            } else if waiting.contains(&id) {
                // There is nobody to ask about: no empty list stands for that.
                "skipped"
            } else if limited.contains(&id) {
                "partial"
            } else {
                "complete"
            };
            assert_eq!(
                source.outcome.name(),
                expected,
                "without {permission}, {id}: {:?}",
                source.outcome
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_entra_id_p1_and_intune_has_everything_else() {
    let options = GenerateOptions {
        premium: false,
        intune: false,
        ..GenerateOptions::default()
    };
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .start()
        .await
        .unwrap();
    let store = memory();
    let report = sync(&sim, &store).await;
    // What stays readable without its license says so in its descriptor.
    let unlicensed = those(|descriptor| {
        descriptor.license.is_some()
            && !descriptor
                .without_license
                .as_deref()
                .unwrap_or_default()
                .starts_with("200")
    });
    let waiting = dependents(&unlicensed);
    for source in &report.sources {
        let id = source.id.to_string();
        let expected = match (unlicensed.contains(&id), waiting.contains(&id)) {
            (true, _) => "unlicensed",
            (false, true) => "skipped",
            (false, false) => "complete",
        };
        assert_eq!(
            source.outcome.name(),
            expected,
            "{id}: {:?}",
            source.outcome
        );
    }
    assert!(unlicensed.len() > 15, "{unlicensed:?}");
    println!("{}", outcomes(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_want_of_a_license_that_the_tenant_has_is_not_believed() {
    let sim = Sim::builder().start().await.unwrap();
    let store = memory();
    sync(&sim, &store).await;
    let before = counts(store.as_ref()).await;
    sim.claim_unlicensed(tenant_sim::Area::RegistrationDetails, true);
    let report = sync(&sim, &store).await;
    let outcome = &report.source("registration_details").unwrap().outcome;
    let Outcome::Failed { error } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        error.contains("a subscription in force includes it"),
        "{error}"
    );
    assert_eq!(counts(store.as_ref()).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn concealed_names_are_told_and_no_row_is_joined_by_them() {
    let sim = Sim::builder().start().await.unwrap();
    sim.conceal_report_names(true);
    let store = memory();
    let report = sync(&sim, &store).await;
    let concealed: Vec<&str> = report
        .sources
        .iter()
        .filter(|source| {
            matches!(
                source.outcome,
                Outcome::Partial {
                    reason: PartialReason::Concealed
                }
            )
        })
        .map(|source| source.id.as_str())
        .collect();
    assert_eq!(
        concealed,
        [
            "active_users",
            "office_activations",
            "mailbox_usages",
            "email_activities",
            "teams_activities",
            "one_drive_usages",
            "share_point_site_usages"
        ],
        "{:?}",
        told(&report)
    );
    // The names are the same in every report, so that these can be joined with each other.
    let keys = |kind: Kind| {
        let store = Arc::clone(&store);
        async move {
            let rows = crate::common::records(store.as_ref(), &kind).await;
            rows.into_keys().collect::<BTreeSet<String>>()
        }
    };
    let active = keys(Kind::ACTIVE_USER_DETAIL).await;
    assert_eq!(active, keys(Kind::EMAIL_ACTIVITY).await);
    let people = crate::common::records(store.as_ref(), &Kind::USER).await;
    let names: BTreeSet<&str> = people
        .values()
        .filter_map(|user| user["userPrincipalName"].as_str())
        .collect();
    assert!(active.iter().all(|key| !names.contains(key.as_str())));
    // Nothing was changed, and the names come back when the tenant shows them.
    assert_eq!(sim.stats().writes, 0);
    sim.conceal_report_names(false);
    let report = engine(&sim, &store)
        .confirm_removals(true)
        .run()
        .await
        .unwrap();
    assert_eq!(told(&report), Vec::<String>::new());
    assert!(
        keys(Kind::ACTIVE_USER_DETAIL)
            .await
            .iter()
            .all(|key| names.contains(key.as_str()))
    );
}

/// Where a relation is longer than an `$expand` brings, it is listed by itself.
#[tokio::test(flavor = "multi_thread")]
async fn more_owners_than_an_expand_brings_are_all_read() {
    let sim = Sim::builder().start().await.unwrap();
    let store = memory();
    let report = sync(&sim, &store).await;
    assert_eq!(told(&report), Vec::<String>::new());
    let owners =
        crate::common::edges(store.as_ref(), &m365_collect::Relation::APPLICATION_OWNER).await;
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for (application, _) in &owners {
        *of.entry(application).or_default() += 1;
    }
    assert!(
        of.values().any(|owners| *owners > 20),
        "the tenant has such an application: {of:?}"
    );
}

/// Every record and relation, as text.
async fn everything(sim: &SimHandle, store: &dyn Store) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (kind, _) in store.kinds().await.unwrap() {
        for (id, object) in crate::common::records(store, &kind).await {
            let text = format!("{kind} {id} {object}");
            all.insert(text.replace(sim.origin(), "origin"));
        }
    }
    for relation in store.relations().await.unwrap() {
        for (from, to) in crate::common::edges(store, &relation).await {
            all.insert(format!("{} {from} {to}", relation.as_str()));
        }
    }
    all
}

/// Throttled, cut off, refused in passing, told twice, with tokens lost in the middle: in the end
/// everything is there, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn under_faults_everything_ends_as_without() {
    // The time with which a manual clock begins.
    let now = ManualClock::new().now();
    for seed in [3, 4] {
        let options = GenerateOptions {
            seed,
            users: 70,
            groups: 12,
            ..GenerateOptions::default()
        };
        let start = |faults: FaultPlan| {
            Sim::builder()
                .tenant(Tenant::generate(options))
                .now(now)
                .faults(faults)
                .page_size(15)
                .start()
        };
        let calm = start(FaultPlan::none()).await.unwrap();
        let expected = memory();
        let report = engine(&calm, &expected)
            .clock(Arc::new(ManualClock::new()))
            .run()
            .await
            .unwrap();
        assert_eq!(told(&report), Vec::<String>::new());

        let mut faults = FaultPlan::hostile(seed);
        faults.retry_after_scale = 0.0;
        faults.slow_body = 0.0;
        // A member that nobody knows is kept as received, and would be a difference here.
        faults.novel_member = 0.0;
        let hostile = start(faults).await.unwrap();
        let store = memory();
        let engine = engine(&hostile, &store)
            .clock(Arc::new(ManualClock::new()))
            .check_counts(false);
        let mut rounds = 0;
        loop {
            rounds += 1;
            assert!(rounds < 60, "{:?}", store.last_runs().await);
            match engine.run().await {
                Ok(report) if report.is_complete() => break,
                _ => {}
            }
        }
        let (expected, found) = (
            everything(&calm, expected.as_ref()).await,
            everything(&hostile, store.as_ref()).await,
        );
        let missing: Vec<&String> = expected.difference(&found).take(5).collect();
        let more: Vec<&String> = found.difference(&expected).take(5).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "missing {missing:#?}, more {more:#?}"
        );
        println!(
            "seed {seed}: {} objects and relations after {rounds} runs",
            found.len()
        );
    }
}

/// Lets so many requests through, and tells when they are used up.
struct Cut {
    wire: HttpTransport,
    left: AtomicUsize,
    used_up: tokio::sync::Notify,
}

#[async_trait::async_trait]
impl Transport for Cut {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.used_up.notify_one();
            // The run is dropped while it waits here.
            std::future::pending::<()>().await;
        }
        self.wire.send(request).await
    }
}

/// A run of everything that is dropped once so many requests were sent.
async fn cut_off(sim: &SimHandle, store: &Arc<dyn Store>, after: usize) -> bool {
    let cut = Arc::new(Cut {
        wire: HttpTransport::new().unwrap(),
        left: AtomicUsize::new(after),
        used_up: tokio::sync::Notify::new(),
    });
    let client = Client::builder(
        TenantId::new(sim.tenant_id()).unwrap(),
        Credential::client_secret(sim.client_id(), sim.client_secret()),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .limits(Limits::none())
    .transport(Arc::<Cut>::clone(&cut))
    .build()
    .unwrap();
    let engine = Engine::new(client, Arc::clone(store)).check_counts(false);
    tokio::select! {
        report = engine.run() => {
            report.unwrap();
            false
        }
        () = cut.used_up.notified() => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_at_any_request_it_ends_as_undisturbed() {
    let options = GenerateOptions {
        seed: 6,
        users: 60,
        groups: 10,
        ..GenerateOptions::default()
    };
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .page_size(20)
        .start()
        .await
        .unwrap();
    let undisturbed = memory();
    assert_eq!(told(&sync(&sim, &undisturbed).await), Vec::<String>::new());
    let expected = everything(&sim, undisturbed.as_ref()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut cuts = 0;
    // Each is a life of its own; a long campaign takes smaller steps.
    let step = std::env::var("M365_CUT_STEP").map_or(64, |step| step.parse().unwrap());
    for after in (2..260).step_by(step) {
        let store: Arc<dyn Store> = if (after / step).is_multiple_of(2) {
            memory()
        } else {
            let file = folder.path().join(format!("{after}.m365"));
            Arc::new(SqliteStore::open(file).await.unwrap())
        };
        // In a first reading, in the one that goes on, and in one of everything anew.
        for after in [after, 1 + after / 2, after] {
            cuts += usize::from(cut_off(&sim, &store, after).await);
        }
        let report = sync(&sim, &store).await;
        assert_eq!(told(&report), Vec::<String>::new(), "after {after}");
        let found = everything(&sim, store.as_ref()).await;
        let missing: Vec<&String> = expected.difference(&found).take(5).collect();
        let more: Vec<&String> = found.difference(&expected).take(5).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "after {after}: missing {missing:#?}, more {more:#?}"
        );
    }
    assert!(cuts > 7, "{cuts} runs were cut off");
    println!("{cuts} runs cut off");
}

/// What the service does against its own pages: rows that come twice, one object inside a `value`.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_twice_and_wrapped_objects_are_read_as_they_are_meant() {
    let options = GenerateOptions {
        devices: Some(300),
        ..GenerateOptions::default()
    };
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .page_size(50)
        .start()
        .await
        .unwrap();
    let plain = memory();
    assert_eq!(told(&sync(&sim, &plain).await), Vec::<String>::new());
    sim.edit(|tenant| tenant.repeat_rows(true));
    sim.wrap_single_entities(true);
    let store = memory();
    let report = sync(&sim, &store).await;
    assert_eq!(told(&report), Vec::<String>::new());
    let devices = report.source("managed_devices").unwrap().stats.seen;
    let stored = store.count(&Kind::MANAGED_DEVICE).await.unwrap();
    assert!(devices > stored, "{devices} rows, {stored} devices");
    assert_eq!(counts(store.as_ref()).await, counts(plain.as_ref()).await);
    for kind in [Kind::SHARE_POINT_SETTINGS, Kind::REPORT_SETTINGS] {
        let (plain, wrapped) = (
            crate::common::records(plain.as_ref(), &kind).await,
            crate::common::records(store.as_ref(), &kind).await,
        );
        assert_eq!(plain.len(), 1);
        for (id, object) in plain {
            let object = object
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| !name.contains('@'));
            assert!(object.clone().count() > 0);
            for (name, value) in object {
                assert_eq!(wrapped[&id][name], *value, "{kind}.{name}");
            }
        }
    }
}
