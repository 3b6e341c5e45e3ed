//! Which wider permission stands in for the least one that a source names.

/// The permissions accepted in place of the least one, for the calls of our sources, as the
/// reference lists them: <https://learn.microsoft.com/graph/permissions-reference>. A name that is
/// not here stands for itself alone, so that at worst too much is asked for and never too little.
const ACCEPTED: &[(&str, &[&str])] = &[
    (
        "Application.Read.All",
        &["Application.ReadWrite.All", "Directory.Read.All"],
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
        "DeviceManagementConfiguration.Read.All",
        &["DeviceManagementConfiguration.ReadWrite.All"],
    ),
    (
        "DeviceManagementManagedDevices.Read.All",
        &["DeviceManagementManagedDevices.ReadWrite.All"],
    ),
    (
        "Domain.Read.All",
        &["Domain.ReadWrite.All", "Directory.Read.All"],
    ),
    (
        "Group.Read.All",
        &[
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    ),
    (
        "LicenseAssignment.Read.All",
        &[
            "Organization.Read.All",
            "Organization.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    ),
    (
        "Organization.Read.All",
        &[
            "Organization.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
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
        &[
            "RoleManagement.ReadWrite.Directory",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    ),
    ("SecurityAlert.Read.All", &["SecurityAlert.ReadWrite.All"]),
    ("SecurityEvents.Read.All", &["SecurityEvents.ReadWrite.All"]),
    (
        "SecurityIncident.Read.All",
        &["SecurityIncident.ReadWrite.All"],
    ),
    (
        "SharePointTenantSettings.Read.All",
        &["SharePointTenantSettings.ReadWrite.All"],
    ),
    ("Sites.Read.All", &["Sites.ReadWrite.All"]),
    (
        "User.Read.All",
        &[
            "User.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
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

    /// The endpoints for whose sake a wider permission is accepted.
    const ENDPOINTS: &[(&str, &[&str])] = &[
        (
            "Application.Read.All",
            &["/applications", "/applications/{id}"],
        ),
        ("Device.Read.All", &["/devices"]),
        (
            "DeviceManagementConfiguration.Read.All",
            &["/deviceManagement/deviceCompliancePolicies"],
        ),
        (
            "DeviceManagementManagedDevices.Read.All",
            &["/deviceManagement/managedDevices"],
        ),
        ("Domain.Read.All", &["/domains"]),
        ("Group.Read.All", &["/groups/delta"]),
        ("LicenseAssignment.Read.All", &["/subscribedSkus"]),
        ("Organization.Read.All", &["/organization"]),
        ("ReportSettings.Read.All", &["/admin/reportSettings"]),
        (
            "RoleAssignmentSchedule.Read.Directory",
            &["/roleManagement/directory/roleAssignmentScheduleInstances"],
        ),
        (
            "RoleEligibilitySchedule.Read.Directory",
            &["/roleManagement/directory/roleEligibilityScheduleInstances"],
        ),
        (
            "RoleManagement.Read.Directory",
            &[
                "/roleManagement/directory/roleDefinitions",
                "/roleManagement/directory/roleAssignments",
            ],
        ),
        ("SecurityAlert.Read.All", &["/security/alerts_v2"]),
        ("SecurityEvents.Read.All", &["/security/secureScores"]),
        ("SecurityIncident.Read.All", &["/security/incidents"]),
        (
            "SharePointTenantSettings.Read.All",
            &["/admin/sharepoint/settings"],
        ),
        ("Sites.Read.All", &["/sites"]),
        ("User.Read.All", &["/users", "/users/delta"]),
    ];

    #[test]
    fn wider_permissions_are_accepted_by_the_endpoints_that_they_stand_in_for() {
        let names = |list: &[(&'static str, &[&str])]| -> Vec<&'static str> {
            list.iter().map(|(name, _)| *name).collect()
        };
        assert_eq!(
            names(ENDPOINTS),
            names(ACCEPTED),
            "this test knows every entry"
        );
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/graph/permissions.json"
        );
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("SKIPPED: there is no reference data beside the project");
            return;
        };
        let reference: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (name, endpoints) in ENDPOINTS {
            for endpoint in *endpoints {
                let rows = reference["endpoints"].as_array().unwrap().iter();
                let accepted: Vec<&str> = rows
                    .filter(|row| row["path"] == *endpoint && row["method"] == "GET")
                    .flat_map(|row| row["application"].as_array().into_iter().flatten())
                    .filter_map(|permission| permission["name"].as_str())
                    .collect();
                for wider in accepted_for(name) {
                    assert!(
                        accepted.contains(wider),
                        "{endpoint} does not accept {wider}"
                    );
                }
            }
        }
    }
}
