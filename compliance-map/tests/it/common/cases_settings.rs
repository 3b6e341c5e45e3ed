//! Cases about settings of the tenant: passwords, applications, guests, logs, data, Teams.

use compliance_map::Status::{NotSatisfied, Satisfied, Unknown};
use serde_json::json;

use super::cases::{Case, case, rule, whole};

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    let mut all = sign_in();
    all.extend(applications());
    all.extend(logs());
    all.extend(data());
    all
}

#[rustfmt::skip]
fn sign_in() -> Vec<Case> {
    vec![
        case(json!({"rule": "lockout", "attempts": 10, "lockout_minutes": 30}), "auth.password_protection",
            json!([{"lockout_threshold": 10, "lockout_seconds": 1800}]),
            json!([{"lockout_threshold": 10, "lockout_seconds": 60}]),
            json!([{"lockout_threshold": 10}]), NotSatisfied),
        case(rule("lockout"), "auth.password_protection",
            json!([{"lockout_threshold": 10}]), json!([{"lockout_threshold": 0}]), json!([{}]), Unknown),
        case(rule("banned_passwords"), "auth.password_protection",
            json!([{"banned_list_enforced": true}]), json!([{"banned_list_enforced": false}]), json!([{}]), NotSatisfied),
        case(json!({"rule": "password_length", "characters": 12}), "auth.password_policy",
            json!([{"domain": "d", "min_length": 12}]), json!([{"domain": "d", "min_length": 8}]),
            json!([{"domain": "d", "federated": true, "min_length": 14}]), Unknown),
        case(json!({"rule": "password_history", "passwords": 4}), "auth.password_policy",
            json!([{"domain": "d", "history": 4}]), json!([{"domain": "d", "history": 1}]),
            json!([{"domain": "d"}]), Unknown),
        case(rule("passwords_never_expire"), "auth.password_policy",
            json!([{"domain": "d", "validity_days": 2_147_483_647}]), json!([{"domain": "d", "validity_days": 90}]),
            json!([{"domain": "d"}]), Unknown),
        case(json!({"rule": "idle_sessions", "idle_minutes": 15}), "auth.session",
            json!([{"id": "s", "enabled": true, "everybody": true, "idle_minutes": 15}]),
            json!([{"id": "s", "enabled": true, "everybody": true, "idle_minutes": 60}]),
            json!([{"id": "s", "enabled": true, "idle_minutes": 15}]), NotSatisfied),
        case(json!({"rule": "sign_in_frequency", "sign_in_hours": 12}), "auth.session",
            json!([{"id": "s", "enabled": true, "everybody": true, "sign_in_frequency_hours": 12}]),
            json!([{"id": "s", "enabled": true, "everybody": false, "sign_in_frequency_hours": 12}]),
            json!([{"id": "s", "everybody": true, "sign_in_frequency_hours": 12}]), NotSatisfied),
        case(rule("authenticator_context"), "auth.methods_policy",
            json!([{"method": "microsoftAuthenticator", "enabled": true, "shows_application": true, "shows_location": true}]),
            json!([{"method": "microsoftAuthenticator", "enabled": true, "shows_application": true, "shows_location": false}]),
            json!([{"method": "microsoftAuthenticator", "enabled": true, "shows_application": true}]), Unknown),
        case(rule("phone_methods_off"), "auth.methods_policy",
            json!([{"method": "sms", "enabled": false}, {"method": "voice", "enabled": false}, {"method": "fido2", "enabled": true}]),
            json!([{"method": "sms", "enabled": true}, {"method": "voice", "enabled": false}]),
            json!([{"method": "sms"}, {"method": "voice", "enabled": false}]), Unknown),
        case(json!({"rule": "risks_dealt_with", "days": 7}), "auth.risk",
            json!([{"user": "u", "level": "high", "state": "remediated"}, {"user": "v", "level": "low", "state": "atRisk"}]),
            json!([{"user": "u", "level": "high", "state": "atRisk", "updated": "2026-11-01T00:00:00Z"}]),
            json!([{"user": "u", "level": "hidden", "state": "atRisk"}]), Satisfied),
        case(rule("password_hash_sync"), "org.tenant",
            json!([{"on_premises_sync": true, "password_hash_sync": true}]),
            json!([{"on_premises_sync": true, "password_hash_sync": false}]),
            json!([{"on_premises_sync": true}]), Unknown),
        case(json!({"rule": "directory_sync", "hours": 24}), "org.tenant",
            json!([{"onPremisesSyncEnabled": true, "onPremisesLastSyncDateTime": "2026-11-21T08:00:00Z"}]),
            json!([{"onPremisesSyncEnabled": true, "onPremisesLastSyncDateTime": "2026-11-01T08:00:00Z"}]),
            json!([{"onPremisesSyncEnabled": true}]), Unknown),
        case(json!({"rule": "directory_sync", "hours": 24}), "org.tenant",
            json!([{"onPremisesSyncEnabled": null}]),
            json!([{"on_premises_sync": true, "last_sync": "2026-11-01T08:00:00Z"}]),
            json!([{"displayName": "Contoso"}]), Unknown),
    ]
}

