//! Sharing and labels.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{LabelFact, SharingFact};
use serde::Deserialize;
use serde_json::Value;

use super::fact::fact;
use super::part::remark;
use super::value::Single;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// Settings that are told beside the ones that rules ask for.
const FURTHER: [&str; 4] = [
    "isLegacyAuthProtocolsEnabled",
    "isResharingByExternalUsersEnabled",
    "sharingDomainRestrictionMode",
    "idleSessionSignOut",
];

/// <https://learn.microsoft.com/graph/api/resources/sharepointsettings>
pub(super) async fn sharing(reader: &Reader<'_>) -> Result<Fact<SharingFact>, StoreError> {
    let mut sharing = fact(
        reader,
        "share_point_settings",
        &Kind::SHARE_POINT_SETTINGS,
        |_, Single(mut settings): Single<BTreeMap<String, Value>>| {
            let capability = settings.remove("sharingCapability");
            settings.retain(|name, value| FURTHER.contains(&name.as_str()) && !value.is_null());
            SharingFact {
                sharing_capability: capability.and_then(|word| word.as_str().map(str::to_owned)),
                extra: settings,
                ..SharingFact::default()
            }
        },
    )
    .await?;
    remark(
        &mut sharing,
        "when access of guests ends and what a link offers by default is not in Microsoft Graph",
    );
    Ok(sharing)
}

/// <https://learn.microsoft.com/graph/api/resources/sensitivitylabel>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Label {
    name: Option<String>,
    display_name: Option<String>,
    has_protection: Option<bool>,
    /// Policies that offer it; only in beta.
    assigned_policies: Option<Vec<Value>>,
}

/// <https://learn.microsoft.com/graph/api/resources/sensitivitylabel>
pub(super) async fn labels(reader: &Reader<'_>) -> Result<Fact<LabelFact>, StoreError> {
    let mut labels = fact(
        reader,
        "sensitivity_labels",
        &Kind::SENSITIVITY_LABEL,
        |label, view: Label| LabelFact {
            label,
            published: view.assigned_policies.map(|policies| !policies.is_empty()),
            extra: [
                ("name", view.display_name.or(view.name).map(Value::from)),
                ("has_protection", view.has_protection.map(Value::from)),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        },
    )
    .await?;
    if labels.items.iter().any(|label| label.published.is_none()) {
        remark(
            &mut labels,
            "which labels a policy offers is not in Microsoft Graph v1.0",
        );
    }
    Ok(labels)
}
