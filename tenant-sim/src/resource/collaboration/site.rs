//! The sites of the tenant, their settings, and the labels that documents bear.
//! <https://learn.microsoft.com/graph/api/site-getallsites>,
//! <https://learn.microsoft.com/graph/api/sharepointsettings-get>,
//! <https://learn.microsoft.com/graph/api/security-informationprotection-list-sensitivitylabels>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::iso;
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::estate::site::{self, Owner};

pub(crate) fn sites(call: &Call<'_>) -> Result<Reply> {
    let describe =
        |place: usize| site::at(call.tenant, place).map(|owner| describe(call.tenant, owner));
    list::documents(
        call,
        "sites",
        "#microsoft.graph.site",
        0..site::places(call.tenant),
        describe,
    )
}

/// A site as Graph shows it.
pub(crate) fn describe(tenant: &Tenant, owner: Owner<'_>) -> Value {
    let (collection, web) = owner.ids(tenant);
    let host = owner.host(tenant);
    let created = iso(tenant.base + owner.created());
    json!({
        "id": format!("{host},{},{}", guid::text(collection), guid::text(web)),
        "createdDateTime": created,
        "lastModifiedDateTime": iso(tenant.base + owner.created() / 3),
        "name": owner.name(),
        "displayName": owner.name(),
        "webUrl": owner.url(tenant),
        "isPersonalSite": matches!(owner, Owner::Person(_)),
        "root": {},
        "siteCollection": {"hostname": host},
    })
}

/// Settings of all sites. One page shows them inside `value`; they come so where that is asked for.
pub(crate) fn share_point_settings(call: &Call<'_>) -> Result<Reply> {
    list::single(call, "admin/sharepoint/settings", &settings())
}

fn settings() -> Value {
    json!({
        "allowedDomainGuidsForSyncApp": [],
        "availableManagedPathsForSiteCreation": ["/sites/", "/teams/"],
        "deletedUserPersonalSiteRetentionPeriodInDays": 30,
        "excludedFileExtensionsForSyncApp": [],
        "idleSessionSignOut": {"isEnabled": false, "warnAfterInSeconds": 0, "signOutAfterInSeconds": 0},
        "imageTaggingOption": "basic",
        "isCommentingOnSitePagesEnabled": true,
        "isFileActivityNotificationEnabled": true,
        "isLegacyAuthProtocolsEnabled": true,
        "isLoopEnabled": true,
        "isMacSyncAppEnabled": true,
        "isRequireAcceptingUserToMatchInvitedUserEnabled": false,
        "isResharingByExternalUsersEnabled": true,
        "isSharePointMobileNotificationEnabled": true,
        "isSharePointNewsfeedEnabled": false,
        "isSiteCreationEnabled": true,
        "isSiteCreationUIEnabled": true,
        "isSitePagesCreationEnabled": true,
        "isSitesStorageLimitAutomatic": true,
        "isSyncButtonHiddenOnPersonalSite": false,
        "isUnmanagedSyncAppForTenantRestricted": false,
        "personalSiteDefaultStorageLimitInMB": 1_048_576,
        "sharingAllowedDomainList": [],
        "sharingBlockedDomainList": [],
        "sharingCapability": "externalUserAndGuestSharing",
        "sharingDomainRestrictionMode": "none",
        "siteCreationDefaultManagedPath": "/sites/",
        "siteCreationDefaultStorageLimitInMB": 26_214_400,
        "tenantDefaultTimezone": "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
    })
}

/// Name, description, whether it encrypts.
const LABELS: [(&str, &str, bool); 5] = [
    ("Personal", "Not business data.", false),
    ("Public", "Business data made for the public.", false),
    (
        "General",
        "Business data that is not for the public.",
        false,
    ),
    (
        "Confidential",
        "Sensitive business data that could harm if it were shared.",
        true,
    ),
    (
        "Highly Confidential",
        "Very sensitive business data that would harm if it were shared.",
        true,
    ),
];

pub(crate) fn sensitivity_labels(call: &Call<'_>) -> Result<Reply> {
    list::documents(
        call,
        "security/dataSecurityAndGovernance/sensitivityLabels",
        "#microsoft.graph.sensitivityLabel",
        LABELS.iter().enumerate(),
        |(number, (name, description, protects))| {
            json!({
                "id": guid::text(call.tenant.derived_id("sensitivity label", number as u64)),
                "name": name,
                "displayName": name,
                "description": description,
                "toolTip": description,
                "autoTooltip": "",
                "hasProtection": protects,
                "isDefault": *name == "General",
                "isEndpointProtectionEnabled": false,
                "isScopedToUser": false,
                "locale": "en",
                "priority": number,
                "actionSource": "manual",
            })
        },
    )
}

/// How many of each kind there are.
pub(super) fn counts(tenant: &Tenant) -> BTreeMap<&'static str, usize> {
    let sites = (0..site::places(tenant)).filter(|place| site::at(tenant, *place).is_some());
    BTreeMap::from([
        ("sharepointSettings", 1),
        ("site", sites.count()),
        ("sensitivityLabel", LABELS.len()),
    ])
}