#[rustfmt::skip]
fn applications() -> Vec<Case> {
    vec![
        case(rule("app_consent"), "identity.app_consent",
            json!([{"users_can_register_apps": false, "user_consent": ["ManagePermissionGrantsForSelf.microsoft-user-default-low"]}]),
            json!([{"users_can_register_apps": false, "user_consent": ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"]}]),
            json!([{"users_can_register_apps": false}]), Unknown),
        case(rule("tenant_creation"), "identity.app_consent",
            json!([{"users_can_create_tenants": false}]), json!([{"users_can_create_tenants": true}]), json!([{}]), Unknown),
        case(rule("consent_requests"), "identity.app_consent",
            json!([{"admin_consent_requests": true}]), json!([{"admin_consent_requests": false}]), json!([{}]), Unknown),
        case(rule("guest_role"), "identity.app_consent",
            json!([{"guest_role": "2af84b1e-32c8-42b7-82bc-daa82404023b"}]), json!([{"guest_role": "member"}]), json!([{"guest_role": "new"}]), Unknown),
        case(rule("guest_invitations"), "identity.app_consent",
            json!([{"allow_invites_from": "adminsAndGuestInviters"}]), json!([{"allow_invites_from": "everyone"}]), json!([{}]), Unknown),
        case(rule("application_owners"), "identity.service_principals",
            json!([{"id": "a", "first_party": false, "owners": ["u"]}, {"id": "m", "first_party": true, "owners": []}]),
            json!([{"id": "a", "first_party": false, "owners": []}]),
            json!([{"id": "a", "owners": []}]), Unknown),
        case(json!({"rule": "credential_lifetime", "credential_days": 180}), "identity.service_principals",
            json!([{"id": "a", "credentials": [{"kind": "secret", "starts": "2026-10-01T00:00:00Z", "expires": "2027-01-01T00:00:00Z"},
                                               {"kind": "secret", "starts": "2020-01-01T00:00:00Z", "expires": "2022-01-01T00:00:00Z"}]}]),
            json!([{"id": "a", "credentials": [{"kind": "secret", "starts": "2026-01-01T00:00:00Z", "expires": "2028-01-01T00:00:00Z"}]}]),
            json!([{"id": "a", "credentials": [{"kind": "secret", "expires": "2028-01-01T00:00:00Z"}]}]), Unknown),
        Case {
            beside: json!({"identity.users": whole(&json!([{"id": "u", "enabled": true}])),
                "identity.role_assignments": whole(&json!([{"principal": "u", "role": "Global Administrator"},
                    {"principal": "tier0", "role": "Global Administrator", "principal_type": "servicePrincipal"}]))}),
            ..case(rule("privileged_applications"), "identity.service_principals",
            json!([{"id": "tier0", "credentials": [{"kind": "certificate"}]}, {"id": "b", "permissions": ["User.Read.All"], "credentials": [{"kind": "secret"}]}]),
            json!([{"id": "tier0", "credentials": []}, {"id": "b", "permissions": ["RoleManagement.ReadWrite.Directory"], "credentials": [{"kind": "secret"}]}]),
            json!([{"id": "b", "credentials": [{"kind": "secret"}]}]), Unknown)
        },
        Case {
            beside: json!({"identity.users": whole(&json!([{"id": "u", "enabled": true, "type": "Member"}]))}),
            ..case(rule("guest_sponsors"), "identity.guests",
            json!([{"user": "g", "sponsors": ["u"]}]), json!([{"user": "g", "sponsors": []}]), json!([{"user": "g"}]), Satisfied)
        },
        case(json!({"rule": "access_reviews", "scope": "guests", "review_days": 90}), "identity.access_reviews",
            json!([{"id": "r", "scope": "guests", "last_completed": "2026-11-01T00:00:00Z"}, {"id": "s", "scope": "roles"}]),
            json!([{"id": "r", "scope": "guests", "last_completed": "2026-01-01T00:00:00Z"}]),
            json!([{"id": "r", "scope": "guests"}]), Unknown),
        case(rule("activation_approved"), "identity.pim",
            json!([{"role": "62e90394-69f5-4237-9190-012177145e10", "approval_required": true}, {"role": "Reports Reader", "approval_required": false}]),
            json!([{"role": "Global Administrator", "approval_required": false}]),
            json!([{"role": "Global Administrator"}]), Unknown),
        case(rule("licenses"), "org.licenses",
            json!([{"sku": "SPE_E3", "status": "active", "purchased": 10, "assigned": 10}, {"sku": "OLD", "status": "expired", "assigned": 0}]),
            json!([{"sku": "SPE_E3", "status": "active", "purchased": 10, "assigned": 11}]),
            json!([{"sku": "SPE_E3", "status": "active", "purchased": 10}]), Unknown),
        case(rule("licenses"), "org.licenses",
            json!([{"sku": "SPE_E3", "status": "trial", "purchased": 10, "assigned": 1}]),
            json!([{"sku": "SPE_E3", "status": "suspended", "purchased": 10, "assigned": 1}]),
            json!([{"sku": "SPE_E3", "purchased": 10, "assigned": 1}]), Unknown),
        case(rule("partners"), "org.partners",
            json!([{"id": "p", "status": "active", "roles": ["Helpdesk Administrator"], "ends": "2027-01-01T00:00:00Z"},
                   {"id": "q", "status": "expired", "roles": ["Global Administrator"]}]),
            json!([{"id": "p", "status": "active", "roles": ["Global Administrator"], "ends": "2027-01-01T00:00:00Z"}]),
            json!([{"id": "p", "status": "active", "roles": ["Helpdesk Administrator"]}]), Satisfied),
    ]
}

#[rustfmt::skip]
fn logs() -> Vec<Case> {
    vec![
        case(rule("unified_audit"), "log.unified_audit",
            json!([{"enabled": true}]), json!([{"enabled": false}]), json!([{}]), Unknown),
        case(json!({"rule": "log_retention", "days": 90}), "log.retention",
            json!([{"scope": "all", "days": 180}]), json!([{"scope": "all", "days": 30}]),
            json!([{"scope": "all"}]), Unknown),
        case(rule("log_export"), "log.export",
            json!([{"destination": "s", "enabled": true}]), json!([{"destination": "s", "enabled": false}]),
            json!([{"destination": "s"}]), NotSatisfied),
        case(json!({"rule": "directory_log", "log": "sign_ins", "days": 7}), "log.directory",
            json!([{"log": "sign_ins", "oldest": "2026-10-22T00:00:00Z", "newest": "2026-11-21T10:00:00Z"}, {"log": "audits"}]),
            json!([{"log": "sign_ins", "oldest": "2026-10-22T00:00:00Z", "newest": "2026-11-01T10:00:00Z"}]),
            json!([{"log": "sign_ins"}]), Unknown),
        case(json!({"rule": "directory_log", "log": "audits", "days": 7}), "log.directory",
            json!([{"oldest": "2026-10-22T00:00:00Z"}]),
            json!([{"oldest": "2026-10-22T00:00:00Z", "newest": "2026-11-01T10:00:00Z"}]),
            json!([{"oldest": "2027-10-22T00:00:00Z"}]), Unknown),
        case(rule("account_changes_logged"), "identity.lifecycle_events",
            json!([{"id": "e", "time": "2026-11-20T00:00:00Z", "action": "create", "actor": "u"}]),
            json!([{"id": "e", "time": "2026-11-20T00:00:00Z", "action": "create", "actor": ""}]),
            json!([{"id": "e", "action": "create"}]), Unknown),
        case(json!({"rule": "alerts_taken_up", "days": 7}), "log.alerts",
            json!([{"id": "a", "kind": "alert", "severity": "high", "status": "resolved"},
                   {"id": "b", "kind": "alert", "severity": "high", "status": "new", "created": "2026-11-20T00:00:00Z"},
                   {"id": "c", "kind": "policy", "enabled": false}]),
            json!([{"id": "a", "kind": "alert", "severity": "high", "status": "new", "created": "2026-11-01T00:00:00Z"}]),
            json!([{"id": "a", "kind": "alert", "severity": "high", "status": "new"}]), Satisfied),
        case(rule("alert_policies"), "log.alerts",
            json!([{"id": "c", "kind": "policy", "enabled": true}]),
            json!([{"id": "c", "kind": "policy", "enabled": false}]),
            json!([{"id": "c", "kind": "policy"}]), NotSatisfied),
        case(json!({"rule": "secure_score", "score_percent": 60}), "posture.secure_score",
            json!([{"time": "2026-11-20T00:00:00Z", "score": 60.0, "max": 100.0}, {"time": "2026-11-01T00:00:00Z", "score": 1.0, "max": 100.0}]),
            json!([{"time": "2026-11-20T00:00:00Z", "score": 59.9, "max": 100.0}, {"time": "2026-11-01T00:00:00Z", "score": 99.0, "max": 100.0}]),
            json!([{"time": "2026-11-20T00:00:00Z", "score": 60.0}]), Unknown),
    ]
}

#[rustfmt::skip]
fn data() -> Vec<Case> {
    vec![
        case(rule("sharing"), "data.sharing",
            json!([{"sharing_capability": "existingExternalUserSharingOnly"}]),
            json!([{"sharing_capability": "externalUserAndGuestSharing"}]),
            json!([{"sharing_capability": "somethingNew"}]), Unknown),
        case(json!({"rule": "sharing_expires", "days": 30}), "data.sharing",
            json!([{"guest_expiry_days": 30}]), json!([{"guest_expiry_days": 0}]),
            json!([{"sharing_capability": "disabled"}]), Unknown),
        case(rule("dlp"), "data.dlp",
            json!([{"policy": "a", "mode": "Enable", "locations": {"exchange": "all"}}, {"policy": "b", "mode": "Disable"}]),
            json!([{"policy": "a", "mode": "TestWithNotifications"}]),
            json!([{"policy": "a"}]), NotSatisfied),
        case(rule("labels"), "data.labels",
            json!([{"label": "l", "published": true}]), json!([{"label": "l", "published": false}]),
            json!([{"label": "l"}]), NotSatisfied),
        case(rule("data_retention"), "data.retention",
            json!([{"policy": "p", "enabled": true}]), json!([{"policy": "p", "enabled": false}]),
            json!([{"policy": "p"}]), NotSatisfied),
        case(rule("teams_federation"), "collab.teams",
            json!([{"policy": "f", "kind": "federation", "allowed_organizations": "listed", "consumers_allowed": false}, {"policy": "m", "kind": "meeting"}]),
            json!([{"policy": "f", "kind": "federation", "allowed_organizations": "all", "consumers_allowed": false}]),
            json!([{"policy": "f", "kind": "federation", "allowed_organizations": "listed"}]), Unknown),
        case(rule("teams_lobby"), "collab.teams",
            json!([{"policy": "m", "kind": "meeting", "lobby_bypass": "EveryoneInCompanyExcludingGuests"}]),
            json!([{"policy": "m", "kind": "meeting", "lobby_bypass": "Everyone"}]),
            json!([{"policy": "m", "kind": "meeting"}]), Unknown),
        case(rule("teams_outside_control"), "collab.teams",
            json!([{"policy": "m", "kind": "meeting", "outside_control": false}]),
            json!([{"policy": "m", "kind": "meeting", "outside_control": true}]),
            json!([{"policy": "m", "outside_control": false}]), Unknown),
    ]
}
