//! What happened: sign-ins and changes.

use super::declare::{open_enum, resource};
use super::{DateTime, RiskLevel, RiskState};

resource! {
    /// A sign-in. v1.0 says nothing of how: whether more than one factor was used needs
    /// [`BetaSignIn`]. <https://learn.microsoft.com/graph/api/resources/signin>
    pub struct SignIn {
        /// The id of the event.
        id: String,
        /// When.
        created_date_time: DateTime,
        /// Who.
        user_id: String,
        /// The sign-in name of that person.
        user_principal_name: String,
        /// The name of that person.
        user_display_name: String,
        /// The application (client) id that was signed in to.
        app_id: String,
        /// The name of that.
        app_display_name: String,
        /// What was to be used there.
        resource_id: String,
        /// The name of that.
        resource_display_name: String,
        /// The service principal that signed in, when it was one.
        service_principal_id: String,
        /// The name of that.
        service_principal_name: String,
        /// With what, such as `Browser` or an old protocol.
        client_app_used: String,
        /// From where.
        ip_address: String,
        /// Where that is.
        location: SignInLocation,
        /// On which device.
        device_detail: DeviceDetail,
        /// Whether a person was present.
        is_interactive: bool,
        /// What ties it to other events.
        correlation_id: String,
        /// What conditional access said.
        conditional_access_status: ConditionalAccessStatus,
        /// What each policy said.
        applied_conditional_access_policies: Vec<AppliedConditionalAccessPolicy>,
        /// How risky it was found to be.
        risk_level_during_sign_in: RiskLevel,
        /// How risky together with other signs; needs Entra ID P2.
        risk_level_aggregated: RiskLevel,
        /// What became of that.
        risk_state: RiskState,
        /// Why.
        risk_detail: String,
        /// What kinds of risk.
        #[serde(rename = "riskEventTypes_v2")]
        risk_event_types_v2: Vec<String>,
        /// The tenant of whoever signed in.
        home_tenant_id: String,
        /// The tenant that was signed in to.
        resource_tenant_id: String,
        /// What the client says it is.
        user_agent: String,
        /// Whether it succeeded.
        status: SignInStatus,
    }
}

resource! {
    /// How a sign-in was done, which only beta tells: ask for it with `beta()`.
    /// <https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta>
    pub struct BetaSignIn {
        /// The id of the event.
        id: String,
        /// When.
        created_date_time: DateTime,
        /// Who.
        user_id: String,
        /// The application (client) id that was signed in to.
        app_id: String,
        /// Whether it succeeded.
        status: SignInStatus,
        /// `singleFactorAuthentication` or `multiFactorAuthentication`: what was demanded.
        authentication_requirement: String,
        /// `interactiveUser`, `nonInteractiveUser`, `servicePrincipal` or `managedIdentity`.
        sign_in_event_types: Vec<String>,
        /// By which protocol.
        authentication_protocol: String,
        /// The step by step of it.
        authentication_details: Vec<AuthenticationDetail>,
        /// `member` or `guest`.
        user_type: String,
        /// How the tenant of the person and that of the resource belong together.
        cross_tenant_access_type: String,
    }
}

