//! Policies of devices, and how they stand on each device.
//! <https://learn.microsoft.com/graph/api/intune-deviceconfig-devicecompliancepolicy-list>,
//! <https://learn.microsoft.com/graph/api/intune-deviceconfig-deviceconfiguration-list>,
//! <https://learn.microsoft.com/graph/api/intune-deviceconfig-devicecompliancedevicestatus-list>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::iso;
use crate::guid;
use crate::list;
use crate::odata::query::Expand;
use crate::reply::{Reply, Result};
use crate::resource::intune::convention::{NO_GRACE, not_found};
use crate::tenant::Tenant;
use crate::tenant::estate::catalog::{self, CatalogPolicy};
use crate::tenant::estate::compliance;
use crate::tenant::estate::configuration;
use crate::tenant::estate::managed::{Managed, Platform, places};
use crate::tenant::estate::policy::Policy;
use crate::tenant::estate::target::assignments;
use crate::tenant::user_property::{display_name, principal_name};

/// Policies that report on each device.
struct Family {
    set: &'static str,
    entity: &'static str,
    status_entity: &'static str,
    all: fn(&Tenant) -> Vec<Policy>,
    status: fn(&Policy, usize, &Managed<'_>) -> &'static str,
}

const COMPLIANCE: Family = Family {
    set: "deviceManagement/deviceCompliancePolicies",
    entity: "#microsoft.graph.deviceCompliancePolicy",
    status_entity: "#microsoft.graph.deviceComplianceDeviceStatus",
    all: compliance::policies,
    status: compliance::status,
};

const CONFIGURATION: Family = Family {
    set: "deviceManagement/deviceConfigurations",
    entity: "#microsoft.graph.deviceConfiguration",
    status_entity: "#microsoft.graph.deviceConfigurationDeviceStatus",
    all: configuration::configurations,
    status: configuration::status,
};

pub(crate) fn compliance_policies(call: &Call<'_>) -> Result<Reply> {
    COMPLIANCE.list(call)
}

pub(crate) fn compliance_policy(call: &Call<'_>) -> Result<Reply> {
    COMPLIANCE.one(call)
}

pub(crate) fn compliance_states(call: &Call<'_>) -> Result<Reply> {
    COMPLIANCE.states(call)
}

pub(crate) fn configurations(call: &Call<'_>) -> Result<Reply> {
    CONFIGURATION.list(call)
}

pub(crate) fn configuration(call: &Call<'_>) -> Result<Reply> {
    CONFIGURATION.one(call)
}

pub(crate) fn configuration_states(call: &Call<'_>) -> Result<Reply> {
    CONFIGURATION.states(call)
}

impl Family {
    fn list(&self, call: &Call<'_>) -> Result<Reply> {
        let bodies = (self.all)(call.tenant)
            .into_iter()
            .map(|policy| policy.body);
        let bodies: Vec<Value> = bodies.collect();
        list::documents_expanding(
            call,
            self.set,
            self.entity,
            bodies.iter(),
            Value::clone,
            &[("assignments", expand_assignments)],
        )
    }

    fn find(&self, call: &Call<'_>) -> Result<(usize, Policy)> {
        let id = guid::parse(&call.route.id);
        let mut all = (self.all)(call.tenant).into_iter().enumerate();
        all.find(|(_, policy)| Some(policy.id) == id)
            .ok_or_else(|| not_found(&call.route.id))
    }

    fn one(&self, call: &Call<'_>) -> Result<Reply> {
        call.query.refuse_unsimulated()?;
        let (_, policy) = self.find(call)?;
        Ok(list::document(call, self.set, "/$entity", &policy.body))
    }

    fn states(&self, call: &Call<'_>) -> Result<Reply> {
        let (number, policy) = self.find(call)?;
        let set = format!("{}('{}')/deviceStatuses", self.set, guid::text(policy.id));
        let describe = |at: usize| {
            let device = Managed::at(call.tenant, at)?;
            let fits = device.platform == policy.platform;
            fits.then(|| self.state(call.tenant, &policy, number, &device))
        };
        let places = 0..places(call.tenant);
        list::documents(call, &set, self.status_entity, places, describe)
    }

