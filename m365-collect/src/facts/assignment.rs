//! To whom a policy of Intune is assigned.

use serde_json::{Map, Value};

use super::unmodelled::{self, Members, carried, members_of};
use super::value::type_name;

/// The targets of a policy; `None` where they were not read. Whoever is left out, let in by a filter
/// only, or by what is not known here, makes "all" something less than all:
/// <https://learn.microsoft.com/graph/api/resources/intune-shared-deviceandappmanagementassignmenttarget>.
pub(super) fn targets(policy: &Map<String, Value>) -> Option<Vec<String>> {
    let assignments = policy.get("assignments")?.as_array()?;
    let mut included = Vec::new();
    let mut excluded = Vec::new();
    for assignment in assignments {
        let target = assignment.get("target").unwrap_or(&Value::Null);
        let text = |name: &str| target.get(name).and_then(Value::as_str);
        let kind = type_name(text("@odata.type").unwrap_or_default());
        let id = text("groupId").or_else(|| text("collectionId"));
        let name = match kind {
            "exclusionGroupAssignmentTarget" => {
                excluded.push(id.unwrap_or("unknown").to_owned());
                continue;
            }
            "allDevicesAssignmentTarget" => "AllDevices",
            "allLicensedUsersAssignmentTarget" => "AllUsers",
            other => id.unwrap_or(if other.is_empty() { "unknown" } else { other }),
        };
        let filter = text("deviceAndAppManagementAssignmentFilterId").filter(|filter| {
            let kind = text("deviceAndAppManagementAssignmentFilterType").unwrap_or("none");
            !filter.is_empty() && !kind.eq_ignore_ascii_case("none")
        });
        let mut name = name.to_owned();
        if let Some(filter) = filter {
            name = format!("{name} by filter {filter}");
        }
        let mut further: Members = carried(unmodelled::ASSIGNMENT, members_of(assignment));
        further.extend(carried(unmodelled::ASSIGNMENT_TARGET, members_of(target)));
        if !further.is_empty() {
            let further: Vec<String> = further.into_keys().collect();
            name = format!("{name} with {}", further.join(", "));
        }
        included.push(name);
    }
    if !excluded.is_empty() {
        let rest = excluded.join(", ");
        for name in &mut included {
            *name = format!("{name} except {rest}");
        }
    }
    Some(included)
}

/// The platform of a policy's type, in the words of the evidence.
pub(super) fn platform(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    [
        ("windows", "windows"),
        ("editionupgrade", "windows"),
        ("sharedpc", "windows"),
        ("macos", "macos"),
        ("ios", "ios"),
        ("android", "android"),
        ("aosp", "android"),
    ]
    .into_iter()
    .find_map(|(prefix, platform)| name.starts_with(prefix).then_some(platform))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(assignments: &Value) -> Option<Vec<String>> {
        targets(json!({ "assignments": assignments }).as_object().unwrap())
    }

    #[test]
    fn targets_that_were_not_read_are_not_none() {
        assert_eq!(targets(&Map::new()), None);
        assert_eq!(told(&Value::Null), None);
        assert_eq!(told(&json!([])), Some(Vec::new()));
    }

    #[test]
    fn all_devices_but_some_are_not_all_devices() {
        let all = json!({"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}});
        let but = json!({"target": {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "g1"}});
        let narrowed = json!({"target": {"@odata.type": "microsoft.graph.allLicensedUsersAssignmentTarget",
            "deviceAndAppManagementAssignmentFilterId": "f1", "deviceAndAppManagementAssignmentFilterType": "include"}});
        assert_eq!(told(&json!([all])), Some(vec!["AllDevices".to_owned()]));
        assert_eq!(
            told(&json!([all, but])),
            Some(vec!["AllDevices except g1".to_owned()])
        );
        assert_eq!(told(&json!([but])), Some(Vec::new()));
        assert_eq!(
            told(&json!([narrowed])),
            Some(vec!["AllUsers by filter f1".to_owned()])
        );
    }

    #[test]
    fn what_more_is_said_of_a_target_makes_all_less_than_all() {
        let all = "#microsoft.graph.allDevicesAssignmentTarget";
        let known = json!({"id": "1", "source": "direct", "sourceId": "2", "intent": null,
            "target": {"@odata.type": all, "deviceAndAppManagementAssignmentFilterId": null,
                "deviceAndAppManagementAssignmentFilterType": "none"}});
        assert_eq!(told(&json!([known])), Some(vec!["AllDevices".to_owned()]));
        let new = json!({"until": "tomorrow", "target": {"@odata.type": all, "ring": "first"}});
        assert_eq!(
            told(&json!([new])),
            Some(vec!["AllDevices with ring, until".to_owned()])
        );
    }

    #[test]
    fn a_new_kind_of_target_keeps_its_name() {
        let new = json!({"target": {"@odata.type": "#microsoft.graph.newTarget"}});
        assert_eq!(told(&json!([new])), Some(vec!["newTarget".to_owned()]));
    }
}
