//! How secure Microsoft finds the tenant.

use super::DateTime;
use super::declare::resource;

resource! {
    /// The secure score of a day. <https://learn.microsoft.com/graph/api/resources/securescore>
    pub struct SecureScore {
        /// The id of the score.
        id: String,
        /// The tenant.
        azure_tenant_id: String,
        /// The day.
        created_date_time: DateTime,
        /// Points that were reached.
        current_score: f64,
        /// Points that can be reached.
        max_score: f64,
        /// How many used the tenant that day.
        active_user_count: i32,
        /// How many have a license.
        licensed_user_count: i32,
        /// The services that were looked at.
        enabled_services: Vec<String>,
        /// What each control adds.
        control_scores: Vec<ControlScore>,
        /// What others reach on average.
        average_comparative_scores: Vec<AverageComparativeScore>,
    }
}

resource! {
    /// What a control adds to a secure score.
    /// <https://learn.microsoft.com/graph/api/resources/controlscore>
    pub struct ControlScore {
        /// The control.
        control_name: String,
        /// What kind of control it is.
        control_category: String,
        /// What is meant.
        description: String,
        /// Points that were reached.
        score: f64,
    }
}

resource! {
    /// What others reach on average.
    /// <https://learn.microsoft.com/graph/api/resources/averagecomparativescore>
    pub struct AverageComparativeScore {
        /// Who, such as `AllTenants`.
        basis: String,
        /// Points that they reach.
        average_score: f64,
    }
}

resource! {
    /// What a control is, and what to do about it.
    /// <https://learn.microsoft.com/graph/api/resources/securescorecontrolprofile>
    pub struct SecureScoreControlProfile {
        /// The control.
        id: String,
        /// What to do.
        title: String,
        /// What kind of control it is.
        control_category: String,
        /// How, such as `Config`.
        action_type: String,
        /// Where.
        action_url: String,
        /// The service.
        service: String,
        /// Points that can be reached.
        max_score: f64,
        /// How worth while it is, 1 being most.
        rank: i32,
        /// How much it protects.
        tier: String,
        /// What it costs.
        implementation_cost: String,
        /// What people notice of it.
        user_impact: String,
        /// What it is against.
        threats: Vec<String>,
        /// How it is done.
        remediation: String,
        /// What changes by it.
        remediation_impact: String,
        /// Whether it no longer counts.
        deprecated: bool,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// What the tenant says of it.
        control_state_updates: Vec<SecureScoreControlStateUpdate>,
    }
}

resource! {
    /// What a tenant says of a control.
    /// <https://learn.microsoft.com/graph/api/resources/securescorecontrolstateupdate>
    pub struct SecureScoreControlStateUpdate {
        /// `Default`, `Ignored`, `ThirdParty` or `Reviewed`.
        state: String,
        /// Who is to do it.
        assigned_to: String,
        /// Why.
        comment: String,
        /// Who said so.
        updated_by: String,
        /// When.
        updated_date_time: DateTime,
    }
}
