//! Programs that Intune installs.

use super::declare::{open_enum, open_resource};
use super::{AssignmentTarget, DateTime};

open_resource! {
    /// A program that Intune offers or installs; the kind says for which system. What is not named
    /// here is in `other`. <https://learn.microsoft.com/graph/api/resources/intune-apps-mobileapp>
    pub struct MobileApp {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Who publishes it.
        publisher: String,
        /// Who made it.
        developer: String,
        /// Who looks after it.
        owner: String,
        /// Notes on it.
        notes: String,
        /// Whether it is shown first.
        is_featured: bool,
        /// Where more is said of it.
        information_url: String,
        /// Where is said what it does with data.
        privacy_information_url: String,
        /// Whether it can be assigned.
        publishing_state: MobileAppPublishingState,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// To whom it is assigned, when expanded.
        assignments: Vec<MobileAppAssignment>,
    }
}

open_enum! {
    /// Whether a program can be assigned.
    pub enum MobileAppPublishingState {
        /// It was not uploaded yet.
        NotPublished = "notPublished",
        /// It is being looked at.
        Processing = "processing",
        /// It can.
        Published = "published",
    }
}

open_resource! {
    /// To whom a program is assigned, and how.
    /// <https://learn.microsoft.com/graph/api/resources/intune-apps-mobileappassignment>
    pub struct MobileAppAssignment {
        /// The id.
        id: String,
        /// How.
        intent: InstallIntent,
        /// To whom.
        target: AssignmentTarget,
    }
}

open_enum! {
    /// How a program is assigned.
    pub enum InstallIntent {
        /// People may install it.
        Available = "available",
        /// It is installed.
        Required = "required",
        /// It is removed.
        Uninstall = "uninstall",
        /// People may install it on devices that are not enrolled.
        AvailableWithoutEnrollment = "availableWithoutEnrollment",
    }
}
