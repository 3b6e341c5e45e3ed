//! Usage reports: a redirect to a file that needs no token.
//! <https://learn.microsoft.com/graph/api/resources/report>,
//! <https://learn.microsoft.com/graph/api/resources/adminreportsettings>

mod activity;
mod csv;
mod person;
mod storage;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::call::Call;
use crate::list;
use crate::odata::link;
use crate::reply::{Content, GraphError, Reply, Result};
use crate::tenant::Tenant;
use csv::Table;

/// Where the files are, on the origin of Graph.
pub(crate) const FILES: &str = "/reports/download/";
/// How long a link is good, in seconds.
const GOOD_FOR: i64 = 300;

/// What makes the rows of a report.
type Rows = fn(&Tenant, &str) -> Table;

/// The reports by the name of their function.
const REPORTS: [(&str, Rows); 7] = [
    ("getOffice365ActiveUserDetail", activity::active_users),
    ("getOffice365ActivationsUserDetail", activity::activations),
    ("getMailboxUsageDetail", storage::mailboxes),
    ("getEmailActivityUserDetail", activity::emails),
    ("getTeamsUserActivityUserDetail", activity::teams),
    ("getOneDriveUsageAccountDetail", storage::drives),
    ("getSharePointSiteUsageDetail", storage::sites),
];

/// What a link to a file stands for.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    report: String,
    period: String,
    concealed: bool,
    empty: bool,
    until: i64,
}

pub(crate) fn settings(call: &Call<'_>) -> Result<Reply> {
    let settings = json!({"displayConcealedNames": call.access.conceal_names});
    list::single(call, "admin/reportSettings", &settings)
}

/// Answers with the place of the file: 302.
pub(crate) fn redirect(call: &Call<'_>) -> Result<Reply> {
    let (_, function) = call.route.template.rsplit_once('/').unwrap_or_default();
    let report = function.split('(').next().unwrap_or_default();
    let has_period = function.contains('(');
    if has_period && !matches!(call.route.id.as_str(), "D7" | "D30" | "D90" | "D180") {
        return Err(GraphError::new(
            400,
            "InvalidArgument",
            "Invalid period value specified. Only support D7, D30, D90, D180.",
        ));
    }
    if call.beta && call.query.raw.contains("json") {
        return Err(GraphError::not_simulated("reports as JSON"));
    }
    let file = File {
        report: report.to_owned(),
        period: call.route.id.trim_start_matches('D').to_owned(),
        concealed: call.access.conceal_names,
        empty: call.emptied(),
        until: call.now + GOOD_FOR,
    };
    let token = link::seal(call.link_key, &file);
    Ok(Reply::text(String::new())
        .with_status(302)
        .with_header("location", format!("{}{FILES}{token}", call.origin)))
}

/// Whether a link was given out with this key.
pub(crate) fn is_link(key: u64, token: &str) -> bool {
    link::open::<File>(key, token).is_some()
}

/// The file that a link stands for.
pub(crate) fn download(tenant: &Tenant, key: u64, token: &str, now: i64) -> Result<Reply> {
    let gone = || {
        GraphError::new(
            403,
            "AuthenticationFailed",
            "The link is not valid any more.",
        )
    };
    let file: File = link::open(key, token).ok_or_else(gone)?;
    let rows = REPORTS
        .iter()
        .find(|(name, _)| *name == file.report)
        .filter(|_| now < file.until)
        .map(|(_, rows)| *rows)
        .ok_or_else(gone)?;
    let mut table = rows(tenant, &file.period);
    if file.empty {
        table.clear();
    }
    if file.concealed {
        table.conceal(tenant);
    }
    Ok(Reply {
        content: Content::File,
        ..Reply::text(table.into_text())
    }
    .with_header(
        "content-disposition",
        format!("attachment; filename={}.csv", file.report),
    ))
}
