//! A log of events, read from where the last reading ended.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use graph_client::NextLink;
use serde::{Deserialize, Serialize};

use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::members::Members;
use crate::outcome::Completeness;
use crate::outcome::PartialReason;
use crate::record::RawItem;
use crate::run::Run;
use crate::source::Source;
use crate::store::Begin;
use crate::timestamp;

/// Reads the events of a log by the time at which they were made, such as sign-ins and audits.
///
/// The time since the last reading is cut into slices without gap or overlap; each is read to its
/// end before the next one. A slice is long, for each costs a request of a scarce sort even where
/// nothing happened, and gets shorter where the service loses the place in it. Events reach a log
/// late, so every reading begins some time before the end of the last one: what comes again is one
/// event, known by its id. None begins before what is [kept](Descriptor::keeps). What the service no
/// longer keeps when it is asked is a [`PartialReason::Window`], told and not passed over: it is told, as is an
/// event that could not be read, until it is older than twice the time that the service keeps.
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
    /// made. The first reading goes back seven days, which is how long a tenant without a license
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

    /// Reads a slice to its end; `came` tells whether any page of it did.
    async fn read_slice(
        &self,
        run: &mut Run<'_>,
        at: &mut Cursor,
        until: SystemTime,
        came: &mut bool,
    ) -> Result<()> {
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
        while let Some(page) = run.next(&mut pages).await? {
            *came = true;
            run.malformed(page.malformed.len());
            at.malformed += page.malformed.len() as u64;
            // An item without an id is found to be malformed as it is stored.
            at.malformed += page.items.iter().filter(|item| !has_id(item)).count() as u64;
            at.next = page.next;
            at.until = Some(until);
            let checkpoint = run.to_json(at)?;
            run.page(&self.kind, page.items, Some(checkpoint)).await?;
        }
        at.end_slice(until);
        Ok(())
    }
}

/// How far it came.
#[derive(Clone, Serialize, Deserialize)]
struct Cursor {
    /// Everything before this was read, but for the holes.
    #[serde(with = "timestamp")]
    through: SystemTime,
    /// The end of the slice that is being read, and where it goes on.
    #[serde(default, with = "timestamp::option")]
    until: Option<SystemTime>,
    next: Option<NextLink>,
    /// Items of this slice that could not be read.
    #[serde(default)]
    malformed: u64,
    /// What is missing of the time that is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holes: Vec<Hole>,
}

/// A time of which something is missing.
#[derive(Clone, Serialize, Deserialize)]
struct Hole {
    #[serde(with = "timestamp")]
    from: SystemTime,
    #[serde(with = "timestamp")]
    until: SystemTime,
    /// The events that could not be read; nothing where none of that time was.
    #[serde(default)]
    items: Option<u64>,
}

/// More holes than this are told as one, from the first to the last.
const HOLES: usize = 100;

impl Cursor {
    const fn at(through: SystemTime, holes: Vec<Hole>) -> Self {
        Self {
            through,
            until: None,
            next: None,
            malformed: 0,
            holes,
        }
    }

    /// The slice that is being read begins anew.
    fn leave_slice(&mut self) {
        self.next = None;
        self.until = None;
        self.malformed = 0;
    }

    /// A slice was read to its end: what it lacks is what is missing of that time now.
    fn end_slice(&mut self, until: SystemTime) {
        let from = self.through;
        self.holes
            .retain(|hole| hole.items.is_none() || hole.from < from || hole.until > until);
        if self.malformed > 0 {
            let items = Some(self.malformed);
            self.holes.push(Hole { from, until, items });
        }
        self.through = until;
        self.leave_slice();
    }

    /// From when on events could not be read, of late: they are asked for once more.
    fn unread_since(&self, lately: SystemTime) -> Option<SystemTime> {
        let holes = self.holes.iter().filter(|hole| hole.items.is_some());
        holes
            .map(|hole| hole.from)
            .filter(|from| *from >= lately)
            .min()
    }

