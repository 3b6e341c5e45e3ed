//! Which tenant answers: the organization, as the connection test and the sync read it.

use serde::Deserialize;

use crate::error::Error;

/// An item of <https://learn.microsoft.com/graph/api/organization-list>.
/// <https://learn.microsoft.com/graph/api/resources/organization>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Organization {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) display_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) tenant_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    verified_domains: Option<Vec<Domain>>,
}

/// What is of another type than it should be is not known; it must not hide who answers.
fn lenient<'de, D: serde::Deserializer<'de>, T: serde::de::DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

#[derive(Debug, Clone, Deserialize)]
struct Domain {
    #[serde(default)]
    name: Option<String>,
}

/// The tenant that personal accounts belong to.
/// <https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference>
pub(crate) const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl Organization {
    /// Whether it is the tenant of this id or verified domain.
    pub(crate) fn is(&self, asked: &str) -> bool {
        let names = self
            .verified_domains
            .iter()
            .flatten()
            .filter_map(|domain| domain.name.as_deref());
        std::iter::once(self.id.as_str())
            .chain(names)
            .any(|name| name.eq_ignore_ascii_case(asked))
    }

    /// Whether it is a tenant for customers (External ID or B2C), which has no delta queries:
    /// <https://learn.microsoft.com/graph/delta-query-overview>.
    pub(crate) fn is_for_customers(&self) -> bool {
        let kind = self.tenant_type.as_deref();
        kind.is_some_and(|kind| {
            ["CIAM", "AAD B2C"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(kind))
        })
    }

    /// Whether it is where personal accounts belong.
    pub(crate) fn is_personal(&self) -> bool {
        is_personal(&self.id)
    }

    /// For people: the name, where there is one, and the id, as far as they can be shown.
    fn told(&self) -> String {
        let shown = |text: &str| -> String {
            let is_plain = |c: &char| c.is_alphanumeric() || " .,&'-_()".contains(*c);
            text.chars().filter(is_plain).take(64).collect()
        };
        match &self.display_name {
            Some(name) => format!("{} ({})", shown(name), shown(&self.id)),
            None => shown(&self.id),
        }
    }
}

pub(crate) fn is_personal(tenant: &str) -> bool {
    tenant.eq_ignore_ascii_case(PERSONAL)
}

/// `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The organization that was asked for among those that answered.
///
/// # Errors
/// [`Error::OtherTenant`] where none of them is, [`Error::NoOrganization`] where it is none whose
/// people and settings could be read.
pub(crate) fn asked_for(found: Vec<Organization>, asked: &str) -> Result<Organization, Error> {
    let Some(at) = found.iter().position(|organization| organization.is(asked)) else {
        return Err(Error::OtherTenant {
            asked: asked.to_owned(),
            answered: found.first().map(Organization::told),
        });
    };
    match found.into_iter().nth(at) {
        Some(one) if one.is_personal() || one.is_for_customers() => {
            Err(Error::NoOrganization { tenant: one.told() })
        }
        Some(one) => Ok(one),
        None => Err(Error::OtherTenant {
            asked: asked.to_owned(),
            answered: None,
        }),
    }
}

/// Whether the token is for the tenant that was asked for, where the organization cannot be read.
///
/// The claims of a token are a hint and no contract
/// (<https://learn.microsoft.com/entra/identity-platform/access-tokens>): one that cannot be read, or
/// that cannot be compared with a domain, is `None`.
pub(crate) fn by_token(token_tenant: Option<&str>, asked: &str) -> Option<bool> {
    token_tenant
        .filter(|_| is_guid(asked))
        .map(|found| found.eq_ignore_ascii_case(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Vec<Organization> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_id_or_a_verified_domain_names_the_tenant_and_nothing_else_does() {
        let contoso = r#"[{"id":"0A","displayName":"Contoso",
            "verifiedDomains":[{"name":"contoso.example"},{"name":null}]}]"#;
        for asked in ["0a", "CONTOSO.example"] {
            assert!(asked_for(found(contoso), asked).is_ok(), "{asked}");
        }
        for asked in ["Contoso", "0b", "sub.contoso.example", ""] {
            let error = asked_for(found(contoso), asked).unwrap_err().to_string();
            assert!(error.contains("Contoso (0A)"), "{error}");
        }
        assert!(asked_for(found("[]"), "0a").is_err());
    }

    #[test]
    fn tenants_of_customers_and_of_persons_are_no_organization() {
        for tenant in [
            r#"{"id":"0A","tenantType":"CIAM"}"#,
            r#"{"id":"0A","tenantType":"aad b2c"}"#,
        ] {
            let refused = asked_for(found(&format!("[{tenant}]")), "0a");
            assert!(matches!(refused, Err(Error::NoOrganization { .. })));
        }
        let persons = format!(r#"[{{"id":"{PERSONAL}"}}]"#);
        assert!(asked_for(found(&persons), PERSONAL).is_err());
        assert!(asked_for(found(r#"[{"id":"0A","tenantType":"AAD"}]"#), "0a").is_ok());
    }

    #[test]
    fn a_token_says_something_of_an_id_and_nothing_of_a_domain() {
        const ID: &str = "7d6b0f0a-1111-4a4a-9c9c-0123456789ab";
        assert_eq!(by_token(Some(ID), &ID.to_uppercase()), Some(true));
        assert_eq!(by_token(Some("other"), ID), Some(false));
        assert_eq!(by_token(None, ID), None);
        assert_eq!(by_token(Some(ID), "contoso.example"), None);
    }
}
