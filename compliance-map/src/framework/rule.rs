//! The questions that facts can answer, and their parameters.

use serde::{Deserialize, Serialize};

/// What an access review is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReviewScope {
    /// Accounts.
    Users,
    /// Guests.
    Guests,
    /// Directory roles.
    Roles,
    /// Applications.
    Applications,
    /// Groups.
    Groups,
}

/// A log of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DirectoryLog {
    /// Sign-ins, failed ones among them.
    SignIns,
    /// Changes of accounts, roles, credentials and policies.
    Audits,
}

/// What a configuration profile can set, under the name of its member in `device.config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceSetting {
    /// Idle minutes until the screen locks.
    LockMinutes,
    /// Failed attempts until the device locks.
    FailedAttempts,
    /// The firewall.
    Firewall,
    /// Removable media are encrypted or shut out.
    RemovableMediaProtected,
    /// Removable media are scanned.
    RemovableMediaScanned,
    /// Nothing starts by itself from removable media.
    AutorunBlocked,
    /// Exploit protection.
    ExploitProtection,
    /// Malware is looked for by behaviour.
    BehaviourMonitoring,
    /// Users cannot switch protection off.
    TamperProtection,
    /// Work and private data are kept apart.
    WorkDataApart,
    /// Only listed extensions can be used.
    ExtensionsLimited,
    /// Only listed software can run.
    SoftwareAllowList,
}

