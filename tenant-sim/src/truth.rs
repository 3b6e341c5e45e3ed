//! What a reader must end with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::area::License;
use crate::guid;
use crate::resource::application::grant;
use crate::resource::{
    access_review, administrative_unit, alert, audit, authentication_policy, collaboration,
    contact, cross_tenant, dns, intune, organization, registration, risk, role, secure_score,
    service, subscription, tenant_policy,
};
use crate::tenant::Tenant;
use crate::tenant::property::object;
use crate::tenant::role::{BUILT_IN, Holding};
use crate::tenant::user::Life;

/// The state of the tenant as an undisturbed reader must see it, from [`SimHandle::truth`](crate::SimHandle::truth).
///
/// Objects carry every property that has a value, whatever a reader selects: compare the properties that were
/// selected, and take an absent one for `null` ([`Truth::mismatch`] does so).
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Truth {
    /// Users that are not deleted, by id. `signInActivity` is among their properties, if they ever signed in.
    pub users: BTreeMap<String, Value>,
    /// Groups that are not deleted, by id.
    pub groups: BTreeMap<String, Value>,
    /// (group, member) of the groups that are not deleted.
    pub members: BTreeSet<(String, String)>,
    /// (group, owner) of the groups that are not deleted.
    pub owners: BTreeSet<(String, String)>,
    /// Users deleted since the start, with the reason that delta gives: `changed` or `deleted`.
    pub deleted_users: BTreeMap<String, String>,
    /// Groups deleted since the start, with the reason that delta gives.
    pub deleted_groups: BTreeMap<String, String>,
    /// The organisation.
    pub organization: Value,
    /// Domains by name.
    pub domains: BTreeMap<String, Value>,
    /// Subscriptions by id.
    pub subscribed_skus: BTreeMap<String, Value>,
    /// Role definitions by id, as v1.0 shows them.
    pub role_definitions: BTreeMap<String, Value>,
    /// Active role assignments by id.
    pub role_assignments: BTreeMap<String, Value>,
    /// Role eligibility schedule instances by id.
    pub role_eligibilities: BTreeMap<String, Value>,
    /// Rows of the registration report by user id; disabled accounts have none.
    pub registration_details: BTreeMap<String, Value>,
    /// Per-user MFA state by user id.
    pub per_user_mfa: BTreeMap<String, String>,
    /// Conditional access policies by id.
    pub policies: BTreeMap<String, Value>,
    /// Named locations by id.
    pub named_locations: BTreeMap<String, Value>,
    /// Whether security defaults are on.
    pub security_defaults: bool,
    /// How many objects there are of each kind that is read as a list, by entity type (`device`, `riskyUser`), the
    /// collections above included. What is read parent by parent is counted over all parents. Sign-ins are left out,
    /// as counting them takes longer than the rest of the truth.
    pub counts: BTreeMap<String, usize>,
}

impl Truth {
    /// The first of these properties in which an object that was read differs from the truth, if any; absent and
    /// `null` are the same.
    ///
    /// ```
    /// use serde_json::json;
    /// use tenant_sim::Truth;
    ///
    /// let truth = json!({"id": "1", "displayName": "Adele"});
    /// let selected = ["id", "displayName", "mail"];
    /// assert_eq!(Truth::mismatch(&truth, &json!({"id": "1", "displayName": "Adele", "mail": null}), &selected), None);
    /// assert_eq!(Truth::mismatch(&truth, &json!({"id": "1"}), &selected), Some("displayName"));
    /// ```
    pub fn mismatch<'s>(truth: &Value, read: &Value, selected: &[&'s str]) -> Option<&'s str> {
        selected.iter().copied().find(|name| {
            truth.get(name).unwrap_or(&Value::Null) != read.get(name).unwrap_or(&Value::Null)
        })
    }

    pub(crate) fn of(tenant: &Tenant, missing: &BTreeSet<License>) -> Self {
        let administrators = tenant.administrators();
        let pairs = |related: fn(&crate::tenant::group::Group) -> &BTreeSet<guid::Guid>| {
            tenant
                .live_groups()
                .flat_map(|group| {
                    related(group)
                        .iter()
                        .map(|id| (guid::text(group.id), guid::text(*id)))
                })
                .collect()
        };
        let reason = |life: Life| match life {
            Life::Live => None,
            Life::SoftDeleted => Some("changed".to_owned()),
            Life::Purged => Some("deleted".to_owned()),
        };
        Self {
            users: tenant
                .live_users()
                .map(|user| (guid::text(user.id), object(tenant, user)))
                .collect(),
            groups: tenant
                .live_groups()
                .map(|group| (guid::text(group.id), object(tenant, group)))
                .collect(),
            members: pairs(|group| &group.members),
            owners: pairs(|group| &group.owners),
            deleted_users: tenant
                .users
                .iter()
                .filter_map(|user| Some((guid::text(user.id), reason(user.life)?)))
                .collect(),
            deleted_groups: tenant
                .groups
                .iter()
                .filter_map(|group| Some((guid::text(group.id), reason(group.life)?)))
                .collect(),
            organization: organization::describe(tenant, missing),
            domains: by_id(organization::all_domains(tenant)),
            subscribed_skus: by_id(organization::all_skus(tenant, missing)),
            role_definitions: by_id(BUILT_IN.iter().map(|role| role::describe_role(role, false))),
            role_assignments: by_id(tenant.assignments(Holding::Active).map(role::assignment_of)),
            role_eligibilities: by_id(
                tenant
                    .assignments(Holding::Eligible)
                    .map(|held| role::eligibility_instance_of(tenant, held)),
            ),
            registration_details: by_id(
                registration::reported(tenant)
                    .map(|user| registration::describe(tenant, user, &administrators)),
            ),
            per_user_mfa: tenant
                .live_users()
                .map(|user| (guid::text(user.id), user.mfa.name().to_owned()))
                .collect(),
            policies: by_id(tenant.policies.iter().cloned()),
            named_locations: by_id(tenant.named_locations.iter().cloned()),
            security_defaults: tenant.security_defaults,
            counts: counts(tenant),
        }
    }
}

