//! Rows about settings: applications, passwords, mail, devices, logs, data, attestations.
//!
//! Every member beside the name of the object is optional: one that was not read stays `None`, which
//! is neither "on" nor "off". Members that this version does not know are kept and written back.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::Timestamp;

/// Declares a row: the member that names the object, then members that may not have been read.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident $(by $id:ident)? { $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            $(
                /// What the row is about.
                pub $id: String,
            )?
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// Members that this version does not know; kept and written back.
            #[serde(flatten)]
            pub extra: BTreeMap<String, Value>,
        }
    };
}

row! {
    /// What users may do with applications and guests, key `identity.app_consent`; one row.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/authorizationpolicy>.
    AppConsentFact {
        /// Whether users can register applications.
        users_can_register_apps: bool,
        /// Whether users can create tenants.
        users_can_create_tenants: bool,
        /// Permission grant policies assigned to users, for example
        /// `ManagePermissionGrantsForSelf.microsoft-user-default-low`; empty when they cannot consent.
        user_consent: Vec<String>,
        /// Whether users can ask administrators for consent.
        admin_consent_requests: bool,
        /// Role of guests: template id, or `guest`, `member`, `restricted`.
        guest_role: String,
        /// `none`, `adminsAndGuestInviters`, `adminsGuestInvitersAndAllMembers` or `everyone`.
        allow_invites_from: String,
    }
}

row! {
    /// An application or service principal, key `identity.service_principals`.
    ServicePrincipalFact by id {
        /// Name shown to people.
        name: String,
        /// Object ids of the owners.
        owners: Vec<String>,
        /// Secrets and certificates.
        credentials: Vec<CredentialFact>,
    }
}

row! {
    /// A secret or certificate of an application, without its value.
    CredentialFact {
        /// `secret` or `certificate`.
        kind: String,
        /// When it starts to be valid.
        starts: Timestamp,
        /// When it ends.
        expires: Timestamp,
    }
}

row! {
    /// An access review, key `identity.access_reviews`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/accessreviewsv2-overview>.
    AccessReviewFact by id {
        /// Name shown to people.
        name: String,
        /// What is reviewed, for example `users`, `guests`, `roles`, `applications`.
        scope: String,
        /// When its last instance was completed.
        last_completed: Timestamp,
    }
}

row! {
    /// Password rules of a domain, key `auth.password_policy`.
    ///
    /// See <https://learn.microsoft.com/en-us/entra/identity/authentication/concept-sspr-policy>.
    PasswordPolicyFact by domain {
        /// Shortest password.
        min_length: u32,
        /// How many former passwords cannot be used again.
        history: u32,
        /// After how many days a password ends; 2147483647 for never.
        validity_days: u32,
        /// Whether another identity provider holds the passwords, so that rules here do not apply.
        federated: bool,
    }
}

row! {
    /// Lockout and banned passwords, key `auth.password_protection`; one row.
    ///
    /// See <https://learn.microsoft.com/en-us/entra/identity/authentication/howto-password-smart-lockout>.
    PasswordProtectionFact {
        /// Failed attempts before the first lockout.
        lockout_threshold: u32,
        /// Shortest lockout in seconds.
        lockout_seconds: u32,
        /// Whether the tenant's own list of banned passwords is enforced.
        banned_list_enforced: bool,
    }
}

row! {
    /// A limit on sessions, key `auth.session`.
    SessionFact by id {
        /// Whether it is in force.
        enabled: bool,
        /// Whether it applies to everybody and every application.
        everybody: bool,
        /// Idle minutes after which people sign in again.
        idle_minutes: u32,
    }
}

/// Sender authentication of a mail domain, key `email.auth_dns`.
///
/// A record is its text, `true` or `false`; `null` says that it is proven not to exist, and a member
/// that is not there says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MailDomainFact {
    /// The domain.
    pub domain: String,
    /// The SPF record.
    #[serde(
        default,
        deserialize_with = "told",
        skip_serializing_if = "Option::is_none"
    )]
    pub spf: Option<Record>,
    /// The DKIM record or signing state.
    #[serde(
        default,
        deserialize_with = "told",
        skip_serializing_if = "Option::is_none"
    )]
    pub dkim: Option<Record>,
    /// The DMARC record.
    #[serde(
        default,
        deserialize_with = "told",
        skip_serializing_if = "Option::is_none"
    )]
    pub dmarc: Option<Record>,
    /// How the look-up ended: `ok`, `servfail`, `timeout` or `nxdomain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

row! {
    /// A malware filter policy, key `email.antimalware`.
    MalwareFilterFact by policy {
        /// Whether dangerous file types are blocked.
        file_filter: bool,
        /// Whether delivered malware is removed later.
        zap: bool,
    }
}

row! {
    /// A spam filter policy, key `email.antispam`.
    SpamFilterFact by policy {
        /// `inbound`, `outbound` or `connection`.
        direction: String,
        /// Senders and domains that are let through unseen.
        allowed_senders: Vec<String>,
        /// Addresses that are let through unseen.
        allowed_ips: Vec<String>,
        /// Outbound: `Off`, `On` or `Automatic`.
        auto_forwarding: String,
    }
}

row! {
    /// An anti-phishing policy, key `email.antiphish`.
    PhishingFilterFact by policy {
        /// Whether it is in force.
        enabled: bool,
        /// Whether forged senders are detected.
        spoof_protection: bool,
    }
}

