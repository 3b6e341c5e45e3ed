//! Tokens: one fetch for all who wait, renewed early, the old one kept while it is valid.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use futures::future::{self, BoxFuture};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::credential::AccessToken;
use crate::error::Result;
use crate::pulse::{GRACE, Pulse, Watch};
use crate::sync::lock;
use crate::tenant::TenantId;

/// Renewed this long before the end, or at half of a shorter life.
const EARLY: Duration = Duration::from_secs(300);
/// After an early renewal failed, the old token serves this long before the next try.
const PAUSE: Duration = Duration::from_secs(30);
/// A life longer than a day is not believed.
const LONGEST: u64 = 24 * 60 * 60;

/// What [`Client::authenticate`](crate::Client::authenticate) found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// How much longer the token is valid.
    pub expires_in: Duration,
    /// The application permissions named in the token, for diagnosis only: access tokens for Graph
    /// are opaque by contract and their format may change. Nothing when it could not be read; an
    /// empty list when the token grants nothing, which is what a tenant without consent gets.
    /// <https://learn.microsoft.com/entra/identity-platform/access-tokens>
    pub roles: Option<Vec<String>>,
    /// The id of the tenant named in the token, for diagnosis only, when it could be read. See
    /// [`Client::verify_tenant`](crate::Client::verify_tenant) for a check that may be relied on.
    pub tenant_id: Option<String>,
}

/// The answer of the token endpoint.
#[derive(Deserialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: u64,
    #[serde(default, deserialize_with = "seconds")]
    refresh_in: u64,
    #[serde(default)]
    refresh_token: Option<String>,
}

impl From<AccessToken> for TokenResponse {
    fn from(token: AccessToken) -> Self {
        Self {
            access_token: token.secret.expose_secret().to_owned(),
            expires_in: token.expires_in.as_secs(),
            refresh_in: 0,
            refresh_token: None,
        }
    }
}

impl TokenResponse {
    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.refresh_token
            .as_deref()
            .filter(|token| !token.is_empty())
    }

    pub(crate) fn expires_in(&self) -> Duration {
        Duration::from_secs(self.expires_in.min(LONGEST))
    }
}

/// A number, or a number in quotes as older endpoints send it.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    Ok(match Seconds::deserialize(deserializer)? {
        Seconds::Number(number) => number,
        Seconds::Text(text) => text
            .parse()
            .map_err(|_| serde::de::Error::custom("expected seconds"))?,
    })
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    secret: Arc<SecretString>,
    /// Tells this token from the one before and after it.
    generation: u64,
    expires_at: Duration,
    renew_at: Duration,
}

impl Token {
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether it is no longer valid.
    pub(crate) fn is_over(&self, now: Duration) -> bool {
        self.expires_at <= now
    }

    pub(crate) fn info(&self, now: Duration) -> TokenInfo {
        let payload = payload(self.expose());
        TokenInfo {
            expires_in: self.expires_at.saturating_sub(now),
            tenant_id: payload.as_ref().and_then(|p| p.tid.clone()),
            roles: payload.map(|p| p.roles),
        }
    }
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    tid: Option<String>,
}

fn payload(token: &str) -> Option<Payload> {
    let payload = token.split('.').nth(1)?;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Tokens of one application, a slot per tenant and scope.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    slots: Mutex<HashMap<(TenantId, String), Arc<Slot>>>,
}

#[derive(Debug, Default)]
struct Slot {
    state: Mutex<SlotState>,
    /// Told whenever somebody has fetched, or given it up.
    changed: Notify,
}

#[derive(Debug, Default)]
struct SlotState {
    token: Option<Token>,
    /// How many fetches ended that others go by.
    fetches: u64,
    /// The last token that anybody got has this number.
    generations: u64,
    /// The failure of the last fetch, for those who waited for it.
    failure: Option<crate::Error>,
    /// Who is at it.
    fetching: Option<(Arc<Pulse>, Watch)>,
}

/// One who fetches, until dropped.
struct Fetching {
    slot: Arc<Slot>,
    pulse: Arc<Pulse>,
}

impl Drop for Fetching {
    fn drop(&mut self) {
        let mut state = lock(&self.slot.state);
        let fetching = &mut state.fetching;
        if fetching
            .as_ref()
            .is_some_and(|(pulse, _)| Arc::ptr_eq(pulse, &self.pulse))
        {
            *fetching = None;
        }
        drop(state);
        self.slot.changed.notify_waiters();
    }
}

