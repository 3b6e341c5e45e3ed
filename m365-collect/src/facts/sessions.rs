//! When people have to sign in again.

use compliance_map::Fact;
use compliance_map::facts::{CaConditions, CaPolicyFact, CaPrincipals, SessionFact};
use serde::Deserialize;
use serde_json::Value;

use super::conditional_access::{Policy, policy};
use super::fact::of_items;
use super::part::{either, rows};
use super::unmodelled::{self, Members, carried_as};
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/conditionalaccesssessioncontrols>
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionControls {
    sign_in_frequency: Option<SignInFrequency>,
    persistent_browser: Option<PersistentBrowser>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignInFrequency {
    is_enabled: Option<bool>,
    value: Option<i64>,
    #[serde(rename = "type")]
    unit: Option<String>,
    frequency_interval: Option<String>,
    authentication_type: Option<String>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistentBrowser {
    is_enabled: Option<bool>,
    mode: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl SignInFrequency {
    /// Hours; 0 where people have to sign in every time.
    fn hours(&self) -> Option<u32> {
        let is = |found: &Option<String>, word: &str| {
            found
                .as_deref()
                .is_some_and(|f| f.eq_ignore_ascii_case(word))
        };
        if is(&self.frequency_interval, "everyTime") {
            return Some(0);
        }
        let value = u32::try_from(self.value?).ok()?;
        if is(&self.unit, "hours") {
            Some(value)
        } else if is(&self.unit, "days") {
            value.checked_mul(24)
        } else {
            None
        }
    }
}

/// The row of a policy that limits sessions; `None` for any other.
fn session(policy: CaPolicyFact) -> Option<SessionFact> {
    let everybody = is_for_everybody(&policy);
    let enabled = Some(policy.state.eq_ignore_ascii_case("enabled"));
    let Ok(controls) = serde_json::from_value::<SessionControls>(policy.session?) else {
        // It limits sessions in a way that cannot be told.
        return Some(SessionFact {
            id: policy.id,
            enabled,
            ..SessionFact::default()
        });
    };
    let mut frequency = controls
        .sign_in_frequency
        .filter(|frequency| frequency.is_enabled == Some(true));
    let mut browser = controls
        .persistent_browser
        .filter(|browser| browser.is_enabled == Some(true));
    if frequency.is_none() && browser.is_none() {
        return None;
    }
    let other = |members: Option<&mut Members>| members.map(std::mem::take).unwrap_or_default();
    let of_frequency = other(frequency.as_mut().map(|it| &mut it.other));
    let of_browser = other(browser.as_mut().map(|it| &mut it.other));
    let mut further: Members = carried_as("session", unmodelled::SESSION, controls.other).collect();
    further.extend(carried_as(
        "sign_in_frequency",
        unmodelled::SIGN_IN_FREQUENCY,
        of_frequency,
    ));
    further.extend(carried_as(
        "persistent_browser",
        unmodelled::PERSISTENT_BROWSER,
        of_browser,
    ));
    let hours = frequency.as_ref().and_then(SignInFrequency::hours);
    let members = [
        ("name", policy.name),
        (
            "persistent_browser",
            browser.and_then(|browser| browser.mode),
        ),
        (
            "authentication_type",
            frequency
                .as_ref()
                .and_then(|f| f.authentication_type.clone())
                // That of every sign-in narrows nothing.
                .filter(|kind| !kind.eq_ignore_ascii_case("primaryAndSecondaryAuthentication")),
        ),
    ];
    Some(SessionFact {
        id: policy.id,
        enabled,
        // A limit in words that are not known may be one for everybody.
        everybody: everybody
            .filter(|_| frequency.is_none() || hours.is_some())
            .filter(|is| !is || further.is_empty()),
        idle_minutes: None,
        sign_in_frequency_hours: hours,
        extra: members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
            .chain(further)
            .collect(),
    })
}

/// Whether a policy leaves out nobody, no application and no circumstance; `None` where it does
/// not tell whom it is for, or in words that are not known.
fn is_for_everybody(policy: &CaPolicyFact) -> Option<bool> {
    let (include, exclude) = (policy.include.as_ref()?, policy.exclude.as_ref()?);
    let (apps, conditions) = (policy.apps.as_ref()?, policy.conditions.as_ref()?);
    let is = holds(&include.users, "All")
        && names_nobody(exclude)
        && holds(&apps.include, "All")
        && apps.exclude.is_empty()
        && apps.user_actions.is_empty()
        && is_always(conditions);
    let unmodelled = [
        &policy.extra,
        &include.extra,
        &exclude.extra,
        &apps.extra,
        &conditions.extra,
    ];
    let is_told = unmodelled.iter().all(|members| members.is_empty());
    (!is || is_told).then_some(is)
}

fn holds(list: &[String], word: &str) -> bool {
    list.iter().any(|found| found.eq_ignore_ascii_case(word))
}

fn names_nobody(side: &CaPrincipals) -> bool {
    side.users.is_empty()
        && side.groups.is_empty()
        && side.roles.is_empty()
        && side.guest_types.is_empty()
}

fn is_always(conditions: &CaConditions) -> bool {
    let any = |list: &[String]| list.is_empty() || holds(list, "all");
    any(&conditions.client_apps)
        && any(&conditions.platforms)
        && any(&conditions.locations_include)
        && conditions.locations_exclude.is_empty()
        && conditions.sign_in_risk.is_empty()
        && conditions.user_risk.is_empty()
        && conditions.device_filter.is_none()
        && conditions.authentication_flows.is_none()
}

/// <https://learn.microsoft.com/graph/api/resources/activitybasedtimeoutpolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimeoutPolicy {
    display_name: Option<String>,
    /// Each a JSON text.
    definition: Option<Vec<String>>,
    is_organization_default: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    activity_based_timeout_policy: Timeouts,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Timeouts {
    application_policies: Vec<ApplicationTimeout>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApplicationTimeout {
    application_id: Option<String>,
    web_session_idle_timeout: Option<String>,
}

impl ApplicationTimeout {
    fn minutes(&self) -> Option<u32> {
        self.web_session_idle_timeout.as_deref().and_then(minutes)
    }

    fn is_default(&self) -> bool {
        let id = self.application_id.as_deref().unwrap_or_default();
        id.eq_ignore_ascii_case("default")
    }
}

impl TimeoutPolicy {
    /// One row for each application that it names. The default is for every application only where
    /// none has a longer time of its own.
    fn into_rows(self, id: &str) -> Vec<SessionFact> {
        let texts = self.definition.unwrap_or_default();
        let read: Result<Vec<Definition>, _> = texts
            .iter()
            .map(|text| serde_json::from_str(text))
            .collect();
        let name = self.display_name.map(Value::from);
        let row = |id: String| SessionFact {
            id,
            enabled: self.is_organization_default,
            extra: name
                .clone()
                .map(|name| ("name".to_owned(), name))
                .into_iter()
                .collect(),
            ..SessionFact::default()
        };
        let Ok(definitions) = read else {
            // It sets something that cannot be told.
            return vec![row(id.to_owned())];
        };
        let times: Vec<ApplicationTimeout> = definitions
            .into_iter()
            .flat_map(|definition| {
                definition
                    .activity_based_timeout_policy
                    .application_policies
            })
            .collect();
        times
            .iter()
            .map(|time| {
                let minutes = time.minutes();
                let none_is_longer = || {
                    let others = times.iter().map(ApplicationTimeout::minutes);
                    let mut others = others.map(|other| other.zip(minutes));
                    others.all(|pair| pair.is_some_and(|(other, minutes)| other <= minutes))
                };
                let app = time.application_id.as_deref().unwrap_or_default();
                SessionFact {
                    everybody: minutes.map(|_| time.is_default() && none_is_longer()),
                    idle_minutes: minutes,
                    ..row(format!("{id}/{app}"))
                }
            })
            .collect()
    }
}

/// The minutes of a time as .NET writes it, `d.hh:mm:ss`; begun ones count.
fn minutes(text: &str) -> Option<u32> {
    let (days, time) = text.split_once('.').unwrap_or(("0", text));
    let mut parts = time.split(':').map(str::parse::<u32>);
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = (days.parse::<u32>().ok()?, hours.ok()?);
    let whole = days
        .checked_mul(24)?
        .checked_add(hours)?
        .checked_mul(60)?
        .checked_add(minutes.ok()?)?;
    whole.checked_add(seconds.ok()?.div_ceil(60))
}

/// Sign-in frequency by conditional access, and idle timeouts.
pub(super) async fn sessions(reader: &Reader<'_>) -> Result<Fact<SessionFact>, StoreError> {
    let access = reader
        .evidence(
            "conditional_access_policies",
            &Kind::CONDITIONAL_ACCESS_POLICY,
        )
        .await?;
    let timeouts = reader
        .evidence("activity_timeout_policies", &Kind::ACTIVITY_TIMEOUT_POLICY)
        .await?;
    let (mut sessions, access) = rows(
        reader,
        access,
        &Kind::CONDITIONAL_ACCESS_POLICY,
        |id, view: Policy| session(policy(id, view)),
    )
    .await?;
    let (idle, timeouts) = rows(
        reader,
        timeouts,
        &Kind::ACTIVITY_TIMEOUT_POLICY,
        |id, view: TimeoutPolicy| Some(view.into_rows(&id)),
    )
    .await?;
    sessions.extend(idle.into_iter().flatten());
    Ok(of_items(sessions, either(access, timeouts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_dot_net_become_minutes() {
        for (text, expected) in [
            ("01:00:00", Some(60)),
            ("00:15:00", Some(15)),
            ("00:15:01", Some(16)),
            ("1.00:00:00", Some(1440)),
            ("15", None),
            ("a:b:c", None),
            ("00:00:00:00", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }
}
