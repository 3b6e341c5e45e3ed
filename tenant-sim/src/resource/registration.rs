//! Authentication: who registered what, per-user MFA, and each person's methods.
//! <https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails>,
//! <https://learn.microsoft.com/graph/api/authentication-get>,
//! <https://learn.microsoft.com/graph/api/authentication-list-methods>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid::{self, Guid};
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::resource::user;
use crate::tenant::Tenant;
use crate::tenant::user::{MethodSet, User};
use crate::tenant::user_property::{display_name, phone, principal_name};

const SET: &str = "reports/authenticationMethods/userRegistrationDetails";

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let administrators = call.tenant.administrators();
    let describe = |user| describe(call.tenant, user, &administrators);
    list::documents(
        call,
        SET,
        "#microsoft.graph.userRegistrationDetails",
        reported(call.tenant),
        describe,
    )
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let user = user::find(call.tenant, &call.route.id)?;
    if !user.enabled {
        return Err(GraphError::not_found(&call.route.id));
    }
    Ok(list::document(
        call,
        SET,
        "/$entity",
        &describe(call.tenant, user, &call.tenant.administrators()),
    ))
}

/// The report leaves disabled accounts out.
pub(crate) fn reported(tenant: &Tenant) -> impl Iterator<Item = &User> + Clone {
    tenant.live_users().filter(|user| user.enabled)
}

/// A row of the registration report.
pub(crate) fn describe(tenant: &Tenant, user: &User, administrators: &BTreeSet<Guid>) -> Value {
    let methods = user.methods;
    let capable = methods.second_factor();
    let preferred = if methods.has(MethodSet::PUSH) {
        "push"
    } else if methods.has(MethodSet::PASSCODE) {
        "oath"
    } else if methods.has(MethodSet::PHONE) {
        "sms"
    } else {
        "none"
    };
    let system: &[&str] = if methods.has(MethodSet::PUSH) {
        &["push"]
    } else {
        &[]
    };
    json!({
        "id": guid::text(user.id),
        "userPrincipalName": principal_name(tenant, user),
        "userDisplayName": display_name(user),
        "userType": if user.guest { "guest" } else { "member" },
        "isAdmin": administrators.contains(&user.id),
        "isSsprRegistered": capable || methods.has(MethodSet::EMAIL),
        "isSsprEnabled": true,
        "isSsprCapable": capable || methods.has(MethodSet::EMAIL),
        "isMfaRegistered": capable,
        "isMfaCapable": capable,
        "isPasswordlessCapable": methods.passwordless(),
        "lastUpdatedDateTime": iso(tenant.base - DAY / 4),
        "methodsRegistered": methods.names().collect::<Vec<_>>(),
        "isSystemPreferredAuthenticationMethodEnabled": true,
        "systemPreferredAuthenticationMethods": system,
        "userPreferredMethodForSecondaryAuthentication": preferred,
    })
}

/// Per-user MFA, which exists in beta only.
pub(crate) fn requirements(call: &Call<'_>) -> Result<Reply> {
    let user = user::find(call.tenant, &call.route.id)?;
    let set = format!(
        "users('{}')/authentication/requirements",
        guid::text(user.id)
    );
    Ok(list::document(
        call,
        &set,
        "",
        &json!({"perUserMfaState": user.mfa.name()}),
    ))
}

/// The methods of one person: the password everybody has, and what they registered.
pub(crate) fn methods(call: &Call<'_>) -> Result<Reply> {
    let user = user::find(call.tenant, &call.route.id)?;
    let set = format!("users('{}')/authentication/methods", guid::text(user.id));
    let created = iso(call.tenant.base + user.created);
    let kinds: [(MethodSet, &str, Value); 6] = [
        (
            MethodSet::PUSH.with(MethodSet::PASSWORDLESS),
            "microsoftAuthenticatorAuthenticationMethod",
            json!({"displayName": "Phone", "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.2410.7123"}),
        ),
        (
            MethodSet::PASSCODE,
            "softwareOathAuthenticationMethod",
            json!({"secretKey": null}),
        ),
        (
            MethodSet::PHONE,
            "phoneAuthenticationMethod",
            json!({"phoneNumber": phone(user), "phoneType": "mobile", "smsSignInState": "notEnabled"}),
        ),
        (
            MethodSet::EMAIL,
            "emailAuthenticationMethod",
            json!({"emailAddress": "private@mail.example"}),
        ),
        (
            MethodSet::FIDO2.with(MethodSet::PASSKEY),
            "fido2AuthenticationMethod",
            json!({"displayName": "Key", "model": "Security key", "attestationLevel": "attested", "attestationCertificates": []}),
        ),
        (
            MethodSet::HELLO,
            "windowsHelloForBusinessAuthenticationMethod",
            json!({"displayName": "Laptop", "keyStrength": "normal"}),
        ),
    ];
    let password = json!({
        "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
        "id": "28c10230-6103-485e-b985-444c60001490",
        "createdDateTime": created,
        "password": null,
    });
    let registered = kinds
        .into_iter()
        .enumerate()
        .filter(|(_, (kind, _, _))| user.methods.has(*kind))
        .map(|(number, (_, name, mut value))| {
            value["@odata.type"] = json!(format!("#microsoft.graph.{name}"));
            value["id"] = json!(guid::text(guid::guid(
                (user.id >> 64) as u64,
                number as u64
            )));
            value["createdDateTime"] = json!(created);
            value
        });
    let all: Vec<Value> = std::iter::once(password).chain(registered).collect();
    list::documents(
        call,
        &set,
        "#microsoft.graph.authenticationMethod",
        all.iter(),
        Value::clone,
    )
}
