//! A simulated Microsoft 365 tenant on loopback: real HTTP, documented behaviour, faults on demand.
//!
//! Whoever reads a tenant through Microsoft Graph has to be right about paging, delta tokens, throttling, missing
//! permissions and broken connections, and cannot make a real tenant misbehave at will. This crate can: it serves
//! the login service and Graph on `127.0.0.1`, edits the tenant while it is being read, knows the truth that a
//! reader must end with, and counts what was asked. It knows no client and no models: its JSON is written by hand
//! from the documented shapes.
//!
//! ```
//! use tenant_sim::{FaultPlan, GenerateOptions, Sim, Tenant};
//!
//! # fn main() -> Result<(), tenant_sim::StartError> {
//! let options = GenerateOptions { seed: 7, users: 300, groups: 15, ..GenerateOptions::default() };
//! let sim = Sim::builder().tenant(Tenant::generate(options)).faults(FaultPlan::hostile(7)).start_blocking()?;
//!
//! // Point the reader under test at these, and let it read everything.
//! println!("{} {} {}", sim.graph_url(), sim.login_url(), sim.tenant_id());
//! println!("{} {}", sim.client_id(), sim.client_secret());
//!
//! // Change the tenant, read again, and compare with the truth.
//! let id = sim.edit(|tenant| tenant.create_user(serde_json::json!({"displayName": "Nina Park"})));
//! sim.edit(|tenant| tenant.churn(1, 100));
//! let truth = sim.truth();
//! assert!(truth.users.contains_key(&id) || truth.deleted_users.contains_key(&id));
//!
//! // See what was asked: nothing, as this example has no reader.
//! assert_eq!((sim.stats().requests, sim.stats().writes), (0, 0));
//! # Ok(())
//! # }
//! ```
//!
//! | to | use |
//! |---|---|
//! | choose a tenant | [`Tenant::example`], [`Tenant::generate`] |
//! | serve several to one app | [`SimBuilder::tenants`], [`SimHandle::for_tenant`] |
//! | change it | [`SimHandle::edit`] |
//! | answer paths of one's own | [`SimHandle::route`] |
//! | know what a reader must end with | [`SimHandle::truth`] |
//! | make things go wrong | [`FaultPlan`], [`SimHandle::faults`] |
//! | apply the documented limits | [`ThrottleMode`] |
//! | take permissions, licenses or consent away | [`SimHandle::deny`], [`SimHandle::unlicense`], [`SimHandle::credential_state`] |
//! | tell "denied" from "unlicensed" from "empty" | [`Area`], [`SimHandle::claim_unlicensed`], [`SimHandle::empty`] |
//! | hide the names in usage reports | [`SimHandle::conceal_report_names`] |
//! | make delta tokens too old | [`SimHandle::expire_delta_tokens`] |
//! | let hours or days pass | [`SimHandle::advance`] |
//! | see what was asked | [`SimHandle::stats`] |
//!
//! # What is served
//!
//! `POST /{tenant}/oauth2/v2.0/token`, and below `/v1.0` and `/beta`, alone or in a `$batch`:
//!
//! | family | paths |
//! |---|---|
//! | directory | `organization`; `domains` with their DNS records; `users` with `$count`, `delta` and `$expand=manager`; `groups` with `$count`, `delta`, `members`, `owners`, `transitiveMembers`; `directory/administrativeUnits` with `members`; `devices` with `$count` and their owners; `contacts`; `directoryObjects/{id}`; `directory/deletedItems` |
//! | roles | definitions, assignments, eligibilities and schedule instances of `roleManagement/directory`; `policies/roleManagementPolicies` with their rules, and their assignments; `identityGovernance/accessReviews/definitions` with `instances` |
//! | authentication | `userRegistrationDetails`; methods and (beta) per-user MFA of a person; policies of authentication methods and strengths, conditional access, named locations, security defaults, authorization, admin consent, cross-tenant access, idle sessions; `groupSettings`; `identityProtection/riskyUsers` and `riskDetections` |
//! | applications | `applications` and `servicePrincipals`, also by `appId`, with `owners`; `appRoleAssignedTo`; `oauth2PermissionGrants`; `policies/defaultAppManagementPolicy` |
//! | licenses | `subscribedSkus`, `directory/subscriptions` |
//! | collaboration | `teams` with `channels` and `members`; `mailboxSettings` of a person; `admin/sharepoint/settings`; `sites/getAllSites`; `security/dataSecurityAndGovernance/sensitivityLabels` |
//! | devices | `deviceManagement` and its `managedDevices` with `windowsProtectionState`, `deviceCompliancePolicies` and `deviceConfigurations` with `deviceStatuses`, (beta) `configurationPolicies` with `settings`, `detectedApps` with their devices; `deviceAppManagement/mobileApps` |
//! | security | `security/secureScores`, `secureScoreControlProfiles`, `alerts_v2`, `incidents` |
//! | logs | `auditLogs/signIns` (beta tells more of each, and has those of apps) and `directoryAudits`, thirty days back |
//! | reports | `admin/reportSettings`, and seven usage reports by 302 to a CSV file on the same origin, which refuses an `Authorization` header with 401 |
//! | service | `healthOverviews`, `issues` and `messages` of `admin/serviceAnnouncement` |
//!
//! Anything else that is read is refused with a 400 or a 501 that says so, unless [`SimHandle::route`]
//! answers it; anything that would change the tenant is refused with a 403 or 405 and counted in [`Stats::writes`].
//!
//! Most of this follows from the seed and the number of the item when it is asked for, so that a large tenant takes
//! no more memory for it. What belongs together agrees: the newest sign-in of somebody is the one that their
//! `signInActivity` shows, a device of the directory is the one that Intune manages, a subscription is that of its
//! SKU. While a license is taken away, its service plans are missing from `subscribedSkus` and `organization`.
//!
//! # Where it is simpler than the service
//!
//! Reads are consistent at once; there is one app; nextLinks never age; role assignments cover the
//! whole directory; `$search` and `$orderby` answer 501, as does `$expand` of a relation that is not named above;
//! usage reports are CSV alone, and no fault strikes their download. Limits of an app over all tenants are counted
//! in each by itself. The example tenant answers what needs Entra ID
//! P2 although its one subscription brings P1.
//!
//! The program `tenant-sim` serves a tenant from the command line and prints where it is.

mod access;
mod area;
mod call;
mod chance;
mod clock;
mod credential;
mod expiry;
mod fault;
mod guid;
mod list;
mod odata;
mod reply;
mod resource;
mod retry_after;
mod route;
mod server;
mod sim;
mod stats;
mod tenant;
mod throttle;
mod truth;

pub use area::{Area, License};
pub use credential::CredentialState;
pub use expiry::Expiry;
pub use fault::FaultPlan;
pub use sim::{Offline, Sim, SimBuilder, SimHandle, StartError};
pub use stats::Stats;
pub use tenant::Tenant;
pub use tenant::edit::TenantEdit;
pub use tenant::generate::GenerateOptions;
pub use throttle::ThrottleMode;
pub use truth::Truth;

/// The paths that are served below the version, whether in beta alone, and the area of each.
#[doc(hidden)]
pub fn templates() -> impl Iterator<Item = (&'static str, bool, Area)> {
    server::endpoint::rows().map(|row| (row.template, row.beta_only, row.area))
}

/// The snippets of the package's page compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
