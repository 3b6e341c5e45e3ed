//! What arrives at a webhook.

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::date_time::DateTime;

use super::{
    ClientState, EncryptedContent, NotifyError, SigningKeys, TokenValidator, ValidatedToken,
};

/// What one POST to a webhook held. It may speak of several subscriptions, applications and tenants.
/// <https://learn.microsoft.com/graph/api/resources/changenotificationcollection>
#[non_exhaustive]
pub struct Notifications {
    /// The notifications, none of them checked.
    pub items: Vec<Notification>,
    /// How many could not be read at all.
    pub malformed: usize,
    validation_tokens: Vec<SecretString>,
}

impl Notifications {
    /// More than the service sends in one POST.
    const LARGEST: usize = 1024 * 1024;

    /// Reads a body. One notification that cannot be read does not sink the others.
    ///
    /// # Errors
    ///
    /// [`NotifyError::TooLarge`] above a mebibyte, [`NotifyError::Malformed`] when it is no
    /// collection.
    pub fn parse(body: &[u8]) -> Result<Self, NotifyError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Collection<'a> {
            #[serde(borrow)]
            value: Vec<&'a RawValue>,
            #[serde(default)]
            validation_tokens: Option<Vec<Option<String>>>,
        }
        if body.len() > Self::LARGEST {
            return Err(NotifyError::TooLarge);
        }
        let collection: Collection<'_> =
            serde_json::from_slice(body).map_err(|_| NotifyError::Malformed)?;
        let all = collection.value.len();
        let items: Vec<Notification> = collection
            .value
            .into_iter()
            .filter_map(|raw| serde_json::from_str(raw.get()).ok())
            .collect();
        Ok(Self {
            malformed: all - items.len(),
            items,
            validation_tokens: collection
                .validation_tokens
                .into_iter()
                .flatten()
                .flatten()
                .map(SecretString::from)
                .collect(),
        })
    }

    /// Whether tokens came along, as they do with resource data.
    pub fn has_validation_tokens(&self) -> bool {
        !self.validation_tokens.is_empty()
    }

    /// What each token that came along proves, or why it proves nothing.
    pub fn validate_tokens<'a>(
        &'a self,
        validator: &'a TokenValidator,
        keys: &'a SigningKeys,
        now: SystemTime,
    ) -> impl Iterator<Item = Result<ValidatedToken, NotifyError>> + 'a {
        self.validation_tokens
            .iter()
            .map(move |token| validator.validate_secret(token, keys, now))
    }

    /// The ids of the tenants that a genuine token speaks for. Resource data of any other is to be
    /// discarded.
    pub fn validated_tenants(
        &self,
        validator: &TokenValidator,
        keys: &SigningKeys,
        now: SystemTime,
    ) -> BTreeSet<String> {
        self.validate_tokens(validator, keys, now)
            .filter_map(Result::ok)
            .map(|token| token.tenant_id)
            .collect()
    }
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications")
            .field("items", &self.items)
            .field("malformed", &self.malformed)
            .field("validation_tokens", &self.validation_tokens.len())
            .finish()
    }
}

/// That something changed, or that a subscription did.
/// <https://learn.microsoft.com/graph/api/resources/changenotification>
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Notification {
    /// The subscription, by which the secret is found that it must repeat.
    pub subscription_id: String,
    /// The tenant.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// What happened. Creations and deletions of users and groups come as updates too.
    #[serde(default, rename = "changeType")]
    pub change: Option<ChangeType>,
    /// What becomes of the subscription, in the place of a change.
    #[serde(default, rename = "lifecycleEvent")]
    pub lifecycle: Option<LifecycleEvent>,
    /// The resource, relative to Graph. It may name a person: do not log it.
    #[serde(default)]
    pub resource: Option<String>,
    /// Kind and id of the resource, as received.
    #[serde(default)]
    pub resource_data: Option<Box<RawValue>>,
    /// The resource itself, encrypted.
    #[serde(default, rename = "encryptedContent")]
    pub encrypted: Option<EncryptedContent>,
    /// Until when the subscription is good.
    #[serde(default, rename = "subscriptionExpirationDateTime")]
    pub expires: Option<DateTime>,
    #[serde(default, deserialize_with = "secret")]
    client_state: Option<SecretString>,
}

