//! The `$select` that a type stands for.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// The properties that a type reads, by their names on the wire; nothing when it has no fixed ones,
/// as maps, `serde_json::Value`, `RawValue` and structs with `#[serde(flatten)]`.
///
/// Where `#[serde(rename_all = "camelCase")]` was forgotten, `display_name` and the like are
/// refused before anything is sent, with [`Error::is_invalid_request`](crate::Error::is_invalid_request).
///
/// Annotations such as `@odata.type` are left out, since they cannot be selected, and a relation
/// `members@delta` counts as `members`. A name with `#[serde(alias)]` yields the alias too, which
/// Graph would refuse; give such a type its `$select` by hand.
///
/// ```
/// #[derive(serde::Deserialize)]
/// #[serde(rename_all = "camelCase")]
/// struct Account {
///     id: String,
///     account_enabled: Option<bool>,
/// }
///
/// assert_eq!(graph_client::fields::<Account>(), Some(vec!["id", "accountEnabled"]));
/// assert_eq!(graph_client::fields::<serde_json::Value>(), None);
/// ```
pub fn fields<'de, T: Deserialize<'de>>() -> Option<Vec<&'static str>> {
    match T::deserialize(Probe) {
        Err(Found(Some(names))) => Some(
            names
                .iter()
                .filter_map(|name| name.split('@').next())
                .filter(|name| !name.is_empty())
                .collect(),
        ),
        _ => None,
    }
}

/// Properties that many objects have, whose names nobody gives in snake case on purpose. Others are
/// left to the service: a schema extension may be named like that.
const COMMON: &[&str] = &[
    "accountEnabled",
    "appDisplayName",
    "appId",
    "assignedLicenses",
    "assignedPlans",
    "businessPhones",
    "complianceState",
    "createdDateTime",
    "deletedDateTime",
    "deviceId",
    "displayName",
    "employeeId",
    "endDateTime",
    "givenName",
    "groupTypes",
    "ipAddress",
    "isEnabled",
    "jobTitle",
    "lastModifiedDateTime",
    "lastSyncDateTime",
    "mailEnabled",
    "mailNickname",
    "mobilePhone",
    "modifiedDateTime",
    "officeLocation",
    "onPremisesSyncEnabled",
    "operatingSystem",
    "principalId",
    "proxyAddresses",
    "roleDefinitionId",
    "securityEnabled",
    "servicePrincipalType",
    "signInActivity",
    "skuId",
    "skuPartNumber",
    "startDateTime",
    "tenantId",
    "usageLocation",
    "userId",
    "userPrincipalName",
    "userType",
    "webUrl",
];

/// A name that is one of Graph's in snake case, and how Graph has it.
pub(crate) fn forgotten(name: &str) -> Option<(&str, &'static str)> {
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let is_snake = name.contains('_') && !name.contains(|c: char| c.is_ascii_uppercase());
    let wanted = COMMON.iter().find(|wanted| plain(name) == plain(wanted))?;
    is_snake.then_some((name, *wanted))
}

/// A deserializer that holds nothing and only listens to what is asked of it.
struct Probe;

/// The answer, carried by the error that ends the attempt.
#[derive(Debug)]
struct Found(Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
        Err(Found(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Some(fields)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing to deserialize")
    }
}

impl std::error::Error for Found {}

impl serde::de::Error for Found {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Self(None)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only the names matter")]
    struct Group {
        #[serde(rename = "@odata.type")]
        kind: Option<String>,
        id: String,
        display_name: Option<String>,
        #[serde(rename = "members@delta")]
        members: Option<Vec<String>>,
        #[serde(skip)]
        local: u8,
    }

    #[derive(serde::Deserialize)]
    #[serde(transparent)]
    #[expect(dead_code, reason = "only the names matter")]
    struct Wrapped(Group);

    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only the names matter")]
    struct Open {
        id: String,
        #[serde(flatten)]
        rest: std::collections::HashMap<String, serde_json::Value>,
    }

    #[test]
    fn names_are_those_on_the_wire_without_annotations() {
        assert_eq!(
            fields::<Group>(),
            Some(vec!["id", "displayName", "members"])
        );
        assert_eq!(
            fields::<Wrapped>(),
            Some(vec!["id", "displayName", "members"])
        );
    }

    #[test]
    fn types_without_fixed_fields_select_nothing() {
        assert_eq!(fields::<Open>(), None);
        assert_eq!(fields::<Box<RawValue>>(), None);
        assert_eq!(fields::<std::collections::BTreeMap<String, String>>(), None);
        assert_eq!(fields::<Vec<Group>>(), None);
    }
}
