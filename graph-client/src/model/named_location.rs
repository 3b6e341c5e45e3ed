//! Named locations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::DateTime;
use super::declare::{open_enum, resource};

/// A named location of either kind. <https://learn.microsoft.com/graph/api/resources/namedlocation>
///
/// The kinds differ in their properties, so none are selected by name; what is not known here is
/// in `other`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NamedLocation {
    /// `#microsoft.graph.ipNamedLocation` or `#microsoft.graph.countryNamedLocation`.
    #[serde(
        rename = "@odata.type",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub odata_type: Option<String>,
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_date_time: Option<DateTime>,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_date_time: Option<DateTime>,
    /// Of addresses: whether it counts as trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_trusted: Option<bool>,
    /// Of addresses: the ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_ranges: Option<Vec<IpRange>>,
    /// Of countries: their two-letter codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries_and_regions: Option<Vec<String>>,
    /// Of countries: how the country is found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_lookup_method: Option<CountryLookupMethod>,
    /// Of countries: whether addresses of no known country belong to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_unknown_countries_and_regions: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

resource! {
    /// A range of addresses. <https://learn.microsoft.com/graph/api/resources/iprange>
    pub struct IpRange {
        /// `#microsoft.graph.iPv4CidrRange`, `…iPv6CidrRange`, `…iPv4Range` or `…iPv6Range`.
        #[serde(rename = "@odata.type")]
        odata_type: String,
        /// As prefix and length.
        cidr_address: String,
        /// Or as first address
        lower_address: String,
        /// and last.
        upper_address: String,
    }
}

open_enum! {
    /// How a country is found out.
    pub enum CountryLookupMethod {
        /// From the address.
        ClientIpAddress = "clientIpAddress",
        /// From the phone of the Authenticator app.
        AuthenticatorAppGps = "authenticatorAppGps",
    }
}
