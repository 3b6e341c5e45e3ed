//! A log of events, read from where the last reading ended.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures::TryStreamExt;
use graph_client::NextLink;
use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::outcome::Gap;
use crate::source::{Completeness, Descriptor, Source};
use crate::store::Begin;
use crate::sync::Run;
use crate::timestamp;

/// Reads the events of a log by the time at which they were made, such as sign-ins and audits.
///
/// The time since the last reading is cut into slices without gap or overlap; each is read to its
/// end before the next one. A slice is long, for each costs a request of a scarce sort even where
/// nothing happened, and gets shorter where the service loses the place in it. Events reach a log late, so every reading begins some time before the
/// end of the last one: what comes again is one event, known by its id. None begins before what is
/// [kept](Descriptor::keeps). What the service no longer
/// keeps when it is asked is a [`Gap::Window`], told and not passed over.
///
/// <https://learn.microsoft.com/graph/api/signin-list>,
/// <https://learn.microsoft.com/graph/api/directoryaudit-list>
///
/// ```
/// use m365_collect::sources::shape::WindowSource;
/// use m365_collect::{Descriptor, Kind};
///
/// let audits = WindowSource::new(
///     Descriptor::window("directory_audits", "changes to the directory")
///         .permission("AuditLog.Read.All"),
///     Kind::DIRECTORY_AUDIT,
///     "auditLogs/directoryAudits",
///     "activityDateTime",
/// );
/// # drop(audits);
/// ```
#[derive(Debug, Clone)]
pub struct WindowSource {
    descriptor: Descriptor,
    kind: Kind,
    endpoint: Endpoint,
    time: &'static str,
    also: Option<&'static str>,
    first: Duration,
    overlap: Duration,
    slice: Duration,
    kept: Duration,
}

/// How often a reading begins a slice anew when the service forgets its page token.
const RESTARTS: u32 = 8;
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl WindowSource {
    /// Reads `path`, whose items are of this kind and say in the property `time` when they were
    /// made. The first reading goes back seven days, which is how long a tenant without a licence
    /// keeps its logs; each later one goes back two hours before the end of the last.
    pub fn new(
        descriptor: Descriptor,
        kind: Kind,
        endpoint: impl Into<Endpoint>,
        time: &'static str,
    ) -> Self {
        let endpoint = endpoint.into();
        Self {
            descriptor: descriptor
                .kind(kind.clone())
                .endpoint(endpoint.clone())
                .event_time(time),
            kind,
            endpoint,
            time,
            also: None,
            first: DAY * 7,
            overlap: HOUR * 2,
            slice: DAY * 7,
            kept: DAY * 30,
        }
    }

    /// Reads only the events that this filter lets through.
    #[must_use]
    pub fn also(mut self, filter: &'static str) -> Self {
        self.also = Some(filter);
        self
    }

    /// How far the first reading goes back.
    #[must_use]
    pub fn first(mut self, time: Duration) -> Self {
        self.first = time;
        self
    }

    /// How much time one listing covers. The longer it is, the fewer requests a quiet log costs, and
    /// the more is listed anew where a page token is lost.
    #[must_use]
    pub fn slice(mut self, time: Duration) -> Self {
        self.slice = time.max(HOUR);
        self
    }

    /// How late an event may reach the log.
    #[must_use]
    pub fn overlap(mut self, time: Duration) -> Self {
        self.overlap = time;
        self
    }

    /// How long the service keeps its log:
    /// <https://learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention>.
    #[must_use]
    pub fn kept(mut self, time: Duration) -> Self {
        self.kept = time;
        self
    }

    async fn read_slice(&self, run: &mut Run<'_>, at: &mut Saved, until: SystemTime) -> Result<()> {
        let also = self.also.map(|also| format!(" and {also}"));
        let mut list = self.endpoint.list(run.client()).filter(format!(
            "{time} ge {} and {time} lt {}{}",
            timestamp::format(at.through),
            timestamp::format(until),
            also.unwrap_or_default(),
            time = self.time
        ));
        if let Some(next) = at.next.take() {
            list = list.resume(next);
        }
        let mut pages = list.pages();
        while let Some(page) = pages.try_next().await? {
            run.malformed(page.malformed.len());
            at.malformed = run.malformed_so_far();
            at.next = page.next;
            at.until = Some(until);
            let checkpoint = run.to_json(at)?;
            run.page(&self.kind, page.items, Some(checkpoint)).await?;
        }
        at.through = until;
        at.until = None;
        Ok(())
    }
}

/// How far it came.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    /// Everything before this was read.
    #[serde(with = "timestamp")]
    through: SystemTime,
    /// The end of the slice that is being read, and where it goes on.
    #[serde(default, with = "timestamp::option")]
    until: Option<SystemTime>,
    next: Option<NextLink>,
    /// Items of this reading that could not be read.
    #[serde(default)]
    malformed: u64,
}

fn before(time: SystemTime, by: Duration) -> SystemTime {
    time.checked_sub(by).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[async_trait]
impl Source for WindowSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let now = run.now();
        let saved = run
            .checkpoint()
            .and_then(|saved| serde_json::from_str::<Saved>(saved).ok());
        let goes_on = run.is_in_round() && saved.is_some();
        let was_read = saved.as_ref().map(|saved| saved.through);
        let mut at = saved.filter(|_| goes_on).unwrap_or(Saved {
            through: was_read.map_or(before(now, self.first), |at| before(at, self.overlap)),
            until: None,
            next: None,
            malformed: 0,
        });
        if goes_on {
            run.still_malformed(at.malformed);
        } else {
            run.begin(Begin::Round);
        }
        // What would be past its time as soon as it is stored is not read again.
        let floor = before(now, run.descriptor().keeps());
        if at.until.unwrap_or(at.through) < floor {
            at = Saved {
                through: floor,
                until: None,
                next: None,
                ..at
            };
        }
        let oldest = before(now, self.kept);
        let lost = was_read
            .filter(|through| *through < oldest && floor <= oldest)
            .map(|from| {
                at = Saved {
                    through: oldest,
                    until: None,
                    next: None,
                    malformed: at.malformed,
                };
                Gap::Window {
                    from,
                    until: oldest,
                }
            });
        let (mut slice, mut restarts) = (self.slice, 0);
        while at.through < now {
            let until = at
                .until
                .unwrap_or_else(|| at.through.checked_add(slice).unwrap_or(now).min(now));
            let resumed = at.next.is_some();
            match self.read_slice(run, &mut at, until).await {
                // A page token that is too old, or that a retry used up: what is left is read anew in
                // shorter slices, and its events come again.
                Err(Error::Graph(error))
                    if restarts < RESTARTS
                        && (error.is_page_token_lost()
                            || resumed
                                && (error.is_refused_link() || error.status() == Some(400))) =>
                {
                    restarts += 1;
                    slice = (slice / 4).max(HOUR);
                    at.next = None;
                    at.until = None;
                }
                done => done?,
            }
        }
        let is_whole = lost.is_none() && run.malformed_so_far() == 0;
        at.malformed = 0;
        let checkpoint = run.to_json(&at)?;
        run.end(checkpoint, is_whole).await?;
        Ok(lost.map_or(Completeness::Complete, Completeness::Partial))
    }
}
