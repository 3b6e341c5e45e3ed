//! The settings of mailboxes.
//! <https://learn.microsoft.com/graph/api/user-get-mailboxsettings>

use serde_json::{Value, json};

use crate::call::Call;
use crate::guid;
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::resource::user;
use crate::tenant::Tenant;
use crate::tenant::estate::mailbox::purpose;
use crate::tenant::estate::{among, choose};
use crate::tenant::user::User;

pub(crate) fn mailbox_settings(call: &Call<'_>) -> Result<Reply> {
    let user = user::find(call.tenant, &call.route.id)?;
    let purpose = purpose(call.tenant, user).ok_or_else(|| {
        GraphError::new(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    })?;
    let set = format!("users('{}')/mailboxSettings", guid::text(user.id));
    list::singleton(call, &set, "", &describe(user, purpose))
}

const ZONES: [(&str, &str, &str); 5] = [
    ("W. Europe Standard Time", "de-DE", "German (Germany)"),
    ("GMT Standard Time", "en-GB", "English (United Kingdom)"),
    ("Pacific Standard Time", "en-US", "English (United States)"),
    ("Eastern Standard Time", "en-CA", "English (Canada)"),
    ("W. Europe Standard Time", "sv-SE", "Swedish (Sweden)"),
];

fn describe(user: &User, purpose: &str) -> Value {
    let (zone, locale, language) = choose(&ZONES, user.place.into())
        .copied()
        .unwrap_or_default();
    let away = purpose == "user" && among(user.id, 41, 60);
    let date =
        |day: &str| json!({"dateTime": format!("{day}T07:00:00.0000000"), "timeZone": "UTC"});
    let reply = if away { "I am out of the office." } else { "" };
    json!({
        "archiveFolder": null,
        "timeZone": zone,
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": purpose,
        "automaticRepliesSetting": {
            "status": if away { "alwaysEnabled" } else { "disabled" },
            "externalAudience": if away { "contactsOnly" } else { "all" },
            "internalReplyMessage": reply,
            "externalReplyMessage": reply,
            "scheduledStartDateTime": date("2024-11-04"),
            "scheduledEndDateTime": date("2024-11-05"),
        },
        "language": {"locale": locale, "displayName": language},
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": zone},
        },
    })
}

/// How many people have a mailbox.
pub(super) fn count(tenant: &Tenant) -> usize {
    tenant
        .live_users()
        .filter(|user| purpose(tenant, user).is_some())
        .count()
}
