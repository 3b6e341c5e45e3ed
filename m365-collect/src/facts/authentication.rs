//! How people prove who they are.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{
    MethodPolicyFact, MethodsFact, PerUserMfaFact, RegistrationFact, SecurityDefaultsFact,
};
use serde::Deserialize;
use serde_json::Value;

use super::fact::{fact, fact_of_many, of_items};
use super::part::{is_whole, rows};
use super::unmodelled::{self, Members, carried, carried_as, members_of};
use super::value::type_name;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/userregistrationdetails>
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
    mut keep: impl FnMut(RegistrationFact) -> Option<RegistrationFact> + Send,
) -> Result<Fact<RegistrationFact>, StoreError> {
    fact_of_many(
        reader,
        "registration_details",
        &Kind::REGISTRATION_DETAILS,
        |row: &RegistrationFact| &row.user,
        |user, view: Registration| {
            keep(RegistrationFact {
                user,
                mfa_capable: view.is_mfa_capable,
                methods: view.methods_registered.unwrap_or_default(),
                mfa_registered: view.is_mfa_registered,
                passwordless_capable: view.is_passwordless_capable,
                default_method: view.user_preferred_method_for_secondary_authentication,
                ..RegistrationFact::default()
            })
        },
    )
    .await
}

/// <https://learn.microsoft.com/graph/api/resources/strongauthenticationrequirements>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Requirements {
    per_user_mfa_state: Option<String>,
}

pub(super) async fn per_user_mfa(
    reader: &Reader<'_>,
    mut keep: impl FnMut(PerUserMfaFact) -> Option<PerUserMfaFact> + Send,
) -> Result<Fact<PerUserMfaFact>, StoreError> {
    fact_of_many(
        reader,
        "per_user_mfa",
        &Kind::PER_USER_MFA,
        |row: &PerUserMfaFact| &row.user,
        |user, view: Requirements| {
            let state = view.per_user_mfa_state;
            keep(PerUserMfaFact {
                user,
                state: state.unwrap_or_else(|| "unknown".to_owned()),
                ..PerUserMfaFact::default()
            })
        },
    )
    .await
}

/// <https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecurityDefaults {
    is_enabled: bool,
    #[serde(flatten)]
    other: Members,
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
            extra: carried(unmodelled::SECURITY_DEFAULTS, view.other),
        },
    )
    .await
}

/// A method of which nothing is known.
const UNKNOWN: &str = "unknown";

/// <https://learn.microsoft.com/graph/api/resources/authenticationmethod>
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
pub(super) async fn methods(
    reader: &Reader<'_>,
    keep: impl FnMut(MethodsFact) -> Option<MethodsFact> + Send,
) -> Result<Fact<MethodsFact>, StoreError> {
    let kind = &Kind::AUTHENTICATION_METHOD;
    let evidence = reader.evidence("authentication_methods", kind).await?;
    let (methods, evidence) = rows(reader, evidence, kind, |key, method: Method| {
        let user = key.split_once('/').map_or(key.as_str(), |(user, _)| user);
        Some((user.to_owned(), method.name()))
    })
    .await?;
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (user, method) in methods {
        people.entry(user).or_default().push(method);
    }
    let is_cut_off = !is_whole(&evidence);
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
    Ok(of_items(rows.filter_map(keep).collect(), evidence))
}

