//! Which wider permission stands in for the least one that a source names.

/// The permissions accepted in place of another for the calls of our sources, as the reference
/// lists them: <https://learn.microsoft.com/graph/permissions-reference>.
const WIDER: &[(&str, &[&str])] = &[
    (
        "Organization.Read.All",
        &[
            "Organization.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    ),
    (
        "Domain.Read.All",
        &["Domain.ReadWrite.All", "Directory.Read.All"],
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
        "User.Read.All",
        &[
            "User.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
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
        "RoleManagement.Read.Directory",
        &[
            "RoleManagement.ReadWrite.Directory",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
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
];

/// Whether the application has this permission or a wider one.
pub(super) fn is_granted(needed: &str, granted: &[String]) -> bool {
    let has = |name: &str| granted.iter().any(|role| role == name);
    has(needed)
        || WIDER
            .iter()
            .filter(|(name, _)| *name == needed)
            .flat_map(|(_, wider)| *wider)
            .any(|name| has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_permission_stands_in() {
        let granted = ["Directory.Read.All".to_owned()];
        assert!(is_granted("User.Read.All", &granted));
        assert!(!is_granted("AuditLog.Read.All", &granted));
        assert!(!is_granted("Policy.Read.All", &granted));
    }
}
