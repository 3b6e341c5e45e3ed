//! Edits of roles, policies and subscriptions.

use serde_json::Value;

use crate::guid::{self, Guid};
use crate::tenant::edit::TenantEdit;
use crate::tenant::role::{self, Holding};

impl TenantEdit<'_> {
    /// Gives a user or group a role now, by display name or template id. `None` if either is unknown.
    pub fn assign_role(&mut self, principal: &str, role: &str) -> Option<String> {
        self.hold(principal, role, Holding::Active)
    }

    /// Makes a user or group eligible for a role, by display name or template id. `None` if either is unknown.
    pub fn make_eligible(&mut self, principal: &str, role: &str) -> Option<String> {
        self.hold(principal, role, Holding::Eligible)
    }

    fn hold(&mut self, principal: &str, role: &str, holding: Holding) -> Option<String> {
        let principal = guid::parse(principal).filter(|id| self.tenant.live(*id))?;
        let start = self.relative_now();
        Some(
            self.tenant
                .hold_role(principal, role::find(role)?, holding, start),
        )
    }

    /// Ends an assignment or an eligibility.
    pub fn remove_role_assignment(&mut self, id: &str) -> bool {
        let before = self.tenant.assignments.len();
        self.tenant.assignments.retain(|held| held.id != id);
        self.tenant.assignments.len() != before
    }

    /// Creates or replaces a conditional access policy; an `id` is made if there is none. Returns the id.
    pub fn set_policy(&mut self, policy: Value) -> String {
        let fresh = self.tenant.new_id();
        upsert(&mut self.tenant.policies, policy, fresh)
    }

    /// Deletes a conditional access policy.
    pub fn delete_policy(&mut self, id: &str) -> bool {
        remove(&mut self.tenant.policies, id)
    }

    /// Creates or replaces a named location; an `id` is made if there is none. Returns the id.
    pub fn set_named_location(&mut self, location: Value) -> String {
        let fresh = self.tenant.new_id();
        upsert(&mut self.tenant.named_locations, location, fresh)
    }

    /// Deletes a named location.
    pub fn delete_named_location(&mut self, id: &str) -> bool {
        remove(&mut self.tenant.named_locations, id)
    }

    /// Turns security defaults on or off.
    pub fn set_security_defaults(&mut self, enabled: bool) {
        self.tenant.security_defaults = enabled;
    }

    /// Sets the number of seats bought of a SKU, by id or part number.
    pub fn set_seats(&mut self, sku: &str, seats: u32) -> bool {
        let found = self.tenant.skus.iter_mut().find(|known| {
            known.id.eq_ignore_ascii_case(sku) || known.part_number.eq_ignore_ascii_case(sku)
        });
        found.map(|known| known.seats = seats).is_some()
    }
}

fn upsert(list: &mut Vec<Value>, mut value: Value, fresh: Guid) -> String {
    let given = value
        .get("id")
        .and_then(Value::as_str)
        .map(ToOwned::to_owned);
    let id = given.unwrap_or_else(|| guid::text(fresh));
    if let Some(map) = value.as_object_mut() {
        map.insert("id".to_owned(), Value::String(id.clone()));
    }
    match list
        .iter_mut()
        .find(|known| known.get("id").and_then(Value::as_str) == Some(&id))
    {
        Some(known) => *known = value,
        None => list.push(value),
    }
    id
}

fn remove(list: &mut Vec<Value>, id: &str) -> bool {
    let before = list.len();
    list.retain(|known| known.get("id").and_then(Value::as_str) != Some(id));
    list.len() != before
}
