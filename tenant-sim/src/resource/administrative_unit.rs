//! Administrative units: one for each of some offices, one for administrators, one that nobody is in yet.
//! <https://learn.microsoft.com/graph/api/resources/administrativeunit>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::call::Call;
use crate::guid::{self, Guid};
use crate::list;
use crate::reply::{Reply, Result};
use crate::resource::group;
use crate::tenant::Tenant;
use crate::tenant::name::PLACES;

const UNIT: &str = "#microsoft.graph.administrativeUnit";
const SET: &str = "directory/administrativeUnits";

/// Who is in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// The people of an office, by its place in the list.
    Office(usize),
    Administrators,
    Contractors,
}

pub(crate) const UNITS: [Unit; 5] = [
    Unit::Office(0),
    Unit::Office(1),
    Unit::Office(3),
    Unit::Administrators,
    Unit::Contractors,
];

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    list::documents(call, SET, UNIT, 0..UNITS.len(), |at| {
        describe(call.tenant, at)
    })
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let (at, _) = find(call)?;
    Ok(list::document(
        call,
        SET,
        "/$entity",
        &describe(call.tenant, at),
    ))
}

pub(crate) fn members(call: &Call<'_>) -> Result<Reply> {
    let (_, unit) = find(call)?;
    if unit == Unit::Administrators && call.hides_members() {
        return group::objects(call, &BTreeSet::new());
    }
    group::objects(call, &members_of(call.tenant, unit))
}

fn find(call: &Call<'_>) -> Result<(usize, Unit)> {
    let id = guid::parse(&call.route.id);
    let found = UNITS
        .into_iter()
        .enumerate()
        .find(|(at, _)| Some(unit_id(call.tenant, *at)) == id);
    found.ok_or_else(|| call.not_found())
}

fn unit_id(tenant: &Tenant, at: usize) -> Guid {
    tenant.derived_id("administrative unit", at as u64)
}

pub(crate) fn members_of(tenant: &Tenant, unit: Unit) -> BTreeSet<Guid> {
    match unit {
        Unit::Office(place) => tenant
            .live_users()
            .filter(|user| usize::from(user.place) == place && !user.guest)
            .map(|user| user.id)
            .collect(),
        Unit::Administrators => tenant.administrators(),
        Unit::Contractors => BTreeSet::new(),
    }
}

pub(crate) fn describe(tenant: &Tenant, at: usize) -> Value {
    let unit = UNITS.get(at).copied().unwrap_or(Unit::Contractors);
    let (name, description) = match unit {
        Unit::Office(place) => {
            let city = PLACES.get(place).map_or("Office", |(city, ..)| *city);
            (city.to_owned(), Some(format!("The people of {city}")))
        }
        Unit::Administrators => (
            "Administrators".to_owned(),
            Some("Changed by global administrators alone".to_owned()),
        ),
        Unit::Contractors => ("Contractors".to_owned(), None),
    };
    json!({
        "id": guid::text(unit_id(tenant, at)),
        "deletedDateTime": null,
        "displayName": name,
        "description": description,
        "isMemberManagementRestricted": unit == Unit::Administrators,
        "membershipRule": null,
        "membershipRuleProcessingState": null,
        "membershipType": "Assigned",
        "visibility": if unit == Unit::Administrators { Some("HiddenMembership") } else { None },
    })
}
