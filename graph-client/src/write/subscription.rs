//! Subscriptions to change notifications. They change a tenant, hence here.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{WriteRequest, Writer};
use crate::date_time::DateTime;
use crate::error::{Error, Result};
use crate::notify::ClientState;

/// A subscription to change notifications.
/// <https://learn.microsoft.com/graph/api/resources/subscription>
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Subscription {
    /// The id.
    pub id: Option<String>,
    /// What it is to, such as `users`.
    pub resource: Option<String>,
    /// What is told of it: `created`, `updated`, `deleted`, separated by commas.
    pub change_type: Option<String>,
    /// Where that is told.
    pub notification_url: Option<String>,
    /// Where is told what becomes of the subscription.
    pub lifecycle_notification_url: Option<String>,
    /// Until when.
    pub expiration_date_time: Option<DateTime>,
    /// The application that made it.
    pub application_id: Option<String>,
    /// Who made it.
    pub creator_id: Option<String>,
    /// Whether the object itself is sent along.
    pub include_resource_data: Option<bool>,
    /// The key that it is encrypted for, in the application's own words.
    pub encryption_certificate_id: Option<String>,
    /// The newest TLS that the address understands.
    pub latest_supported_tls_version: Option<String>,
    /// What is told only, as a query.
    pub notification_query_options: Option<String>,
    /// The application that the service proves itself to.
    pub notification_url_app_id: Option<String>,
}

/// A subscription to be made.
///
/// ```no_run
/// # async fn run(client: graph_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::{Duration, SystemTime};
/// use graph_client::notify::ClientState;
/// use graph_client::write::{NewSubscription, Subscription, Writer};
///
/// let secret = ClientState::generate()?;
/// let until = SystemTime::now() + Duration::from_secs(3600);
/// let new = NewSubscription::new("users", "updated,deleted", "https://example.org/hook", &secret, until)
///     .lifecycle_url("https://example.org/lifecycle");
/// let made: Subscription = Writer::new(&client).subscribe(&new).send().await?.decode()?;
/// # let _ = made;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct NewSubscription {
    resource: String,
    change_type: String,
    url: String,
    lifecycle_url: Option<String>,
    secret: ClientState,
    until: SystemTime,
    certificate: Option<(String, String)>,
}

/// Neither the resource, which may name a person, nor the addresses, which may hold a key.
impl fmt::Debug for NewSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSubscription")
            .field("change_type", &self.change_type)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

impl NewSubscription {
    /// Changes of these kinds (`created`, `updated`, `deleted`, separated by commas) to a resource
    /// are told to an address, which must answer the [`Handshake`](crate::notify::Handshake) while
    /// this is made. See [`longest_life`](Self::longest_life) for how long it may last.
    pub fn new(
        resource: impl Into<String>,
        change_type: impl Into<String>,
        url: impl Into<String>,
        secret: &ClientState,
        until: SystemTime,
    ) -> Self {
        Self {
            resource: resource.into(),
            change_type: change_type.into(),
            url: url.into(),
            lifecycle_url: None,
            secret: secret.clone(),
            until,
            certificate: None,
        }
    }

    /// Where is told what becomes of the subscription. It cannot be added later.
    #[must_use]
    pub fn lifecycle_url(mut self, url: impl Into<String>) -> Self {
        self.lifecycle_url = Some(url.into());
        self
    }

    /// The resource itself is sent along, encrypted for a certificate (X.509 in base64) that you
    /// name by an id of up to 128 characters.
    #[must_use]
    pub fn with_resource_data(
        mut self,
        certificate_id: impl Into<String>,
        certificate: impl Into<String>,
    ) -> Self {
        self.certificate = Some((certificate_id.into(), certificate.into()));
        self
    }