row! {
    /// A Safe Links policy, key `email.safe_links`.
    SafeLinksFact by policy {
        /// Whether links in mail are checked when they are opened.
        mail: bool,
        /// Whether links in Teams are.
        teams: bool,
        /// Whether links in Office files are.
        office: bool,
        /// Whether it applies to everybody.
        everybody: bool,
    }
}

row! {
    /// A Safe Attachments policy, key `email.safe_attachments`.
    SafeAttachmentsFact by policy {
        /// Whether it is in force.
        enabled: bool,
        /// `Block`, `DynamicDelivery`, `Allow`.
        action: String,
        /// Whether it applies to everybody.
        everybody: bool,
    }
}

row! {
    /// A way by which mail could leave by itself, key `email.forwarding`: a remote domain, a transport
    /// rule, a mailbox or an inbox rule.
    ForwardingFact by id {
        /// Whether it forwards to recipients outside.
        external: bool,
        /// Whether it is in force.
        enabled: bool,
    }
}

row! {
    /// SMTP AUTH, key `email.smtp_auth`: one row for the organisation, further ones for mailboxes.
    SmtpAuthFact {
        /// The mailbox; absent in the row of the organisation.
        mailbox: String,
        /// Whether it is switched off.
        disabled: bool,
    }
}

row! {
    /// Mailbox auditing, key `email.mailbox_audit`: rows for mailboxes, and one for the organisation.
    MailboxAuditFact {
        /// The mailbox; absent in the row of the organisation.
        mailbox: String,
        /// Whether the mailbox is audited.
        audit_enabled: bool,
        /// Whether actions of this account escape auditing.
        bypass: bool,
        /// Whether auditing is switched off for the whole organisation.
        org_audit_disabled: bool,
    }
}

row! {
    /// A mail connector, key `email.transport`.
    ConnectorFact by connector {
        /// Whether it is in force.
        enabled: bool,
        /// Whether it refuses to send or receive without TLS.
        tls_required: bool,
    }
}

row! {
    /// A managed device, key `device.inventory`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-manageddevice>.
    DeviceFact by device {
        /// Object id of the owner.
        owner: String,
        /// Operating system.
        os: String,
        /// Its version.
        os_version: String,
        /// `compliant`, `noncompliant`, `inGracePeriod`, `unknown`, `conflict`, `error`.
        compliance_state: String,
        /// Whether its storage is encrypted.
        encrypted: bool,
        /// When it last reported.
        last_sync: Timestamp,
    }
}

row! {
    /// Protection against malware on a device, key `device.protection`.
    DeviceProtectionFact by device {
        /// Whether files are scanned as they are used.
        real_time_protection: bool,
        /// Whether the signatures are overdue.
        signatures_overdue: bool,
    }
}

row! {
    /// Whether a device has its updates, key `device.updates`.
    DeviceUpdateFact by device {
        /// Whether quality updates are installed as the update policy asks.
        up_to_date: bool,
    }
}

row! {
    /// The unified audit log, key `log.unified_audit`; one row.
    UnifiedAuditFact {
        /// Whether it takes in events.
        enabled: bool,
    }
}

row! {
    /// The directory's own logs, key `log.directory`; one row.
    DirectoryLogFact {
        /// The time of the oldest record that can be read.
        oldest: Timestamp,
    }
}

row! {
    /// How long audit records are kept, key `log.retention`.
    LogRetentionFact by scope {
        /// Days.
        days: u32,
        /// Where that is set.
        source: String,
    }
}

row! {
    /// A place that logs are copied to, key `log.export`.
    LogExportFact by destination {
        /// Whether it is in force.
        enabled: bool,
    }
}

row! {
    /// Sharing in `SharePoint` and `OneDrive`, key `data.sharing`; one row.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/sharepointsettings>.
    SharingFact {
        /// `disabled`, `existingExternalUserSharingOnly`, `externalUserSharingOnly` or
        /// `externalUserAndGuestSharing`.
        sharing_capability: String,
    }
}

row! {
    /// A policy against loss of data, key `data.dlp`.
    DlpPolicyFact by policy {
        /// `Enable`, `TestWithNotifications`, `TestWithoutNotifications` or `Disable`.
        mode: String,
    }
}

row! {
    /// A sensitivity label, key `data.labels`.
    LabelFact by label {
        /// Whether a policy offers it to people.
        published: bool,
    }
}

row! {
    /// A retention policy, key `data.retention`.
    RetentionPolicyFact by policy {
        /// Whether it is in force.
        enabled: bool,
    }
}

row! {
    /// A person's statement that a control is met, key `attest.document`.
    AttestationFact by control {
        /// Which document shows it.
        document: String,
        /// Who signed.
        signer: String,
        /// When, as RFC 3339.
        date: String,
        /// Until when it holds, as RFC 3339.
        expires: String,
    }
}

/// A DNS record that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// It is proven not to exist.
    Absent,
    /// It exists; its text is not known.
    Present,
    /// Its text.
    Text(String),
}

impl Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_bool(false),
            Self::Present => serializer.serialize_bool(true),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Proven(bool),
            Text(String),
        }
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Proven(true) => Self::Present,
            Wire::Proven(false) => Self::Absent,
            Wire::Text(text) => Self::Text(text),
        })
    }
}

/// A member that is there, `null` included.
fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Record>, D::Error> {
    Ok(Some(
        Option::deserialize(deserializer)?.unwrap_or(Record::Absent),
    ))
}
