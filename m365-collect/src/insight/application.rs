//! When applications were last used, as far as the sign-ins that are stored tell.
//!
//! An application that is not seen is not therefore unused: the log of sign-ins reaches back to a
//! time, and [`AppUse::since`] says which. Beyond it nothing is told. Sign-ins that need nobody at
//! a keyboard are not in the log that is kept, except those of applications themselves; an
//! application that lives on refresh tokens is seen when somebody signs in to it anew. Which of its
//! permissions an application uses no sign-in says, and it is not guessed.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::evidence::{EvidenceState, PAGE, Reader};
use crate::kind::Kind;
use crate::store::{Store, StoreError};
use crate::timestamp;

/// When each service principal was last used.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Uses {
    /// Every service principal that is stored, in the order of their ids.
    pub applications: Vec<AppUse>,
    /// How far the service principals can be relied upon.
    pub applications_evidence: EvidenceState,
    /// How far the sign-ins can be relied upon in which people sign in to applications.
    pub people_evidence: EvidenceState,
    /// How far the sign-ins can be relied upon in which applications sign in by themselves.
    pub own_evidence: EvidenceState,
}

/// When a service principal was last used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AppUse {
    /// The id of the service principal.
    pub service_principal: String,
    /// Its client id.
    pub app_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// When somebody last signed in to it.
    pub by_people: Seen,
    /// When it last signed in by itself.
    pub by_itself: Seen,
    /// When somebody or something last signed in for what it offers to others.
    pub as_resource: Seen,
}

impl AppUse {
    /// Since when nothing was missed: the latest of the times that the logs reach back to. `None`
    /// where a log is not there at all.
    pub fn since(&self) -> Option<SystemTime> {
        let uses = [self.by_people, self.by_itself, self.as_resource];
        let since = uses.map(|seen| match seen {
            Seen::At { since, .. } | Seen::NotSince { since } => Some(since),
            Seen::Unknown => None,
        });
        since
            .into_iter()
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .max()
    }

    /// When it was last used in any way.
    pub fn last(&self) -> Option<SystemTime> {
        let uses = [self.by_people, self.by_itself, self.as_resource];
        let times = uses.into_iter().filter_map(|seen| match seen {
            Seen::At { time, .. } => Some(time),
            _ => None,
        });
        times.max()
    }
}

/// When something was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Seen {
    /// Then.
    At {
        /// When.
        #[serde(serialize_with = "timestamp::serialize")]
        time: SystemTime,
        /// What the log reaches back to.
        #[serde(serialize_with = "timestamp::serialize")]
        since: SystemTime,
    },
    /// Not in the log, which reaches back to this time. It may have been used before.
    NotSince {
        /// What the log reaches back to.
        #[serde(serialize_with = "timestamp::serialize")]
        since: SystemTime,
    },
    /// There is no log of it.
    Unknown,
}

/// <https://learn.microsoft.com/graph/api/resources/signin>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignInView {
    created_date_time: Option<String>,
    app_id: Option<String>,
    resource_id: Option<String>,
    service_principal_id: Option<String>,
    #[serde(default)]
    sign_in_event_types: Option<Vec<String>>,
}

impl SignInView {
    /// Whether an application signed in by itself.
    fn is_own(&self) -> bool {
        let types = self.sign_in_event_types.iter().flatten();
        types
            .map(String::as_str)
            .any(|kind| kind.eq_ignore_ascii_case("servicePrincipal"))
    }
}

/// The latest time of each id, and the earliest of all.
#[derive(Default)]
struct Log {
    last: BTreeMap<String, SystemTime>,
    since: Option<SystemTime>,
}

impl Log {
    fn reaches(&mut self, time: SystemTime) {
        self.since = Some(self.since.map_or(time, |since| since.min(time)));
    }

    fn add(&mut self, id: Option<&String>, time: SystemTime) {
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            let last = self.last.entry(id.to_lowercase()).or_insert(time);
            *last = time.max(*last);
        }
    }

    fn seen<'a>(&self, ids: impl IntoIterator<Item = Option<&'a String>>) -> Seen {
        let Some(since) = self.since else {
            return Seen::Unknown;
        };
        let ids = ids.into_iter().flatten();
        let times = ids.filter_map(|id| self.last.get(&id.to_lowercase()));
        match times.max() {
            Some(time) => Seen::At { time: *time, since },
            None => Seen::NotSince { since },
        }
    }
}

/// <https://learn.microsoft.com/graph/api/resources/serviceprincipal>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PrincipalView {
    app_id: Option<String>,
    display_name: Option<String>,
}

/// When each service principal was last used, as far as the stored sign-ins tell. Memory holds a
/// time for each application, not the sign-ins.
///
/// # Errors
/// When the store fails.
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = m365_collect::MemoryStore::new();
/// let uses = m365_collect::insight::application::last_use(&store).await?;
/// for one in &uses.applications {
///     println!("{:?}: {:?}", one.name, one.last());
/// }
/// # Ok::<(), m365_collect::StoreError>(())
/// # }).unwrap();
/// ```
pub async fn last_use(store: &dyn Store) -> Result<Uses, StoreError> {
    let reader = Reader::new(store).await?;
    let mut people = Log::default();
    let mut own = Log::default();
    let mut resources = Log::default();
    for kind in [&Kind::SIGN_IN, &Kind::SIGN_IN_DETAILS] {
        each(store, kind, |view, time| {
            let log = if view.is_own() { &mut own } else { &mut people };
            log.add(view.app_id.as_ref(), time);
            log.add(view.service_principal_id.as_ref(), time);
            resources.add(view.resource_id.as_ref(), time);
            people.reaches(time);
            // Applications by themselves are in the one log and not in the other.
            if *kind == Kind::SIGN_IN_DETAILS {
                own.reaches(time);
            }
        })
        .await?;
    }
    // What serves both is told about since when both logs are there.
    resources.since = people.since.max(own.since);
    let applications = reader
        .rows(&Kind::SERVICE_PRINCIPAL, |id, view: PrincipalView| {
            let ids = || [view.app_id.as_ref(), Some(&id)];
            Some(AppUse {
                by_people: people.seen(ids()),
                by_itself: own.seen(ids()),
                as_resource: resources.seen(ids()),
                service_principal: id.clone(),
                app_id: view.app_id.clone(),
                name: view.display_name.clone(),
            })
        })
        .await?;
    let evidence = reader
        .evidence("service_principals", &Kind::SERVICE_PRINCIPAL)
        .await?;
    let (applications, applications_evidence) = applications.with(evidence);
    Ok(Uses {
        applications,
        applications_evidence,
        people_evidence: reader.evidence("sign_ins", &Kind::SIGN_IN).await?,
        own_evidence: reader
            .evidence("sign_in_details", &Kind::SIGN_IN_DETAILS)
            .await?,
    })
}

/// Every sign-in of a kind whose time can be read.
async fn each(
    store: &dyn Store,
    kind: &Kind,
    mut take: impl FnMut(&SignInView, SystemTime) + Send,
) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = store.records(kind, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id.clone());
        for record in &page {
            let Ok(view) = record.view::<SignInView>() else {
                continue;
            };
            let time = view.created_date_time.as_deref().and_then(timestamp::parse);
            if let Some(time) = time {
                take(&view, time);
            }
        }
    }
}