    /// How long a subscription to a resource may last at most, by the whole of its path; a resource
    /// that is not known here gets the shortest of all, an hour, which is safe everywhere. Renew at
    /// half of it. <https://learn.microsoft.com/graph/api/resources/subscription>
    pub fn longest_life(resource: &str, with_resource_data: bool) -> Duration {
        let minutes = kind(resource).map_or(SHORTEST, |kind| match kind {
            Kind::Outlook if with_resource_data => 1_440,
            Kind::Outlook => 10_080,
            Kind::Directory => 41_760,
            Kind::Files => 42_300,
            Kind::Security => 43_200,
            Kind::Teams => 4_320,
            Kind::Shifts => 360,
            Kind::Other => 4_230,
            Kind::Presence => SHORTEST,
        });
        Duration::from_secs(minutes * 60)
    }
}

/// What is wrong with letting a subscription last until then. Of a resource that is not known here
/// the service decides.
fn refusal(
    resource: &str,
    (with_resource_data, with_lifecycle_url): (bool, bool),
    until: SystemTime,
    now: SystemTime,
) -> Option<Error> {
    let kind = kind(resource)?;
    let lasts = until.duration_since(now).unwrap_or_default();
    let longest = NewSubscription::longest_life(resource, with_resource_data);
    let is_teams = matches!(kind, Kind::Teams | Kind::Shifts);
    if lasts > longest {
        let minutes = longest.as_secs() / 60;
        return Some(Error::invalid_request(format!(
            "a subscription to this resource lasts {minutes} minutes at most"
        )));
    }
    (is_teams && lasts > Duration::from_secs(SHORTEST * 60) && !with_lifecycle_url).then(|| {
        Error::invalid_request(
            "a subscription to a resource of Teams that lasts longer than an hour needs a \
             lifecycle_url",
        )
    })
}

const SHORTEST: u64 = 60;

/// Resources whose subscriptions last equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outlook,
    Directory,
    Files,
    Security,
    Teams,
    Shifts,
    Other,
    Presence,
}

/// Whole paths in lower case; `*` is any one segment.
const KINDS: &[(Kind, &[&str])] = &[
    (
        Kind::Outlook,
        &[
            "users/*/messages",
            "users/*/mailfolders/*/messages",
            "users/*/events",
            "users/*/contacts",
            "users/*/contactfolders/*/contacts",
        ],
    ),
    (
        Kind::Directory,
        &["users", "users/*", "groups", "groups/*", "groups/*/members"],
    ),
    (
        Kind::Files,
        &[
            "drives/*/root",
            "drives/*/items/*",
            "users/*/drive/root",
            "groups/*/drive/root",
            "sites/*/drive/root",
            "sites/*/lists/*",
            "reports/healthmonitoring/alerts",
        ],
    ),
    (
        Kind::Security,
        &[
            "security/alerts",
            "security/alerts_v2",
            "solutions/approval/approvalitems",
        ],
    ),
    (
        Kind::Teams,
        &[
            "appcatalogs/teamsapps/*/installations",
            "chats",
            "chats/*",
            "chats/*/members",
            "chats/*/messages",
            "chats/getallmembers",
            "chats/getallmessages",
            "communications/onlinemeetings",
            "communications/onlinemeetings/*/recordings",
            "communications/onlinemeetings/*/transcripts",
            "communications/onlinemeetings/getallrecordings",
            "communications/onlinemeetings/getalltranscripts",
            "copilot/interactionhistory/getallenterpriseinteractions",
            "copilot/users/*/interactionhistory/getallenterpriseinteractions",
            "teams",
            "teams/*",
            "teams/*/channels",
            "teams/*/channels/*",
            "teams/*/channels/*/members",
            "teams/*/channels/*/messages",
            "teams/*/channels/getallmembers",
            "teams/*/members",
            "teams/getallchannels",
            "teams/getallmessages",
            "users/*/chats/getallmessages",
            "users/*/onlinemeetings",
            "users/*/onlinemeetings/*",
            "users/*/onlinemeetings/*/recordings",
            "users/*/onlinemeetings/*/transcripts",
            "users/*/onlinemeetings/getallrecordings",
            "users/*/onlinemeetings/getalltranscripts",
        ],
    ),
    (Kind::Shifts, &["teams/*/schedule/*"]),
    (
        Kind::Other,
        &[
            "communications/callrecords",
            "communications/callrecords/*",
            "groups/*/conversations",
            "print/printers/*/jobs",
            "print/taskdefinitions/*/tasks",
            "users/*/todo/lists/*/tasks",
        ],
    ),
    (
        Kind::Presence,
        &[
            "communications/presences",
            "communications/presences/*",
            "users/*/presence",
        ],
    ),
];

