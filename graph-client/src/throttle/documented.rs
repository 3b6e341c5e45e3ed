//! The figures that Microsoft documents for reading.
//!
//! Limits on what all applications of a tenant do together are left out where the application's own
//! is lower, and so are those that no reader meets.

use std::time::Duration;

use super::Workload::{
    self, ConditionalAccess, Identity, IdentityReports, Intune, Outlook, Reports, Security,
    ServiceCommunications, SignInActivity, Subscriptions, Teams,
};
use super::limits::{Limit, LimitScope, LimitUnit};

const PAGE: &str = "https://learn.microsoft.com/graph/throttling-limits";

const fn row(workload: Workload, scope: LimitScope, amount: u32, seconds: u64) -> Limit {
    Limit::new(workload, scope, amount, Duration::from_secs(seconds)).page(PAGE)
}

const fn app(workload: Workload, amount: u32, seconds: u64) -> Limit {
    row(workload, LimitScope::App, amount, seconds)
}

const fn tenant(workload: Workload, amount: u32, seconds: u64) -> Limit {
    row(workload, LimitScope::Tenant, amount, seconds)
}

const fn resource(workload: Workload, amount: u32, seconds: u64, path: &'static str) -> Limit {
    row(workload, LimitScope::Resource, amount, seconds).path(path)
}

pub(super) const DOCUMENTED: &[Limit] = &[
    // Identity and access. The figure of a tenant grows with its size: 3,500 units under 50 users,
    // 5,000 to 500, then 8,000. Only the large ones have so much to read that it matters.
    tenant(Identity, 8_000, 10).unit(LimitUnit::ResourceUnits),
    app(Identity, 150_000, 20).unit(LimitUnit::ResourceUnits),
    // Identity and access reports.
    tenant(IdentityReports, 5, 10),
    app(IdentityReports, 122, 10),
    // Users with sign-in activity: of all tenants of an application together.
    tenant(SignInActivity, 10, 60),
    app(SignInActivity, 10, 60),
    // Identity protection and conditional access: of all applications of a tenant together.
    tenant(ConditionalAccess, 1, 1).without_retry_after(),
    // Microsoft 365 reports: each by itself.
    resource(Reports, 14, 600, "reports/{id}"),
    // Intune: devices, and the rest.
    tenant(Intune, 2_000, 20).path("devicemanagement/manageddevice*"),
    tenant(Intune, 2_000, 20).path("devicemanagement/detectedapps"),
    tenant(Intune, 2_000, 20).path("devicemanagement/devicehealthscripts"),
    tenant(Intune, 1_000, 20),
    // Outlook: each mailbox by itself.
    resource(Outlook, 10_000, 600, "users/{id}"),
    resource(Outlook, 4, 0, "users/{id}").unit(LimitUnit::Concurrent),
    resource(Outlook, 10_000, 600, "groups/{id}"),
    resource(Outlook, 4, 0, "groups/{id}").unit(LimitUnit::Concurrent),
    // Teams.
    app(Teams, 1_000, 1).path("teams/*/channels/getall*"),
    tenant(Teams, 200, 1).path("teams/*/channels/getall*"),
    app(Teams, 1_000, 1).path("users/*/chats/getall*"),
    tenant(Teams, 200, 1).path("users/*/chats/getall*"),
    app(Teams, 200, 1).path("teams/*/channels/*/messages"),
    tenant(Teams, 20, 1).path("teams/*/channels/*/messages"),
    app(Teams, 1_200, 1).path("teams/*/channels/*/members"),
    tenant(Teams, 60, 1).path("teams/*/channels/*/members"),
    app(Teams, 600, 1).path("teams/*/channels/*"),
    tenant(Teams, 30, 1).path("teams/*/channels/*"),
    resource(Teams, 1, 1, "teams/{id}/channels/{id}"),
    app(Teams, 1_200, 1).path("teams/*/channels"),
    tenant(Teams, 60, 1).path("teams/*/channels"),
    app(Teams, 1_200, 1).path("teams/*/members"),
    tenant(Teams, 60, 1).path("teams/*/members"),
    resource(Teams, 4, 1, "teams/{id}"),
    app(Teams, 300, 1).path("users/*/joinedteams"),
    tenant(Teams, 30, 1).path("users/*/joinedteams"),
    app(Teams, 200, 1).path("users/*/chats"),
    tenant(Teams, 20, 1).path("users/*/chats"),
    resource(Teams, 1, 1, "users/{id}/chats"),
    app(Teams, 200, 1).path("chats/*/messages"),
    tenant(Teams, 20, 1).path("chats/*/messages"),
    app(Teams, 2_000, 1).path("chats/*"),
    tenant(Teams, 200, 1).path("chats/*"),
    resource(Teams, 1, 1, "chats/{id}"),
    app(Teams, 200, 1).path("chats"),
    tenant(Teams, 20, 1).path("chats"),
    app(Teams, 1_500, 1),
    tenant(Teams, 30, 1),
    // Security.
    tenant(Security, 10_000, 600).path("security/securescore*"),
    tenant(Security, 4, 0)
        .path("security/securescore*")
        .unit(LimitUnit::Concurrent),
    tenant(Security, 5, 60).path("security/cases"),
    tenant(Security, 150, 60).path("security/alert*"),
    // Service communications.
    tenant(ServiceCommunications, 240, 60),
    tenant(ServiceCommunications, 800, 3_600),
    // Subscriptions: one of them, and the list.
    app(Subscriptions, 2_000, 20).path("subscriptions/*"),
    tenant(Subscriptions, 500, 20).path("subscriptions/*"),
    app(Subscriptions, 40, 20),
    tenant(Subscriptions, 25, 20),
];
