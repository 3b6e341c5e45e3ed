//! The evidence vocabulary: which facts there are, their rows, and how each was read.

mod application;
mod auth;
mod data;
mod device;
mod envelope;
mod error;
mod fact;
mod further;
mod governance;
mod identity;
mod key;
mod log;
mod mail;
mod mail_domain;
mod org;
mod parse;
mod problem;
mod repair;
mod row;
mod sign_in;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use application::{AppConsentFact, CredentialFact, ServicePrincipalFact};
pub use auth::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, MethodsFact, PerUserMfaFact,
    RegistrationFact, SecurityDefaultsFact,
};
pub use data::{DlpPolicyFact, LabelFact, RetentionPolicyFact, SharingFact, TeamsFact};
pub use device::{
    AppFact, CompliancePolicyFact, DeviceConfigFact, DeviceFact, DeviceProtectionFact,
    DeviceUpdateFact,
};
pub use envelope::{Envelope, Fact, State};
pub use error::FactsError;
pub use further::{is_annotation, says_something};
pub(crate) use further::{narrowing, not_modelled, says_more};
pub use governance::{
    AccessReviewFact, AttestationFact, GuestFact, LifecycleEventFact, PartnerFact, PimRuleFact,
    ScopeFact,
};
pub use identity::{GroupFact, RoleAssignmentFact, SignInFact, UserFact};
pub use key::FactKey;
pub use log::{
    AlertFact, DirectoryLogFact, LogExportFact, LogRetentionFact, SecureScoreFact, UnifiedAuditFact,
};
pub use mail::{
    ConnectorFact, ForwardingFact, MailboxAuditFact, MalwareFilterFact, PhishingFilterFact,
    SafeAttachmentsFact, SafeLinksFact, SmtpAuthFact, SpamFilterFact,
};
pub use mail_domain::{MailDomainFact, Record};
pub use org::{CrossTenantFact, LicenseFact, TenantFact};
pub use problem::FactsProblem;
pub(crate) use row::{Subject, TENANT};
pub use sign_in::{
    MethodPolicyFact, PasswordPolicyFact, PasswordProtectionFact, RiskFact, SessionFact,
};

use crate::exception::Exception;
use crate::overlay::Overlay;

/// The tenant that the facts are about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TenantInfo {
    /// Tenant id.
    pub id: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// A row type and the one fact that holds its rows.
pub(crate) trait Row: Sized + 'static {
    /// The wire key of the fact.
    const KEY: &'static str;

    /// Members that mean something in other facts and change nothing of what these rows prove: the rules
    /// of a domain hold whether it is verified or not, an application that is switched off has its owners
    /// and secrets all the same, and of a review its last end counts.
    const REMARKS: &'static [&'static str] = &[];

    /// The fact.
    fn fact(facts: &Facts) -> &Fact<Self>;

    /// Members of the row that are not modelled.
    fn extra(&self) -> &BTreeMap<String, Value>;
}

