//! A tenant that answers by script, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::poll_immediate;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{Client, Clock, Credential, RetryOptions, TenantId};
use m365_collect::sources::shape::ListSource;
use m365_collect::{
    Completeness, Descriptor, Engine, Error, Kind, MemoryStore, Progress, ProgressEvent, Run,
    Source, SourceId, Store,
};

/// Collections that are listed, with the times at which that was begun.
pub(crate) struct Fake {
    pub(crate) graph: Arc<FakeTransport>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) reads: Arc<Reads>,
    pub(crate) heard: Arc<Heard>,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let graph = Arc::new(FakeTransport::new());
        let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"},{"name":"fabrikam.example"}]}]}"#;
        graph.on("/v1.0/organization", vec![Answer::json(contoso); 500]);
        Self {
            graph,
            clock: Arc::new(ManualClock::new()),
            store: Arc::new(MemoryStore::new()),
            reads: Arc::default(),
            heard: Arc::default(),
        }
    }

    /// One whose clock stands still unless it is [driven](Self::drive).
    pub(crate) fn paused() -> Self {
        Self {
            clock: Arc::new(ManualClock::paused()),
            ..Self::new()
        }
    }

    /// Lets everything that goes on go on, and only then a second pass, until the future is ready.
    pub(crate) async fn drive<F: Future>(&self, future: F) -> F::Output {
        let mut future = Box::pin(future);
        loop {
            for _ in 0..100 {
                if let Some(output) = poll_immediate(&mut future).await {
                    return output;
                }
                tokio::task::yield_now().await;
            }
            self.clock.advance(Duration::from_secs(1));
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder(
            TenantId::new("contoso.example").unwrap(),
            Credential::client_secret("app", "the-secret"),
        )
        .transport(Arc::<FakeTransport>::clone(&self.graph))
        .clock(Arc::<ManualClock>::clone(&self.clock))
        .random(Arc::new(FixedRandom::new(0.5)))
        .retry(RetryOptions::default().total_time(Duration::from_secs(20)))
        .build()
        .unwrap()
    }

    /// An engine with these sources alone.
    pub(crate) fn engine(&self, sources: Vec<Arc<dyn Source>>) -> Engine {
        Engine::new(self.client(), Arc::clone(&self.store))
            .sources(sources)
            .clock(Arc::<ManualClock>::clone(&self.clock))
            .progress(Arc::<Heard>::clone(&self.heard))
    }

    /// A source that lists the collection of its own name every so many minutes.
    pub(crate) fn source(&self, id: &'static str, minutes: u64) -> Arc<dyn Source> {
        let descriptor = Descriptor::full(id, "a test").every(Duration::from_secs(60 * minutes));
        self.source_of(descriptor)
    }

    pub(crate) fn source_of(&self, descriptor: Descriptor) -> Arc<dyn Source> {
        let path = String::from(descriptor.id.clone()).leak() as &str;
        Arc::new(Timed {
            list: ListSource::new(descriptor, Kind::new("thing"), path),
            clock: Arc::clone(&self.clock),
            reads: Arc::clone(&self.reads),
        })
    }

    /// The collection answers like this, in turn.
    pub(crate) fn answers(&self, id: &str, answers: impl IntoIterator<Item = Answer>) {
        self.graph.on(&format!("/v1.0/{id}"), answers);
    }

    /// The collections that were listed, with the seconds at which that was begun.
    pub(crate) fn reads(&self) -> Vec<(String, u64)> {
        let reads = self.reads.0.lock().unwrap().clone();
        reads
            .into_iter()
            .map(|(id, at)| (id.to_string(), at.as_secs()))
            .collect()
    }

    /// The seconds at which a collection was listed.
    pub(crate) fn reads_of(&self, id: &str) -> Vec<u64> {
        let reads = self.reads().into_iter();
        reads.filter(|(of, _)| of == id).map(|(_, at)| at).collect()
    }
}

/// A collection with nothing in it, over and over.
pub(crate) fn empty() -> Vec<Answer> {
    vec![Answer::json(r#"{"value":[]}"#); 500]
}

/// The service refuses for so many seconds.
pub(crate) fn throttled(seconds: u64) -> Answer {
    Answer::error(429, "TooManyRequests").header("retry-after", &seconds.to_string())
}

#[derive(Debug, Default)]
pub(crate) struct Reads(Mutex<Vec<(SourceId, Duration)>>);

#[derive(Debug)]
struct Timed {
    list: ListSource,
    clock: Arc<ManualClock>,
    reads: Arc<Reads>,
}

#[async_trait]
impl Source for Timed {
    fn descriptor(&self) -> &Descriptor {
        self.list.descriptor()
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
        let read = (self.descriptor().id.clone(), self.clock.monotonic());
        self.reads.0.lock().unwrap().push(read);
        self.list.read(run).await
    }
}

/// Everything that was told.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<Vec<ProgressEvent>>);

impl Heard {
    pub(crate) fn events(&self) -> Vec<ProgressEvent> {
        self.0.lock().unwrap().clone()
    }
}

impl Progress for Heard {
    fn event(&self, event: &ProgressEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}
