//! Usage reports, and whether they show names.

use std::sync::Arc;

use graph_client::ReportPeriod::{D30, D180};

use super::shape::{ReportSource, SingletonSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::id::SourceId;
use crate::kind::Kind;

const USER: &str = "User Principal Name";
const OWNER: &str = "Owner Principal Name";

/// Numbers lag two days behind, so that more than once a day brings nothing.
fn usage(id: &'static str, title: &'static str) -> Descriptor {
    Descriptor::full(id, title)
        .permission("Reports.Read.All")
        .prefers(SourceId::new("report_settings"))
        .every(DAILY)
        .privacy(Privacy::Behaviour)
}

pub(super) fn sources() -> Family {
    vec![
        Arc::new(SingletonSource::new(
            Descriptor::full("report_settings", "whether reports conceal names")
                .permission("ReportSettings.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/adminreportsettings-get")
                .remark("read and never changed"),
            Kind::REPORT_SETTINGS,
            "admin/reportSettings",
        )),
        Arc::new(ReportSource::new(
            usage("active_users", "when people last used each service")
                .page("https://learn.microsoft.com/graph/api/reportroot-getoffice365activeuserdetail"),
            Kind::ACTIVE_USER_DETAIL,
            "getOffice365ActiveUserDetail",
            Some(D180),
            &[USER],
        )),
        Arc::new(ReportSource::new(
            usage("office_activations", "where people activated products")
                .page("https://learn.microsoft.com/graph/api/reportroot-getoffice365activationsuserdetail"),
            Kind::ACTIVATIONS_DETAIL,
            "getOffice365ActivationsUserDetail",
            None,
            &[USER, "Product Type"],
        )),
        Arc::new(ReportSource::new(
            usage("mailbox_usages", "how mailboxes are used")
                .page("https://learn.microsoft.com/graph/api/reportroot-getmailboxusagedetail"),
            Kind::MAILBOX_USAGE,
            "getMailboxUsageDetail",
            Some(D30),
            &[USER],
        )),
        Arc::new(ReportSource::new(
            usage("email_activities", "how much people mail")
                .page("https://learn.microsoft.com/graph/api/reportroot-getemailactivityuserdetail"),
            Kind::EMAIL_ACTIVITY,
            "getEmailActivityUserDetail",
            Some(D30),
            &[USER],
        )),
        Arc::new(ReportSource::new(
            usage("teams_activities", "how people use Teams")
                .page("https://learn.microsoft.com/graph/api/reportroot-getteamsuseractivityuserdetail"),
            Kind::TEAMS_ACTIVITY,
            "getTeamsUserActivityUserDetail",
            Some(D30),
            &[USER],
        )),
        Arc::new(
            ReportSource::new(
                usage("one_drive_usages", "how each OneDrive is used")
                    .page("https://learn.microsoft.com/graph/api/reportroot-getonedriveusageaccountdetail"),
                Kind::ONE_DRIVE_USAGE,
                "getOneDriveUsageAccountDetail",
                Some(D30),
                &[OWNER],
            ),
        ),
        Arc::new(
            ReportSource::new(
                usage("share_point_site_usages", "how sites are used")
                    .page("https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail"),
                Kind::SHARE_POINT_SITE_USAGE,
                "getSharePointSiteUsageDetail",
                Some(D30),
                &["Site Id"],
            )
            .names_in(OWNER),
        ),
    ]
}
