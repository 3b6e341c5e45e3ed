//! What happened: sign-ins and changes to the directory.

use std::sync::Arc;

use super::Family;
use super::shape::WindowSource;
use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::kind::Kind;

pub(super) fn sources() -> Family {
    vec![
        Arc::new(WindowSource::new(
            Descriptor::window("sign_ins", "sign-ins of people")
                .permission("AuditLog.Read.All")
                .needs_entra_p1()
                .page("https://learn.microsoft.com/graph/api/signin-list")
                .remark("without how they were authenticated")
                .leaves_out("sign-ins without interaction, of applications and of managed identities"),
            Kind::SIGN_IN,
            Endpoint::new("auditLogs/signIns").top(1000),
            "createdDateTime",
        )),
        Arc::new(
            WindowSource::new(
                Descriptor::window(
                    "sign_in_details",
                    "sign-ins of people and applications, with how they were authenticated",
                )
                .permission("AuditLog.Read.All")
                .needs_entra_p1()
                .page("https://learn.microsoft.com/graph/api/signin-list?view=graph-rest-beta")
                .remark("beta only: methods, requirements and applications are not in v1.0")
                .leaves_out("sign-ins without interaction and of managed identities, which are not asked for"),
                Kind::SIGN_IN_DETAILS,
                Endpoint::new("auditLogs/signIns").beta().top(1000),
                "createdDateTime",
            )
            .also("signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'servicePrincipal')"),
        ),
        Arc::new(WindowSource::new(
            Descriptor::window("directory_audits", "changes to the directory")
                .permission("AuditLog.Read.All")
                .page("https://learn.microsoft.com/graph/api/directoryaudit-list")
                .remark("kept seven days without Entra ID P1, thirty with it"),
            Kind::DIRECTORY_AUDIT,
            "auditLogs/directoryAudits",
            "activityDateTime",
        )),
    ]
}
