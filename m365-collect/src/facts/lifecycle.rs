//! Recorded changes of accounts and roles.

use compliance_map::Fact;
use compliance_map::facts::LifecycleEventFact;
use serde::Deserialize;

use super::fact::fact_of_many;
use super::names::named;
use super::value::instant;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/directoryaudit>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Audit {
    activity_date_time: Option<String>,
    activity_display_name: Option<String>,
    category: Option<String>,
    result: Option<String>,
    initiated_by: Option<Initiator>,
    target_resources: Option<Vec<Target>>,
}

#[derive(Default, Deserialize)]
struct Initiator {
    user: Option<Person>,
    app: Option<Application>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: Option<String>,
    user_principal_name: Option<String>,
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    display_name: Option<String>,
    service_principal_id: Option<String>,
    app_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    id: Option<String>,
    display_name: Option<String>,
    user_principal_name: Option<String>,
    /// Written with a capital at times.
    #[serde(rename = "type", alias = "Type")]
    kind: Option<String>,
    modified_properties: Option<Vec<Modified>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Modified {
    display_name: Option<String>,
    new_value: Option<String>,
}

impl Initiator {
    fn name(self) -> Option<String> {
        let person = self
            .user
            .map(|user| [user.user_principal_name, user.id, user.display_name]);
        let app = self
            .app
            .map(|app| [app.display_name, app.service_principal_id, app.app_id]);
        let names = person.into_iter().chain(app).flatten().flatten();
        names.into_iter().find(|name| !name.trim().is_empty())
    }
}

impl Target {
    fn is(&self, kind: &str) -> bool {
        let found = self.kind.as_deref().unwrap_or_default();
        found.eq_ignore_ascii_case(kind)
    }

    /// Whether the account can no longer sign in. Values are JSON, with or without a list around.
    fn is_disabled(&self) -> bool {
        self.modified_properties.iter().flatten().any(|property| {
            let name = property.display_name.as_deref().unwrap_or_default();
            let value = property.new_value.as_deref().unwrap_or_default();
            name.eq_ignore_ascii_case("AccountEnabled")
                && value
                    .trim_matches(['[', ']', '"', ' '])
                    .eq_ignore_ascii_case("false")
        })
    }
}

impl Audit {
    fn is_about(&self, category: &str) -> bool {
        let found = self.category.as_deref().unwrap_or_default();
        found.eq_ignore_ascii_case(category)
    }

    /// The words of the evidence, or the service's own:
    /// <https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities>.
    fn action(&self) -> Option<String> {
        if self.is_about("RoleManagement") {
            return Some("role_change".to_owned());
        }
        let activity = self.activity_display_name.as_deref()?;
        let disables = || {
            self.target_resources
                .iter()
                .flatten()
                .any(Target::is_disabled)
        };
        let word = match activity.to_ascii_lowercase().as_str() {
            "add user" => "create",
            "disable account" => "disable",
            "delete user" | "hard delete user" => "delete",
            "update user" if disables() => "disable",
            _ => activity,
        };
        Some(word.to_owned())
    }

    /// The row of a change; what failed changed nothing.
    fn into_row(self, id: String) -> Option<LifecycleEventFact> {
        let is_change = self.is_about("UserManagement") || self.is_about("RoleManagement");
        let failed = self
            .result
            .as_deref()
            .is_some_and(|result| result.eq_ignore_ascii_case("failure"));
        if !is_change || failed {
            return None;
        }
        let action = self.action();
        let targets = self.target_resources.unwrap_or_default();
        let target = ["User", "ServicePrincipal", "Group"]
            .iter()
            .find_map(|kind| targets.iter().find(|target| target.is(kind)));
        let names = target.map(|target| {
            named([
                ("target_name", target.display_name.clone()),
                ("target_upn", target.user_principal_name.clone()),
            ])
        });
        let extra = names.into_iter().flatten().collect();
        let target = target.and_then(|target| target.id.clone());
        Some(LifecycleEventFact {
            id,
            time: instant(self.activity_date_time),
            action,
            actor: self.initiated_by.unwrap_or_default().name(),
            target,
            extra,
        })
    }
}

pub(super) async fn events(reader: &Reader<'_>) -> Result<Fact<LifecycleEventFact>, StoreError> {
    fact_of_many(
        reader,
        "directory_audits",
        &Kind::DIRECTORY_AUDIT,
        |row: &LifecycleEventFact| &row.id,
        |id, audit: Audit| audit.into_row(id),
    )
    .await
}
