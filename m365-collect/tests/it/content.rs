//! No source of the catalogue reads what somebody wrote: the text of a message, a file, a page.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;

use m365_collect::sources::catalogue;

/// What may be read, by path: settings, names, relations, events and counts. `*` ends a family of which
/// everything is. What is not here is content until somebody looked.
const WITHOUT_CONTENT: &[&str] = &[
    // Microsoft's own announcements, the same for every tenant.
    "admin/serviceAnnouncement/messages",
    "admin/serviceAnnouncement/healthOverviews",
    "admin/serviceAnnouncement/issues",
    "admin/reportSettings",
    "admin/sharepoint/settings",
    "applications",
    "auditLogs/directoryAudits",
    "auditLogs/signIns",
    "contacts",
    "deviceAppManagement/mobileApps",
    "deviceManagement",
    "deviceManagement/*",
    "devices",
    "directory/administrativeUnits",
    "directory/administrativeUnits/{id}/members",
    "directory/subscriptions",
    "domains",
    "domains/{id}/serviceConfigurationRecords",
    "domains/{id}/verificationDnsRecords",
    "groupSettings",
    "groups/delta",
    "identity/conditionalAccess/*",
    "identityGovernance/accessReviews/definitions",
    "identityGovernance/accessReviews/definitions/{id}/instances",
    "identityProtection/riskDetections",
    "identityProtection/riskyUsers",
    "oauth2PermissionGrants",
    "organization",
    "policies/*",
    "reports/*",
    "roleManagement/directory/*",
    "security/alerts_v2",
    "security/incidents",
    "security/dataSecurityAndGovernance/sensitivityLabels",
    "security/secureScoreControlProfiles",
    "security/secureScores",
    "servicePrincipals",
    "servicePrincipals/{id}/appRoleAssignedTo",
    "sites/getAllSites",
    "subscribedSkus",
    "teams",
    "teams/{id}",
    "teams/{id}/channels",
    "teams/{id}/members",
    "users",
    "users/delta",
    "users/{id}/authentication/methods",
    "users/{id}/authentication/requirements",
    "users/{id}/mailboxSettings",
];

/// Properties and relations that hold what somebody wrote, wherever they stand.
const CONTENT: &[&str] = &[
    "attachments",
    "body",
    "bodypreview",
    "content",
    "drive",
    "drives",
    "externalreplymessage",
    "internalreplymessage",
    "items",
    "messages",
    "pages",
    "uniquebody",
    "$value",
];

fn may_be_read(path: &str) -> bool {
    WITHOUT_CONTENT.iter().any(|known| {
        known
            .strip_suffix('*')
            .map_or(*known == path, |family| path.starts_with(family))
    })
}

#[test]
fn no_declared_source_reads_the_content_of_a_message_file_or_page() {
    let mut unknown = BTreeSet::new();
    let mut content = BTreeSet::new();
    for source in catalogue() {
        let descriptor = source.descriptor();
        for endpoint in &descriptor.endpoints {
            if !may_be_read(&endpoint.path) {
                unknown.insert(format!("{}: {}", descriptor.id, endpoint.path));
            }
            let asked = endpoint.query.iter().map(|(_, value)| value.to_lowercase());
            let words: BTreeSet<String> = asked
                .flat_map(|value| {
                    let words = value.split(|c: char| !(c.is_alphanumeric() || c == '$'));
                    words.map(str::to_owned).collect::<Vec<_>>()
                })
                .collect();
            for word in CONTENT {
                if words.contains(*word) {
                    content.insert(format!("{}: {endpoint}", descriptor.id));
                }
            }
        }
    }
    assert!(
        unknown.is_empty(),
        "nobody has said that these hold no content: {unknown:#?}"
    );
    assert!(content.is_empty(), "these ask for content: {content:#?}");
}

#[test]
fn what_nobody_looked_at_counts_as_content() {
    for path in [
        "users/{id}/messages",
        "users/{id}/mailFolders",
        "sites/{id}/pages",
        "drives/{id}/items/{id}/content",
        "teams/{id}/channels/{id}/messages",
        "chats",
    ] {
        assert!(!may_be_read(path), "{path}");
    }
}
