//! Rows about mail: filters, forwarding, SMTP AUTH, auditing, connectors.

use super::row::row;

row! {
    /// A malware filter policy, key `email.antimalware`.
    MalwareFilterFact by policy {
        /// Whether dangerous file types are blocked.
        file_filter: bool,
        /// Whether delivered malware is removed later.
        zap: bool,
    }
}

row! {
    /// A spam filter policy, key `email.antispam`.
    SpamFilterFact by policy {
        /// `inbound`, `outbound` or `connection`.
        direction: String,
        /// Senders and domains that are let through unseen.
        allowed_senders: Vec<String>,
        /// Inbound: domains that are let through unseen, where they are listed apart.
        allowed_domains: Vec<String>,
        /// Addresses that are let through unseen.
        allowed_ips: Vec<String>,
        /// Connection: whether addresses that Microsoft trusts are let through unseen.
        safe_list: bool,
        /// Outbound: `Off`, `On` or `Automatic`.
        auto_forwarding: String,
    }
}

row! {
    /// An anti-phishing policy, key `email.antiphish`.
    PhishingFilterFact by policy {
        /// Whether it is in force.
        enabled: bool,
        /// Whether forged senders are detected.
        spoof_protection: bool,
        /// Whether senders who look like known people or domains are detected.
        impersonation_protection: bool,
    }
}

row! {
    /// A Safe Links policy, key `email.safe_links`.
    SafeLinksFact by policy {
        /// Whether it is in force; absent where it cannot be switched off.
        enabled: bool,
        /// Whether the rule that says to whom it applies is in force.
        rule_enabled: bool,
        /// Whether links in mail are checked when they are opened.
        mail: bool,
        /// Whether links in Teams are.
        teams: bool,
        /// Whether links in Office files are.
        office: bool,
        /// Whether it applies to everybody.
        everybody: bool,
    }
}

row! {
    /// A Safe Attachments policy, key `email.safe_attachments`.
    SafeAttachmentsFact by policy {
        /// Whether it is in force.
        enabled: bool,
        /// Whether the rule that says to whom it applies is in force.
        rule_enabled: bool,
        /// `Block`, `DynamicDelivery`, `Allow`.
        action: String,
        /// Whether it applies to everybody.
        everybody: bool,
    }
}

row! {
    /// A way by which mail could leave by itself, key `email.forwarding`: a remote domain, a transport
    /// rule, a mailbox or an inbox rule.
    ForwardingFact by id {
        /// Whether it forwards to recipients outside.
        external: bool,
        /// Whether it is in force.
        enabled: bool,
        /// `remote_domain`, `transport_rule`, `mailbox` or `inbox_rule`.
        kind: String,
        /// Transport rule: whether it lets mail past the spam filter (spam confidence level -1).
        bypasses_spam_filter: bool,
    }
}

row! {
    /// SMTP AUTH, key `email.smtp_auth`: one row for the organisation, further ones for mailboxes.
    SmtpAuthFact if mailbox {
        /// The mailbox; absent in the row of the organisation.
        mailbox: String,
        /// Whether it is switched off.
        disabled: bool,
        /// Organisation: whether modern authentication is on.
        modern_authentication: bool,
        /// Organisation: whether mail sent without authentication in its name is rejected.
        direct_send_rejected: bool,
    }
}

row! {
    /// Mailbox auditing, key `email.mailbox_audit`: rows for mailboxes, and one for the organisation.
    MailboxAuditFact if mailbox {
        /// The mailbox; absent in the row of the organisation.
        mailbox: String,
        /// Whether the mailbox is audited.
        audit_enabled: bool,
        /// Whether actions of this account escape auditing.
        bypass: bool,
        /// Whether auditing is switched off for the whole organisation.
        org_audit_disabled: bool,
        /// Organisation: whether Microsoft's engineers must ask before they can see content.
        customer_lockbox: bool,
        /// Mailbox: `UserMailbox`, `SharedMailbox`, `RoomMailbox`, `EquipmentMailbox`.
        kind: String,
        /// Mailbox: object id of its account.
        user: String,
        /// Mailbox: kinds of sign-in (`Admin`, `Delegate`, `Owner`) that log what Microsoft chose.
        default_audit_set: Vec<String>,
        /// Mailbox: actions of administrators that are logged.
        admin_actions: Vec<String>,
        /// Mailbox: actions of delegates that are logged.
        delegate_actions: Vec<String>,
        /// Mailbox: actions of the owner that are logged.
        owner_actions: Vec<String>,
    }
}

row! {
    /// A mail connector, key `email.transport`.
    ConnectorFact by connector {
        /// Whether it is in force.
        enabled: bool,
        /// Whether it refuses to send or receive without TLS.
        tls_required: bool,
    }
}