/// A question that facts can answer, asked by several controls with parameters of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Everybody is bound to use MFA and ready to.
    MfaAll,
    /// Every administrator is, when using the role.
    MfaAdministrators,
    /// Every administrator is bound to a method that cannot be phished, and has one.
    PhishingResistantAdministrators,
    /// No enabled account is unused for longer than the period.
    DormantAccounts {
        /// The period in days; without one the organisation must declare it.
        #[serde(default)]
        inactivity_days: Option<u32>,
    },
    /// Every guest is bound to use MFA and ready to.
    MfaGuests,
    /// Everybody has a usable second factor, whether or not a rule asks for it.
    MfaCapable,
    /// No administrator's account is unused for longer than the period.
    DormantAdministrators {
        /// The period in days; without one the organisation must declare it.
        #[serde(default)]
        inactivity_days: Option<u32>,
    },
    /// No guest account is unused for longer than the period.
    DormantGuests {
        /// The period in days; without one the organisation must declare it.
        #[serde(default)]
        inactivity_days: Option<u32>,
    },
    /// The accounts of people who left are disabled.
    LeaversDisabled,
    /// Nobody can sign in to the account of a shared mailbox.
    SharedMailboxesClosed,
    /// How many Global Administrators there are, eligible ones among them.
    GlobalAdministrators {
        /// At least so many.
        #[serde(default)]
        least: Option<u32>,
        /// At most so many.
        #[serde(default)]
        most: Option<u32>,
    },
    /// Administrators' accounts are mastered in the cloud.
    AdministratorsCloudOnly,
    /// Administrators have accounts for administration alone, without licenses for daily work.
    DedicatedAdministrators,
    /// Privileged roles are eligible, or assigned for a time only.
    NoPermanentAdministrators,
    /// Activating Global Administrator needs approval.
    ActivationApproved,
    /// A Global Administrator exists whom no policy can lock out.
    EmergencyAccess,
    /// No application that can administer the tenant signs in with a secret.
    PrivilegedApplications,
    /// Protocols that know no MFA are blocked for everybody.
    LegacyAuthenticationBlocked,
    /// The device code flow is blocked for everybody.
    DeviceCodeBlocked,
    /// Accounts at high risk are contained.
    RiskyUsersContained,
    /// Sign-ins at high risk are contained.
    RiskySignInsContained,
    /// Everybody can sign in only from managed devices.
    ManagedDeviceRequired,
    /// Identity is verified before a factor is registered or changed.
    RegistrationProtected,
    /// Conditional access for everybody, or security defaults, decide who gets in.
    AccessDecided,
    /// Whoever is left out of one policy is covered by another.
    ExclusionsCovered,
    /// Policies name only what exists.
    PolicyReferences,
    /// Accounts at high risk were dealt with.
    RisksDealtWith {
        /// Within so many days.
        days: u32,
    },
    /// No two enabled accounts share a sign-in name.
    UniqueIdentity,
    /// Every mail domain publishes SPF that rejects strangers.
    SpfPublished,
    /// Mail of every domain is signed with DKIM.
    DkimSigning,
    /// Every mail domain publishes DMARC that quarantines or rejects.
    DmarcEnforced {
        /// Whether only rejecting will do.
        #[serde(default)]
        reject: bool,
    },
    /// Every malware filter policy blocks dangerous file types.
    MailFileTypes,
    /// Malware found after delivery is removed.
    MailMalwareRemoved,
    /// No allow list lets mail through unseen.
    NoAllowedSenders,
    /// Every anti-phishing policy detects forged senders.
    ForgedSenders,
    /// A Safe Links policy covers mail, Teams and Office for everybody.
    SafeLinks,
    /// A Safe Attachments policy holds back unknown attachments for everybody.
    SafeAttachments,
    /// Nothing forwards mail to recipients outside by itself.
    NoForwarding,
    /// Outbound spam policies forbid forwarding to recipients outside.
    AutoForwardingOff,
    /// No transport rule lets mail past the spam filter.
    NoRulePastTheFilter,
    /// Anti-phishing policies detect senders who pose as known people.
    ImpersonationDetected,
    /// Modern authentication is on for mail.
    ModernAuthentication,
    /// Mail sent without authentication in the organisation's name is rejected.
    DirectSendRejected,
    /// Microsoft's engineers must ask before they see content.
    CustomerLockbox,
    /// SMTP AUTH is off for the organisation and every mailbox.
    SmtpAuthOff,
    /// Every mailbox is audited, and nobody escapes it.
    MailboxAudit,
    /// Every mailbox logs the actions that matter.
    AuditedActions,
    /// Every mail connector demands TLS.
    MailTransport,
    /// Accounts lock after failed attempts.
    Lockout {
        /// The most attempts before a lockout; without it, any number will do.
        #[serde(default)]
        attempts: Option<u32>,
        /// The shortest lockout in minutes; without it, any will do.
        #[serde(default)]
        lockout_minutes: Option<u32>,
    },
    /// Passwords have a shortest length.
    PasswordLength {
        /// In characters.
        characters: u32,
    },
    /// Recent passwords cannot be used again.
    PasswordHistory {
        /// How many; without it the organisation must declare it.
        #[serde(default)]
        passwords: Option<u32>,
    },
    /// A list of banned passwords of the organisation's own is enforced.
    BannedPasswords,
    /// Passwords stay valid until there is a reason to change them.
    PasswordsNeverExpire,
    /// Where a password is the only factor, it has to be changed.
    PasswordAge {
        /// Within so many days.
        days: u32,
    },
    /// A prompt of the Authenticator app names application and place.
    AuthenticatorContext,
    /// Text messages and calls are no second factor.
    PhoneMethodsOff,
    /// Users can neither register applications nor consent to them freely.
    AppConsent,
    /// Users cannot create tenants.
    TenantCreation,
    /// Users can ask administrators for consent.
    ConsentRequests,
    /// Every application has an owner.
    ApplicationOwners,
    /// Credentials of applications end in time.
    CredentialLifetime {
        /// So many days after their start; without it the organisation must declare it.
        #[serde(default)]
        credential_days: Option<u32>,
    },
    /// Guests see less than members.
    GuestRole,
    /// Only chosen people invite guests.
    GuestInvitations,
    /// Somebody answers for every guest.
    GuestSponsors,
    /// Access reviews were completed in time.
    AccessReviews {
        /// What is reviewed.
        scope: ReviewScope,
        /// Within so many days; without it the organisation must declare it.
        #[serde(default)]
        review_days: Option<u32>,
    },
    /// Where accounts are synchronised, hashes of passwords are too.
    PasswordHashSync,
    /// Accounts are kept in one directory, or synchronised in time.
    DirectorySync {
        /// Within so many hours.
        hours: u32,
    },
    /// Subscriptions are in force, with no more seats assigned than bought.
    Licenses,
    /// Partners' access ends, and none is Global Administrator.
    Partners,
    /// Secure Score reaches a share of what is possible.
    SecureScore {
        /// In percent; without it the organisation must declare it.
        #[serde(default)]
        score_percent: Option<u32>,
    },
    /// Everybody has to sign in again after a time.
    SignInFrequency {
        /// In hours; without it the organisation must declare it.
        #[serde(default)]
        sign_in_hours: Option<u32>,
    },
    /// Idle sessions end for everybody.
    IdleSessions {
        /// After how many minutes; without it the organisation must declare it.
        #[serde(default)]
        idle_minutes: Option<u32>,
    },
    /// The storage of every managed device is encrypted.
    DeviceEncryption,
    /// Every managed device is compliant.
    DeviceCompliance,
    /// Every managed device scans for malware with current signatures.
    DeviceProtection,
    /// Every managed device has its updates.
    DeviceUpdates,
    /// A device without a compliance policy counts as not compliant.
    DevicesWithoutPolicy,
    /// A compliance policy that tests something is assigned.
    CompliancePolicies,
    /// The device inventory is whole and current.
    DeviceInventory {
        /// Every device reported within so many days.
        days: u32,
    },
    /// The vendor supports the system of every device.
    DevicesSupported,
    /// Every managed device can be wiped from afar.
    RemoteWipe,
    /// A profile for all devices sets something.
    DeviceConfiguration {
        /// What it sets.
        setting: DeviceSetting,
        /// The loosest limit, where the setting is one.
        #[serde(default)]
        at_most: Option<u32>,
    },
    /// The software inventory names version and publisher.
    SoftwareInventory,
    /// Vendors support the software found.
    SoftwareSupported,
    /// Software found has its updates.
    SoftwareUpdates,
    /// Records of the directory can be read, new ones among them.
    DirectoryLog {
        /// Of which log.
        log: DirectoryLog,
        /// The newest is at most so many days old, where that is told.
        days: u32,
    },
    /// Recorded changes of accounts tell who made them.
    AccountChangesLogged,
    /// Alerts were taken up.
    AlertsTakenUp {
        /// Within so many days.
        days: u32,
    },
    /// A policy raises alerts.
    AlertPolicies,
    /// The unified audit log takes in events.
    UnifiedAudit,
    /// Audit records are kept.
    LogRetention {
        /// For how many days.
        days: u32,
    },
    /// Logs are copied to a central place.
    LogExport,
    /// Sharing is limited to people who sign in.
    Sharing,
    /// The access of people outside to shared files ends.
    SharingExpires {
        /// Within so many days.
        days: u32,
    },
    /// People in Teams talk only to organisations that are listed.
    TeamsFederation,
    /// People from outside wait in the lobby of Teams meetings.
    TeamsLobby,
    /// Nobody from outside can take control in Teams meetings.
    TeamsOutsideControl,
    /// A policy against loss of data is enforced.
    Dlp,
    /// Sensitivity labels are offered to people.
    Labels,
    /// A retention policy is in force.
    DataRetention,
}
