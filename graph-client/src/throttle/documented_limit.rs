//! The figures that Microsoft documents.
//!
//! Limits on what all applications of a tenant do together are left out where the application's own
//! is lower. Of writes, those counted in megabytes or by audience of an application are left out.

use std::time::Duration;

use super::limit::LimitMethods::{Deletes, Reads, Updates, Writes};
use super::limit::{Limit, LimitScope, LimitUnit};
use crate::workload::Workload::{
    self, ConditionalAccess, Identity, IdentityReports, Intune, Outlook, Reports, Security,
    ServiceCommunications, SignInActivity, Subscriptions, Teams,
};

const PAGE: &str = "https://learn.microsoft.com/graph/throttling-limits";

fn row(workload: Workload, scope: LimitScope, amount: u32, seconds: u64) -> Limit {
    Limit::new(workload, scope, amount, Duration::from_secs(seconds)).page(PAGE)
}

fn app(workload: Workload, amount: u32, seconds: u64) -> Limit {
    row(workload, LimitScope::App, amount, seconds)
}

fn tenant(workload: Workload, amount: u32, seconds: u64) -> Limit {
    row(workload, LimitScope::Tenant, amount, seconds)
}

fn resource(workload: Workload, amount: u32, seconds: u64, path: &'static str) -> Limit {
    row(workload, LimitScope::Resource, amount, seconds).path(path)
}

pub(super) fn documented() -> Vec<Limit> {
    vec![
        // Identity and access. The figure of a tenant grows with its size: 3,500 units under 50 users,
        // 5,000 to 500, then 8,000. Only the large ones have so much to read that it matters.
        tenant(Identity, 8_000, 10).unit(LimitUnit::ResourceUnits),
        app(Identity, 150_000, 20).unit(LimitUnit::ResourceUnits),
        tenant(Identity, 3_000, 150).methods(Writes),
        app(Identity, 35_000, 300).methods(Writes),
        tenant(Identity, 455, 10).path("schemaextensions"),
        tenant(Identity, 150, 5).path("invitations"),
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
        tenant(Intune, 200, 20)
            .path("devicemanagement/manageddevice*")
            .methods(Writes),
        tenant(Intune, 200, 20)
            .path("devicemanagement/devicehealthscripts")
            .methods(Writes),
        tenant(Intune, 100, 20).methods(Writes),
        // Outlook: each mailbox by itself.
        resource(Outlook, 10_000, 600, "users/{id}"),
        resource(Outlook, 4, 0, "users/{id}").unit(LimitUnit::Concurrent),
        resource(Outlook, 10_000, 600, "groups/{id}"),
        resource(Outlook, 4, 0, "groups/{id}").unit(LimitUnit::Concurrent),
        // Teams.
        app(Teams, 1_000, 1)
            .path("teams/*/channels/getall*")
            .methods(Reads),
        tenant(Teams, 200, 1)
            .path("teams/*/channels/getall*")
            .methods(Reads),
        app(Teams, 1_000, 1)
            .path("users/*/chats/getall*")
            .methods(Reads),
        tenant(Teams, 200, 1)
            .path("users/*/chats/getall*")
            .methods(Reads),
        app(Teams, 200, 1)
            .path("teams/*/channels/*/messages")
            .methods(Reads),
        tenant(Teams, 20, 1)
            .path("teams/*/channels/*/messages")
            .methods(Reads),
        app(Teams, 1_200, 1)
            .path("teams/*/channels/*/members")
            .methods(Reads),
        tenant(Teams, 60, 1)
            .path("teams/*/channels/*/members")
            .methods(Reads),
        app(Teams, 600, 1).path("teams/*/channels/*").methods(Reads),
        tenant(Teams, 30, 1)
            .path("teams/*/channels/*")
            .methods(Reads),
        resource(Teams, 1, 1, "teams/{id}/channels/{id}").methods(Reads),
        app(Teams, 1_200, 1).path("teams/*/channels").methods(Reads),
        tenant(Teams, 60, 1).path("teams/*/channels").methods(Reads),
        app(Teams, 1_200, 1).path("teams/*/members").methods(Reads),
        tenant(Teams, 60, 1).path("teams/*/members").methods(Reads),
        resource(Teams, 4, 1, "teams/{id}").methods(Reads),
        app(Teams, 300, 1)
            .path("users/*/joinedteams")
            .methods(Reads),
        tenant(Teams, 30, 1)
            .path("users/*/joinedteams")
            .methods(Reads),
        app(Teams, 200, 1).path("users/*/chats").methods(Reads),
        tenant(Teams, 20, 1).path("users/*/chats").methods(Reads),
        resource(Teams, 1, 1, "users/{id}/chats").methods(Reads),
        app(Teams, 200, 1).path("chats/*/messages").methods(Reads),
        tenant(Teams, 20, 1).path("chats/*/messages").methods(Reads),
        app(Teams, 2_000, 1).path("chats/*").methods(Reads),
        tenant(Teams, 200, 1).path("chats/*").methods(Reads),
        resource(Teams, 1, 1, "chats/{id}").methods(Reads),
        app(Teams, 200, 1).path("chats").methods(Reads),
        tenant(Teams, 20, 1).path("chats").methods(Reads),
        app(Teams, 1_500, 1).methods(Reads),
        tenant(Teams, 30, 1).methods(Reads),
        app(Teams, 300, 1).methods(Updates),
        tenant(Teams, 30, 1).methods(Updates),
        resource(Teams, 1, 1, "teams/{id}/channels/{id}").methods(Updates),
        resource(Teams, 1, 1, "chats/{id}").methods(Updates),
        app(Teams, 150, 1).methods(Deletes),
        tenant(Teams, 15, 1).methods(Deletes),
        resource(Teams, 1, 1, "teams/{id}/channels/{id}").methods(Deletes),
        resource(Teams, 1, 1, "chats/{id}").methods(Deletes),
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
        // Subscriptions: one of them, the list, and changes.
        app(Subscriptions, 2_000, 20)
            .path("subscriptions/*")
            .methods(Reads),
        tenant(Subscriptions, 500, 20)
            .path("subscriptions/*")
            .methods(Reads),
        app(Subscriptions, 40, 20).methods(Reads),
        tenant(Subscriptions, 25, 20).methods(Reads),
        app(Subscriptions, 4_000, 20)
            .path("subscriptions/*/reauthorize")
            .methods(Updates),
        tenant(Subscriptions, 1_000, 20)
            .path("subscriptions/*/reauthorize")
            .methods(Updates),
        app(Subscriptions, 2_000, 20).methods(Updates),
        tenant(Subscriptions, 500, 20).methods(Updates),
        app(Subscriptions, 2_000, 20).methods(Deletes),
        tenant(Subscriptions, 500, 20).methods(Deletes),
    ]
}