/// <https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodsPolicy {
    authentication_method_configurations: Option<Vec<MethodConfiguration>>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodConfiguration {
    id: String,
    state: Option<String>,
    feature_settings: Option<FeatureSettings>,
    include_targets: Option<Value>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeatureSettings {
    display_app_information_required_state: Option<Feature>,
    display_location_information_required_state: Option<Feature>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feature {
    state: Option<String>,
    include_target: Option<Target>,
    exclude_target: Option<Target>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
struct Target {
    id: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl Feature {
    /// Whether it is on for everybody. What Microsoft decides, what is on for some, and what more is
    /// said of it in words that are not known, is not told: <https://learn.microsoft.com/graph/api/resources/authenticationmethodfeatureconfiguration>.
    fn shows(&self) -> Option<bool> {
        let id = |target: &Option<Target>| target.as_ref().and_then(|target| target.id.clone());
        let state = self.state.as_deref()?;
        if state.eq_ignore_ascii_case("disabled") {
            return Some(false);
        }
        let includes_all = id(&self.include_target).as_deref() == Some("all_users");
        let excludes_none = id(&self.exclude_target)
            .is_none_or(|id| id.is_empty() || id == "00000000-0000-0000-0000-000000000000");
        let is_on = state.eq_ignore_ascii_case("enabled") && includes_all && excludes_none;
        (is_on && self.further("").next().is_none()).then_some(true)
    }

    fn further(&self, name: &str) -> impl Iterator<Item = (String, Value)> + use<> {
        let targets = [
            ("includeTarget", &self.include_target),
            ("excludeTarget", &self.exclude_target),
        ];
        let mut further: Members =
            carried_as(name, unmodelled::METHOD_FEATURE, self.other.clone()).collect();
        for (which, target) in targets {
            let other = target.as_ref().map(|target| target.other.clone());
            further.extend(carried_as(
                &format!("{name}.{which}"),
                unmodelled::FEATURE_TARGET,
                other.unwrap_or_default(),
            ));
        }
        further.into_iter()
    }
}

/// Whether a method is for everybody, with nothing more said of it.
fn is_for_everybody(targets: &Value) -> bool {
    targets.as_array().is_some_and(|targets| {
        let is_all = |target: &Value| {
            target["id"] == "all_users"
                && carried(unmodelled::METHOD_TARGET, members_of(target)).is_empty()
        };
        targets.iter().any(is_all)
    })
}

impl MethodConfiguration {
    fn into_row(self) -> MethodPolicyFact {
        let mut extra = carried(unmodelled::METHOD, self.other);
        let enabled = self.state.as_deref().and_then(is_enabled);
        if enabled == Some(false) {
            // Whom it was meant for is no matter.
            extra.remove("excludeTargets");
        } else if let Some(targets) = self.include_targets.filter(|all| !is_for_everybody(all)) {
            let targets = Members::from([("includeTargets".to_owned(), targets)]);
            extra.extend(carried(unmodelled::METHOD, targets));
        }
        let (mut app, mut place) = (None, None);
        if let Some(settings) = self.feature_settings {
            app = settings.display_app_information_required_state;
            place = settings.display_location_information_required_state;
            extra.extend(carried_as(
                "featureSettings",
                unmodelled::METHOD_FEATURES,
                settings.other,
            ));
            for (name, feature) in [("application", &app), ("location", &place)] {
                extra.extend(feature.iter().flat_map(|feature| feature.further(name)));
            }
        }
        MethodPolicyFact {
            method: self.id,
            enabled,
            shows_application: app.as_ref().and_then(Feature::shows),
            shows_location: place.as_ref().and_then(Feature::shows),
            extra,
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
    let evidence = reader
        .evidence("authentication_methods_policy", kind)
        .await?;
    let read = reader
        .rows(kind, |_, policy: MethodsPolicy| Some(policy))
        .await?;
    let (policies, evidence) = read.with(evidence);
    let mut rows = Vec::new();
    let mut further = Members::new();
    for policy in policies {
        let methods = policy.authentication_method_configurations;
        rows.extend(
            methods
                .into_iter()
                .flatten()
                .map(MethodConfiguration::into_row),
        );
        further.extend(carried(unmodelled::METHODS_POLICY, policy.other));
    }
    let mut fact = of_items(rows, evidence);
    fact.extra.extend(further);
    Ok(fact)
}

/// What each authentication strength accepts, as received.
pub(super) async fn strengths(reader: &Reader<'_>) -> Result<Fact<Value>, StoreError> {
    fact(
        reader,
        "authentication_strengths",
        &Kind::AUTHENTICATION_STRENGTH,
        |_, strength: Value| strength,
    )
    .await
}
