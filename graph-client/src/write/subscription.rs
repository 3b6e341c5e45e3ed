//! Subscriptions to change notifications. They change a tenant, hence here.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{WriteRequest, Writer};
use crate::error::{Error, Result};
use crate::notify::ClientState;

/// A subscription to be made.
///
/// ```no_run
/// # async fn run(client: graph_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::{Duration, SystemTime};
/// use graph_client::model::Subscription;
/// use graph_client::notify::ClientState;
/// use graph_client::write::{NewSubscription, Writer};
///
/// let secret = ClientState::generate()?;
/// let until = SystemTime::now() + Duration::from_secs(3600);
/// let new = NewSubscription::new("users", "updated,deleted", "https://example.org/hook", &secret, until)
///     .lifecycle_url("https://example.org/lifecycle");
/// let made: Subscription = Writer::new(&client).subscribe(&new).send().await?.decode()?;
/// # let _ = made;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct NewSubscription {
    resource: String,
    change_type: String,
    url: String,
    lifecycle_url: Option<String>,
    secret: ClientState,
    until: SystemTime,
    certificate: Option<(String, String)>,
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

    /// How long a subscription to a resource may last at most, by the first segment that decides;
    /// a resource that is not known here gets the shortest of all. Renew at half of it.
    /// <https://learn.microsoft.com/graph/change-notifications-overview>
    pub fn longest_life(resource: &str, with_resource_data: bool) -> Duration {
        let minutes = LIVES
            .iter()
            .find(|(part, ..)| {
                resource.split(['/', '?']).any(|s| {
                    s.split('(')
                        .next()
                        .is_some_and(|s| s.eq_ignore_ascii_case(part))
                })
            })
            .map_or(SHORTEST, |(_, plain, with_data)| {
                if with_resource_data {
                    *with_data
                } else {
                    *plain
                }
            });
        Duration::from_secs(minutes * 60)
    }
}

const SHORTEST: u64 = 60;

/// Segments and the minutes that a subscription lasts, without and with resource data. What is
/// inside something else comes before that; messages of mail and of Teams look alike here, so they
/// have the shorter of both.
const LIVES: &[(&str, u64, u64)] = &[
    ("presence", 60, 60),
    ("presences", 60, 60),
    ("callRecords", 4_230, 4_230),
    ("conversations", 4_230, 4_230),
    ("messages", 4_320, 1_440),
    ("events", 10_080, 1_440),
    ("contacts", 10_080, 1_440),
    ("chats", 4_320, 4_320),
    ("channels", 4_320, 4_320),
    ("teams", 4_320, 4_320),
    ("members", 4_320, 4_320),
    ("alerts", 43_200, 43_200),
    ("drive", 42_300, 42_300),
    ("drives", 42_300, 42_300),
    ("lists", 42_300, 42_300),
    ("users", 41_760, 41_760),
    ("groups", 41_760, 41_760),
];

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
    OffsetDateTime::from(until)
        .format(&Rfc3339)
        .map_err(|_| Error::invalid_request("the time until when to subscribe is out of range"))
}

impl Writer {
    /// Makes a subscription; the answer is a [`Subscription`](crate::model::Subscription).
    pub fn subscribe(&self, new: &NewSubscription) -> WriteRequest {
        let (id, certificate) = new
            .certificate
            .as_ref()
            .map(|(id, certificate)| (id.as_str(), certificate.as_str()))
            .unzip();
        let body = expiration(new.until).map(|expiration_date_time| Body {
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

    /// Lets a subscription last longer, which also reauthorizes it: do not do both within ten
    /// minutes. <https://learn.microsoft.com/graph/change-notifications-lifecycle-events>
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