/// How many objects there are of each kind.
fn counts(tenant: &Tenant) -> BTreeMap<String, usize> {
    let domains = [&tenant.domain, &tenant.initial_domain];
    let records = domains.iter().map(|domain| {
        dns::service_records(tenant, domain).len() + dns::verification_records(tenant, domain).len()
    });
    let detections = risk::people(tenant).map(|(at, _)| risk::count_of(tenant, at));
    let assigned = (0..tenant.principal_count()).map(|at| grant::assignments(tenant, at).len());
    let held = |holding| tenant.assignments(holding).count();
    let all = [
        ("organization", 1),
        ("user", tenant.live_users().count()),
        ("group", tenant.live_groups().count()),
        ("domain", domains.len()),
        ("domainDnsRecord", records.sum()),
        ("administrativeUnit", administrative_unit::UNITS.len()),
        ("device", tenant.device_count()),
        ("orgContact", number(contact::count(tenant))),
        ("unifiedRoleDefinition", BUILT_IN.len()),
        ("unifiedRoleAssignment", held(Holding::Active)),
        (
            "unifiedRoleAssignmentScheduleInstance",
            held(Holding::Active),
        ),
        (
            "unifiedRoleEligibilityScheduleInstance",
            held(Holding::Eligible),
        ),
        ("unifiedRoleManagementPolicy", BUILT_IN.len()),
        ("unifiedRoleManagementPolicyAssignment", BUILT_IN.len()),
        (
            "accessReviewScheduleDefinition",
            access_review::REVIEWS.len(),
        ),
        (
            "accessReviewInstance",
            number(access_review::REVIEWS.iter().map(|review| review.3).sum()),
        ),
        (
            "userRegistrationDetails",
            registration::reported(tenant).count(),
        ),
        (
            "authenticationStrengthPolicy",
            authentication_policy::all_strengths(tenant).len(),
        ),
        ("conditionalAccessPolicy", tenant.policies.len()),
        ("namedLocation", tenant.named_locations.len()),
        (
            "crossTenantAccessPolicyConfigurationPartner",
            cross_tenant::all_partners(tenant).len(),
        ),
        (
            "groupSetting",
            tenant_policy::all_group_settings(tenant).len(),
        ),
        ("activityBasedTimeoutPolicy", 1),
        ("riskyUser", risk::people(tenant).count()),
        ("riskDetection", number(detections.sum())),
        ("application", tenant.applications),
        ("servicePrincipal", tenant.principal_count()),
        ("oAuth2PermissionGrant", grant::grant_count(tenant)),
        ("appRoleAssignment", assigned.sum()),
        ("subscribedSku", tenant.skus.len()),
        ("companySubscription", subscription::describe(tenant).len()),
        (
            "secureScore",
            usize::try_from(secure_score::DAYS).unwrap_or(0),
        ),
        ("secureScoreControlProfile", secure_score::ALL.len()),
        ("alert", number(alert::count(tenant))),
        ("incident", number(alert::incident_count(tenant))),
        ("directoryAudit", number(audit::count(tenant))),
        ("serviceHealth", service::SERVICES.len()),
        ("serviceHealthIssue", number(service::ISSUE_COUNT)),
        ("serviceUpdateMessage", number(service::MESSAGE_COUNT)),
    ];
    all.into_iter()
        .chain(intune::counts(tenant))
        .chain(collaboration::counts(tenant))
        .map(|(kind, count)| (kind.to_owned(), count))
        .collect()
}

fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn by_id(items: impl IntoIterator<Item = Value>) -> BTreeMap<String, Value> {
    let keyed = items
        .into_iter()
        .filter_map(|item| Some((item.get("id")?.as_str()?.to_owned(), item)));
    keyed.collect()
}
