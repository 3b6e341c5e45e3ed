//! How people prove who they are, what is demanded of them, and who is thought at risk.

use std::sync::Arc;
use std::time::Duration;

use super::shape::{FanOutSource, ListSource, Parents, SingletonSource, WindowSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::endpoint::Endpoint;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::Relation;

const USERS: SourceId = SourceId::new("users");

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Five requests in ten seconds: half an hour for so many people.
const UNCOVERED: u64 = 1_000;

pub(super) fn sources() -> Family {
    let mut sources = people();
    sources.extend(policies());
    sources.extend(risks());
    sources
}

fn people() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("registration_details", "registered authentication methods")
                .permission("AuditLog.Read.All")
                .needs_entra_p1()
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails")
                .leaves_out("disabled accounts, whatever they have registered"),
            Kind::REGISTRATION_DETAILS,
            // Few requests are allowed in ten seconds, so each is to bring much.
            Endpoint::new("reports/authenticationMethods/userRegistrationDetails").top(999),
        )),
        Arc::new(FanOutSource::new(
            Descriptor::full("per_user_mfa", "per-user multifactor state")
                .permission("Policy.Read.All")
                .after(USERS)
                .every(DAILY)
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/authentication-get")
                .remark("the older switch, which works beside the policies; beta only"),
            Kind::PER_USER_MFA,
            Kind::USER,
            Endpoint::new("users/{id}/authentication/requirements").beta(),
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("authentication_methods", "methods of administrators and of people the report does not cover")
                    .permission("UserAuthenticationMethod.Read.All")
                    .after(USERS)
                    .prefers(SourceId::new("groups"))
                    .prefers(SourceId::new("role_assignments"))
                    .prefers(SourceId::new("role_eligibilities"))
                    .prefers(SourceId::new("registration_details"))
                    .every(DAILY)
                    .privacy(Privacy::Identity)
                    .page("https://learn.microsoft.com/graph/api/authentication-list-methods")
                    .remark("at most 1,000 people beside the administrators, told where there are more; methods are told apart within a person only"),
                Kind::AUTHENTICATION_METHOD,
                Parents::administrators_and_uncovered(UNCOVERED),
                "users/{id}/authentication/methods",
            )
            .collection()
            .keyed_by_parent()
            .related(Relation::AUTHENTICATION_METHOD),
        ),
    ]
}

fn policies() -> Family {
    vec![
        Arc::new(SingletonSource::new(
            Descriptor::full("authentication_methods_policy", "which methods may be used")
                .permission("Policy.Read.AuthenticationMethod")
                .page("https://learn.microsoft.com/graph/api/authenticationmethodspolicy-get"),
            Kind::AUTHENTICATION_METHODS_POLICY,
            "policies/authenticationMethodsPolicy",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("authentication_strengths", "combinations of methods that policies demand")
                .permission("Policy.Read.AuthenticationMethod")
                .of_entra_p1()
                .page("https://learn.microsoft.com/graph/api/authenticationstrengthroot-list-policies"),
            Kind::AUTHENTICATION_STRENGTH,
            "policies/authenticationStrengthPolicies",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("conditional_access_policies", "conditional access policies")
                .permission("Policy.Read.All")
                .of_entra_p1()
                .page("https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies")
                .remark("one request a second, over all applications of the tenant"),
            Kind::CONDITIONAL_ACCESS_POLICY,
            "identity/conditionalAccess/policies",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("named_locations", "named locations")
                .permission("Policy.Read.All")
                .page("https://learn.microsoft.com/graph/api/conditionalaccessroot-list-namedlocations"),
            Kind::NAMED_LOCATION,
            "identity/conditionalAccess/namedLocations",
        )),
        Arc::new(SingletonSource::new(
            Descriptor::full("security_defaults", "whether security defaults are on")
                .permission("Policy.Read.All")
                .page("https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get"),
            Kind::SECURITY_DEFAULTS,
            "policies/identitySecurityDefaultsEnforcementPolicy",
        )),
        Arc::new(SingletonSource::new(
            Descriptor::full("authorization_policy", "what users and guests may do by themselves")
                .permission("Policy.Read.All")
                .page("https://learn.microsoft.com/graph/api/authorizationpolicy-get"),
            Kind::AUTHORIZATION_POLICY,
            "policies/authorizationPolicy",
        )),
        Arc::new(SingletonSource::new(
            Descriptor::full("admin_consent_request_policy", "whether users may ask for consent")
                .permission("Policy.Read.All")
                .page("https://learn.microsoft.com/graph/api/adminconsentrequestpolicy-get"),
            Kind::ADMIN_CONSENT_POLICY,
            "policies/adminConsentRequestPolicy",
        )),
        Arc::new(SingletonSource::new(
            Descriptor::full("cross_tenant_access_default", "what is accepted from other tenants")
                .permission("Policy.Read.All")
                .page("https://learn.microsoft.com/graph/api/crosstenantaccesspolicyconfigurationdefault-get"),
            Kind::CROSS_TENANT_DEFAULT,
            "policies/crossTenantAccessPolicy/default",
        )),
        Arc::new(
            ListSource::new(
                Descriptor::full("cross_tenant_access_partners", "what is accepted from single tenants")
                    .permission("Policy.Read.All")
                    .page("https://learn.microsoft.com/graph/api/crosstenantaccesspolicy-list-partners")
                    .remark("the items have no id: the other tenant's tells them apart"),
                Kind::CROSS_TENANT_PARTNER,
                "policies/crossTenantAccessPolicy/partners",
            )
            .key("tenantId"),
        ),
        Arc::new(ListSource::new(
            Descriptor::full("group_settings", "settings of the directory, password rules among them")
                .permission("GroupSettings.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/group-list-settings")
                .remark("settings that were never changed are not there"),
            Kind::GROUP_SETTING,
            "groupSettings",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("activity_timeout_policies", "when idle sessions end")
                .permission("Policy.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/activitybasedtimeoutpolicy-list"),
            Kind::ACTIVITY_TIMEOUT_POLICY,
            "policies/activityBasedTimeoutPolicies",
        )),
    ]
}

fn risks() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("risky_users", "people thought at risk")
                .permission("IdentityRiskyUser.Read.All")
                .needs_identity_protection()
                .privacy(Privacy::Behaviour)
                .page("https://learn.microsoft.com/graph/api/riskyuser-list"),
            Kind::RISKY_USER,
            "identityProtection/riskyUsers",
        )),
        Arc::new(
            WindowSource::new(
                Descriptor::window("risk_detections", "why people are thought at risk")
                    .permission("IdentityRiskEvent.Read.All")
                    .needs_identity_protection()
                    .page("https://learn.microsoft.com/graph/api/riskdetection-list"),
                Kind::RISK_DETECTION,
                "identityProtection/riskDetections",
                "detectedDateTime",
            )
            .first(MONTH)
            .slice(MONTH)
            .kept(MONTH * 3),
        ),
    ]
}
