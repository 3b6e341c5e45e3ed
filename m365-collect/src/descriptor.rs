//! What a source reads and what it needs: its [`Descriptor`].

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::id::{History, SourceId, SyncMode};
use crate::kind::Kind;
use crate::record::Relation;

/// What a source reads and what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Descriptor {
    /// Its name.
    pub id: SourceId,
    /// What it is, in a few words.
    pub title: Cow<'static, str>,
    /// How it is read.
    pub mode: SyncMode,
    /// The kinds of object it yields.
    pub kinds: Vec<Kind>,
    /// The relations it yields.
    pub relations: Vec<Relation>,
    /// The application permissions without which nothing can be read, each the least that shows
    /// the fields we need.
    pub permissions: Vec<Cow<'static, str>>,
    /// Application permissions without which a part is missing.
    pub optional_permissions: Vec<Cow<'static, str>>,
    /// The license that the tenant needs, where it needs one.
    pub license: Option<Cow<'static, str>>,
    /// What the service answers to a tenant without that license.
    pub without_license: Option<Cow<'static, str>>,
    /// What it reads, the collection itself first.
    pub endpoints: Vec<Endpoint>,
    /// The page that documents it.
    pub page: Option<Cow<'static, str>>,
    /// What is peculiar about it, for whoever relies on its data.
    pub remark: Option<Cow<'static, str>>,
    /// What the service leaves out of it without saying so: absent here does not mean that it is not.
    pub leaves_out: Option<Cow<'static, str>>,
    /// The sources that are to be read before it, without which there is nothing to ask.
    pub after: Vec<SourceId>,
    /// The sources that are read before it where they are read at all: it makes use of what they
    /// brought, and does without where they brought nothing.
    pub prefers: Vec<SourceId>,
    /// How often it is worth reading.
    #[serde(rename = "cadence_seconds", serialize_with = "as_seconds")]
    pub cadence: Duration,
    /// Whether what it yields is about persons.
    pub privacy: Privacy,
    /// The collection whose `/$count` is to equal the live objects of the first kind, where the
    /// service can count it.
    pub counted: Option<Cow<'static, str>>,
    /// What is remembered when its objects change; `None` for what [`Descriptor::remembers`]
    /// takes from [`Descriptor::privacy`].
    pub history: Option<History>,
    /// How long what it yields is kept once its time begins to run; `None` for what
    /// [`Descriptor::keeps`] takes from [`Descriptor::privacy`].
    #[serde(rename = "retention_seconds", serialize_with = "option_as_seconds")]
    pub retention: Option<Duration>,
    /// Where it yields events: the property of an object that says when it happened.
    pub event_time: Option<Cow<'static, str>>,
}

fn as_seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

#[expect(
    clippy::ref_option,
    reason = "the signature that serde's `serialize_with` asks for"
)]
fn option_as_seconds<S: serde::Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}

/// Whether data is about persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Privacy {
    /// Settings of the tenant.
    Configuration,
    /// Who somebody is: names, addresses, memberships.
    Identity,
    /// What somebody did: sign-ins, messages.
    Behaviour,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A year's evidence and the time to look at it.
pub(crate) const THIRTEEN_MONTHS: Duration = Duration::from_secs(400 * DAY.as_secs());
/// As long as the service itself keeps most of what somebody did:
/// <https://learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention>.
const THIRTY_DAYS: Duration = Duration::from_secs(30 * DAY.as_secs());

