//! People outside who are in the address book.

use super::DateTime;
use super::declare::resource;

resource! {
    /// A contact of the organization; it cannot sign in.
    /// <https://learn.microsoft.com/graph/api/resources/orgcontact>
    pub struct OrgContact {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// The given name.
        given_name: String,
        /// The family name.
        surname: String,
        /// The address.
        mail: String,
        /// The part of the address before the sign.
        mail_nickname: String,
        /// The company.
        company_name: String,
        /// The department.
        department: String,
        /// The job title.
        job_title: String,
        /// All addresses, with their kind before a colon.
        proxy_addresses: Vec<String>,
        /// Whether it is synchronised from an on-premises directory.
        on_premises_sync_enabled: bool,
        /// When that last happened.
        on_premises_last_sync_date_time: DateTime,
    }
}
