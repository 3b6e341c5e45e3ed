//! Which rule is answered where. One match, so that no rule can be without an answer.

use super::{
    Context, Finding, application, conditional_access, data, device, device_config, dormant, guest,
    leaver, log, mail, mail_domain, mailbox, mfa, organization, password, privileged, unique,
};
use crate::framework::Rule;

impl Context<'_> {
    /// What the facts say to a question.
    #[expect(clippy::too_many_lines, reason = "one line for each rule")]
    pub(crate) fn find(&self, rule: Rule) -> Finding {
        match rule {
            Rule::MfaAll => self.mfa_of_everybody().clone(),
            Rule::MfaAdministrators => mfa::administrators(self),
            Rule::PhishingResistantAdministrators => mfa::phishing_resistant_administrators(self),
            Rule::MfaGuests => mfa::guests(self),
            Rule::MfaCapable => mfa::capable(self),
            Rule::DormantAccounts { inactivity_days } => dormant::accounts(self, inactivity_days),
            Rule::DormantAdministrators { inactivity_days } => {
                dormant::administrators(self, inactivity_days)
            }
            Rule::DormantGuests { inactivity_days } => dormant::guests(self, inactivity_days),
            Rule::UniqueIdentity => unique::find(self),
            Rule::LeaversDisabled => leaver::disabled(self),
            Rule::GlobalAdministrators { least, most } => {
                privileged::global_administrators(self, least, most)
            }
            Rule::AdministratorsCloudOnly => privileged::cloud_only(self),
            Rule::DedicatedAdministrators => privileged::dedicated(self),
            Rule::NoPermanentAdministrators => privileged::not_permanent(self),
            Rule::ActivationApproved => privileged::activation_approved(self),
            Rule::EmergencyAccess => privileged::emergency_access(self),
            Rule::LegacyAuthenticationBlocked => conditional_access::legacy_blocked(self),
            Rule::DeviceCodeBlocked => conditional_access::device_code_blocked(self),
            Rule::RiskyUsersContained => conditional_access::risky_users(self),
            Rule::RiskySignInsContained => conditional_access::risky_sign_ins(self),
            Rule::ManagedDeviceRequired => conditional_access::managed_device(self),
            Rule::RegistrationProtected => conditional_access::registration_protected(self),
            Rule::AccessDecided => conditional_access::access_decided(self),
            Rule::ExclusionsCovered => conditional_access::exclusions_covered(self),
            Rule::PolicyReferences => conditional_access::references_known(self),
            Rule::Lockout {
                attempts,
                lockout_minutes,
            } => password::lockout(self, attempts, lockout_minutes),
            Rule::PasswordLength { characters } => password::length(self, characters),
            Rule::PasswordHistory { passwords } => password::history(self, passwords),
            Rule::BannedPasswords => password::banned(self),
            Rule::PasswordsNeverExpire => password::never_expire(self),
            Rule::PasswordAge { days } => password::age_without_mfa(self, days),
            Rule::IdleSessions { idle_minutes } => password::idle_sessions(self, idle_minutes),
            Rule::SignInFrequency { sign_in_hours } => {
                password::sign_in_frequency(self, sign_in_hours)
            }
            Rule::AuthenticatorContext => password::authenticator_context(self),
            Rule::PhoneMethodsOff => password::phone_methods_off(self),
            Rule::AppConsent => application::consent(self),
            Rule::TenantCreation => application::tenant_creation(self),
            Rule::ConsentRequests => application::consent_requests(self),
            Rule::ApplicationOwners => application::owners(self),
            Rule::CredentialLifetime { credential_days } => {
                application::credential_lifetime(self, credential_days)
            }
            Rule::PrivilegedApplications => application::privileged(self),
            Rule::GuestRole => guest::role(self),
            Rule::GuestInvitations => guest::invitations(self),
            Rule::GuestSponsors => guest::sponsors(self),
            Rule::AccessReviews { scope, review_days } => guest::reviews(self, scope, review_days),
            Rule::PasswordHashSync => organization::password_hash_sync(self),
            Rule::DirectorySync { hours } => organization::directory_sync(self, hours),
            Rule::Licenses => organization::licenses(self),
            Rule::Partners => organization::partners(self),
            Rule::SpfPublished => mail_domain::spf(self),
            Rule::DkimSigning => mail_domain::dkim(self),
            Rule::DmarcEnforced { reject } => mail_domain::dmarc(self, reject),
            Rule::MailFileTypes => mail::file_types(self),
            Rule::MailMalwareRemoved => mail::malware_removed_later(self),
            Rule::NoAllowedSenders => mail::no_allowed_senders(self),
            Rule::ForgedSenders => mail::forged_senders(self),
            Rule::ImpersonationDetected => mail::impersonation(self),
            Rule::SafeLinks => mail::safe_links(self),
            Rule::SafeAttachments => mail::safe_attachments(self),
            Rule::NoForwarding => mail::no_forwarding(self),
            Rule::AutoForwardingOff => mail::auto_forwarding_off(self),
            Rule::NoRulePastTheFilter => mail::no_rule_past_the_filter(self),
            Rule::MailTransport => mail::transport(self),
            Rule::SmtpAuthOff => mailbox::smtp_auth(self),
            Rule::ModernAuthentication => mailbox::modern_authentication(self),
            Rule::DirectSendRejected => mailbox::direct_send_rejected(self),
            Rule::CustomerLockbox => mailbox::customer_lockbox(self),
            Rule::MailboxAudit => mailbox::mailbox_audit(self),
            Rule::AuditedActions => mailbox::audited_actions(self),
            Rule::SharedMailboxesClosed => mailbox::shared_mailboxes_closed(self),
            Rule::DeviceEncryption => device::encryption(self),
            Rule::DeviceCompliance => device::compliance(self),
            Rule::DevicesWithoutPolicy => device::without_policy(self),
            Rule::CompliancePolicies => device::policies(self),
            Rule::DeviceInventory { days } => device::inventory(self, days),
            Rule::DevicesSupported => device::supported(self),
            Rule::RemoteWipe => device::remote_wipe(self),
            Rule::DeviceProtection => device::protection(self),
            Rule::DeviceUpdates => device::updates(self),
            Rule::DeviceConfiguration { setting, at_most } => {
                device_config::find(self, setting, at_most)
            }
            Rule::SoftwareInventory => device::software_inventory(self),
            Rule::SoftwareSupported => device::software_supported(self),
            Rule::SoftwareUpdates => device::software_updates(self),
            Rule::UnifiedAudit => log::unified_audit(self),
            Rule::LogRetention { days } => log::retention(self, days),
            Rule::LogExport => log::export(self),
            Rule::DirectoryLog { log: which, days } => log::directory(self, which, days),
            Rule::AccountChangesLogged => log::lifecycle(self),
            Rule::AlertsTakenUp { days } => log::alerts_taken_up(self, days),
            Rule::AlertPolicies => log::alert_policies(self),
            Rule::RisksDealtWith { days } => log::risks_dealt_with(self, days),
            Rule::SecureScore { score_percent } => log::secure_score(self, score_percent),
            Rule::Sharing => data::sharing(self),
            Rule::SharingExpires { days } => data::sharing_expires(self, days),
            Rule::TeamsFederation => data::federation(self),
            Rule::TeamsLobby => data::lobby(self),
            Rule::TeamsOutsideControl => data::outside_control(self),
            Rule::Dlp => data::dlp(self),
            Rule::Labels => data::labels(self),
            Rule::DataRetention => data::retention(self),
        }
    }
}