    /// Forgets holes of a time that is no longer kept, and keeps their number bounded.
    fn keep_holes_since(&mut self, oldest: SystemTime) {
        self.holes.retain(|hole| hole.until > oldest);
        if self.holes.len() > HOLES {
            let from = self.holes.iter().map(|hole| hole.from).min();
            let until = self.holes.iter().map(|hole| hole.until).max();
            if let (Some(from), Some(until)) = (from, until) {
                let items = None;
                self.holes = vec![Hole { from, until, items }];
            }
        }
    }

    /// What is missing: a time that was not read before events that could not be.
    fn gap(&self) -> Option<PartialReason> {
        if let Some(hole) = self.holes.iter().find(|hole| hole.items.is_none()) {
            return Some(PartialReason::Window {
                from: hole.from,
                until: hole.until,
            });
        }
        let items = self.holes.iter().filter_map(|hole| hole.items);
        let items = items.fold(0, u64::saturating_add);
        (items > 0).then_some(PartialReason::Malformed { items })
    }
}

fn has_id(item: &RawItem) -> bool {
    Members::parse(item.get()).is_ok_and(|members| members.text("id").is_some())
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
            .stood()
            .and_then(|saved| serde_json::from_str::<Cursor>(saved).ok());
        let is_afresh = run.checkpoint().is_none();
        let goes_on = run.is_in_round() && saved.is_some() && !is_afresh;
        if !goes_on {
            run.begin(Begin::Round);
        }
        let was_read = saved.as_ref().map(|saved| saved.through);
        let mut at = match saved {
            Some(saved) if goes_on => saved,
            Some(saved) => {
                let from = saved.unread_since(before(now, DAY));
                let mut through = before(saved.through, self.overlap);
                if is_afresh {
                    // No less than the first time, and nothing of what came since is passed over.
                    through = through.min(before(now, self.first));
                }
                Cursor::at(from.map_or(through, |from| through.min(from)), saved.holes)
            }
            None => Cursor::at(before(now, self.first), Vec::new()),
        };
        // What would be past its time as soon as it is stored is not read again.
        let floor = before(now, run.descriptor().keeps());
        if at.until.unwrap_or(at.through) < floor {
            at.leave_slice();
            at.through = floor;
        }
        let oldest = before(now, self.kept);
        let is_lost = |through: &SystemTime| *through < oldest && floor <= oldest;
        if let Some(from) = was_read.filter(is_lost) {
            at.leave_slice();
            at.through = oldest;
            at.holes.push(Hole {
                from,
                until: oldest,
                items: None,
            });
        }
        run.still_malformed(at.malformed);
        let (mut slice, mut restarts, mut is_spent) = (self.slice, 0, false);
        while at.through < now {
            let until = at
                .until
                .unwrap_or_else(|| at.through.checked_add(slice).unwrap_or(now).min(now));
            let (resumed, mut came) = (at.next.is_some(), false);
            match self.read_slice(run, &mut at, until, &mut came).await {
                // A link that does not work: what is left is read anew in shorter slices, and its events
                // come again. One that the service forgot may be followed by others.
                Err(Error::Graph(error))
                    if restarts < RESTARTS
                        && (resumed || came)
                        && run.gives_up_link(&error, !came)
                        && (error.is_page_token_lost()
                            || !std::mem::replace(&mut is_spent, true)) =>
                {
                    restarts += 1;
                    slice = (slice / 4).max(HOUR);
                    at.leave_slice();
                    run.read_again();
                }
                done => done?,
            }
        }
        // For as long again as the service keeps its log, so that whoever looks once in that time
        // is told, and for as long as the rows around it are kept.
        at.keep_holes_since(before(oldest, self.kept).min(floor));
        // What was missing before is missing still, though this reading met none of it.
        run.read_again();
        let gap = at.gap();
        let checkpoint = run.to_json(&at)?;
        run.end(checkpoint, gap.is_none()).await?;
        Ok(gap.map_or(Completeness::Complete, Completeness::Partial))
    }
}
