//! Who wrote to whom and when by mail, and rules that forward it. Nothing here holds what was
//! written.

use super::DateTime;
use super::declare::{open_enum, resource};

resource! {
    /// That a mail was sent or received, without what it says.
    /// <https://learn.microsoft.com/graph/api/resources/message>
    pub struct Message {
        /// The id, which changes when it is moved.
        id: String,
        /// The id that it has everywhere.
        internet_message_id: String,
        /// What ties it to answers.
        conversation_id: String,
        /// The folder that it is in.
        parent_folder_id: String,
        /// Whose mail it is.
        from: Recipient,
        /// Who sent it.
        sender: Recipient,
        /// To whom.
        to_recipients: Vec<Recipient>,
        /// To whom besides.
        cc_recipients: Vec<Recipient>,
        /// To whom unseen by others.
        bcc_recipients: Vec<Recipient>,
        /// Who is to be answered.
        reply_to: Vec<Recipient>,
        /// When it was sent.
        sent_date_time: DateTime,
        /// When it arrived.
        received_date_time: DateTime,
        /// Whether anything is attached.
        has_attachments: bool,
        /// Whether it was read.
        is_read: bool,
        /// Whether it was not sent yet.
        is_draft: bool,
        /// How important.
        importance: Importance,
        /// How the owner sorts it.
        categories: Vec<String>,
        /// The headers, when asked for.
        internet_message_headers: Vec<InternetMessageHeader>,
    }
}

resource! {
    /// Somebody who is written to. <https://learn.microsoft.com/graph/api/resources/recipient>
    pub struct Recipient {
        /// The address.
        email_address: EmailAddress,
    }
}

resource! {
    /// An address. <https://learn.microsoft.com/graph/api/resources/emailaddress>
    pub struct EmailAddress {
        /// The name.
        name: String,
        /// The address.
        address: String,
    }
}

resource! {
    /// A header of a mail. <https://learn.microsoft.com/graph/api/resources/internetmessageheader>
    pub struct InternetMessageHeader {
        /// The name.
        name: String,
        /// The value.
        value: String,
    }
}

open_enum! {
    /// How important a mail is.
    pub enum Importance {
        /// Less than others.
        Low = "low",
        /// As others are.
        Normal = "normal",
        /// More.
        High = "high",
    }
}

resource! {
    /// A folder of a mailbox. <https://learn.microsoft.com/graph/api/resources/mailfolder>
    pub struct MailFolder {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// The folder that it is in.
        parent_folder_id: String,
        /// How many folders are in it.
        child_folder_count: i32,
        /// How much is in it.
        total_item_count: i32,
        /// How much of that was not read.
        unread_item_count: i32,
        /// Whether it is hidden.
        is_hidden: bool,
    }
}

resource! {
    /// What is done with mail that arrives.
    /// <https://learn.microsoft.com/graph/api/resources/messagerule>
    pub struct MessageRule {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// Its place among the rules.
        sequence: i32,
        /// Whether it is in force.
        is_enabled: bool,
        /// Whether it does not work.
        has_error: bool,
        /// Whether it cannot be changed by this way.
        is_read_only: bool,
        /// Mail that it is for; nothing is all.
        conditions: MessageRulePredicates,
        /// Mail that it is not for.
        exceptions: MessageRulePredicates,
        /// What it does.
        actions: MessageRuleActions,
    }
}

resource! {
    /// What a rule does. <https://learn.microsoft.com/graph/api/resources/messageruleactions>
    pub struct MessageRuleActions {
        /// Forwards it to these.
        forward_to: Vec<Recipient>,
        /// Forwards it to these as an attachment.
        forward_as_attachment_to: Vec<Recipient>,
        /// Sends it on to these.
        redirect_to: Vec<Recipient>,
        /// Moves it to deleted items.
        delete: bool,
        /// Deletes it.
        permanent_delete: bool,
        /// Moves it to this folder.
        move_to_folder: String,
        /// Copies it to this folder.
        copy_to_folder: String,
        /// Marks it as read.
        mark_as_read: bool,
        /// Marks it as so important.
        mark_importance: Importance,
        /// Sorts it so.
        assign_categories: Vec<String>,
        /// Lets no further rule look at it.
        stop_processing_rules: bool,
    }
}

resource! {
    /// Mail that a rule is for.
    /// <https://learn.microsoft.com/graph/api/resources/messagerulepredicates>
    pub struct MessageRulePredicates {
        /// Whose text holds one of these.
        body_contains: Vec<String>,
        /// Whose subject holds one of these.
        subject_contains: Vec<String>,
        /// Either of which holds one of these.
        body_or_subject_contains: Vec<String>,
        /// Whose headers hold one of these.
        header_contains: Vec<String>,
        /// Whose sender holds one of these.
        sender_contains: Vec<String>,
        /// Whose recipients hold one of these.
        recipient_contains: Vec<String>,
        /// That is from one of these.
        from_addresses: Vec<Recipient>,
        /// That is to one of these.
        sent_to_addresses: Vec<Recipient>,
        /// That has attachments.
        has_attachments: bool,
        /// That is so important.
        importance: Importance,
        /// That is to the owner.
        sent_to_me: bool,
        /// That is to the owner alone.
        sent_only_to_me: bool,
        /// That was forwarded by a rule.
        is_automatic_forward: bool,
        /// That is encrypted.
        is_encrypted: bool,
    }
}
