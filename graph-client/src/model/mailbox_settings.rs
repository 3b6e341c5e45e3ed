//! How a mailbox is set up.

use super::declare::{open_enum, resource};

resource! {
    /// How a mailbox is set up. <https://learn.microsoft.com/graph/api/resources/mailboxsettings>
    pub struct MailboxSettings {
        /// Whose it is.
        user_purpose: UserPurpose,
        /// What those who write are answered.
        automatic_replies_setting: AutomaticRepliesSetting,
        /// The time zone.
        time_zone: String,
        /// The language.
        language: LocaleInfo,
        /// How dates are written.
        date_format: String,
        /// How times are written.
        time_format: String,
        /// When the owner works.
        working_hours: WorkingHours,
        /// The folder for what is put away.
        archive_folder: String,
    }
}

open_enum! {
    /// Whose a mailbox is.
    pub enum UserPurpose {
        /// A person's.
        User = "user",
        /// A person's of another directory.
        Linked = "linked",
        /// Several people's.
        Shared = "shared",
        /// A room's.
        Room = "room",
        /// A thing's.
        Equipment = "equipment",
        /// Something else's.
        Others = "others",
    }
}

resource! {
    /// What those who write are answered.
    /// <https://learn.microsoft.com/graph/api/resources/automaticrepliessetting>
    pub struct AutomaticRepliesSetting {
        /// Whether they are.
        status: AutomaticRepliesStatus,
        /// Who of those outside is.
        external_audience: ExternalAudienceScope,
        /// From when.
        scheduled_start_date_time: DateTimeTimeZone,
        /// Until when.
        scheduled_end_date_time: DateTimeTimeZone,
    }
}

open_enum! {
    /// Whether those who write are answered.
    pub enum AutomaticRepliesStatus {
        /// They are not.
        Disabled = "disabled",
        /// They are.
        AlwaysEnabled = "alwaysEnabled",
        /// They are for a time.
        Scheduled = "scheduled",
    }
}

open_enum! {
    /// Who of those outside is answered.
    pub enum ExternalAudienceScope {
        /// No one.
        None = "none",
        /// Contacts of the owner.
        ContactsOnly = "contactsOnly",
        /// Everyone.
        Everyone = "all",
    }
}

resource! {
    /// A point in time without offset, and where it is meant.
    /// <https://learn.microsoft.com/graph/api/resources/datetimetimezone>
    pub struct DateTimeTimeZone {
        /// The date and time, such as `2026-03-19T02:00:00.0000000`.
        date_time: String,
        /// The time zone, such as `UTC`.
        time_zone: String,
    }
}

resource! {
    /// A language. <https://learn.microsoft.com/graph/api/resources/localeinfo>
    pub struct LocaleInfo {
        /// Its code, such as `en-US`.
        locale: String,
        /// Its name.
        display_name: String,
    }
}

resource! {
    /// When somebody works. <https://learn.microsoft.com/graph/api/resources/workinghours>
    pub struct WorkingHours {
        /// The days, such as `monday`.
        days_of_week: Vec<String>,
        /// From when.
        start_time: String,
        /// Until when.
        end_time: String,
        /// Where that is meant.
        time_zone: TimeZoneBase,
    }
}

resource! {
    /// A time zone. <https://learn.microsoft.com/graph/api/resources/timezonebase>
    pub struct TimeZoneBase {
        /// Its name, such as `Pacific Standard Time`.
        name: String,
    }
}