impl Descriptor {
    /// A source that reads its collection whole each time, hourly.
    pub fn full(id: impl Into<SourceId>, title: impl Into<Cow<'static, str>>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            mode: SyncMode::Full,
            kinds: Vec::new(),
            relations: Vec::new(),
            permissions: Vec::new(),
            optional_permissions: Vec::new(),
            license: None,
            without_license: None,
            endpoints: Vec::new(),
            page: None,
            remark: None,
            leaves_out: None,
            after: Vec::new(),
            prefers: Vec::new(),
            cadence: Duration::from_secs(60 * 60),
            privacy: Privacy::Configuration,
            counted: None,
            history: None,
            retention: None,
            event_time: None,
        }
    }

    /// A source that reads changes since its checkpoint, hourly.
    pub fn delta(id: impl Into<SourceId>, title: impl Into<Cow<'static, str>>) -> Self {
        Self {
            mode: SyncMode::Delta,
            ..Self::full(id, title)
        }
    }

    /// A source that reads what happened since its checkpoint, hourly.
    pub fn window(id: impl Into<SourceId>, title: impl Into<Cow<'static, str>>) -> Self {
        Self {
            mode: SyncMode::Window,
            privacy: Privacy::Behaviour,
            ..Self::full(id, title)
        }
    }

    /// Yields this kind of object.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Yields this relation.
    #[must_use]
    pub fn relation(mut self, relation: Relation) -> Self {
        self.relations.push(relation);
        self
    }

    /// Needs this application permission.
    #[must_use]
    pub fn permission(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.permissions.push(name.into());
        self
    }

    /// Shows more with this application permission.
    #[must_use]
    pub fn optional_permission(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.optional_permissions.push(name.into());
        self
    }

    /// Needs this license in the tenant.
    #[must_use]
    pub fn license(mut self, plan: impl Into<Cow<'static, str>>) -> Self {
        self.license = Some(plan.into());
        self
    }

    /// To a tenant without the license the service answers so.
    #[must_use]
    pub fn without_license(mut self, answer: impl Into<Cow<'static, str>>) -> Self {
        self.without_license = Some(answer.into());
        self
    }

    /// Reads this; the [shapes](crate::sources::shape) say so by themselves.
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<Endpoint>) -> Self {
        self.endpoints.push(endpoint.into());
        self
    }

    /// Is documented there.
    #[must_use]
    pub fn page(mut self, page: impl Into<Cow<'static, str>>) -> Self {
        self.page = Some(page.into());
        self
    }

    /// Has this peculiarity.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<Cow<'static, str>>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// Lacks this, by design of the service and without a word from it.
    #[must_use]
    pub fn leaves_out(mut self, what: impl Into<Cow<'static, str>>) -> Self {
        self.leaves_out = Some(what.into());
        self
    }

    /// Is read after that source, and not where that was never read.
    #[must_use]
    pub fn after(mut self, source: SourceId) -> Self {
        self.after.push(source);
        self
    }

    /// Is read after that source where both are read, and without it all the same.
    #[must_use]
    pub fn prefers(mut self, source: SourceId) -> Self {
        self.prefers.push(source);
        self
    }

    /// The sources that are to end before it begins.
    pub(crate) fn waits_for(&self) -> impl Iterator<Item = &SourceId> {
        self.after.iter().chain(&self.prefers)
    }

    /// Is worth reading so often.
    #[must_use]
    pub fn every(mut self, cadence: Duration) -> Self {
        self.cadence = cadence;
        self
    }

    /// Is about persons in this way.
    #[must_use]
    pub fn privacy(mut self, privacy: Privacy) -> Self {
        self.privacy = privacy;
        self
    }

    /// After each run its live objects are compared with the `/$count` of this collection. Only
    /// some directory collections can be counted:
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>.
    #[must_use]
    pub fn counted(mut self, collection: impl Into<Cow<'static, str>>) -> Self {
        self.counted = Some(collection.into());
        self
    }

    /// Remembers this when its objects change.
    #[must_use]
    pub fn history(mut self, history: History) -> Self {
        self.history = Some(history);
        self
    }

    /// What is remembered when its objects change: unless it is said, the versions of settings,
    /// that somebody's identity changed, and nothing of what somebody did.
    pub fn remembers(&self) -> History {
        self.history.unwrap_or(match self.privacy {
            Privacy::Configuration => History::Versions,
            Privacy::Identity => History::Feed,
            Privacy::Behaviour => History::None,
        })
    }

    /// Keeps what it yields for so long; see [`Descriptor::keeps`].
    #[must_use]
    pub fn retention(mut self, time: Duration) -> Self {
        self.retention = Some(time);
        self
    }

    /// Yields events; this property of an object says when it happened.
    #[must_use]
    pub fn event_time(mut self, property: impl Into<Cow<'static, str>>) -> Self {
        self.event_time = Some(property.into());
        self
    }

    /// How long what it yields is kept: unless it is said, thirty days of what somebody did, and
    /// thirteen months of everything else.
    ///
    /// Objects live as long as the tenant lists them. The time runs for an event from when it
    /// happened, for a removed object or relation from its removal (thirty days at least), for an
    /// earlier version from its end, for an entry of the feed and a run from when they were
    /// written.
    pub fn keeps(&self) -> Duration {
        self.retention.unwrap_or(match self.privacy {
            Privacy::Configuration | Privacy::Identity => THIRTEEN_MONTHS,
            Privacy::Behaviour => THIRTY_DAYS,
        })
    }

    /// The permissions as text, for an error.
    pub(crate) fn needed_permissions(&self) -> String {
        self.permissions.join(" and ")
    }
}
