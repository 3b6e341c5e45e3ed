//! The organisation, its people, groups and devices.

use crate::area::Area;
use crate::resource::{
    administrative_unit, contact, delta, device, directory, dns, group, organization, user,
};
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "organization",
        organization::organizations,
        Area::Organization,
    ),
    row(
        "organization/{id}",
        organization::organization,
        Area::Organization,
    ),
    row("domains", organization::domains, Area::Domains),
    row("domains/{id}", organization::domain, Area::Domains),
    row("users", user::list, Area::Users),
    row("users/$count", user::count, Area::Users),
    row("users/delta", delta::users, Area::Users),
    row("users/{id}", user::one, Area::Users),
    row("groups", group::list, Area::Groups),
    row("groups/$count", group::count, Area::Groups),
    row("groups/delta", delta::groups, Area::Groups),
    row("groups/{id}", group::one, Area::Groups),
    row("groups/{id}/members", group::members, Area::Groups),
    row(
        "groups/{id}/members/$count",
        group::member_count,
        Area::Groups,
    ),
    row(
        "groups/{id}/members/microsoft.graph.user",
        group::member_users,
        Area::Groups,
    ),
    row(
        "groups/{id}/members/microsoft.graph.group",
        group::member_groups,
        Area::Groups,
    ),
    row("groups/{id}/owners", group::owners, Area::Groups),
    row(
        "groups/{id}/transitiveMembers",
        group::transitive_members,
        Area::Groups,
    ),
    row(
        "directoryObjects/{id}",
        directory::object,
        Area::DirectoryObjects,
    ),
    row(
        "directory/deletedItems/microsoft.graph.user",
        directory::deleted_users,
        Area::Users,
    ),
    row(
        "directory/deletedItems/microsoft.graph.group",
        directory::deleted_groups,
        Area::Groups,
    ),
    row(
        "domains/{id}/serviceConfigurationRecords",
        dns::service,
        Area::DomainServiceRecords,
    ),
    row(
        "domains/{id}/verificationDnsRecords",
        dns::verification,
        Area::DomainVerificationRecords,
    ),
    row(
        "directory/administrativeUnits",
        administrative_unit::list,
        Area::AdministrativeUnits,
    ),
    row(
        "directory/administrativeUnits/{id}",
        administrative_unit::one,
        Area::AdministrativeUnits,
    ),
    row(
        "directory/administrativeUnits/{id}/members",
        administrative_unit::members,
        Area::AdministrativeUnitMembers,
    ),
    row("devices", device::list, Area::Devices),
    row("devices/$count", device::count, Area::Devices),
    row("devices/{id}", device::one, Area::Devices),
    row(
        "devices/{id}/registeredOwners",
        device::registered_owners,
        Area::Devices,
    ),
    row("contacts", contact::list, Area::OrgContacts),
];