    /// How a policy stands on a device of its platform.
    fn state(
        &self,
        tenant: &Tenant,
        policy: &Policy,
        number: usize,
        device: &Managed<'_>,
    ) -> Value {
        let owner = device.owner.map_or(0, |user| user.id);
        let status = (self.status)(policy, number, device);
        let grace = device
            .grace()
            .filter(|_| status == "nonCompliant")
            .map_or_else(|| NO_GRACE.to_owned(), |grace| iso(tenant.base + grace));
        json!({
            "id": format!("{}_{}_{}", guid::text(owner), guid::text(policy.id), guid::text(device.id)),
            "deviceDisplayName": device.device.name(),
            "userName": device.owner.map(display_name),
            "deviceModel": device.device.model,
            "complianceGracePeriodExpirationDateTime": grace,
            "status": status,
            "lastReportedDateTime": iso(tenant.base + device.synced()),
            "userPrincipalName": device.owner.map(|user| principal_name(tenant, user)),
        })
    }
}

/// The assignments of a policy of any kind.
fn expand_assignments(call: &Call<'_>, of: &Value, _: &Expand) -> Option<Value> {
    let id = guid::parse(of.get("id")?.as_str()?)?;
    let tenant = call.tenant;
    let policies = compliance::policies(tenant)
        .into_iter()
        .chain(configuration::configurations(tenant))
        .map(|policy| (policy.id, policy.targets));
    let catalog = catalog::policies(tenant)
        .into_iter()
        .map(|policy| (policy.id, policy.targets));
    let (_, targets) = policies.chain(catalog).find(|(known, _)| *known == id)?;
    Some(Value::Array(assignments(tenant, id, targets)))
}

const CATALOG: &str = "deviceManagement/configurationPolicies";

pub(crate) fn catalog_policies(call: &Call<'_>) -> Result<Reply> {
    let policies = catalog::policies(call.tenant);
    list::documents_expanding(
        call,
        CATALOG,
        "#microsoft.graph.deviceManagementConfigurationPolicy",
        policies.iter(),
        |policy: &CatalogPolicy| policy.body.clone(),
        &[("assignments", expand_assignments)],
    )
}

fn find_catalog(call: &Call<'_>) -> Result<CatalogPolicy> {
    let id = guid::parse(&call.route.id);
    catalog::policies(call.tenant)
        .into_iter()
        .find(|policy| Some(policy.id) == id)
        .ok_or_else(|| not_found(&call.route.id))
}

pub(crate) fn catalog_policy(call: &Call<'_>) -> Result<Reply> {
    call.query.refuse_unsimulated()?;
    let policy = find_catalog(call)?;
    Ok(list::document(call, CATALOG, "/$entity", &policy.body))
}

pub(crate) fn catalog_settings(call: &Call<'_>) -> Result<Reply> {
    let policy = find_catalog(call)?;
    let settings = policy.settings();
    list::documents(
        call,
        &format!("{CATALOG}('{}')/settings", guid::text(policy.id)),
        "#microsoft.graph.deviceManagementConfigurationSetting",
        settings.iter(),
        Value::clone,
    )
}

/// How many of each kind there are, where so many devices run each platform.
pub(super) fn counts(
    tenant: &Tenant,
    on: &dyn Fn(Platform) -> usize,
) -> BTreeMap<&'static str, usize> {
    let states = |policies: &[Policy]| policies.iter().map(|policy| on(policy.platform)).sum();
    let (compliance, configurations) = (
        compliance::policies(tenant),
        configuration::configurations(tenant),
    );
    let catalog = catalog::policies(tenant);
    let settings = catalog.iter().map(|policy| policy.settings().len());
    BTreeMap::from([
        ("deviceCompliancePolicy", compliance.len()),
        ("deviceComplianceDeviceStatus", states(&compliance)),
        ("deviceConfiguration", configurations.len()),
        ("deviceConfigurationDeviceStatus", states(&configurations)),
        ("deviceManagementConfigurationPolicy", catalog.len()),
        ("deviceManagementConfigurationSetting", settings.sum()),
    ])
}
