//! Accounts that may be in other hands, and what suggests it.

use super::declare::{open_enum, resource};
use super::{DateTime, RiskLevel, SignInLocation};

resource! {
    /// Somebody whose account may be in other hands. Needs Entra ID P2.
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
        /// Why it is so.
        risk_detail: String,
        /// When that changed.
        risk_last_updated_date_time: DateTime,
        /// Whether the user is deleted.
        is_deleted: bool,
        /// Whether the service is at work on it.
        is_processing: bool,
    }
}

resource! {
    /// What became of a risk in time.
    /// <https://learn.microsoft.com/graph/api/resources/riskyuserhistoryitem>
    pub struct RiskyUserHistoryItem {
        /// The id of the item.
        id: String,
        /// The user.
        user_id: String,
        /// Who changed it, when that was somebody.
        initiated_by: String,
        /// How likely it was.
        risk_level: RiskLevel,
        /// What became of it.
        risk_state: RiskState,
        /// Why it was so.
        risk_detail: String,
        /// When.
        risk_last_updated_date_time: DateTime,
        /// What was found.
        activity: RiskUserActivity,
    }
}

resource! {
    /// What was found. <https://learn.microsoft.com/graph/api/resources/riskuseractivity>
    pub struct RiskUserActivity {
        /// Why the risk is as it is.
        detail: String,
        /// What kinds of thing, such as `unfamiliarFeatures`.
        risk_event_types: Vec<String>,
    }
}

resource! {
    /// Something that suggests that an account is in other hands.
    /// <https://learn.microsoft.com/graph/api/resources/riskdetection>
    pub struct RiskDetection {
        /// The id.
        id: String,
        /// The sign-in that it was found at.
        request_id: String,
        /// What ties it to other events.
        correlation_id: String,
        /// What kind of thing, such as `anonymizedIPAddress`.
        risk_event_type: String,
        /// How likely it makes it.
        risk_level: RiskLevel,
        /// What became of it.
        risk_state: RiskState,
        /// Why that.
        risk_detail: String,
        /// Who found it, such as `IdentityProtection`.
        source: String,
        /// Whether it was found at once.
        detection_timing_type: RiskDetectionTimingType,
        /// Whether at a sign-in, of a user or of a service principal.
        activity: String,
        /// From where.
        ip_address: String,
        /// Where that is.
        location: SignInLocation,
        /// When it happened.
        activity_date_time: DateTime,
        /// When it was found.
        detected_date_time: DateTime,
        /// When it was changed.
        last_updated_date_time: DateTime,
        /// The user.
        user_id: String,
        /// The sign-in name.
        user_principal_name: String,
        /// The name.
        user_display_name: String,
        /// Who issued the token.
        token_issuer_type: String,
        /// More about it, as JSON in text.
        additional_info: String,
    }
}

resource! {
    /// An application whose credentials may be in other hands.
    /// <https://learn.microsoft.com/graph/api/resources/riskyserviceprincipal>
    pub struct RiskyServicePrincipal {
        /// The id of the service principal.
        id: String,
        /// The application (client) id.
        app_id: String,
        /// The name.
        display_name: String,
        /// The kind.
        service_principal_type: String,
        /// Whether it can sign in.
        is_enabled: bool,
        /// Whether the service is at work on it.
        is_processing: bool,
        /// How likely it is.
        risk_level: RiskLevel,
        /// What became of it.
        risk_state: RiskState,
        /// Why it is so.
        risk_detail: String,
        /// When that changed.
        risk_last_updated_date_time: DateTime,
    }
}

resource! {
    /// Something that suggests that an application's credentials are in other hands.
    /// <https://learn.microsoft.com/graph/api/resources/serviceprincipalriskdetection>
    pub struct ServicePrincipalRiskDetection {
        /// The id.
        id: String,
        /// The sign-in that it was found at.
        request_id: String,
        /// What ties it to other events.
        correlation_id: String,
        /// The service principal.
        service_principal_id: String,
        /// Its name.
        service_principal_display_name: String,
        /// The application (client) id.
        app_id: String,
        /// The credentials, by id.
        key_ids: Vec<String>,
        /// What kind of thing, such as `leakedCredentials`.
        risk_event_type: String,
        /// How likely it makes it.
        risk_level: RiskLevel,
        /// What became of it.
        risk_state: RiskState,
        /// Why that.
        risk_detail: String,
        /// Who found it.
        source: String,
        /// Whether it was found at once.
        detection_timing_type: RiskDetectionTimingType,
        /// Whether at a sign-in or otherwise.
        activity: String,
        /// From where.
        ip_address: String,
        /// Where that is.
        location: SignInLocation,
        /// When it happened.
        activity_date_time: DateTime,
        /// When it was found.
        detected_date_time: DateTime,
        /// When it was changed.
        last_updated_date_time: DateTime,
        /// Who issued the token.
        token_issuer_type: String,
        /// More about it, as JSON in text.
        additional_info: String,
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

open_enum! {
    /// Whether a risk was found at once.
    pub enum RiskDetectionTimingType {
        /// Not said.
        NotDefined = "notDefined",
        /// At once, so that conditional access could act on it.
        Realtime = "realtime",
        /// Minutes later.
        NearRealtime = "nearRealtime",
        /// Hours later.
        Offline = "offline",
    }
}
