//! When the secrets and certificates of the application itself end, where it may read them.
//!
//! <https://learn.microsoft.com/graph/api/application-get>

use std::time::{Duration, SystemTime};

use graph_client::{Client, Error};
use serde::Deserialize;

use super::app_credential::{AppCredential, CredentialKind};
use super::code::Code;
use super::context::{Missed, Test};
use super::diagnosis::Diagnosis;
use super::stage::{Stage, StageState};
use crate::organization::is_guid;
use crate::timestamp;

/// How long ahead of its end a credential is warned about.
const AHEAD: Duration = Duration::from_secs(30 * DAY);
const DAY: u64 = 24 * 60 * 60;

/// The permissions that let an application read its own registration.
const PERMISSIONS: &[&str] = &["Application.Read.All", "Application.ReadWrite.OwnedBy"];

/// <https://learn.microsoft.com/graph/api/resources/application>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    #[serde(default)]
    password_credentials: Option<Vec<Key>>,
    #[serde(default)]
    key_credentials: Option<Vec<Key>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    #[serde(default)]
    key_id: Option<String>,
    #[serde(default)]
    end_date_time: Option<String>,
}

/// Reads the registration of the client's own application.
async fn read(client: &Client) -> Result<Registration, Error> {
    client
        .get::<Registration>(vec![format!("applications(appId='{}')", client.app_id())])
        .send()
        .await
}

/// Tests when the application's own credentials end.
pub(super) async fn stage(test: &mut Test<'_>) {
    let known = PERMISSIONS.iter().any(|name| test.may_read(name));
    test.found.stages.credentials = if !is_guid(test.client.app_id()) {
        Stage::not_known("the application id is not a GUID, so the application cannot be asked for")
    } else if !known {
        Stage::not_known(
            "the application may not read its own credentials; Application.Read.All, or \
             Application.ReadWrite.OwnedBy where it owns itself, shows when they end",
        )
    } else {
        let client = test.client.clone();
        let (result, elapsed) = test.within(read(&client)).await;
        let stage = match result {
            Ok(registration) => {
                let (stage, diagnosis) = judge(registration, test.used, test.clock.now());
                if let Some(diagnosis) = diagnosis {
                    test.add(diagnosis);
                }
                stage
            }
            Err(Missed::Failed(error)) if error.is_not_found() => Stage::not_known(
                "the application is registered in another tenant, which keeps its credentials",
            ),
            Err(missed) => Stage::not_known(test.diagnose(&missed).cause),
        };
        stage.taking(elapsed)
    };
}

/// What the registration says about the ends. `used` is the kind that the client signs in with,
/// where that is known: others do not matter then.
fn judge(
    registration: Registration,
    used: Option<CredentialKind>,
    now: SystemTime,
) -> (Stage<Vec<AppCredential>>, Option<Diagnosis>) {
    let (Some(secrets), Some(certificates)) = (
        registration.password_credentials,
        registration.key_credentials,
    ) else {
        // Properties that may not be seen arrive as null: that is not an empty list.
        return (
            Stage::not_known("the service did not show the credentials of the application"),
            None,
        );
    };
    let of = |kind, keys: Vec<Key>| keys.into_iter().map(move |key| credential(kind, key, now));
    let found: Vec<AppCredential> = of(CredentialKind::Secret, secrets)
        .chain(of(CredentialKind::Certificate, certificates))
        .collect();
    let mut live: Vec<(&AppCredential, SystemTime)> = found
        .iter()
        .filter(|credential| used.is_none_or(|used| used == credential.kind))
        .filter_map(|credential| Some((credential, credential.ends_at?)))
        .filter(|(_, ends_at)| *ends_at > now)
        .collect();
    live.sort_by_key(|(_, ends_at)| *ends_at);
    let unread = found.iter().any(|credential| credential.ends_at.is_none());
    let soon = |ends_at: &SystemTime| ends_at.duration_since(now).is_ok_and(|left| left <= AHEAD);
    let (stage, diagnosis) = match live.first() {
        Some((credential, ends_at)) if soon(ends_at) => {
            let rest = live
                .iter()
                .skip(1)
                .filter(|(_, other)| !soon(other))
                .count();
            let diagnosis = expiring(credential, *ends_at, rest);
            (
                Stage::new(StageState::Warned, diagnosis.cause.clone()),
                Some(diagnosis),
            )
        }
        _ if unread => (
            Stage::not_known("the end of a credential of the application could not be read"),
            None,
        ),
        Some((credential, ends_at)) => (
            Stage::new(
                StageState::Passed,
                format!(
                    "the first {} to end does so on {}",
                    credential.kind.words(),
                    date(*ends_at)
                ),
            ),
            None,
        ),
        None if found.is_empty() => (
            Stage::new(
                StageState::Passed,
                "the registration holds no secret and no certificate, so none can end",
            ),
            None,
        ),
        None => (
            Stage::not_known(
                "the credential in use is not among those of the registration in force",
            ),
            None,
        ),
    };
    (stage.finding(found), diagnosis)
}

