//! What mailboxes, drives and sites hold.

use crate::clock::DAY;
use crate::guid;
use crate::resource::report::csv::Table;
use crate::resource::report::person::{Person, date, flag, people, refreshed};
use crate::tenant::Tenant;
use crate::tenant::group::{Group, GroupKind};
use crate::tenant::user_property::{display_name, principal_name};

const GIGABYTE: u64 = 1_073_741_824;

/// <https://learn.microsoft.com/graph/api/reportroot-getmailboxusagedetail>
pub(super) fn mailboxes(tenant: &Tenant, period: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "User Principal Name",
        "Display Name",
        "Is Deleted",
        "Deleted Date",
        "Created Date",
        "Last Activity Date",
        "Item Count",
        "Storage Used (Byte)",
        "Issue Warning Quota (Byte)",
        "Prohibit Send Quota (Byte)",
        "Prohibit Send/Receive Quota (Byte)",
        "Deleted Item Count",
        "Deleted Item Size (Byte)",
        "Report Period",
    ];
    let row = |person: Person<'_>| {
        let quota = if person.has("EXCHANGE_S_ENTERPRISE") {
            100
        } else {
            50
        };
        vec![
            refreshed(tenant),
            person.principal_name(),
            person.display_name(),
            person.is_deleted(),
            person.deleted(),
            person.created(),
            person.last_used("EXCHANGE"),
            person.draw("mail items", 40_000).to_string(),
            person.draw("mail bytes", quota * GIGABYTE).to_string(),
            ((quota - 2) * GIGABYTE).to_string(),
            ((quota - 1) * GIGABYTE).to_string(),
            (quota * GIGABYTE).to_string(),
            person.draw("mail deleted", 2_000).to_string(),
            person.draw("mail deleted bytes", GIGABYTE).to_string(),
            period.to_owned(),
        ]
    };
    let rows = people(tenant)
        .filter(|person| person.has("EXCHANGE"))
        .map(row);
    Table::new(HEADERS, rows.collect())
}

/// <https://learn.microsoft.com/graph/api/reportroot-getonedriveusageaccountdetail>
pub(super) fn drives(tenant: &Tenant, period: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "Site URL",
        "Owner Display Name",
        "Is Deleted",
        "Last Activity Date",
        "File Count",
        "Active File Count",
        "Storage Used (Byte)",
        "Storage Allocated (Byte)",
        "Owner Principal Name",
        "Report Period",
    ];
    let row = |person: Person<'_>| {
        vec![
            refreshed(tenant),
            personal_site(tenant, &person.principal_name()),
            person.display_name(),
            person.is_deleted(),
            person.last_used("SHAREPOINT"),
            person.draw("drive files", 9_000).to_string(),
            person.often("drive active files", 200, period),
            person.draw("drive bytes", 80 * GIGABYTE).to_string(),
            (1_024 * GIGABYTE).to_string(),
            person.principal_name(),
            period.to_owned(),
        ]
    };
    let rows = people(tenant)
        .filter(|person| person.has("SHAREPOINT"))
        .map(row);
    Table::new(HEADERS, rows.collect())
}

/// <https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail>
pub(super) fn sites(tenant: &Tenant, period: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "Site Id",
        "Site URL",
        "Owner Display Name",
        "Is Deleted",
        "Last Activity Date",
        "File Count",
        "Active File Count",
        "Page View Count",
        "Visited Page Count",
        "Storage Used (Byte)",
        "Storage Allocated (Byte)",
        "Root Web Template",
        "Owner Principal Name",
        "Report Period",
    ];
    let row = |group: &Group| {
        let number = (group.id >> 64) as u64;
        let draw = |what, bound| tenant.draw_below(what, number, bound);
        let owner = group.owners.iter().find_map(|id| tenant.user(*id));
        let away = i64::try_from(draw("site away", 120)).unwrap_or(0);
        let name: String = group
            .name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        vec![
            refreshed(tenant),
            site_id(tenant, group),
            format!("https://{}.sharepoint.com/sites/{name}", host(tenant)),
            owner.map_or_else(|| group.name.clone(), display_name),
            flag(false),
            date(tenant.base - (2 + away) * DAY),
            draw("site files", 4_000).to_string(),
            draw("site active files", 100).to_string(),
            draw("site views", 900).to_string(),
            draw("site pages", 60).to_string(),
            draw("site bytes", 200 * GIGABYTE).to_string(),
            (25_600 * GIGABYTE).to_string(),
            "Group".to_owned(),
            owner.map_or_else(String::new, |user| principal_name(tenant, user)),
            period.to_owned(),
        ]
    };
    let groups = tenant
        .live_groups()
        .filter(|group| matches!(group.kind, GroupKind::Microsoft365 | GroupKind::Dynamic));
    Table::new(HEADERS, groups.map(row).collect())
}

/// The id of the site collection of a group.
fn site_id(tenant: &Tenant, group: &Group) -> String {
    let number = (group.id >> 64) as u64;
    guid::text(guid::guid(tenant.draw("site", 0), number))
}

/// `contoso` of `contoso.onmicrosoft.com`.
fn host(tenant: &Tenant) -> &str {
    tenant.initial_domain.split('.').next().unwrap_or_default()
}

fn personal_site(tenant: &Tenant, principal_name: &str) -> String {
    let letters = principal_name.to_lowercase();
    let path: String = letters
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    format!("https://{}-my.sharepoint.com/personal/{path}", host(tenant))
}
