//! What happened: sign-ins, changes, risk.

use super::{DateTime, RiskLevel, open_enum, resource};

resource! {
    /// A sign-in. v1.0 says nothing of how: whether more than one factor was used needs beta.
    /// <https://learn.microsoft.com/graph/api/resources/signin>
    pub struct SignIn {
        /// The id of the event.
        id: String,
        /// When.
        created_date_time: DateTime,
        /// Who.
        user_id: String,
        /// The sign-in name of that person.
        user_principal_name: String,
        /// The application (client) id that was signed in to.
        app_id: String,
        /// The name of that.
        app_display_name: String,
        /// With what, such as `Browser` or an old protocol.
        client_app_used: String,
        /// From where.
        ip_address: String,
        /// Whether a person was present.
        is_interactive: bool,
        /// What conditional access said.
        conditional_access_status: ConditionalAccessStatus,
        /// How risky it was found to be.
        risk_level_during_sign_in: RiskLevel,
        /// Whether it succeeded.
        status: SignInStatus,
    }
}

resource! {
    /// Whether a sign-in succeeded. <https://learn.microsoft.com/graph/api/resources/signinstatus>
    pub struct SignInStatus {
        /// Zero for success, else the number of the AADSTS error.
        error_code: i32,
        /// What that means.
        failure_reason: String,
        /// More about it.
        additional_details: String,
    }
}

open_enum! {
    /// What conditional access said of a sign-in.
    pub enum ConditionalAccessStatus {
        /// Its demands were met.
        Success = "success",
        /// They were not.
        Failure = "failure",
        /// No policy applied.
        NotApplied = "notApplied",
    }
}

resource! {
    /// A change of the directory. <https://learn.microsoft.com/graph/api/resources/directoryaudit>
    pub struct DirectoryAudit {
        /// The id of the event.
        id: String,
        /// When.
        activity_date_time: DateTime,
        /// What was done.
        activity_display_name: String,
        /// What kind of thing it was done to.
        category: String,
        /// What ties it to other events.
        correlation_id: String,
        /// Which service says so.
        logged_by_service: String,
        /// `Add`, `Update`, `Assign` and so on.
        operation_type: String,
        /// How it ended.
        result: OperationResult,
        /// Why it failed.
        result_reason: String,
    }
}

open_enum! {
    /// How an operation ended.
    pub enum OperationResult {
        /// Well.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// It took too long.
        Timeout = "timeout",
    }
}

resource! {
    /// Somebody whose account may be in other hands.
    /// <https://learn.microsoft.com/graph/api/resources/riskyuser>
    pub struct RiskyUser {
        /// The id of the user.
        id: String,
        /// The sign-in name.
        user_principal_name: String,
        /// The name.
        user_display_name: String,
        /// How likely it is.
        risk_level: RiskLevel,
        /// What became of it.
        risk_state: RiskState,
        /// When that changed.
        risk_last_updated_date_time: DateTime,
        /// Whether the user is deleted.
        is_deleted: bool,
        /// Whether the service is at work on it.
        is_processing: bool,
    }
}

open_enum! {
    /// What became of a risk.
    pub enum RiskState {
        /// There is none.
        None = "none",
        /// An administrator found it to be none.
        ConfirmedSafe = "confirmedSafe",
        /// It was dealt with.
        Remediated = "remediated",
        /// It was dismissed.
        Dismissed = "dismissed",
        /// It is there.
        AtRisk = "atRisk",
        /// An administrator found it to be true.
        ConfirmedCompromised = "confirmedCompromised",
    }
}

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
        /// How many have a licence.
        licensed_user_count: i32,
        /// The services that were looked at.
        enabled_services: Vec<String>,
        /// What each control adds.
        control_scores: Vec<ControlScore>,
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