/// Whatever the way it is written: `/me/...`, `users('id')/...`, with a query behind it.
fn kind(resource: &str) -> Option<Kind> {
    let path = resource.split('?').next()?.to_ascii_lowercase();
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment.split_once('(') {
            Some((name, ")")) => segments.push(name),
            Some((name, id)) => segments.extend([name, id]),
            None if segment == "me" && segments.is_empty() => segments.extend(["users", "me"]),
            None => segments.push(segment),
        }
    }
    let fits = |pattern: &str| {
        pattern.split('/').count() == segments.len()
            && pattern
                .split('/')
                .zip(&segments)
                .all(|(wanted, segment)| wanted == "*" || wanted == *segment)
    };
    let mut found = KINDS
        .iter()
        .flat_map(|(kind, patterns)| patterns.iter().map(move |pattern| (*kind, *pattern)))
        .filter(|(_, pattern)| fits(pattern));
    found.next().map(|(kind, _)| kind)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    change_type: &'a str,
    notification_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle_notification_url: Option<&'a str>,
    resource: &'a str,
    expiration_date_time: String,
    client_state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_resource_data: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_certificate_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_certificate: Option<&'a str>,
}

fn expiration(until: SystemTime) -> Result<String> {
    let since = until.duration_since(SystemTime::UNIX_EPOCH).ok();
    since
        .and_then(|since| i128::try_from(since.as_nanos()).ok())
        .and_then(|nanos| OffsetDateTime::from_unix_timestamp_nanos(nanos).ok())
        .and_then(|until| until.format(&Rfc3339).ok())
        .ok_or_else(|| Error::invalid_request("the time until when to subscribe is out of range"))
}

impl Writer {
    /// Makes a subscription; the answer is a [`Subscription`].
    ///
    /// One that is to last longer than a resource [allows](NewSubscription::longest_life), and one to
    /// a resource of Teams that is to last longer than an hour without a
    /// [`lifecycle_url`](NewSubscription::lifecycle_url), would be refused by the service: it ends
    /// with [`Error::is_invalid_request`] and is not sent.
    /// <https://learn.microsoft.com/graph/api/resources/subscription>
    pub fn subscribe(&self, new: &NewSubscription) -> WriteRequest {
        let (id, certificate) = new
            .certificate
            .as_ref()
            .map(|(id, certificate)| (id.as_str(), certificate.as_str()))
            .unzip();
        let is = (new.certificate.is_some(), new.lifecycle_url.is_some());
        let now = self.client.shared().clock.now();
        let refusal = refusal(&new.resource, is, new.until, now);
        let until = refusal.map_or_else(|| expiration(new.until), Err);
        let body = until.map(|expiration_date_time| Body {
            change_type: &new.change_type,
            notification_url: &new.url,
            lifecycle_notification_url: new.lifecycle_url.as_deref(),
            resource: &new.resource,
            expiration_date_time,
            client_state: new.secret.expose(),
            include_resource_data: id.map(|_| true),
            encryption_certificate_id: id,
            encryption_certificate: certificate,
        });
        self.or_invalid(body, |writer, body| writer.post("subscriptions", &body))
    }

    /// Lets a subscription last longer, as [`renew_subscription`](Self::renew_subscription) does, under
    /// the same rules as [`subscribe`](Self::subscribe): what it is to is known here.
    pub fn renew(&self, subscription: &Subscription, until: SystemTime) -> WriteRequest {
        let is = (
            subscription.include_resource_data == Some(true),
            subscription.lifecycle_notification_url.is_some(),
        );
        let resource = subscription.resource.as_deref().unwrap_or_default();
        let now = self.client.shared().clock.now();
        let id = match (&subscription.id, refusal(resource, is, until, now)) {
            (_, Some(error)) => Err(error),
            (None, None) => Err(Error::invalid_request("the subscription has no id")),
            (Some(id), None) => Ok(id),
        };
        self.or_invalid(id, |writer, id| writer.renew_subscription(id, until))
    }

