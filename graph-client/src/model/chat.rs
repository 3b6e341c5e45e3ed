//! Who wrote to whom and when in Teams. Nothing here holds what was written.

use super::declare::{open_enum, resource};
use super::{DateTime, Identity};

resource! {
    /// A chat. <https://learn.microsoft.com/graph/api/resources/chat>
    pub struct Chat {
        /// The id.
        id: String,
        /// How many are in it, and why.
        chat_type: ChatType,
        /// What it is about, as those in it named it.
        topic: String,
        /// The tenant that it is in.
        tenant_id: String,
        /// When it was begun.
        created_date_time: DateTime,
        /// When its name or members changed.
        last_updated_date_time: DateTime,
        /// Where it is shown.
        web_url: String,
    }
}

open_enum! {
    /// How many are in a chat, and why.
    pub enum ChatType {
        /// Two.
        OneOnOne = "oneOnOne",
        /// More.
        Group = "group",
        /// Those of a meeting.
        Meeting = "meeting",
    }
}

resource! {
    /// That a message was written, without what.
    /// <https://learn.microsoft.com/graph/api/resources/chatmessage>
    pub struct ChatMessage {
        /// The id, unique in its chat or channel.
        id: String,
        /// Whether somebody wrote it.
        message_type: ChatMessageType,
        /// The message that it answers.
        reply_to_id: String,
        /// The chat.
        chat_id: String,
        /// Or the channel.
        channel_identity: ChannelIdentity,
        /// Who.
        from: ChatMessageFromIdentitySet,
        /// How important, to whoever wrote it.
        importance: ChatMessageImportance,
        /// When.
        created_date_time: DateTime,
        /// When it or the reactions to it changed.
        last_modified_date_time: DateTime,
        /// When it was edited.
        last_edited_date_time: DateTime,
        /// When it was deleted.
        deleted_date_time: DateTime,
        /// The language that the client is set to.
        locale: String,
    }
}

open_enum! {
    /// Whether somebody wrote a message.
    pub enum ChatMessageType {
        /// Somebody did.
        Message = "message",
        /// It tells of a change of the chat.
        ChatEvent = "chatEvent",
        /// Somebody is about to.
        Typing = "typing",
        /// It tells of an event; told only with `Prefer: include-unknown-enum-members`.
        SystemEventMessage = "systemEventMessage",
    }
}

open_enum! {
    /// How important a message is.
    pub enum ChatMessageImportance {
        /// As others are.
        Normal = "normal",
        /// More.
        High = "high",
        /// So that it is shown again and again.
        Urgent = "urgent",
    }
}

resource! {
    /// Who wrote a message.
    /// <https://learn.microsoft.com/graph/api/resources/chatmessagefromidentityset>
    pub struct ChatMessageFromIdentitySet {
        /// A person.
        user: Identity,
        /// Or an application.
        application: Identity,
        /// Or a device.
        device: Identity,
    }
}

resource! {
    /// A channel, by ids. <https://learn.microsoft.com/graph/api/resources/channelidentity>
    pub struct ChannelIdentity {
        /// The team.
        team_id: String,
        /// The channel.
        channel_id: String,
    }
}
