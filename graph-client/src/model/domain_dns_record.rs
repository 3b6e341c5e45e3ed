//! What the service wants to find in the DNS of a domain.

use super::declare::open_resource;

open_resource! {
    /// A record that proves a domain or makes a service work with it.
    /// <https://learn.microsoft.com/graph/api/resources/domaindnsrecord>
    pub struct DomainDnsRecord {
        /// The id.
        id: String,
        /// Whether things work without it.
        is_optional: bool,
        /// The name of the record.
        label: String,
        /// `CName`, `Mx`, `Srv` or `Txt`.
        record_type: String,
        /// The service that wants it, such as `Email`.
        supported_service: String,
        /// For how many seconds it may be kept.
        ttl: i32,
        /// Of a CNAME: the target.
        canonical_name: String,
        /// Of an MX: the mail server.
        mail_exchange: String,
        /// Of an MX: its rank.
        preference: i32,
        /// Of an SRV: the target.
        name_target: String,
        /// Of an SRV: the port.
        port: i32,
        /// Of an SRV: its rank.
        priority: i32,
        /// Of an SRV: its weight.
        weight: i32,
        /// Of an SRV: `_tcp` or `_tls`.
        protocol: String,
        /// Of an SRV: the service, such as `_sip`.
        service: String,
        /// Of a TXT: the text.
        text: String,
        /// Why there is no record to be named.
        description: String,
    }
}
