//! What a request costs in resource units of the directory.
//!
//! <https://learn.microsoft.com/graph/throttling-limits>, "identity and access service limits".

use url::Url;

use crate::path::pattern;

/// Paths and their costs; everything else costs one.
const COSTS: &[(&str, u32)] = &[
    ("applications", 2),
    ("applications/*/extensionproperties", 2),
    ("contracts", 3),
    ("directoryobjects/getbyids", 5),
    ("domains/*/domainnamereferences", 4),
    ("groups/*/members", 3),
    ("groups/*/transitivemembers", 5),
    ("users/*/checkmembergroups", 4),
    ("users/*/checkmemberobjects", 4),
    ("users/*/getmembergroups", 2),
    ("users/*/getmemberobjects", 2),
    ("users/*/licensedetails", 2),
    ("users/*/memberof", 2),
    ("users/*/ownedobjects", 2),
    ("users/*/transitivememberof", 2),
    ("oauth2permissiongrants", 2),
    ("oauth2permissiongrants/*", 2),
    ("serviceprincipals/*/approleassignments", 2),
    ("subscribedskus", 3),
    ("users", 2),
];

/// The documented cost: by path, one less with `$select`, one more with `$expand`, one less with
/// `$top` under 20, and one at least.
pub(super) fn resource_units(url: &Url, segments: &[String]) -> u32 {
    let mut cost = COSTS
        .iter()
        .find(|(pattern, _)| pattern::is(pattern, segments))
        .map_or(1, |(_, cost)| *cost);
    let mut less = 0;
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "$select" => less += 1,
            "$expand" => cost += 1,
            "$top" if value.parse::<u32>().is_ok_and(|top| top < 20) => less += 1,
            _ => {}
        }
    }
    cost.saturating_sub(less).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_units_are_those_documented() {
        for (path, cost) in [
            ("users", 2),
            ("users?$select=id", 1),
            ("users?$select=id&$top=999", 1),
            ("users?$expand=manager", 3),
            ("users/1", 1),
            ("groups/1/members", 3),
            ("groups/1/members?$select=id", 2),
            ("groups/1/members?$select=id&$top=5", 1),
            ("groups/1/transitiveMembers", 5),
            ("subscribedSkus", 3),
            ("contracts", 3),
            ("organization?$select=id&$top=1", 1),
        ] {
            let url = Url::parse(&format!("https://graph.microsoft.com/v1.0/{path}")).unwrap();
            assert_eq!(
                resource_units(&url, &pattern::segments(&url)),
                cost,
                "{path}"
            );
        }
    }
}
