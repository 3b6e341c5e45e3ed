//! Reviews of who still needs access.

use super::DateTime;
use super::declare::{open_resource, resource};

resource! {
    /// A review and how often it happens. Needs Entra ID P2 or Governance.
    /// <https://learn.microsoft.com/graph/api/resources/accessreviewscheduledefinition>
    pub struct AccessReviewScheduleDefinition {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for, to administrators.
        description_for_admins: String,
        /// What it is for, to reviewers.
        description_for_reviewers: String,
        /// Where it stands, such as `InProgress`.
        status: String,
        /// Whose access is reviewed.
        scope: AccessReviewScope,
        /// Who reviews; empty is everyone for themselves.
        reviewers: Vec<AccessReviewReviewerScope>,
        /// How it goes.
        settings: AccessReviewScheduleSettings,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
    }
}

open_resource! {
    /// Whose access is reviewed.
    /// <https://learn.microsoft.com/graph/api/resources/accessreviewscope>
    pub struct AccessReviewScope {
        /// A query that names them.
        query: String,
        /// What a relative query begins at.
        query_root: String,
        /// `MicrosoftGraph`.
        query_type: String,
    }
}

resource! {
    /// Those who review.
    /// <https://learn.microsoft.com/graph/api/resources/accessreviewreviewerscope>
    pub struct AccessReviewReviewerScope {
        /// A query that names them.
        query: String,
        /// What a relative query begins at.
        query_root: String,
        /// `MicrosoftGraph`.
        query_type: String,
    }
}

resource! {
    /// How a review goes.
    /// <https://learn.microsoft.com/graph/api/resources/accessreviewschedulesettings>
    pub struct AccessReviewScheduleSettings {
        /// For how many days it is open.
        instance_duration_in_days: i32,
        /// Whether what is decided is carried out.
        auto_apply_decisions_enabled: bool,
        /// What counts as decided when nobody answers: `Approve`, `Deny` or `Recommendation`.
        default_decision: String,
        /// Whether anything does.
        default_decision_enabled: bool,
        /// Whether those who approve must say why.
        justification_required_on_approval: bool,
        /// Whether reviewers get mail.
        mail_notifications_enabled: bool,
        /// Whether they are reminded.
        reminder_notifications_enabled: bool,
        /// Whether they are shown recommendations.
        recommendations_enabled: bool,
    }
}

resource! {
    /// One time that a review happens.
    /// <https://learn.microsoft.com/graph/api/resources/accessreviewinstance>
    pub struct AccessReviewInstance {
        /// The id.
        id: String,
        /// Where it stands, such as `Completed`.
        status: String,
        /// From when.
        start_date_time: DateTime,
        /// Until when.
        end_date_time: DateTime,
    }
}

resource! {
    /// What was decided for one person and one access.
    /// <https://learn.microsoft.com/graph/api/resources/accessreviewinstancedecisionitem>
    pub struct AccessReviewInstanceDecisionItem {
        /// The id.
        id: String,
        /// The instance of the review.
        access_review_id: String,
        /// `Approve`, `Deny`, `NotReviewed`, `DontKnow` or `NotNotified`.
        decision: String,
        /// What the service recommends.
        recommendation: String,
        /// Why.
        justification: String,
        /// Whether it was carried out.
        apply_result: String,
        /// When it was decided.
        reviewed_date_time: DateTime,
        /// When it was carried out.
        applied_date_time: DateTime,
        /// A link to the person.
        principal_link: String,
        /// A link to the resource.
        resource_link: String,
    }
}
