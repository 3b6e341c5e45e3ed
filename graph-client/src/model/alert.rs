//! What Defender found: alerts and the incidents that they belong to.

use super::DateTime;
use super::declare::{open_enum, open_resource, resource};

resource! {
    /// Something that Defender or another product found.
    /// <https://learn.microsoft.com/graph/api/resources/security-alert>
    pub struct Alert {
        /// The id.
        id: String,
        /// The id that it has there.
        provider_alert_id: String,
        /// The incident that it belongs to.
        incident_id: String,
        /// What it is.
        title: String,
        /// What it means.
        description: String,
        /// What kind of thing.
        category: String,
        /// How bad it is.
        severity: AlertSeverity,
        /// Whether somebody is at it.
        status: AlertStatus,
        /// Whether it is true.
        classification: AlertClassification,
        /// What it turned out to be.
        determination: AlertDetermination,
        /// Which product, such as `microsoftDefenderForEndpoint`.
        service_source: String,
        /// What of it, such as `antivirus`.
        detection_source: String,
        /// Which rule of it.
        detector_id: String,
        /// The product's name.
        product_name: String,
        /// The tenant.
        tenant_id: String,
        /// Who is at it.
        assigned_to: String,
        /// Who is thought to be behind it.
        actor_display_name: String,
        /// What threat.
        threat_display_name: String,
        /// What family of threats.
        threat_family_name: String,
        /// Which techniques.
        mitre_techniques: Vec<String>,
        /// What to do.
        recommended_actions: String,
        /// Where it is shown.
        alert_web_url: String,
        /// Where the incident is shown.
        incident_web_url: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When the first of it happened.
        first_activity_date_time: DateTime,
        /// When the last of it happened.
        last_activity_date_time: DateTime,
        /// When it was changed.
        last_update_date_time: DateTime,
        /// When it was resolved.
        resolved_date_time: DateTime,
        /// What it concerns.
        evidence: Vec<AlertEvidence>,
        /// What was said of it.
        comments: Vec<AlertComment>,
        /// What the service sorts it by.
        system_tags: Vec<String>,
    }
}

open_enum! {
    /// How bad something is.
    pub enum AlertSeverity {
        /// It is not known.
        NotKnown = "unknown",
        /// Good to know.
        Informational = "informational",
        /// A little.
        Low = "low",
        /// It is.
        Medium = "medium",
        /// Very.
        High = "high",
    }
}

open_enum! {
    /// Whether somebody is at an alert.
    pub enum AlertStatus {
        /// It is not known.
        NotKnown = "unknown",
        /// No one yet.
        New = "new",
        /// Somebody is.
        InProgress = "inProgress",
        /// It is over.
        Resolved = "resolved",
    }
}

open_enum! {
    /// Whether an alert is true.
    pub enum AlertClassification {
        /// It is not known.
        NotKnown = "unknown",
        /// It is not.
        FalsePositive = "falsePositive",
        /// It is.
        TruePositive = "truePositive",
        /// It is, and was to be expected.
        InformationalExpectedActivity = "informationalExpectedActivity",
    }
}

open_enum! {
    /// What an alert turned out to be.
    pub enum AlertDetermination {
        /// It is not known.
        NotKnown = "unknown",
        /// A targeted attack.
        Apt = "apt",
        /// Malware.
        Malware = "malware",
        /// Somebody of the security team.
        SecurityPersonnel = "securityPersonnel",
        /// A test.
        SecurityTesting = "securityTesting",
        /// Software that is not wanted.
        UnwantedSoftware = "unwantedSoftware",
        /// Something else.
        Other = "other",
        /// An attack in several steps.
        MultiStagedAttack = "multiStagedAttack",
        /// An account in other hands.
        CompromisedAccount = "compromisedAccount",
        /// Phishing.
        Phishing = "phishing",
        /// Somebody who means harm.
        MaliciousUserActivity = "maliciousUserActivity",
        /// Nothing bad.
        NotMalicious = "notMalicious",
        /// It could not be found out.
        NotEnoughDataToValidate = "notEnoughDataToValidate",
        /// It happened.
        ConfirmedActivity = "confirmedActivity",
        /// An application of the organization's own.
        LineOfBusinessApplication = "lineOfBusinessApplication",
    }
}

