//! Permissions that a source needs against permissions that were granted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::code::Code;
use super::diagnosis::Diagnosis;
use crate::source::{Source, SourceId};

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

/// What a source needs, has and lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceAccess {
    /// The source.
    pub source: SourceId,
    /// Whether it can be read.
    pub readiness: Readiness,
    /// The least permissions that it needs.
    pub needs: Vec<String>,
    /// Those that the application has, itself or by a wider one.
    pub has: Vec<String>,
    /// Those that it lacks; empty where that is not known.
    pub lacks: Vec<String>,
    /// Permissions without which a part is missing, and which the application lacks.
    pub lacks_optional: Vec<String>,
    /// The licence that the tenant needs.
    pub licence: Option<String>,
}

/// Whether a source can be read, as far as the test could see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Readiness {
    /// Everything it needs is there, and its service answered.
    Ready,
    /// It can be read, but for the part that an optional permission shows.
    Limited,
    /// A permission is missing.
    Denied,
    /// A licence is missing.
    Unlicensed,
    /// Its service did not answer as it should.
    Failed,
    /// Not everything about it could be tested.
    NotKnown,
}

impl Readiness {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Limited => "limited",
            Self::Denied => "denied",
            Self::Unlicensed => "unlicensed",
            Self::Failed => "failed",
            Self::NotKnown => "not_known",
        }
    }
}

/// What the permissions of the token come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Permissions {
    /// Those that the token names.
    pub granted: Vec<String>,
    /// Those that the chosen sources need and the application lacks, each with what it blocks.
    pub lacking: Vec<Lacking>,
    /// Those that would show more and that the application lacks, each with what it limits.
    pub lacking_optional: Vec<Lacking>,
    /// Those that no chosen source needs: least privilege would do without them.
    pub not_needed: Vec<String>,
}

/// A permission that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lacking {
    /// The permission.
    pub permission: String,
    /// The sources that need it.
    pub blocks: Vec<SourceId>,
}

/// What a source needs and lacks; its readiness is found out later.
pub(super) fn access(source: &dyn Source, granted: Option<&[String]>) -> SourceAccess {
    let descriptor = source.descriptor();
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let split = |needs: &[std::borrow::Cow<'static, str>]| -> (Vec<String>, Vec<String>) {
        let Some(granted) = granted else {
            return (Vec::new(), Vec::new());
        };
        let (has, lacks) = needs
            .iter()
            .map(AsRef::as_ref)
            .partition(|name| is_granted(name, granted));
        (owned(has), owned(lacks))
    };
    let (has, lacks) = split(&descriptor.permissions);
    let (_, lacks_optional) = split(&descriptor.optional_permissions);
    SourceAccess {
        source: descriptor.id.clone(),
        readiness: Readiness::NotKnown,
        needs: descriptor
            .permissions
            .iter()
            .map(ToString::to_string)
            .collect(),
        has,
        lacks,
        lacks_optional,
        licence: descriptor.licence.as_deref().map(str::to_owned),
    }
}

/// Permissions of which the test itself makes use.
const OF_THE_TEST: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.OwnedBy",
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "ReportSettings.Read.All",
];

/// What the token grants against what the sources need.
pub(super) fn compare(
    granted: &[String],
    sources: &[SourceAccess],
    known: &[&dyn Source],
) -> Permissions {
    let mut sorted = granted.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let used = |role: &String| {
        OF_THE_TEST.contains(&role.as_str())
            || known.iter().any(|source| {
                let descriptor = source.descriptor();
                descriptor
                    .permissions
                    .iter()
                    .chain(&descriptor.optional_permissions)
                    .any(|need| {
                        need.as_ref() == role.as_str()
                            || (!granted.iter().any(|other| other == need.as_ref())
                                && accepted_for(need).contains(&role.as_str()))
                    })
            })
    };
    Permissions {
        lacking: by_name(sources, |source| &source.lacks),
        lacking_optional: by_name(sources, |source| &source.lacks_optional),
        not_needed: sorted.iter().filter(|role| !used(role)).cloned().collect(),
        granted: sorted,
    }
}

fn by_name(sources: &[SourceAccess], names: fn(&SourceAccess) -> &Vec<String>) -> Vec<Lacking> {
    let mut blocks: BTreeMap<&str, Vec<SourceId>> = BTreeMap::new();
    for source in sources {
        for name in names(source) {
            blocks.entry(name).or_default().push(source.source.clone());
        }
    }
    blocks
        .into_iter()
        .map(|(permission, blocks)| Lacking {
            permission: permission.to_owned(),
            blocks,
        })
        .collect()
}

/// One permission that is missing, with what it blocks.
pub(super) fn missing(lacking: &Lacking) -> Diagnosis {
    let sources = lacking.names();
    let cause = format!(
        "the application lacks {}, without which {sources} cannot be read",
        lacking.permission
    );
    lacking.diagnosis(Code::PermissionMissing, cause)
}

/// One permission that would show more.
pub(super) fn missing_optional(lacking: &Lacking) -> Diagnosis {
    let sources = lacking.names();
    let cause = format!(
        "the application lacks {}, without which a part of {sources} is missing",
        lacking.permission
    );
    lacking.diagnosis(Code::OptionalPermissionMissing, cause)
}

impl Lacking {
    fn names(&self) -> String {
        let names: Vec<&str> = self.blocks.iter().map(SourceId::as_str).collect();
        names.join(", ")
    }

    fn diagnosis(&self, code: Code, cause: String) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(code, cause, super::GRANT)
            .blocking(self.blocks.clone())
            .partial();
        diagnosis.permission = Some(self.permission.clone());
        diagnosis
    }
}

/// The token carries no permission at all.
/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
pub(super) fn no_consent(sources: &[SourceAccess]) -> Diagnosis {
    Diagnosis::new(
        Code::NoConsent,
        "the token carries no permission: no administrator of the tenant has consented to the \
         application, or it was given delegated permissions only",
        super::CONSENT,
    )
    .blocking(sources.iter().map(|source| source.source.clone()).collect())
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
