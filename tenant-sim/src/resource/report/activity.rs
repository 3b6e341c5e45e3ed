//! What people do.

use crate::resource::report::csv::Table;
use crate::resource::report::person::{Person, flag, people, refreshed};
use crate::tenant::Tenant;

/// Activity is told service by service: plan by which somebody has it, or none in this simulation.
const SERVICES: [Option<&str>; 6] = [
    Some("EXCHANGE"),
    Some("SHAREPOINT"),
    Some("SHAREPOINT"),
    None,
    None,
    Some("TEAMS"),
];

/// <https://learn.microsoft.com/graph/api/reportroot-getoffice365activeuserdetail>
pub(super) fn active_users(tenant: &Tenant, _: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "User Principal Name",
        "Display Name",
        "Is Deleted",
        "Deleted Date",
        "Has Exchange License",
        "Has OneDrive License",
        "Has SharePoint License",
        "Has Skype For Business License",
        "Has Yammer License",
        "Has Teams License",
        "Exchange Last Activity Date",
        "OneDrive Last Activity Date",
        "SharePoint Last Activity Date",
        "Skype For Business Last Activity Date",
        "Yammer Last Activity Date",
        "Teams Last Activity Date",
        "Exchange License Assign Date",
        "OneDrive License Assign Date",
        "SharePoint License Assign Date",
        "Skype For Business License Assign Date",
        "Yammer License Assign Date",
        "Teams License Assign Date",
        "Assigned Products",
    ];
    let row = |person: Person<'_>| {
        let mut row = heading(person);
        row.push(person.is_deleted());
        row.push(person.deleted());
        let has = |plan: Option<&str>| plan.is_some_and(|plan| person.has(plan));
        row.extend(SERVICES.iter().map(|plan| flag(has(*plan))));
        row.extend(
            SERVICES
                .iter()
                .map(|plan| plan.map_or_else(String::new, |plan| person.last_used(plan))),
        );
        row.extend(SERVICES.iter().map(|plan| {
            if has(*plan) {
                person.created()
            } else {
                String::new()
            }
        }));
        row.push(person.products());
        row
    };
    Table::new(HEADERS, people(tenant).map(row).collect())
}

/// <https://learn.microsoft.com/graph/api/reportroot-getoffice365activationsuserdetail>
pub(super) fn activations(tenant: &Tenant, _: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "User Principal Name",
        "Display Name",
        "Product Type",
        "Last Activated Date",
        "Windows",
        "Mac",
        "Windows 10 Mobile",
        "iOS",
        "Android",
        "Activated On Shared Computer",
    ];
    let rows = people(tenant)
        .filter(|person| person.user.live() && person.has("TEAMS"))
        .flat_map(|person| {
            // A few have a drawing program as well.
            let second = (person.draw("second product", 12) == 0).then_some("VISIO CLIENT");
            let products = std::iter::once("MICROSOFT 365 APPS FOR ENTERPRISE").chain(second);
            products.map(move |product| {
                let mut row = heading(person);
                row.push(product.to_owned());
                row.push(person.last_used("TEAMS"));
                let counts = [
                    ("windows", 3),
                    ("mac", 2),
                    ("windows 10 mobile", 1),
                    ("ios", 2),
                    ("android", 2),
                ];
                row.extend(
                    counts
                        .iter()
                        .map(|(what, most)| person.draw(what, *most).to_string()),
                );
                row.push(flag(person.draw("shared computer", 20) == 0));
                row
            })
        });
    Table::new(HEADERS, rows.collect())
}

/// <https://learn.microsoft.com/graph/api/reportroot-getemailactivityuserdetail>
pub(super) fn emails(tenant: &Tenant, period: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "User Principal Name",
        "Display Name",
        "Is Deleted",
        "Deleted Date",
        "Last Activity Date",
        "Send Count",
        "Receive Count",
        "Read Count",
        "Assigned Products",
        "Report Period",
    ];
    let row = |person: Person<'_>| {
        let mut row = heading(person);
        row.extend([
            person.is_deleted(),
            person.deleted(),
            person.last_used("EXCHANGE"),
            person.often("mail sent", 300, period),
            person.often("mail received", 900, period),
            person.often("mail read", 700, period),
            person.products(),
            period.to_owned(),
        ]);
        row
    };
    let rows = people(tenant)
        .filter(|person| person.has("EXCHANGE"))
        .map(row);
    Table::new(HEADERS, rows.collect())
}

/// <https://learn.microsoft.com/graph/api/reportroot-getteamsuseractivityuserdetail>
pub(super) fn teams(tenant: &Tenant, period: &str) -> Table {
    const HEADERS: &[&str] = &[
        "Report Refresh Date",
        "User Principal Name",
        "Last Activity Date",
        "Is Deleted",
        "Deleted Date",
        "Assigned Products",
        "Team Chat Message Count",
        "Private Chat Message Count",
        "Call Count",
        "Meeting Count",
        "Has Other Action",
        "Report Period",
    ];
    let row = |person: Person<'_>| {
        vec![
            refreshed(tenant),
            person.principal_name(),
            person.last_used("TEAMS"),
            person.is_deleted(),
            person.deleted(),
            person.products(),
            person.often("team messages", 60, period),
            person.often("chat messages", 400, period),
            person.often("calls", 20, period),
            person.often("meetings", 40, period),
            if person.draw("other action", 2) == 0 {
                "Yes"
            } else {
                "No"
            }
            .to_owned(),
            period.to_owned(),
        ]
    };
    let rows = people(tenant).filter(|person| person.has("TEAMS")).map(row);
    Table::new(HEADERS, rows.collect())
}

/// The first columns of most reports.
fn heading(person: Person<'_>) -> Vec<String> {
    vec![
        refreshed(person.tenant),
        person.principal_name(),
        person.display_name(),
    ]
}