resource! {
    /// A step of a sign-in.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationdetail?view=graph-rest-beta>
    pub struct AuthenticationDetail {
        /// When.
        authentication_step_date_time: DateTime,
        /// By which method, such as `Password`.
        authentication_method: String,
        /// More about that.
        authentication_method_detail: String,
        /// Whether it succeeded.
        succeeded: bool,
        /// What that means.
        authentication_step_result_detail: String,
        /// What demanded it.
        authentication_step_requirement: String,
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

resource! {
    /// Where an address is. <https://learn.microsoft.com/graph/api/resources/signinlocation>
    pub struct SignInLocation {
        /// The city.
        city: String,
        /// The state or province.
        state: String,
        /// The country, as two letters.
        country_or_region: String,
        /// The place.
        geo_coordinates: GeoCoordinates,
    }
}

resource! {
    /// A place. <https://learn.microsoft.com/graph/api/resources/geocoordinates>
    pub struct GeoCoordinates {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// Feet above the sea.
        altitude: f64,
    }
}

resource! {
    /// The device of a sign-in. <https://learn.microsoft.com/graph/api/resources/devicedetail>
    pub struct DeviceDetail {
        /// The id that the device has itself; empty when it is not registered.
        device_id: String,
        /// The name.
        display_name: String,
        /// The system.
        operating_system: String,
        /// The browser.
        browser: String,
        /// Whether it fulfils the compliance policies.
        is_compliant: bool,
        /// Whether it is managed.
        is_managed: bool,
        /// How it is joined.
        trust_type: String,
    }
}

resource! {
    /// What a policy said of a sign-in.
    /// <https://learn.microsoft.com/graph/api/resources/appliedconditionalaccesspolicy>
    pub struct AppliedConditionalAccessPolicy {
        /// The policy.
        id: String,
        /// Its name.
        display_name: String,
        /// What it said.
        result: AppliedConditionalAccessPolicyResult,
        /// What it demanded.
        enforced_grant_controls: Vec<String>,
        /// What it restricted.
        enforced_session_controls: Vec<String>,
    }
}

open_enum! {
    /// What a policy said of a sign-in.
    pub enum AppliedConditionalAccessPolicyResult {
        /// Its demands were met.
        Success = "success",
        /// They were not.
        Failure = "failure",
        /// It did not apply.
        NotApplied = "notApplied",
        /// It is not in force.
        NotEnabled = "notEnabled",
        /// It is not known.
        NotKnown = "unknown",
        /// It would have been met.
        ReportOnlySuccess = "reportOnlySuccess",
        /// It would not have been.
        ReportOnlyFailure = "reportOnlyFailure",
        /// It would not have applied.
        ReportOnlyNotApplied = "reportOnlyNotApplied",
        /// It would have asked the person for something.
        ReportOnlyInterrupted = "reportOnlyInterrupted",
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
        /// Who did it.
        initiated_by: AuditActivityInitiator,
        /// What it was done to.
        target_resources: Vec<TargetResource>,
        /// More about it.
        additional_details: Vec<KeyValue>,
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

resource! {
    /// Who did something: a person or an application.
    /// <https://learn.microsoft.com/graph/api/resources/auditactivityinitiator>
    pub struct AuditActivityInitiator {
        /// The person.
        user: UserIdentity,
        /// The application.
        app: AppIdentity,
    }
}

resource! {
    /// A person, in an event. <https://learn.microsoft.com/graph/api/resources/useridentity>
    pub struct UserIdentity {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// The sign-in name.
        user_principal_name: String,
        /// From where.
        ip_address: String,
    }
}

resource! {
    /// An application, in an event. <https://learn.microsoft.com/graph/api/resources/appidentity>
    pub struct AppIdentity {
        /// The application (client) id.
        app_id: String,
        /// The name.
        display_name: String,
        /// The service principal.
        service_principal_id: String,
        /// The name of that.
        service_principal_name: String,
    }
}

resource! {
    /// What something was done to. <https://learn.microsoft.com/graph/api/resources/targetresource>
    pub struct TargetResource {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// The kind, such as `User` or `Application`.
        #[serde(rename = "type")]
        kind: String,
        /// Of a user: the sign-in name.
        user_principal_name: String,
        /// Of a group: `unifiedGroups` or `azureAD`.
        group_type: String,
        /// What changed.
        modified_properties: Vec<ModifiedProperty>,
    }
}

resource! {
    /// A property that changed. <https://learn.microsoft.com/graph/api/resources/modifiedproperty>
    pub struct ModifiedProperty {
        /// The name.
        display_name: String,
        /// What it was, as JSON in text.
        old_value: String,
        /// What it is, as JSON in text.
        new_value: String,
    }
}

resource! {
    /// A word and what it is. <https://learn.microsoft.com/graph/api/resources/keyvalue>
    pub struct KeyValue {
        /// The word.
        key: String,
        /// What it is.
        value: String,
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
