//! Conditional access policies.

#![expect(
    clippy::struct_field_names,
    reason = "fields carry the names of Graph's properties"
)]

use compliance_map::Fact;
use compliance_map::facts::{
    CaApps, CaConditions, CaGrant, CaPolicyFact, CaPrincipals, says_something,
};
use serde::Deserialize;
use serde_json::Value;

use super::fact::fact;
use super::unmodelled::{self, Members, carried, carried_as, members_of};
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    display_name: Option<String>,
    state: String,
    conditions: Option<Conditions>,
    grant_controls: Option<GrantControls>,
    session_controls: Option<Value>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conditions {
    users: Option<Users>,
    applications: Option<Applications>,
    client_app_types: Option<Vec<String>>,
    platforms: Option<Platforms>,
    locations: Option<Locations>,
    sign_in_risk_levels: Option<Vec<String>>,
    user_risk_levels: Option<Vec<String>>,
    devices: Option<Value>,
    authentication_flows: Option<Value>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Users {
    include_users: Option<Vec<String>>,
    include_groups: Option<Vec<String>>,
    include_roles: Option<Vec<String>>,
    include_guests_or_external_users: Option<Guests>,
    exclude_users: Option<Vec<String>>,
    exclude_groups: Option<Vec<String>>,
    exclude_roles: Option<Vec<String>>,
    exclude_guests_or_external_users: Option<Guests>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Guests {
    /// Names joined by commas: it is a flags enumeration.
    guest_or_external_user_types: Option<String>,
    external_tenants: Option<Value>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Applications {
    include_applications: Option<Vec<String>>,
    exclude_applications: Option<Vec<String>>,
    include_user_actions: Option<Vec<String>>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Platforms {
    include_platforms: Option<Vec<String>>,
    exclude_platforms: Option<Vec<String>>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Locations {
    include_locations: Option<Vec<String>>,
    exclude_locations: Option<Vec<String>>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GrantControls {
    operator: Option<String>,
    built_in_controls: Option<Vec<String>>,
    custom_authentication_factors: Option<Vec<String>>,
    terms_of_use: Option<Vec<String>>,
    authentication_strength: Option<Value>,
    #[serde(flatten)]
    other: Members,
}

pub(super) async fn policies(reader: &Reader<'_>) -> Result<Fact<CaPolicyFact>, StoreError> {
    fact(
        reader,
        "conditional_access_policies",
        &Kind::CONDITIONAL_ACCESS_POLICY,
        policy,
    )
    .await
}

/// The row of a policy. What is not modelled stands in the further members of its level, or under a
/// dotted name in those of the level above.
pub(super) fn policy(id: String, policy: Policy) -> CaPolicyFact {
    let mut fact = CaPolicyFact {
        id,
        name: policy.display_name,
        state: policy.state,
        grant: policy.grant_controls.map(grant),
        session: policy.session_controls,
        extra: carried(unmodelled::POLICY, policy.other),
        ..CaPolicyFact::default()
    };
    if let Some(mut conditions) = policy.conditions {
        let mut of_users = Members::new();
        if let Some(users) = conditions.users.take() {
            fact.include = Some(principals(
                users.include_users,
                users.include_groups,
                users.include_roles,
                users.include_guests_or_external_users,
            ));
            fact.exclude = Some(principals(
                users.exclude_users,
                users.exclude_groups,
                users.exclude_roles,
                users.exclude_guests_or_external_users,
            ));
            of_users.extend(carried_as("users", unmodelled::USERS, users.other));
        }
        fact.apps = conditions.applications.take().map(|apps| CaApps {
            include: apps.include_applications.unwrap_or_default(),
            exclude: apps.exclude_applications.unwrap_or_default(),
            user_actions: apps.include_user_actions.unwrap_or_default(),
            extra: carried(unmodelled::APPLICATIONS, apps.other),
        });
        let mut conditions = narrowing(conditions);
        conditions.extra.extend(of_users);
        fact.conditions = Some(conditions);
    }
    fact
}

fn principals(
    users: Option<Vec<String>>,
    groups: Option<Vec<String>>,
    roles: Option<Vec<String>>,
    guests: Option<Guests>,
) -> CaPrincipals {
    let mut principals = CaPrincipals {
        users: users.unwrap_or_default(),
        groups: groups.unwrap_or_default(),
        roles: roles.unwrap_or_default(),
        ..CaPrincipals::default()
    };
    if let Some(guests) = guests {
        principals.guest_types = guests
            .guest_or_external_user_types
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let extra = &mut principals.extra;
        extra.extend(carried_as("guests", unmodelled::GUESTS, guests.other));
        // Only guests from these tenants.
        if let Some(tenants) = guests.external_tenants.filter(says_something) {
            extra.extend(carried_as(
                "external_tenants",
                unmodelled::EXTERNAL_TENANTS,
                members_of(&tenants),
            ));
            extra.insert("external_tenants".to_owned(), tenants);
        }
    }
    principals
}

fn narrowing(conditions: Conditions) -> CaConditions {
    let mut extra = carried(unmodelled::CONDITIONS, conditions.other);
    let (mut platforms, mut platforms_exclude) = (Vec::new(), Vec::new());
    if let Some(named) = conditions.platforms {
        platforms = named.include_platforms.unwrap_or_default();
        platforms_exclude = named.exclude_platforms.unwrap_or_default();
        extra.extend(carried_as("platforms", unmodelled::PLATFORMS, named.other));
    }
    let (mut locations_include, mut locations_exclude) = (Vec::new(), Vec::new());
    if let Some(named) = conditions.locations {
        locations_include = named.include_locations.unwrap_or_default();
        locations_exclude = named.exclude_locations.unwrap_or_default();
        extra.extend(carried_as("locations", unmodelled::LOCATIONS, named.other));
    }
    if !platforms_exclude.is_empty() {
        extra.insert("platforms_exclude".to_owned(), platforms_exclude.into());
    }
    CaConditions {
        client_apps: conditions.client_app_types.unwrap_or_default(),
        platforms,
        locations_include,
        locations_exclude,
        sign_in_risk: conditions.sign_in_risk_levels.unwrap_or_default(),
        user_risk: conditions.user_risk_levels.unwrap_or_default(),
        device_filter: conditions.devices.filter(says_something),
        authentication_flows: conditions.authentication_flows.filter(says_something),
        extra,
    }
}

fn grant(grant: GrantControls) -> CaGrant {
    let mut controls = grant.built_in_controls.unwrap_or_default();
    // With OR each of them is a way round; with AND one more demand.
    for (name, more) in [
        (
            "customAuthenticationFactor",
            grant.custom_authentication_factors,
        ),
        ("termsOfUse", grant.terms_of_use),
    ] {
        if more.is_some_and(|list| !list.is_empty()) {
            controls.push(name.to_owned());
        }
    }
    let authentication_strength = grant.authentication_strength.filter(says_something);
    let mut extra = carried(unmodelled::GRANT, grant.other);
    if let Some(strength) = &authentication_strength {
        extra.extend(carried_as(
            "authentication_strength",
            unmodelled::STRENGTH,
            members_of(strength),
        ));
    }
    CaGrant {
        operator: grant.operator,
        controls,
        authentication_strength,
        extra,
    }
}
