//! Teams, channels and who is in them.

use super::DateTime;
use super::declare::{open_enum, open_resource, resource};

resource! {
    /// A team. <https://learn.microsoft.com/graph/api/resources/team>
    pub struct Team {
        /// The id, which is that of its group.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// How sensitive it is, in the tenant's own words.
        classification: String,
        /// Who can find and join it.
        visibility: TeamVisibilityType,
        /// Whether it can no longer be changed.
        is_archived: bool,
        /// When it was created.
        created_date_time: DateTime,
        /// Where it is shown.
        web_url: String,
        /// What guests may do.
        guest_settings: TeamGuestSettings,
        /// What members may do.
        member_settings: TeamMemberSettings,
        /// What may be done with messages.
        messaging_settings: TeamMessagingSettings,
    }
}

open_enum! {
    /// Who can find and join a team.
    pub enum TeamVisibilityType {
        /// Only those who were added.
        Private = "private",
        /// Everyone.
        Public = "public",
        /// Only those who were added, and others do not see them.
        HiddenMembership = "hiddenMembership",
    }
}

resource! {
    /// What guests may do in a team.
    /// <https://learn.microsoft.com/graph/api/resources/teamguestsettings>
    pub struct TeamGuestSettings {
        /// Create and change channels.
        allow_create_update_channels: bool,
        /// Delete channels.
        allow_delete_channels: bool,
    }
}

resource! {
    /// What members may do in a team.
    /// <https://learn.microsoft.com/graph/api/resources/teammembersettings>
    pub struct TeamMemberSettings {
        /// Add and remove apps.
        allow_add_remove_apps: bool,
        /// Create private channels.
        allow_create_private_channels: bool,
        /// Create and change channels.
        allow_create_update_channels: bool,
        /// Create, change and remove connectors.
        allow_create_update_remove_connectors: bool,
        /// Create, change and remove tabs.
        allow_create_update_remove_tabs: bool,
        /// Delete channels.
        allow_delete_channels: bool,
    }
}

resource! {
    /// What may be done with the messages of a team.
    /// <https://learn.microsoft.com/graph/api/resources/teammessagingsettings>
    pub struct TeamMessagingSettings {
        /// Address a whole channel.
        allow_channel_mentions: bool,
        /// Address the whole team.
        allow_team_mentions: bool,
        /// Owners may delete them.
        allow_owner_delete_messages: bool,
        /// Those who wrote them may delete them.
        allow_user_delete_messages: bool,
        /// Those who wrote them may change them.
        allow_user_edit_messages: bool,
    }
}

resource! {
    /// A channel of a team. <https://learn.microsoft.com/graph/api/resources/channel>
    pub struct Channel {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Who is in it.
        membership_type: ChannelMembershipType,
        /// The address that mail can be sent to.
        email: String,
        /// Whether it can no longer be changed.
        is_archived: bool,
        /// When it was created.
        created_date_time: DateTime,
        /// The tenant that it is in.
        tenant_id: String,
        /// Where it is shown.
        web_url: String,
    }
}

open_enum! {
    /// Who is in a channel.
    pub enum ChannelMembershipType {
        /// Everyone in the team.
        Standard = "standard",
        /// Some in the team.
        Private = "private",
        /// Others too, who may be of other tenants; told only with `Prefer:
        /// include-unknown-enum-members`.
        Shared = "shared",
    }
}

open_resource! {
    /// Somebody in a team, channel or chat.
    /// <https://learn.microsoft.com/graph/api/resources/conversationmember>
    pub struct ConversationMember {
        /// The id of the membership.
        id: String,
        /// The name.
        display_name: String,
        /// `owner` or `guest`; nothing for ordinary members.
        roles: Vec<String>,
        /// Of an account: the id.
        user_id: String,
        /// Of an account: the address.
        email: String,
        /// Of an account: its tenant.
        tenant_id: String,
        /// Since when messages are seen; the year 1 is all.
        visible_history_start_date_time: DateTime,
    }
}

open_resource! {
    /// An app in a team, chat or of a person. What app comes when expanded.
    /// <https://learn.microsoft.com/graph/api/resources/teamsappinstallation>
    pub struct TeamsAppInstallation {
        /// The id.
        id: String,
        /// The app, when expanded.
        teams_app: TeamsApp,
        /// Its version, when expanded.
        teams_app_definition: TeamsAppDefinition,
    }
}

resource! {
    /// An app of Teams. <https://learn.microsoft.com/graph/api/resources/teamsapp>
    pub struct TeamsApp {
        /// The id.
        id: String,
        /// The id that its maker gave it.
        external_id: String,
        /// The name.
        display_name: String,
        /// `store`, `organization` or `sideloaded`.
        distribution_method: String,
    }
}

resource! {
    /// A version of an app of Teams.
    /// <https://learn.microsoft.com/graph/api/resources/teamsappdefinition>
    pub struct TeamsAppDefinition {
        /// The id.
        id: String,
        /// The app.
        teams_app_id: String,
        /// The name.
        display_name: String,
        /// The version.
        version: String,
        /// `submitted`, `published` or `rejected`.
        publishing_state: String,
    }
}