fn secret<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(d)?.map(SecretString::from))
}

impl Notification {
    /// Whether it repeats the secret of its subscription, compared in constant time. One that does
    /// not is forged.
    pub fn has_client_state(&self, secret: &ClientState) -> bool {
        self.client_state
            .as_ref()
            .is_some_and(|given| secret.is(given))
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("subscription_id", &self.subscription_id)
            .field("tenant_id", &self.tenant_id)
            .field("change", &self.change)
            .field("lifecycle", &self.lifecycle)
            .field("encrypted", &self.encrypted.is_some())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A word of the service that may be one not known here.
macro_rules! word {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$member_doc])* $member,)+
            /// A word not known here, as received.
            Unknown(String),
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                $(if text.eq_ignore_ascii_case($text) { return Ok(Self::$member); })+
                Ok(Self::Unknown(text))
            }
        }
    };
}

word! {
    /// What happened to a resource.
    ChangeType {
        /// It was created.
        Created = "created",
        /// It changed, or was created or deleted without that being said.
        Updated = "updated",
        /// It was deleted.
        Deleted = "deleted",
    }
}

word! {
    /// What becomes of a subscription.
    /// <https://learn.microsoft.com/graph/change-notifications-lifecycle-events>
    LifecycleEvent {
        /// Notifications were lost: read what changed by delta.
        Missed = "missed",
        /// It is gone: make a new one and read what changed by delta.
        SubscriptionRemoved = "subscriptionRemoved",
        /// It goes silent unless it is renewed or reauthorized.
        ReauthorizationRequired = "reauthorizationRequired",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_notification_that_cannot_be_read_does_not_sink_the_others() {
        let body = br#"{"value":[{"subscriptionId":"s","changeType":"UPDATED","clientState":"k"},
            {"changeType":1}, {"subscriptionId":"s","lifecycleEvent":"somethingNew"}],
            "validationTokens":[null,"t"]}"#;
        let notifications = Notifications::parse(body).unwrap();
        assert_eq!((notifications.items.len(), notifications.malformed), (2, 1));
        assert_eq!(notifications.items[0].change, Some(ChangeType::Updated));
        let new = LifecycleEvent::Unknown("somethingNew".to_owned());
        assert_eq!(notifications.items[1].lifecycle, Some(new));
        assert!(notifications.has_validation_tokens());
        let shown = format!("{notifications:?}");
        assert!(!shown.contains("\"k\"") && !shown.contains("\"t\""));
    }

    #[test]
    fn the_client_state_is_compared_whole() {
        let body =
            br#"{"value":[{"subscriptionId":"s","clientState":"secret"},{"subscriptionId":"s"}]}"#;
        let items = Notifications::parse(body).unwrap().items;
        let state = |text: &str| ClientState::new(text).unwrap();
        assert!(items[0].has_client_state(&state("secret")));
        assert!(!items[0].has_client_state(&state("secre")));
        assert!(!items[0].has_client_state(&state("Secret")));
        assert!(!items[1].has_client_state(&state("secret")));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let large = vec![b' '; 1024 * 1024 + 1];
        assert_eq!(
            Notifications::parse(&large).unwrap_err(),
            NotifyError::TooLarge
        );
        let deep = format!(r#"{{"value":[{}]}}"#, "[".repeat(100_000));
        let deep = Notifications::parse(deep.as_bytes());
        assert_eq!(deep.unwrap_err(), NotifyError::Malformed);
    }

    proptest! {
        #[test]
        fn never_panics(body in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,100}") {
            let _ = Notifications::parse(&body);
            let _ = Notifications::parse(format!(r#"{{"value":[{{"subscriptionId":{text}}}]}}"#).as_bytes());
        }
    }
}