fn credential(kind: CredentialKind, key: Key, now: SystemTime) -> AppCredential {
    let ends_at = key.end_date_time.as_deref().and_then(timestamp::parse);
    AppCredential {
        kind,
        // Shown in reports, so only what is an id.
        key_id: key.key_id.filter(|id| is_guid(id)),
        ends_at,
        days_left: ends_at
            .and_then(|end| end.duration_since(now).ok())
            .map(|left| left.as_secs() / DAY),
    }
}

fn expiring(credential: &AppCredential, ends_at: SystemTime, lasting: usize) -> Diagnosis {
    let words = credential.kind.words();
    let name = match &credential.key_id {
        Some(id) => format!("the {words} {id} of the application"),
        None => format!("a {words} of the application"),
    };
    let days = credential.days_left.unwrap_or_default();
    let others = match lasting {
        0 => "",
        _ => "; another one lasts longer, and which is in use cannot be told",
    };
    let (code, cure) = match credential.kind {
        CredentialKind::Secret => (
            Code::SecretExpiresSoon,
            "make a new secret, or better a certificate, give it here, then remove the old one",
        ),
        CredentialKind::Certificate => (
            Code::CertificateExpiresSoon,
            "upload the next certificate, give it here, then remove the old one",
        ),
    };
    Diagnosis::new(
        code,
        format!("{name} ends in {days} days, on {}{others}", date(ends_at)),
        cure,
    )
    .warning()
}

/// The day alone.
fn date(time: SystemTime) -> String {
    let mut text = timestamp::format(time);
    text.truncate(10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T08:00:00Z";
    const ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";

    fn judged(secrets: &[&str], certificates: &[&str], used: Option<CredentialKind>) -> Judged {
        let keys = |ends: &[&str]| {
            let keys = ends.iter().map(|end| Key {
                key_id: Some(ID.to_owned()),
                end_date_time: Some((*end).to_owned()),
            });
            Some(keys.collect())
        };
        let registration = Registration {
            password_credentials: keys(secrets),
            key_credentials: keys(certificates),
        };
        let (stage, diagnosis) = judge(registration, used, timestamp::parse(NOW).unwrap());
        (stage.state, diagnosis.map(|d| (d.code, d.cause)))
    }

    type Judged = (StageState, Option<(Code, String)>);

    #[test]
    fn a_secret_is_warned_about_thirty_days_ahead() {
        let (state, said) = judged(&["2026-12-21T08:00:00Z"], &[], None);
        let (code, cause) = said.unwrap();
        assert_eq!((state, code), (StageState::Warned, Code::SecretExpiresSoon));
        assert!(
            cause.contains("30 days") && cause.contains("2026-12-21"),
            "{cause}"
        );
        assert_eq!(
            judged(&["2026-12-21T08:00:01Z"], &[], None),
            (StageState::Passed, None)
        );
    }

    #[test]
    fn only_the_kind_in_use_is_warned_about() {
        let soon = "2026-11-25T00:00:00Z";
        let late = "2027-11-25T00:00:00Z";
        let used = Some(CredentialKind::Secret);
        assert_eq!(judged(&[late], &[soon], used), (StageState::Passed, None));
        let (_, said) = judged(&[late], &[soon], None);
        assert_eq!(said.unwrap().0, Code::CertificateExpiresSoon);
    }

    #[test]
    fn that_another_lasts_longer_is_said_but_no_all_clear() {
        let (state, said) = judged(&["2026-11-25T00:00:00Z", "2027-11-25T00:00:00Z"], &[], None);
        assert_eq!(state, StageState::Warned);
        assert!(said.unwrap().1.contains("another one lasts longer"));
    }

    #[test]
    fn what_cannot_be_read_is_not_known_and_never_fine() {
        assert_eq!(judged(&["soon"], &[], None), (StageState::NotKnown, None));
        assert_eq!(
            judged(&["2020-01-01T00:00:00Z"], &[], None),
            (StageState::NotKnown, None),
            "one that has ended is not the one that just worked"
        );
        let hidden = Registration {
            password_credentials: None,
            key_credentials: Some(Vec::new()),
        };
        let (stage, said) = judge(hidden, None, timestamp::parse(NOW).unwrap());
        assert_eq!((stage.state, said), (StageState::NotKnown, None));
    }
}
