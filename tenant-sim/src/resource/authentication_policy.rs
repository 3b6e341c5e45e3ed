//! Which methods people may use, and which are strong.
//! <https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy>,
//! <https://learn.microsoft.com/graph/api/resources/authenticationstrengthpolicy>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;

const STRENGTHS: &str = "policies/authenticationStrengthPolicies";
const STRENGTH: &str = "#microsoft.graph.authenticationStrengthPolicy";

pub(crate) fn methods(call: &Call<'_>) -> Result<Reply> {
    list::singleton(
        call,
        "authenticationMethodsPolicy",
        "",
        &methods_policy(call.tenant),
    )
}

pub(crate) fn strengths(call: &Call<'_>) -> Result<Reply> {
    list::documents(
        call,
        STRENGTHS,
        STRENGTH,
        all_strengths(call.tenant).iter(),
        Value::clone,
    )
}

pub(crate) fn strength(call: &Call<'_>) -> Result<Reply> {
    let found = all_strengths(call.tenant)
        .into_iter()
        .find(|strength| strength["id"].as_str() == Some(&call.route.id));
    let found = found.ok_or_else(|| call.not_found())?;
    Ok(list::document(call, STRENGTHS, "/$entity", &found))
}

/// Text messages are still on, as in many tenants; telephone calls are off.
pub(crate) fn methods_policy(tenant: &Tenant) -> Value {
    let everybody = |mut own: Value| {
        own["targetType"] = json!("group");
        own["id"] = json!("all_users");
        own["isRegistrationRequired"] = json!(false);
        json!([own])
    };
    let shown = json!({
        "state": "enabled",
        "includeTarget": {"targetType": "group", "id": "all_users"},
        "excludeTarget": {"targetType": "group", "id": guid::text(0)},
    });
    let configuration = |name: &str, id: &str, state: &str, own: Value| {
        let mut value = own;
        value["@odata.type"] = json!(format!(
            "#microsoft.graph.{name}AuthenticationMethodConfiguration"
        ));
        value["id"] = json!(id);
        value["state"] = json!(state);
        value["excludeTargets"] = json!([]);
        if value.get("includeTargets").is_none() {
            value["includeTargets"] = everybody(json!({}));
        }
        value
    };
    json!({
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "The tenant-wide policy that controls which authentication methods are allowed in the tenant, authentication method registration requirements, and self-service password reset settings",
        "lastModifiedDateTime": iso(tenant.base - 120 * DAY),
        "policyVersion": "1.5",
        "policyMigrationState": "migrationComplete",
        "reconfirmationInDays": null,
        "registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {
            "snoozeDurationInDays": 1,
            "state": "enabled",
            "excludeTargets": [],
            "includeTargets": [{
                "id": "all_users", "targetType": "group", "targetedAuthenticationMethod": "microsoftAuthenticator",
            }],
        }},
        "authenticationMethodConfigurations": [
            configuration("fido2", "Fido2", "enabled", json!({
                "isAttestationEnforced": true,
                "isSelfServiceRegistrationAllowed": true,
                "keyRestrictions": {"isEnforced": false, "enforcementType": "block", "aaGuids": []},
            })),
            configuration("microsoftAuthenticator", "MicrosoftAuthenticator", "enabled", json!({
                "isSoftwareOathEnabled": false,
                "featureSettings": {
                    "displayAppInformationRequiredState": shown, "displayLocationInformationRequiredState": shown,
                },
                "includeTargets": everybody(json!({"authenticationMode": "any"})),
            })),
            configuration("sms", "Sms", "enabled", json!({
                "includeTargets": everybody(json!({"isUsableForSignIn": false})),
            })),
            configuration("temporaryAccessPass", "TemporaryAccessPass", "enabled", json!({
                "defaultLength": 8, "defaultLifetimeInMinutes": 60, "isUsableOnce": true,
                "maximumLifetimeInMinutes": 480, "minimumLifetimeInMinutes": 60,
            })),
            configuration("softwareOath", "SoftwareOath", "enabled", json!({})),
            configuration("voice", "Voice", "disabled", json!({"isOfficePhoneAllowed": false})),
            configuration("email", "Email", "enabled", json!({
                "allowExternalIdToUseEmailOtp": "default", "includeTargets": [],
            })),
            configuration("x509Certificate", "X509Certificate", "disabled", json!({
                "certificateUserBindings": [{
                    "x509CertificateField": "PrincipalName", "userProperty": "userPrincipalName", "priority": 1,
                    "trustAffinityLevel": "low",
                }],
                "authenticationModeConfiguration": {
                    "x509CertificateAuthenticationDefaultMode": "x509CertificateSingleFactor",
                    "x509CertificateDefaultRequiredAffinityLevel": "low",
                    "rules": [],
                },
                "certificateAuthorityScopes": [],
                "crlValidationConfiguration": {
                    "exemptedCertificateAuthoritiesSubjectKeyIdentifiers": [], "state": "disabled",
                },
                "issuerHintsConfiguration": {"state": "disabled"},
            })),
        ],
    })
}

/// The three that every tenant has, and one of its own.
pub(crate) fn all_strengths(tenant: &Tenant) -> Vec<Value> {
    const RESISTANT: [&str; 3] = [
        "windowsHelloForBusiness",
        "fido2",
        "x509CertificateMultiFactor",
    ];
    const MULTIFACTOR: [&str; 15] = [
        "deviceBasedPush",
        "temporaryAccessPassOneTime",
        "temporaryAccessPassMultiUse",
        "password,microsoftAuthenticatorPush",
        "password,softwareOath",
        "password,hardwareOath",
        "password,sms",
        "password,voice",
        "federatedMultiFactor",
        "microsoftAuthenticatorPush,federatedSingleFactor",
        "softwareOath,federatedSingleFactor",
        "hardwareOath,federatedSingleFactor",
        "sms,federatedSingleFactor",
        "voice,federatedSingleFactor",
        "password,x509CertificateMultiFactor",
    ];
    let strength = |id: String, name: &str, kind: &str, at: String, combinations: Vec<&str>| {
        json!({
            "id": id,
            "createdDateTime": at,
            "modifiedDateTime": at,
            "displayName": name,
            "description": format!("Combinations of methods that satisfy: {name}"),
            "policyType": kind,
            "requirementsSatisfied": "mfa",
            "allowedCombinations": combinations,
            "combinationConfigurations": [],
        })
    };
    let since = || "2021-12-01T00:00:00Z".to_owned();
    let built_in = |number: u32| format!("00000000-0000-0000-0000-{number:012}");
    let resistant = || RESISTANT.to_vec();
    let with = |more: &[&'static str]| RESISTANT.iter().chain(more).copied().collect();
    vec![
        strength(
            built_in(2),
            "Multifactor authentication",
            "builtIn",
            since(),
            with(&MULTIFACTOR),
        ),
        strength(
            built_in(3),
            "Passwordless MFA",
            "builtIn",
            since(),
            with(&["deviceBasedPush"]),
        ),
        strength(
            built_in(4),
            "Phishing-resistant MFA",
            "builtIn",
            since(),
            resistant(),
        ),
        strength(
            tenant.derived_text("authentication strength", 0),
            "Keys or a pass for a day",
            "custom",
            iso(tenant.base - 90 * DAY),
            vec!["fido2", "temporaryAccessPassOneTime"],
        ),
    ]
}
