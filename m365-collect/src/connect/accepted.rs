//! Which wider permission stands in for the least one that a source names.

/// The permissions accepted in place of the least one, for the calls of our sources, as the
/// reference lists them: <https://learn.microsoft.com/graph/permissions-reference>. A name that is
/// not here stands for itself alone, so that at worst too much is asked for and never too little.
const ACCEPTED: &[(&str, &[&str])] = &[
    (
        "AdministrativeUnit.Read.All",
        &[
            "AdministrativeUnit.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    ),
    (
        "Application.Read.All",
        &["Application.ReadWrite.All", "Directory.Read.All"],
    ),
    (
        "Channel.ReadBasic.All",
        &[
            "ChannelSettings.Read.All",
            "ChannelSettings.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
        ],
    ),
    (
        "Device.Read.All",
        &[
            "Device.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    ),
    (
        "DeviceManagementApps.Read.All",
        &["DeviceManagementApps.ReadWrite.All"],
    ),
    (
        "DeviceManagementConfiguration.Read.All",
        &["DeviceManagementConfiguration.ReadWrite.All"],
    ),
    (
        "DeviceManagementManagedDevices.Read.All",
        &["DeviceManagementManagedDevices.ReadWrite.All"],
    ),
    ("Directory.Read.All", &["Directory.ReadWrite.All"]),
    ("Domain.Read.All", &["Domain.ReadWrite.All"]),
    (
        "Group.Read.All",
        &[
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Group.ReadWrite.All",
        ],
    ),
    (
        "GroupSettings.Read.All",
        &[
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "GroupSettings.ReadWrite.All",
        ],
    ),
    (
        "LicenseAssignment.Read.All",
        &[
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Organization.Read.All",
            "Organization.ReadWrite.All",
        ],
    ),
    ("MailboxSettings.Read", &["MailboxSettings.ReadWrite"]),
    (
        "Organization.Read.All",
        &["Directory.Read.All", "Organization.ReadWrite.All"],
    ),
    (
        "Policy.Read.AuthenticationMethod",
        &["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"],
    ),
    ("ReportSettings.Read.All", &["ReportSettings.ReadWrite.All"]),
    (
        "RoleAssignmentSchedule.Read.Directory",
        &[
            "RoleAssignmentSchedule.ReadWrite.Directory",
            "RoleManagement.Read.All",
            "RoleManagement.Read.Directory",
            "RoleManagement.ReadWrite.Directory",
        ],
    ),
    (
        "RoleEligibilitySchedule.Read.Directory",
        &[
            "RoleEligibilitySchedule.ReadWrite.Directory",
            "RoleManagement.Read.All",
            "RoleManagement.Read.Directory",
            "RoleManagement.ReadWrite.Directory",
        ],
    ),
    (
        "RoleManagement.Read.Directory",
        &["RoleManagement.ReadWrite.Directory"],
    ),
    ("SecurityAlert.Read.All", &["SecurityAlert.ReadWrite.All"]),
    ("SecurityEvents.Read.All", &["SecurityEvents.ReadWrite.All"]),
    (
        "SecurityIncident.Read.All",
        &["SecurityIncident.ReadWrite.All"],
    ),
    ("SensitivityLabel.Read", &["SensitivityLabels.Read.All"]),
    (
        "SharePointTenantSettings.Read.All",
        &["SharePointTenantSettings.ReadWrite.All"],
    ),
    ("Sites.Read.All", &["Sites.ReadWrite.All"]),
    (
        "Team.ReadBasic.All",
        &["TeamSettings.Read.All", "TeamSettings.ReadWrite.All"],
    ),
    ("TeamMember.Read.All", &["TeamMember.ReadWrite.All"]),
    ("TeamSettings.Read.All", &["TeamSettings.ReadWrite.All"]),
    (
        "User.Read.All",
        &[
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "User.ReadWrite.All",
        ],
    ),
    (
        "UserAuthenticationMethod.Read.All",
        &["UserAuthenticationMethod.ReadWrite.All"],
    ),
];

/// The wider permissions that stand in for this one.
pub(super) fn accepted_for(needed: &str) -> &'static [&'static str] {
    ACCEPTED
        .iter()
        .find(|(name, _)| *name == needed)
        .map_or(&[], |(_, accepted)| accepted)
}

/// Whether the application has this permission or a wider one.
pub(super) fn is_granted(needed: &str, granted: &[String]) -> bool {
    let has = |name: &str| granted.iter().any(|role| role == name);
    has(needed) || accepted_for(needed).iter().any(|name| has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_wider_permission_stands_in() {
        let granted = roles(&["Directory.Read.All"]);
        assert!(is_granted("User.Read.All", &granted));
        assert!(!is_granted("AuditLog.Read.All", &granted));
        assert!(!is_granted("Policy.Read.All", &granted));
        assert!(!is_granted(
            "User.Read.All",
            &roles(&["User.ReadBasic.All"])
        ));
    }

    #[test]
    fn a_permission_is_compared_whole() {
        assert!(!is_granted(
            "User.Read.All",
            &roles(&["xUser.Read.All", "User.Read.AllX"])
        ));
    }

    #[test]
    fn wider_permissions_are_listed_once_and_in_order() {
        let names: Vec<&str> = ACCEPTED.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    /// Whether the reference knows a path, and which application permissions it accepts there.
    fn accepted_at(reference: &serde_json::Value, path: &str) -> Vec<String> {
        let rows = reference["endpoints"].as_array().unwrap().iter();
        rows.filter(|row| row["path"] == path && row["method"] == "GET")
            .flat_map(|row| row["application"].as_array().into_iter().flatten())
            .filter_map(|permission| permission["name"].as_str())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn wider_permissions_are_accepted_by_every_endpoint_that_they_stand_in_for() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/graph/permissions.json"
        );
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("SKIPPED: there is no reference data beside the project");
            return;
        };
        let reference: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut compared = 0;
        for source in crate::sources::catalogue() {
            let descriptor = source.descriptor();
            for endpoint in &descriptor.endpoints {
                let accepted = accepted_at(&reference, &format!("/{}", endpoint.path));
                for needed in &descriptor.permissions {
                    if !accepted.iter().any(|name| name == needed.as_ref()) {
                        // Unknown there, or needed for a property and not for the path.
                        continue;
                    }
                    for wider in accepted_for(needed) {
                        compared += 1;
                        assert!(
                            accepted.iter().any(|name| name == wider),
                            "{endpoint} does not accept {wider} in the place of {needed}"
                        );
                    }
                }
            }
        }
        assert!(compared > 50, "{compared}");
    }
}
