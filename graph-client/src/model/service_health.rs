//! How the services are, and what Microsoft has to say.

use super::DateTime;
use super::declare::{open_enum, open_resource, resource};

open_resource! {
    /// How a service is. The issues come when expanded.
    /// <https://learn.microsoft.com/graph/api/resources/servicehealth>
    pub struct ServiceHealth {
        /// The id.
        id: String,
        /// The service.
        service: String,
        /// How it is.
        status: ServiceHealthStatus,
        /// What is wrong, when expanded.
        issues: Vec<ServiceHealthIssue>,
    }
}

open_enum! {
    /// How a service is, or what became of an issue.
    pub enum ServiceHealthStatus {
        /// Well.
        ServiceOperational = "serviceOperational",
        /// It is being looked into.
        Investigating = "investigating",
        /// It is being repaired.
        RestoringService = "restoringService",
        /// The repair is being checked.
        VerifyingService = "verifyingService",
        /// Well again.
        ServiceRestored = "serviceRestored",
        /// What happened has been told.
        PostIncidentReviewPublished = "postIncidentReviewPublished",
        /// Worse than it should be.
        ServiceDegradation = "serviceDegradation",
        /// Not at all.
        ServiceInterruption = "serviceInterruption",
        /// Being repaired for some of those concerned.
        ExtendedRecovery = "extendedRecovery",
        /// It was well all along.
        FalsePositive = "falsePositive",
        /// No longer looked into, for want of information.
        InvestigationSuspended = "investigationSuspended",
        /// Well again.
        Resolved = "resolved",
        /// Made better by somebody else.
        MitigatedExternal = "mitigatedExternal",
        /// Made better.
        Mitigated = "mitigated",
        /// Well again by somebody else.
        ResolvedExternal = "resolvedExternal",
        /// It is true.
        Confirmed = "confirmed",
        /// Somebody says so.
        Reported = "reported",
    }
}

resource! {
    /// What is wrong with a service.
    /// <https://learn.microsoft.com/graph/api/resources/servicehealthissue>
    pub struct ServiceHealthIssue {
        /// The id, such as `EX123456`.
        id: String,
        /// What it is.
        title: String,
        /// The service.
        service: String,
        /// The feature.
        feature: String,
        /// What that belongs to.
        feature_group: String,
        /// How bad it is.
        classification: ServiceHealthClassificationType,
        /// Whose fault it is.
        origin: String,
        /// What became of it.
        status: ServiceHealthStatus,
        /// Whether it is over.
        is_resolved: bool,
        /// What it means for people.
        impact_description: String,
        /// From when.
        start_date_time: DateTime,
        /// Until when.
        end_date_time: DateTime,
        /// When something was said of it.
        last_modified_date_time: DateTime,
        /// More about it.
        details: Vec<KeyValuePair>,
        /// What was said of it.
        posts: Vec<ServiceHealthIssuePost>,
    }
}

open_enum! {
    /// How bad an issue is.
    pub enum ServiceHealthClassificationType {
        /// People can help themselves.
        Advisory = "advisory",
        /// They cannot.
        Incident = "incident",
    }
}

resource! {
    /// What was said of an issue.
    /// <https://learn.microsoft.com/graph/api/resources/servicehealthissuepost>
    pub struct ServiceHealthIssuePost {
        /// When.
        created_date_time: DateTime,
        /// What.
        description: ItemBody,
        /// `regular`, `quick` or `strategic`.
        post_type: String,
    }
}

resource! {
    /// What Microsoft announces.
    /// <https://learn.microsoft.com/graph/api/resources/serviceupdatemessage>
    pub struct ServiceUpdateMessage {
        /// The id, such as `MC123456`.
        id: String,
        /// What it is.
        title: String,
        /// What kind of announcement.
        category: ServiceUpdateCategory,
        /// How bad it is.
        severity: ServiceUpdateSeverity,
        /// The services.
        services: Vec<String>,
        /// What it is sorted by.
        tags: Vec<String>,
        /// Whether much changes.
        is_major_change: bool,
        /// Until when something has to be done.
        action_required_by_date_time: DateTime,
        /// From when it is shown.
        start_date_time: DateTime,
        /// Until when it is shown.
        end_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// Whether anything is attached.
        has_attachments: bool,
        /// What it says.
        body: ItemBody,
        /// More about it.
        details: Vec<KeyValuePair>,
        /// What the one who asks has done with it.
        view_point: ServiceUpdateMessageViewpoint,
    }
}

open_enum! {
    /// What kind of announcement.
    pub enum ServiceUpdateCategory {
        /// Something has to be done against an issue.
        PreventOrFixIssue = "preventOrFixIssue",
        /// Something will change.
        PlanForChange = "planForChange",
        /// It is good to know.
        StayInformed = "stayInformed",
    }
}

open_enum! {
    /// How bad it is.
    pub enum ServiceUpdateSeverity {
        /// Not.
        Normal = "normal",
        /// It is.
        High = "high",
        /// Very.
        Critical = "critical",
    }
}

resource! {
    /// What somebody has done with a message.
    /// <https://learn.microsoft.com/graph/api/resources/serviceupdatemessageviewpoint>
    pub struct ServiceUpdateMessageViewpoint {
        /// Read it.
        is_read: bool,
        /// Put it away.
        is_archived: bool,
        /// Kept it.
        is_favorited: bool,
    }
}

resource! {
    /// A name and what it is. <https://learn.microsoft.com/graph/api/resources/keyvaluepair>
    pub struct KeyValuePair {
        /// The name.
        name: String,
        /// What it is.
        value: String,
    }
}

resource! {
    /// A text. <https://learn.microsoft.com/graph/api/resources/itembody>
    pub struct ItemBody {
        /// `text` or `html`.
        content_type: String,
        /// The text. Of html, do not show it unescaped.
        content: String,
    }
}
