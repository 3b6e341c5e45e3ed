//! Usage reports and their settings.

use crate::area::Area;
use crate::resource::report;
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "admin/reportSettings",
        report::settings,
        Area::ReportSettings,
    ),
    row(
        "reports/getOffice365ActiveUserDetail(period='{id}')",
        report::redirect,
        Area::ActiveUsers,
    ),
    row(
        "reports/getOffice365ActivationsUserDetail",
        report::redirect,
        Area::OfficeActivations,
    ),
    row(
        "reports/getMailboxUsageDetail(period='{id}')",
        report::redirect,
        Area::MailboxUsages,
    ),
    row(
        "reports/getEmailActivityUserDetail(period='{id}')",
        report::redirect,
        Area::EmailActivities,
    ),
    row(
        "reports/getTeamsUserActivityUserDetail(period='{id}')",
        report::redirect,
        Area::TeamsActivities,
    ),
    row(
        "reports/getOneDriveUsageAccountDetail(period='{id}')",
        report::redirect,
        Area::OneDriveUsages,
    ),
    row(
        "reports/getSharePointSiteUsageDetail(period='{id}')",
        report::redirect,
        Area::SharePointSiteUsages,
    ),
];
