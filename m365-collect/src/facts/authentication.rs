//! How people prove who they are.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{
    MethodPolicyFact, MethodsFact, PerUserMfaFact, RegistrationFact, SecurityDefaultsFact,
};
use serde::Deserialize;
use serde_json::Value;

use super::part::is_whole;
use super::{fact, of_items, to_fact, type_name};
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    is_mfa_capable: Option<bool>,
    is_mfa_registered: Option<bool>,
    is_passwordless_capable: Option<bool>,
    methods_registered: Option<Vec<String>>,
    user_preferred_method_for_secondary_authentication: Option<String>,
}

pub(super) async fn registration(
    reader: &Reader<'_>,
) -> Result<Fact<RegistrationFact>, StoreError> {
    fact(
        reader,
        "registration_details",
        &Kind::REGISTRATION_DETAILS,
        |user, view: Registration| RegistrationFact {
            user,
            mfa_capable: view.is_mfa_capable,
            methods: view.methods_registered.unwrap_or_default(),
            mfa_registered: view.is_mfa_registered,
            passwordless_capable: view.is_passwordless_capable,
            default_method: view.user_preferred_method_for_secondary_authentication,
            ..RegistrationFact::default()
        },
    )
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Requirements {
    per_user_mfa_state: Option<String>,
}

pub(super) async fn per_user_mfa(reader: &Reader<'_>) -> Result<Fact<PerUserMfaFact>, StoreError> {
    fact(
        reader,
        "per_user_mfa",
        &Kind::PER_USER_MFA,
        |user, view: Requirements| PerUserMfaFact {
            user,
            state: view
                .per_user_mfa_state
                .unwrap_or_else(|| "unknown".to_owned()),
            ..PerUserMfaFact::default()
        },
    )
    .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecurityDefaults {
    is_enabled: bool,
}

pub(super) async fn security_defaults(
    reader: &Reader<'_>,
) -> Result<Fact<SecurityDefaultsFact>, StoreError> {
    fact(
        reader,
        "security_defaults",
        &Kind::SECURITY_DEFAULTS,
        |_, view: SecurityDefaults| SecurityDefaultsFact {
            enabled: view.is_enabled,
            ..SecurityDefaultsFact::default()
        },
    )
    .await
}

/// A method of which nothing is known.
const UNKNOWN: &str = "unknown";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Method {
    #[serde(rename = "@odata.type")]
    odata_type: Option<String>,
    phone_type: Option<String>,
}

impl Method {
    /// The type's name; of phones the name in the registration report, which tells those that get
    /// text messages from those that do not:
    /// <https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod>.
    fn name(self) -> String {
        let kind = self.odata_type.unwrap_or_default();
        match (type_name(&kind), self.phone_type.as_deref()) {
            ("phoneAuthenticationMethod", Some("mobile")) => "mobilePhone",
            ("phoneAuthenticationMethod", Some("alternateMobile")) => "alternateMobilePhone",
            ("phoneAuthenticationMethod", Some("office")) => "officePhone",
            ("", _) => UNKNOWN,
            (name, _) => name,
        }
        .to_owned()
    }
}

/// One row for each person who was asked about; everybody has at least a password.
pub(super) async fn methods(reader: &Reader<'_>) -> Result<Fact<MethodsFact>, StoreError> {
    let standing = reader
        .standing("authentication_methods", &Kind::AUTHENTICATION_METHOD)
        .await?;
    let read = reader
        .rows(&Kind::AUTHENTICATION_METHOD, |key, method: Method| {
            let user = key.split_once('/').map_or(key.as_str(), |(user, _)| user);
            Some((user.to_owned(), method.name()))
        })
        .await?;
    let (methods, standing) = read.with(standing);
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (user, method) in methods {
        people.entry(user).or_default().push(method);
    }
    let is_cut_off = !is_whole(&standing);
    let rows = people.into_iter().map(|(user, mut methods)| {
        // Any list may lack one then: that it holds no second factor shows nothing.
        if is_cut_off {
            methods.push(UNKNOWN.to_owned());
        }
        MethodsFact {
            user,
            methods,
            ..MethodsFact::default()
        }
    });
    Ok(of_items(rows.collect(), standing))
}

/// <https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodsPolicy {
    authentication_method_configurations: Option<Vec<MethodConfiguration>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodConfiguration {
    id: String,
    state: Option<String>,
    feature_settings: Option<FeatureSettings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeatureSettings {
    display_app_information_required_state: Option<Feature>,
    display_location_information_required_state: Option<Feature>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feature {
    state: Option<String>,
    include_target: Option<Target>,
    exclude_target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    id: Option<String>,
}

impl Feature {
    /// Whether it is on for everybody. What Microsoft decides, and what is on for some, is not
    /// told: <https://learn.microsoft.com/graph/api/resources/authenticationmethodfeatureconfiguration>.
    fn shows(&self) -> Option<bool> {
        let id = |target: &Option<Target>| target.as_ref().and_then(|target| target.id.clone());
        let state = self.state.as_deref()?;
        if state.eq_ignore_ascii_case("disabled") {
            return Some(false);
        }
        let includes_all = id(&self.include_target).as_deref() == Some("all_users");
        let excludes_none = id(&self.exclude_target)
            .is_none_or(|id| id.is_empty() || id == "00000000-0000-0000-0000-000000000000");
        (state.eq_ignore_ascii_case("enabled") && includes_all && excludes_none).then_some(true)
    }
}

impl MethodConfiguration {
    fn into_row(self) -> MethodPolicyFact {
        let (app, place) = self.feature_settings.map_or((None, None), |settings| {
            (
                settings.display_app_information_required_state,
                settings.display_location_information_required_state,
            )
        });
        MethodPolicyFact {
            method: self.id,
            enabled: self.state.as_deref().and_then(is_enabled),
            shows_application: app.as_ref().and_then(Feature::shows),
            shows_location: place.as_ref().and_then(Feature::shows),
            ..MethodPolicyFact::default()
        }
    }
}

fn is_enabled(state: &str) -> Option<bool> {
    match state.to_ascii_lowercase().as_str() {
        "enabled" => Some(true),
        "disabled" => Some(false),
        _ => None,
    }
}

pub(super) async fn methods_policy(
    reader: &Reader<'_>,
) -> Result<Fact<MethodPolicyFact>, StoreError> {
    let kind = &Kind::AUTHENTICATION_METHODS_POLICY;
    let standing = reader
        .standing("authentication_methods_policy", kind)
        .await?;
    let read = reader
        .rows(kind, |_, policy: MethodsPolicy| {
            policy.authentication_method_configurations
        })
        .await?;
    let (policies, standing) = read.with(standing);
    let methods = policies.into_iter().flatten();
    let rows = methods.map(MethodConfiguration::into_row).collect();
    Ok(of_items(rows, standing))
}

/// What each authentication strength accepts, as received.
pub(super) async fn strengths(reader: &Reader<'_>) -> Result<Fact<Value>, StoreError> {
    let kind = &Kind::AUTHENTICATION_STRENGTH;
    let standing = reader.standing("authentication_strengths", kind).await?;
    let rows = reader
        .rows(kind, |_, strength: Value| Some(strength))
        .await?;
    Ok(to_fact(rows, standing))
}
