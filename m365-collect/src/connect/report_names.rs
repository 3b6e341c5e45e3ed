//! Whether usage reports show real names.
//!
//! <https://learn.microsoft.com/graph/api/adminreportsettings-get>

use graph_client::{Client, Error};
use serde_json::Value;

use super::code::Code;
use super::connection::ReportNames;
use super::context::Test;
use super::diagnosis::Diagnosis;
use super::stage::{Stage, StageState};
use crate::id::SourceId;

const REPORTS: &str = "Reports.Read.All";
const SETTINGS: &str = "ReportSettings.Read.All";

pub(super) async fn stage(test: &mut Test<'_>) {
    let readers: Vec<SourceId> = test
        .sources
        .iter()
        .map(|source| source.descriptor())
        .filter(|descriptor| {
            let mut all = descriptor
                .permissions
                .iter()
                .chain(&descriptor.optional_permissions);
            all.any(|name| name == REPORTS)
        })
        .map(|descriptor| descriptor.id.clone())
        .collect();
    let may_ask = match test.roles {
        Some(_) => test.may_read(SETTINGS),
        None => !readers.is_empty(),
    };
    if !may_ask {
        test.found.stages.report_names = if readers.is_empty() {
            Stage::not_run("no chosen source reads usage reports")
        } else {
            Stage::not_known(format!(
                "whether names are concealed cannot be seen without {SETTINGS}"
            ))
        };
        return;
    }
    let client = test.client.clone();
    let (result, elapsed) = test.within(settings(&client)).await;
    let stage = match result {
        Ok(Some(concealed)) => {
            let found = ReportNames { concealed };
            if concealed {
                let diagnosis = concealed_names(readers);
                let stage = Stage::new(StageState::Warned, diagnosis.cause.clone());
                test.add(diagnosis);
                stage.finding(found)
            } else {
                Stage::passed("usage reports show real names", found)
            }
        }
        Ok(None) => Stage::not_known("the answer did not tell whether names are concealed"),
        Err(missed) => Stage::not_known(test.diagnose(&missed).cause),
    };
    test.found.stages.report_names = stage.taking(elapsed);
}

async fn settings(client: &Client) -> Result<Option<bool>, Error> {
    let answer = client.raw("admin/reportSettings").send().await?;
    Ok(serde_json::from_slice(&answer.body)
        .ok()
        .and_then(|body: Value| concealed(&body)))
}

/// One page shows the object inside `value`, the other does not.
fn concealed(body: &Value) -> Option<bool> {
    const NAME: &str = "displayConcealedNames";
    let inner = body.get("value").unwrap_or(body);
    let inner = inner.get(0).unwrap_or(inner);
    inner.get(NAME)?.as_bool()
}

fn concealed_names(readers: Vec<SourceId>) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        Code::ConcealedReportNames,
        "usage reports show made-up names, so that they cannot be joined to people and groups",
        "let an administrator turn off `Display concealed user, group, and site names in all \
         reports` in the admin center, or do without usage by person",
    );
    if readers.is_empty() {
        diagnosis.warning()
    } else {
        diagnosis.partial().blocking(readers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_found_in_either_shape_and_never_guessed() {
        let of = |text: &str| concealed(&serde_json::from_str(text).unwrap());
        assert_eq!(of(r#"{"displayConcealedNames": true}"#), Some(true));
        assert_eq!(
            of(r#"{"value": {"displayConcealedNames": false}}"#),
            Some(false)
        );
        assert_eq!(
            of(r#"{"value": [{"displayConcealedNames": true}]}"#),
            Some(true)
        );
        for unknown in [
            "{}",
            r#"{"displayConcealedNames": null}"#,
            r#"{"value": []}"#,
            "[]",
        ] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }
}
