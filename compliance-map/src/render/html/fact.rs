//! What the facts are called in a sentence.

/// The fact in words; `None` for a key that has none, which is then shown as it is.
pub(super) fn words(key: &str) -> Option<&'static str> {
    WORDS
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, words)| *words)
}

const WORDS: &[(&str, &str)] = &[
    ("attest.document", "Attestations"),
    ("attest.scope", "Declared scope"),
    ("auth.auth_strengths", "Authentication strengths"),
    ("auth.ca_policies", "Conditional access policies"),
    ("auth.methods", "Authentication methods of each person"),
    ("auth.methods_policy", "Policy on authentication methods"),
    ("auth.password_policy", "Password policy"),
    ("auth.password_protection", "Lockout and banned passwords"),
    ("auth.per_user_mfa", "MFA set per user"),
    ("auth.registration", "MFA registration report"),
    ("auth.risk", "Risky users and risk policies"),
    ("auth.security_defaults", "Security defaults"),
    ("auth.session", "Limits on sessions"),
    ("collab.teams", "Teams configuration"),
    ("data.dlp", "Policies against loss of data"),
    ("data.labels", "Sensitivity labels"),
    ("data.retention", "Retention policies"),
    ("data.sharing", "Sharing with people outside"),
    ("device.apps", "Applications on devices"),
    ("device.compliance", "Device compliance policies"),
    ("device.config", "Device configuration"),
    ("device.inventory", "Managed devices"),
    ("device.protection", "Malware protection of devices"),
    ("device.updates", "Updates of devices"),
    ("email.antimalware", "Malware filter policies"),
    ("email.antiphish", "Anti-phishing policies"),
    ("email.antispam", "Spam filter policies"),
    ("email.auth_dns", "SPF, DKIM and DMARC"),
    ("email.forwarding", "Forwarding of mail"),
    ("email.mailbox_audit", "Mailbox auditing"),
    ("email.safe_attachments", "Safe Attachments policies"),
    ("email.safe_links", "Safe Links policies"),
    ("email.smtp_auth", "SMTP AUTH"),
    ("email.transport", "Mail connectors"),
    ("identity.access_reviews", "Access reviews"),
    ("identity.app_consent", "Consent to applications"),
    ("identity.groups", "Groups"),
    ("identity.guests", "Guests"),
    ("identity.lifecycle_events", "Joiners, movers and leavers"),
    ("identity.pim", "Privileged Identity Management"),
    ("identity.role_assignments", "Directory roles"),
    (
        "identity.service_principals",
        "Applications and their credentials",
    ),
    ("identity.signin_activity", "Sign-in activity"),
    ("identity.users", "Accounts"),
    ("idle_minutes", "Longest idle time of a session"),
    (
        "inactivity_days",
        "Longest time that an account may be unused",
    ),
    ("log.alerts", "Security alerts"),
    ("log.directory", "Directory logs"),
    ("log.export", "Export of logs"),
    ("log.retention", "Retention of audit records"),
    ("log.unified_audit", "Unified audit log"),
    ("org.cross_tenant", "Trust in other tenants"),
    ("org.licenses", "Licenses"),
    ("org.partners", "Partners with access"),
    ("org.tenant", "Tenant record"),
    ("posture.secure_score", "Secure Score"),
];

#[cfg(test)]
mod tests {
    use crate::FactKey;

    #[test]
    fn words_stand_beside_keys_that_exist() {
        for (key, _) in super::WORDS.iter().filter(|(key, _)| key.contains('.')) {
            assert!(FactKey::find(key).is_some(), "{key}");
        }
    }
}
