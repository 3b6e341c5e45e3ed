//! Sites, drives and what of them is shared.

use super::declare::resource;
use super::{DateTime, Identity};

resource! {
    /// A site. <https://learn.microsoft.com/graph/api/resources/site>
    pub struct Site {
        /// The id.
        id: String,
        /// The last part of its address.
        name: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Where it is shown.
        web_url: String,
        /// Whether it is somebody's own.
        is_personal_site: bool,
        /// When it was created.
        created_date_time: DateTime,
        /// When something in it changed.
        last_modified_date_time: DateTime,
        /// What it is the top of.
        site_collection: SiteCollection,
        /// Its ids in `SharePoint`.
        sharepoint_ids: SharepointIds,
    }
}

resource! {
    /// A collection of sites. <https://learn.microsoft.com/graph/api/resources/sitecollection>
    pub struct SiteCollection {
        /// Its host.
        hostname: String,
        /// Where it is kept, in a tenant of several regions.
        data_location_code: String,
    }
}

resource! {
    /// Ids in `SharePoint`. <https://learn.microsoft.com/graph/api/resources/sharepointids>
    pub struct SharepointIds {
        /// The collection of sites.
        site_id: String,
        /// Its address.
        site_url: String,
        /// The site.
        web_id: String,
        /// The list.
        list_id: String,
        /// The item of the list.
        list_item_id: String,
        /// The same, unique.
        list_item_unique_id: String,
        /// The tenant.
        tenant_id: String,
    }
}

resource! {
    /// A library of files. <https://learn.microsoft.com/graph/api/resources/drive>
    pub struct Drive {
        /// The id.
        id: String,
        /// The name.
        name: String,
        /// `personal`, `business` or `documentLibrary`.
        drive_type: String,
        /// Whose it is.
        owner: IdentitySet,
        /// How much is in it.
        quota: Quota,
        /// Where it is shown.
        web_url: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When something in it changed.
        last_modified_date_time: DateTime,
    }
}

resource! {
    /// Who did something or owns something.
    /// <https://learn.microsoft.com/graph/api/resources/identityset>
    pub struct IdentitySet {
        /// A person.
        user: Identity,
        /// An application.
        application: Identity,
        /// A device.
        device: Identity,
    }
}

resource! {
    /// How much is in a drive. <https://learn.microsoft.com/graph/api/resources/quota>
    pub struct Quota {
        /// How many bytes are used.
        used: i64,
        /// How many of those are in the bin.
        deleted: i64,
        /// How many are left.
        remaining: i64,
        /// How many there are.
        total: i64,
        /// `normal`, `nearing`, `critical` or `exceeded`.
        state: String,
    }
}