    /// Lets a subscription last longer, which also reauthorizes it: do not do both within ten
    /// minutes. By its id alone nothing can be checked; see [`renew`](Self::renew).
    /// <https://learn.microsoft.com/graph/change-notifications-lifecycle-events>
    pub fn renew_subscription(&self, id: &str, until: SystemTime) -> WriteRequest {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Renewal {
            expiration_date_time: String,
        }
        let body = expiration(until).map(|expiration_date_time| Renewal {
            expiration_date_time,
        });
        self.or_invalid(body, |writer, body| {
            writer.patch(["subscriptions", id], &body)
        })
    }

    /// Reauthorizes a subscription without letting it last longer.
    pub fn reauthorize_subscription(&self, id: &str) -> WriteRequest {
        self.post_nothing(["subscriptions", id, "reauthorize"])
    }

    /// Ends a subscription.
    pub fn delete_subscription(&self, id: &str) -> WriteRequest {
        self.delete(["subscriptions", id])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_subscription_goes_by_the_whole_path() {
        for (resource, minutes) in [
            ("users", 41_760),
            ("/groups/1", 41_760),
            ("users/1/messages", 10_080),
            ("me/mailFolders('Inbox')/messages", 10_080),
            ("users('1')/events", 10_080),
            ("users/1/todo/lists/2/tasks", 4_230),
            ("users/1/onlineMeetings/2/recordings", 4_320),
            (
                "communications/onlineMeetings/?$filter=JoinWebUrl eq 'x'",
                4_320,
            ),
            ("teams/1/schedule/shifts", 360),
            ("teams/getAllMessages", 4_320),
            ("chats/getAllMessages()", 4_320),
            ("chats/1/messages", 4_320),
            ("security/alerts_v2?$filter=x", 43_200),
            ("sites/1/lists/2", 42_300),
            ("drives/1/root", 42_300),
            ("communications/callRecords", 4_230),
            ("communications/presences?$filter=id in ('a')", 60),
            ("users/1/somethingNew", 60),
            ("", 60),
        ] {
            let life = NewSubscription::longest_life(resource, false);
            assert_eq!(life.as_secs(), minutes * 60, "{resource}");
        }
        let with_data = NewSubscription::longest_life("users/1/messages", true);
        assert_eq!(with_data.as_secs(), 1_440 * 60);
    }

    #[test]
    fn a_time_that_cannot_be_written_is_refused() {
        let after = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let written = expiration(after(1_767_225_600).unwrap()).unwrap();
        assert_eq!(written, "2026-01-01T00:00:00Z");
        for far in [
            after(1 << 40),
            after(1 << 60),
            after(i64::MAX.unsigned_abs()),
        ] {
            assert!(expiration(far.unwrap()).unwrap_err().is_invalid_request());
        }
    }

    fn is_refused(resource: &str, is: (bool, bool), seconds: u64) -> bool {
        let now = SystemTime::UNIX_EPOCH;
        let refusal = refusal(resource, is, now + Duration::from_secs(seconds), now);
        refusal.is_some_and(|error| error.is_invalid_request())
    }

    #[test]
    fn a_long_teams_subscription_needs_a_lifecycle_url() {
        assert!(is_refused("chats/1/messages", (false, false), 3_601));
        assert!(!is_refused("chats/1/messages", (false, true), 3_601));
        assert!(!is_refused("chats/1/messages", (false, false), 3_600));
        assert!(!is_refused("users", (false, false), 36_000));
    }

    #[test]
    fn no_subscription_lasts_longer_than_its_resource_allows() {
        let day = 24 * 3_600;
        assert!(!is_refused("users/1/messages", (false, false), 7 * day));
        assert!(is_refused("users/1/messages", (false, false), 7 * day + 1));
        assert!(!is_refused("users/1/messages", (true, false), day));
        assert!(is_refused("users/1/messages", (true, false), day + 1));
        assert!(is_refused("chats/1/messages", (false, true), 4 * day));
        assert!(!is_refused("of/something/new", (false, false), 90 * day));
    }
}