/// Declares the typed facts once: field, row type, wire key, and members that are remarks.
macro_rules! typed_facts {
    ($( $(#[$doc:meta])* $field:ident: $row:ty = $key:literal $(remarks $remarks:tt)?, )*) => {
        /// Everything that is known about one tenant: the only input of an assessment.
        ///
        /// Fields left at their default mean "not collected". Facts without a field of their own are in
        /// [`other`](Self::other) under their wire key.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Facts {
            /// The tenant.
            pub tenant: Option<TenantInfo>,
            $( $(#[$doc])* pub $field: Fact<$row>, )*
            /// Facts that have no field of their own, by wire key, rows kept as received.
            pub other: BTreeMap<String, Fact<Value>>,
            /// Accepted risks.
            pub exceptions: Vec<Exception>,
            /// Extra demands and parameters that the organisation set.
            pub overlay: Overlay,
            /// Whether what is told of people stands in a [`Directory`](crate::Directory) instead of in
            /// rows. Such facts are for [`assess_in`](crate::assess_in) alone, and what was packed is not
            /// written.
            pub people_packed: bool,
            /// Top-level members that this version does not know; kept and written back.
            pub extra: BTreeMap<String, Value>,
            /// What of the text that they were read from could not be read, fact by fact; the notes of
            /// the facts say the same. Not written back.
            pub problems: Vec<FactsProblem>,
        }

        impl Facts {
            /// The envelope of the fact with this wire key.
            ///
            /// A key that nobody delivered answers "not collected", whether it is known or not.
            pub fn envelope(&self, key: &str) -> Envelope<'_> {
                match key {
                    $( $key => self.$field.envelope(), )*
                    other => self.other.get(other).map_or(key::ABSENT, Fact::envelope),
                }
            }

            fn read_fact(
                &mut self,
                key: &str,
                raw: &serde_json::value::RawValue,
                found: &mut problem::Problems,
            ) -> bool {
                match key {
                    $( $key => self.$field = fact::parse(key, raw, found), )*
                    other if FactKey::find(other).is_some() => {
                        self.other.insert(other.to_owned(), fact::parse(other, raw, found));
                    }
                    _ => return false,
                }
                true
            }

            fn written_facts(&self) -> BTreeMap<&str, written::AnyFact<'_>> {
                let mut all: BTreeMap<&str, written::AnyFact<'_>> = BTreeMap::new();
                $( if !self.$field.is_absent() {
                    all.insert($key, written::AnyFact::$field(&self.$field));
                } )*
                for (key, fact) in &self.other {
                    all.insert(key, written::AnyFact::other(fact));
                }
                all
            }
        }

        $( impl Row for $row {
            const KEY: &'static str = $key;
            $( const REMARKS: &'static [&'static str] = &$remarks; )?

            fn fact(facts: &Facts) -> &Fact<Self> {
                &facts.$field
            }

            fn extra(&self) -> &BTreeMap<String, Value> {
                &self.extra
            }
        } )*

        mod written {
            use super::*;

            /// A borrowed fact of any row type, so that all can be written in one sorted pass.
            #[allow(non_camel_case_types, reason = "one variant per field, under the field's name")]
            #[derive(Debug, Serialize)]
            #[serde(untagged)]
            pub(super) enum AnyFact<'a> {
                $( $field(&'a Fact<$row>), )*
                other(&'a Fact<Value>),
            }
        }
    };
}

typed_facts! {
    /// Accounts, `identity.users`.
    identity_users: UserFact = "identity.users",
    /// Groups with direct members, `identity.groups`.
    identity_groups: GroupFact = "identity.groups",
    /// Directory roles held, active and eligible, `identity.role_assignments`.
    identity_role_assignments: RoleAssignmentFact = "identity.role_assignments" remarks ["assignment"],
    /// Last sign-ins, `identity.signin_activity`.
    identity_signin_activity: SignInFact = "identity.signin_activity",
    /// MFA registration report, `auth.registration`.
    auth_registration: RegistrationFact = "auth.registration",
    /// Methods read per user, `auth.methods`.
    auth_methods: MethodsFact = "auth.methods",
    /// Per-user MFA states, `auth.per_user_mfa`.
    auth_per_user_mfa: PerUserMfaFact = "auth.per_user_mfa",
    /// Security defaults, `auth.security_defaults`.
    auth_security_defaults: SecurityDefaultsFact = "auth.security_defaults",
    /// Conditional access policies, `auth.ca_policies`.
    auth_ca_policies: CaPolicyFact = "auth.ca_policies",
    /// Subscriptions, `org.licenses`.
    org_licenses: LicenseFact = "org.licenses",
    /// The tenant's own record, `org.tenant`.
    org_tenant: TenantFact = "org.tenant",
    /// Trust in other tenants, `org.cross_tenant`.
    org_cross_tenant: CrossTenantFact = "org.cross_tenant",
    /// Partners with delegated administration, `org.partners`.
    org_partners: PartnerFact = "org.partners",
    /// What users may do with applications and guests, `identity.app_consent`.
    identity_app_consent: AppConsentFact = "identity.app_consent" remarks [
        "consent_reviewers",
        "users_can_create_security_groups",
        "users_can_read_bitlocker_keys"
    ],
    /// Applications and their credentials, `identity.service_principals`.
    identity_service_principals: ServicePrincipalFact = "identity.service_principals" remarks ["enabled"],
    /// Guests, `identity.guests`.
    identity_guests: GuestFact = "identity.guests",
    /// What activating a role asks for, `identity.pim`.
    identity_pim: PimRuleFact = "identity.pim",
    /// Changes of accounts and roles, `identity.lifecycle_events`.
    identity_lifecycle_events: LifecycleEventFact = "identity.lifecycle_events",
    /// Access reviews, `identity.access_reviews`.
    identity_access_reviews: AccessReviewFact = "identity.access_reviews" remarks ["status"],
    /// Password rules by domain, `auth.password_policy`.
    auth_password_policy: PasswordPolicyFact = "auth.password_policy" remarks ["root", "verified"],
    /// Lockout and banned passwords, `auth.password_protection`.
    auth_password_protection: PasswordProtectionFact = "auth.password_protection",
    /// The methods policy, `auth.methods_policy`.
    auth_methods_policy: MethodPolicyFact = "auth.methods_policy",
    /// Who is thought at risk, `auth.risk`.
    auth_risk: RiskFact = "auth.risk",
    /// Limits on sessions, `auth.session`.
    auth_session: SessionFact = "auth.session" remarks ["persistent_browser"],
    /// Sender authentication of mail domains, `email.auth_dns`.
    email_auth_dns: MailDomainFact = "email.auth_dns" remarks ["dmarc_at", "kind", "sends"],
    /// Malware filter policies, `email.antimalware`.
    email_antimalware: MalwareFilterFact = "email.antimalware",
    /// Spam filter policies, `email.antispam`.
    email_antispam: SpamFilterFact = "email.antispam",
    /// Anti-phishing policies, `email.antiphish`.
    email_antiphish: PhishingFilterFact = "email.antiphish",
    /// Safe Links policies, `email.safe_links`.
    email_safe_links: SafeLinksFact = "email.safe_links",
    /// Safe Attachments policies, `email.safe_attachments`.
    email_safe_attachments: SafeAttachmentsFact = "email.safe_attachments",
    /// Ways by which mail could leave by itself, `email.forwarding`.
    email_forwarding: ForwardingFact = "email.forwarding",
    /// SMTP AUTH, `email.smtp_auth`.
    email_smtp_auth: SmtpAuthFact = "email.smtp_auth",
    /// Mailbox auditing, `email.mailbox_audit`.
    email_mailbox_audit: MailboxAuditFact = "email.mailbox_audit",
    /// Mail connectors, `email.transport`.
    email_transport: ConnectorFact = "email.transport",
    /// Managed devices, `device.inventory`.
    device_inventory: DeviceFact = "device.inventory",
    /// Compliance policies, `device.compliance`.
    device_compliance: CompliancePolicyFact = "device.compliance",
    /// Configuration profiles, `device.config`.
    device_config: DeviceConfigFact = "device.config",
    /// Software on devices, `device.apps`.
    device_apps: AppFact = "device.apps",
    /// Protection against malware on devices, `device.protection`.
    device_protection: DeviceProtectionFact = "device.protection",
    /// Updates of devices, `device.updates`.
    device_updates: DeviceUpdateFact = "device.updates",
    /// The unified audit log, `log.unified_audit`.
    log_unified_audit: UnifiedAuditFact = "log.unified_audit",
    /// The directory's own logs, `log.directory`.
    log_directory: DirectoryLogFact = "log.directory",
    /// How long audit records are kept, `log.retention`.
    log_retention: LogRetentionFact = "log.retention",
    /// Places that logs are copied to, `log.export`.
    log_export: LogExportFact = "log.export",
    /// Alerts and what raises them, `log.alerts`.
    log_alerts: AlertFact = "log.alerts",
    /// Secure Score, `posture.secure_score`.
    posture_secure_score: SecureScoreFact = "posture.secure_score",
    /// Policies of Teams, `collab.teams`.
    collab_teams: TeamsFact = "collab.teams",
    /// Sharing with people outside, `data.sharing`.
    data_sharing: SharingFact = "data.sharing",
    /// Policies against loss of data, `data.dlp`.
    data_dlp: DlpPolicyFact = "data.dlp",
    /// Sensitivity labels, `data.labels`.
    data_labels: LabelFact = "data.labels",
    /// Retention policies, `data.retention`.
    data_retention: RetentionPolicyFact = "data.retention",
    /// Declared scopes, `attest.scope`.
    attest_scope: ScopeFact = "attest.scope",
    /// Attestations, `attest.document`.
    attest_document: AttestationFact = "attest.document",
}
