//! Alerts, risks and the Secure Score.

use compliance_map::Fact;
use compliance_map::facts::{AlertFact, RiskFact, SecureScoreFact};
use serde::Deserialize;
use serde_json::Value;

use super::fact::{fact, fact_of_many};
use super::part::remark;
use super::value::instant;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/security-alert>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    title: Option<String>,
    severity: Option<String>,
    status: Option<String>,
    created_date_time: Option<String>,
}

/// Alerts, and one row for the policies that raise alerts, of which Graph tells nothing: without it
/// they would look as if there were none.
pub(super) async fn alerts(reader: &Reader<'_>) -> Result<Fact<AlertFact>, StoreError> {
    let mut alerts = fact(reader, "alerts", &Kind::ALERT, |id, view: Alert| {
        AlertFact {
            id,
            kind: Some("alert".to_owned()),
            severity: view.severity,
            status: view.status,
            created: instant(view.created_date_time),
            enabled: None,
            extra: view
                .title
                .map(|title| ("title".to_owned(), Value::from(title)))
                .into_iter()
                .collect(),
        }
    })
    .await?;
    if alerts.collected_at.is_some() {
        alerts.items.push(AlertFact {
            id: "alert policies".to_owned(),
            kind: Some("policy".to_owned()),
            ..AlertFact::default()
        });
        remark(
            &mut alerts,
            "whether policies that raise alerts are in force is not in Microsoft Graph",
        );
    }
    Ok(alerts)
}

/// <https://learn.microsoft.com/graph/api/resources/riskyuser>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RiskyUser {
    risk_level: Option<String>,
    risk_state: Option<String>,
    risk_last_updated_date_time: Option<String>,
    is_deleted: Option<bool>,
}

/// Accounts that are gone are at risk no more.
pub(super) async fn risk(reader: &Reader<'_>) -> Result<Fact<RiskFact>, StoreError> {
    fact_of_many(
        reader,
        "risky_users",
        &Kind::RISKY_USER,
        |row: &RiskFact| &row.user,
        |user, view: RiskyUser| {
            (view.is_deleted != Some(true)).then(|| RiskFact {
                user,
                level: view.risk_level,
                state: view.risk_state,
                updated: instant(view.risk_last_updated_date_time),
                ..RiskFact::default()
            })
        },
    )
    .await
}

/// <https://learn.microsoft.com/graph/api/resources/securescore>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    created_date_time: Option<String>,
    current_score: Option<f64>,
    max_score: Option<f64>,
}

/// One row for each day, earliest first.
pub(super) async fn secure_score(reader: &Reader<'_>) -> Result<Fact<SecureScoreFact>, StoreError> {
    let mut scores = fact(
        reader,
        "secure_scores",
        &Kind::SECURE_SCORE,
        |_, view: Day| SecureScoreFact {
            time: instant(view.created_date_time),
            score: view.current_score,
            max: view.max_score,
            ..SecureScoreFact::default()
        },
    )
    .await?;
    scores.items.sort_by_key(|row| row.time);
    Ok(scores)
}