open_resource! {
    /// What an alert concerns, of any kind; what is not named here is in `other`.
    /// <https://learn.microsoft.com/graph/api/resources/security-alertevidence>
    pub struct AlertEvidence {
        /// When it was added.
        created_date_time: DateTime,
        /// Whether it is found to be bad.
        verdict: EvidenceVerdict,
        /// What was done about it.
        remediation_status: String,
        /// More about that.
        remediation_status_details: String,
        /// What part it has, such as `compromised`.
        roles: Vec<String>,
        /// That in words.
        detailed_roles: Vec<String>,
        /// What it is sorted by.
        tags: Vec<String>,
        /// Of a person or mailbox: the account.
        user_account: UserAccount,
        /// Of an address: the address.
        ip_address: String,
        /// Of an address: where it is.
        country_letter_code: String,
        /// Of a device: its name.
        device_dns_name: String,
        /// Of a device: the id that it has in the directory as `deviceId`.
        azure_ad_device_id: String,
        /// Of a mailbox: its address.
        primary_address: String,
        /// Of a mailbox: its name.
        display_name: String,
    }
}

resource! {
    /// An account, in an alert.
    /// <https://learn.microsoft.com/graph/api/resources/security-useraccount>
    pub struct UserAccount {
        /// The name without its domain.
        account_name: String,
        /// The domain.
        domain_name: String,
        /// The sign-in name.
        user_principal_name: String,
        /// The name.
        display_name: String,
        /// The id in the directory.
        azure_ad_user_id: String,
        /// The identifier on premises.
        user_sid: String,
    }
}

resource! {
    /// What was said of an alert.
    /// <https://learn.microsoft.com/graph/api/resources/security-alertcomment>
    pub struct AlertComment {
        /// What.
        comment: String,
        /// Who.
        created_by_display_name: String,
        /// When.
        created_date_time: DateTime,
    }
}

open_enum! {
    /// Whether something is found to be bad.
    pub enum EvidenceVerdict {
        /// It is not known.
        NotKnown = "unknown",
        /// Perhaps.
        Suspicious = "suspicious",
        /// It is.
        Malicious = "malicious",
        /// It is not.
        NoThreatsFound = "noThreatsFound",
    }
}

open_resource! {
    /// Alerts that belong together. The alerts come when expanded.
    /// <https://learn.microsoft.com/graph/api/resources/security-incident>
    pub struct Incident {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it means.
        description: String,
        /// What happened.
        summary: String,
        /// How bad it is.
        severity: AlertSeverity,
        /// Whether somebody is at it.
        status: IncidentStatus,
        /// Whether it is true.
        classification: AlertClassification,
        /// What it turned out to be.
        determination: AlertDetermination,
        /// How pressing it is, of a hundred.
        priority_score: i32,
        /// Who is at it.
        assigned_to: String,
        /// The tenant.
        tenant_id: String,
        /// The incident that it was made part of.
        redirect_incident_id: String,
        /// Why it is over.
        resolving_comment: String,
        /// What the tenant sorts it by.
        custom_tags: Vec<String>,
        /// What the service sorts it by.
        system_tags: Vec<String>,
        /// Where it is shown.
        incident_web_url: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_update_date_time: DateTime,
        /// Who changed it.
        last_modified_by: String,
        /// What was said of it.
        comments: Vec<AlertComment>,
        /// The alerts, when expanded.
        alerts: Vec<Alert>,
    }
}

open_enum! {
    /// Whether somebody is at an incident.
    pub enum IncidentStatus {
        /// No one yet.
        Active = "active",
        /// It is over.
        Resolved = "resolved",
        /// Somebody is.
        InProgress = "inProgress",
        /// It was made part of another.
        Redirected = "redirected",
        /// Somebody has to do something.
        AwaitingAction = "awaitingAction",
    }
}
