//! The fact keys: what permission and license each needs, and how old it may be.

use super::envelope::{Envelope, State};

/// One key of the evidence vocabulary.
///
/// The permissions are Microsoft Graph application permissions unless another service is named; see
/// <https://learn.microsoft.com/en-us/graph/permissions-reference>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FactKey {
    /// The wire key, for example `identity.users`.
    pub key: &'static str,
    /// What a collector must be allowed to read.
    pub permission: &'static str,
    /// The license that includes the data, when the basic service does not.
    pub license: Option<&'static str>,
    /// How many hours the fact counts as fresh, unless the options say otherwise.
    pub max_age_hours: u32,
}

/// The envelope of a fact that nobody delivered.
pub(super) const ABSENT: Envelope<'static> = Envelope {
    state: State::NotCollected,
    collected_at: None,
    complete: false,
    error: None,
    note: None,
    permission: None,
    rows: 0,
};

impl FactKey {
    /// All keys, sorted.
    pub const ALL: &'static [Self] = KEYS;

    /// The entry of a wire key.
    pub fn find(key: &str) -> Option<&'static Self> {
        KEYS.binary_search_by(|entry| entry.key.cmp(key))
            .ok()
            .and_then(|index| KEYS.get(index))
    }
}

const DAY: u32 = 24;
const THREE_DAYS: u32 = 72;
const WEEK: u32 = 168;
const YEAR: u32 = 8760;

const fn entry(
    key: &'static str,
    permission: &'static str,
    license: &'static str,
    max_age_hours: u32,
) -> FactKey {
    FactKey {
        key,
        permission,
        license: if license.is_empty() {
            None
        } else {
            Some(license)
        },
        max_age_hours,
    }
}

const EXCHANGE: &str = "Exchange.ManageAsApp and a role that can view the configuration";
const PURVIEW: &str = "Exchange.ManageAsApp and a Purview role that can view policies";
const INTUNE: &str = "Microsoft Intune";

#[rustfmt::skip]
const KEYS: &[FactKey] = &[
    entry("attest.document", "none: supplied by the organisation", "", YEAR),
    entry("attest.scope", "none: supplied by the organisation", "", YEAR),
    entry("auth.auth_strengths", "Policy.Read.All", "Microsoft Entra ID P1", WEEK),
    entry("auth.ca_policies", "Policy.Read.All", "Microsoft Entra ID P1", DAY),
    entry("auth.methods", "UserAuthenticationMethod.Read.All", "", DAY),
    entry("auth.methods_policy", "Policy.Read.All", "", DAY),
    entry("auth.password_policy", "Domain.Read.All", "", WEEK),
    entry("auth.password_protection", "Policy.Read.All", "", WEEK),
    entry("auth.per_user_mfa", "Policy.Read.All", "", DAY),
    entry("auth.registration", "AuditLog.Read.All", "Microsoft Entra ID P1", DAY),
    entry("auth.risk", "IdentityRiskyUser.Read.All", "Microsoft Entra ID P2", DAY),
    entry("auth.security_defaults", "Policy.Read.All", "", DAY),
    entry("auth.session", "Policy.Read.All", "Microsoft Entra ID P1", WEEK),
    entry("collab.teams", "a Teams role that can view the configuration", "", WEEK),
    entry("data.dlp", PURVIEW, "Microsoft 365 E3, or E5 by workload", DAY),
    entry("data.labels", "InformationProtectionPolicy.Read.All", "Microsoft 365 E3 or E5", WEEK),
    entry("data.retention", PURVIEW, "Microsoft 365 E3", WEEK),
    entry("data.sharing", "SharePointTenantSettings.Read.All", "", DAY),
    entry("device.apps", "DeviceManagementManagedDevices.Read.All", INTUNE, WEEK),
    entry("device.compliance", "DeviceManagementConfiguration.Read.All", INTUNE, DAY),
    entry("device.config", "DeviceManagementConfiguration.Read.All", INTUNE, WEEK),
    entry("device.inventory", "DeviceManagementManagedDevices.Read.All", INTUNE, DAY),
    entry("device.protection", "DeviceManagementManagedDevices.Read.All", INTUNE, DAY),
    entry("device.updates", "DeviceManagementConfiguration.Read.All", INTUNE, DAY),
    entry("email.antimalware", EXCHANGE, "", DAY),
    entry("email.antiphish", EXCHANGE, "", DAY),
    entry("email.antispam", EXCHANGE, "", DAY),
    entry("email.auth_dns", "DNS lookups; for DKIM keys Exchange.ManageAsApp", "", DAY),
    entry("email.forwarding", EXCHANGE, "", DAY),
    entry("email.mailbox_audit", EXCHANGE, "", DAY),
    entry("email.safe_attachments", EXCHANGE, "Microsoft Defender for Office 365 P1", DAY),
    entry("email.safe_links", EXCHANGE, "Microsoft Defender for Office 365 P1", DAY),
    entry("email.smtp_auth", EXCHANGE, "", DAY),
    entry("email.transport", EXCHANGE, "", WEEK),
    entry("identity.access_reviews", "AccessReview.Read.All", "Microsoft Entra ID P2 or ID Governance", WEEK),
    entry("identity.app_consent", "Policy.Read.All", "", DAY),
    entry("identity.groups", "Group.Read.All", "", DAY),
    entry("identity.guests", "User.Read.All", "", DAY),
    entry("identity.lifecycle_events", "AuditLog.Read.All", "", DAY),
    entry("identity.pim", "RoleManagement.Read.Directory", "Microsoft Entra ID P2", DAY),
    entry("identity.role_assignments", "RoleManagement.Read.Directory", "", DAY),
    entry("identity.service_principals", "Application.Read.All", "", WEEK),
    entry("identity.signin_activity", "AuditLog.Read.All and User.Read.All", "Microsoft Entra ID P1", DAY),
    entry("identity.users", "User.Read.All", "", DAY),
    entry("log.alerts", "SecurityAlert.Read.All", "", DAY),
    entry("log.directory", "AuditLog.Read.All", "", DAY),
    entry("log.export", "a role that can read diagnostic settings", "an Azure subscription", WEEK),
    entry("log.retention", PURVIEW, "Microsoft 365 E5 for retention policies of audit logs", WEEK),
    entry("log.unified_audit", EXCHANGE, "", DAY),
    entry("org.cross_tenant", "Policy.Read.All", "", WEEK),
    entry("org.licenses", "Organization.Read.All", "", DAY),
    entry("org.partners", "DelegatedAdminRelationship.Read.All", "", WEEK),
    entry("org.tenant", "Organization.Read.All", "", WEEK),
    entry("posture.secure_score", "SecurityEvents.Read.All", "", THREE_DAYS),
];
