//! Directory roles: definitions, assignments, eligibilities.
//! <https://learn.microsoft.com/graph/api/resources/rolemanagement>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::iso;
use crate::guid;
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::role::{Assignment, BUILT_IN, BuiltInRole, Holding};

pub(crate) fn definitions(call: &Call<'_>) -> Result<Reply> {
    let describe = |role| describe_role(role, call.beta);
    list::documents(
        call,
        "roleManagement/directory/roleDefinitions",
        "#microsoft.graph.unifiedRoleDefinition",
        BUILT_IN.iter(),
        describe,
    )
}

pub(crate) fn definition(call: &Call<'_>) -> Result<Reply> {
    let found = BUILT_IN
        .iter()
        .find(|role| role.template_id.eq_ignore_ascii_case(&call.route.id));
    let role = found.ok_or_else(|| GraphError::not_found(&call.route.id))?;
    Ok(list::document(
        call,
        "roleManagement/directory/roleDefinitions",
        "/$entity",
        &describe_role(role, call.beta),
    ))
}

pub(crate) fn assignments(call: &Call<'_>) -> Result<Reply> {
    let all = call.tenant.assignments(Holding::Active);
    list::documents(
        call,
        "roleManagement/directory/roleAssignments",
        "#microsoft.graph.unifiedRoleAssignment",
        all,
        assignment_of,
    )
}

pub(crate) fn assignment(call: &Call<'_>) -> Result<Reply> {
    let found = call
        .tenant
        .assignments(Holding::Active)
        .find(|held| held.id == call.route.id);
    let held = found.ok_or_else(|| GraphError::not_found(&call.route.id))?;
    Ok(list::document(
        call,
        "roleManagement/directory/roleAssignments",
        "/$entity",
        &assignment_of(held),
    ))
}

pub(crate) fn assignment_instances(call: &Call<'_>) -> Result<Reply> {
    let all = call.tenant.assignments(Holding::Active);
    let entity = "#microsoft.graph.unifiedRoleAssignmentScheduleInstance";
    list::documents(
        call,
        "roleManagement/directory/roleAssignmentScheduleInstances",
        entity,
        all,
        |held| assignment_instance_of(call.tenant, held),
    )
}

pub(crate) fn eligibility_instances(call: &Call<'_>) -> Result<Reply> {
    let all = call.tenant.assignments(Holding::Eligible);
    let entity = "#microsoft.graph.unifiedRoleEligibilityScheduleInstance";
    list::documents(
        call,
        "roleManagement/directory/roleEligibilityScheduleInstances",
        entity,
        all,
        |held| eligibility_instance_of(call.tenant, held),
    )
}

pub(crate) fn eligibility_schedules(call: &Call<'_>) -> Result<Reply> {
    let all = call.tenant.assignments(Holding::Eligible);
    let entity = "#microsoft.graph.unifiedRoleEligibilitySchedule";
    list::documents(
        call,
        "roleManagement/directory/roleEligibilitySchedules",
        entity,
        all,
        |held| eligibility_schedule_of(call.tenant, held),
    )
}

/// A role definition; `isPrivileged` exists in beta only.
pub(crate) fn describe_role(role: &BuiltInRole, beta: bool) -> Value {
    let mut value = json!({
        "id": role.template_id,
        "description": role.description,
        "displayName": role.name,
        "isBuiltIn": true,
        "isEnabled": true,
        "resourceScopes": ["/"],
        "templateId": role.template_id,
        "version": "1",
        "rolePermissions": [{"allowedResourceActions": [role.action], "condition": null}],
    });
    if beta {
        value["isPrivileged"] = json!(role.privileged);
    }
    value
}

/// An active assignment.
pub(crate) fn assignment_of(held: &Assignment) -> Value {
    json!({
        "id": held.id,
        "principalId": guid::text(held.principal),
        "directoryScopeId": "/",
        "appScopeId": null,
        "condition": null,
        "roleDefinitionId": held.role.template_id,
    })
}

/// The active assignment as privileged identity management shows it.
pub(crate) fn assignment_instance_of(tenant: &Tenant, held: &Assignment) -> Value {
    json!({
        "id": held.id,
        "principalId": guid::text(held.principal),
        "roleDefinitionId": held.role.template_id,
        "directoryScopeId": "/",
        "appScopeId": null,
        "startDateTime": iso(tenant.base + held.start),
        "endDateTime": null,
        "assignmentType": "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": held.id,
        "roleAssignmentScheduleId": held.id,
    })
}

/// An eligibility as it stands now.
pub(crate) fn eligibility_instance_of(tenant: &Tenant, held: &Assignment) -> Value {
    json!({
        "id": held.id,
        "principalId": guid::text(held.principal),
        "roleDefinitionId": held.role.template_id,
        "directoryScopeId": "/",
        "appScopeId": null,
        "startDateTime": iso(tenant.base + held.start),
        "endDateTime": null,
        "memberType": "Direct",
        "roleEligibilityScheduleId": guid::text(held.schedule),
    })
}

/// The schedule behind an eligibility.
pub(crate) fn eligibility_schedule_of(tenant: &Tenant, held: &Assignment) -> Value {
    let start = iso(tenant.base + held.start);
    json!({
        "id": guid::text(held.schedule),
        "principalId": guid::text(held.principal),
        "roleDefinitionId": held.role.template_id,
        "directoryScopeId": "/",
        "appScopeId": null,
        "createdUsing": guid::text(held.schedule),
        "createdDateTime": start,
        "modifiedDateTime": null,
        "status": "Provisioned",
        "memberType": "Direct",
        "scheduleInfo": {
            "startDateTime": start,
            "recurrence": null,
            "expiration": {"type": "noExpiration", "endDateTime": null, "duration": null},
        },
    })
}