impl Tokens {
    /// A token that is not the rejected one. `fetch` is told whether there is still a good one, so
    /// that it need not try hard.
    ///
    /// # Cancel safety
    ///
    /// When the one that fetches is dropped, or is no longer polled, the next of those who wait
    /// fetches.
    pub(crate) async fn token<'a>(
        &self,
        tenant: &TenantId,
        scope: &str,
        rejected: Option<u64>,
        clock: &dyn Clock,
        fetch: impl FnOnce(bool) -> BoxFuture<'a, Result<TokenResponse>> + Send,
    ) -> Result<Token> {
        let slot = Arc::clone(
            lock(&self.slots)
                .entry((tenant.clone(), scope.to_owned()))
                .or_default(),
        );
        let seen = lock(&slot.state).fetches;
        let (fetching, spare) = loop {
            let mut changed = pin!(slot.changed.notified());
            changed.as_mut().enable();
            {
                let now = clock.monotonic();
                let mut state = lock(&slot.state);
                let usable = state.usable(rejected, now);
                let under_way = match &mut state.fetching {
                    Some((pulse, watch)) => !watch.is_absent(pulse, now),
                    None => false,
                };
                // What was fetched meanwhile will do. Who still has a good one need not wait for a
                // better one that somebody is at.
                if let Some(token) = &usable
                    && (now < token.renew_at || under_way || state.fetches != seen)
                {
                    return Ok(token.clone());
                }
                if let Some(failure) = state.failure.as_ref().filter(|_| state.fetches != seen) {
                    return Err(failure.clone());
                }
                if !under_way {
                    let pulse = Arc::<Pulse>::default();
                    state.fetching = Some((Arc::clone(&pulse), Watch::default()));
                    let slot = Arc::clone(&slot);
                    break (Fetching { slot, pulse }, usable.is_some());
                }
            }
            // Whoever fetches may have stopped without being dropped.
            future::select(changed, clock.sleep(GRACE)).await;
        };
        let result = fetching.pulse.of(fetch(spare)).await;
        let now = clock.monotonic();
        let mut state = lock(&slot.state);
        state.generations += 1;
        // Who was given up and comes late keeps what it got to itself: the others go by whoever took
        // over, whose token is the newer one.
        let is_late = state
            .fetching
            .as_ref()
            .is_none_or(|(pulse, _)| !Arc::ptr_eq(pulse, &fetching.pulse));
        if is_late {
            let usable = state.usable(rejected, now);
            let own = |response| Token::from_response(response, state.generations, now);
            return usable.map_or_else(|| result.map(own), Ok);
        }
        state.fetches += 1;
        match result {
            Ok(response) => {
                let token = Token::from_response(response, state.generations, now);
                state.failure = None;
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                state.failure = Some(error.clone());
                let old = state.usable(rejected, now).ok_or(error)?;
                if let Some(kept) = &mut state.token {
                    kept.renew_at = now.saturating_add(PAUSE);
                }
                tracing::warn!("the token could not be renewed; the old one serves on");
                Ok(old)
            }
        }
    }
}

impl SlotState {
    fn usable(&self, rejected: Option<u64>, now: Duration) -> Option<Token> {
        self.token
            .as_ref()
            .filter(|token| Some(token.generation) != rejected && !token.is_over(now))
            .cloned()
    }
}

impl Token {
    fn from_response(response: TokenResponse, generation: u64, now: Duration) -> Self {
        let life = response.expires_in();
        let early = EARLY.min(life / 2);
        let renew_in = match Duration::from_secs(response.refresh_in.min(LONGEST)) {
            Duration::ZERO => life.saturating_sub(early),
            asked => asked.min(life.saturating_sub(early)),
        };
        Self {
            secret: Arc::new(SecretString::from(response.access_token)),
            generation,
            expires_at: now.saturating_add(life),
            renew_at: now.saturating_add(renew_in),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_when_the_token_can_be_read_at_all() {
        let roles = |token: &str| payload(token).map(|p| p.roles);
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let token = |payload: &str| format!("h.{}.s", encode(payload));
        assert_eq!(
            roles(&token(r#"{"roles":["User.Read.All"]}"#)),
            Some(vec!["User.Read.All".to_owned()])
        );
        assert_eq!(roles(&token("{}")), Some(vec![]));
        for opaque in ["", "opaque", "a.b.c", "h.!.s"] {
            assert_eq!(roles(opaque), None, "{opaque}");
        }
    }

    #[test]
    fn expires_in_arrives_as_a_number_or_text() {
        let life = |json: &str| {
            serde_json::from_str::<TokenResponse>(json)
                .map(|g| g.expires_in())
                .ok()
        };
        assert_eq!(
            life(r#"{"access_token":"t","expires_in":3599}"#),
            Some(Duration::from_secs(3599))
        );
        assert_eq!(
            life(r#"{"access_token":"t","expires_in":"3599"}"#),
            Some(Duration::from_secs(3599))
        );
        assert_eq!(life(r#"{"access_token":"t","expires_in":"soon"}"#), None);
        assert_eq!(life(r#"{"expires_in":3599}"#), None);
    }
}
