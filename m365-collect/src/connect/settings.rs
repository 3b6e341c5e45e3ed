//! What can be seen of the settings before anything is sent.

use graph_client::Client;
use serde::Serialize;

use crate::organization::{is_guid, is_personal};

/// What a client secret looks like; it holds nothing of the secret itself.
///
/// The portal shows two columns for a secret: its *Secret ID*, a GUID, and its *Value*, shown once.
/// Pasting the former is the commonest mistake of all.
///
/// ```
/// use m365_collect::connect::SecretShape;
///
/// let shape = SecretShape::of("6731de76-14a6-49ae-97bc-6eba6914391e");
/// assert_eq!(shape, SecretShape::Guid);
/// ```
///
/// <https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretShape {
    /// Nothing stands against it.
    Plausible,
    /// A GUID: most likely the id of the secret. Old tools made secrets of this shape, so it is
    /// certain only once the sign-in service refuses it.
    Guid,
    /// Blanks or line ends around it.
    Padded,
    /// Nothing at all.
    Empty,
}

impl SecretShape {
    /// Looks at a secret; nothing of it is kept.
    pub fn of(secret: &str) -> Self {
        let trimmed = secret.trim();
        if trimmed.is_empty() {
            Self::Empty
        } else if is_guid(trimmed) {
            Self::Guid
        } else if trimmed.len() != secret.len() {
            Self::Padded
        } else {
            Self::Plausible
        }
    }
}

/// What is odd about the settings. None of it is certain until the sign-in service refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an observation of its own"
)]
pub(super) struct Oddities {
    /// The secret looks like its own id.
    pub(super) secret_id: bool,
    /// The secret has blanks around it.
    pub(super) padded: bool,
    /// The tenant is that of personal accounts, or the domain of a mail service.
    pub(super) personal: bool,
    /// The application id is no GUID.
    pub(super) odd_app: bool,
    /// Tenant and application have the same id.
    pub(super) same_ids: bool,
}

/// Domains of mailboxes of persons, which no organization can verify as its own.
const PERSONAL_DOMAINS: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "outlook.com",
];

impl Oddities {
    pub(super) fn of(client: &Client, secret: Option<SecretShape>) -> Self {
        Self::seen(client.tenant().as_str(), client.app_id(), secret)
    }

    fn seen(tenant: &str, app: &str, secret: Option<SecretShape>) -> Self {
        Self {
            secret_id: secret == Some(SecretShape::Guid),
            padded: secret == Some(SecretShape::Padded),
            personal: is_personal(tenant) || PERSONAL_DOMAINS.contains(&tenant),
            odd_app: !is_guid(app),
            same_ids: tenant.eq_ignore_ascii_case(app),
        }
    }

    /// What to look at, one clause each.
    pub(super) fn clauses(self) -> Vec<&'static str> {
        [
            (
                self.secret_id,
                "the client secret looks like the id of a secret and not like its value",
            ),
            (
                self.padded,
                "the client secret has blanks or line ends around it",
            ),
            (
                self.personal,
                "the tenant is that of personal accounts and not of an organization",
            ),
            (
                self.odd_app,
                "the application id is not a GUID: it is the `Application (client) ID` of the overview",
            ),
            (
                self.same_ids,
                "application and tenant have the same id, so one of them is in the wrong place",
            ),
        ]
        .into_iter()
        .filter_map(|(is, clause)| is.then_some(clause))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::organization::PERSONAL;

    const APP: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";

    #[test]
    fn the_id_of_a_secret_is_told_from_its_value_before_anything_is_sent() {
        for (secret, shape) in [
            (APP, SecretShape::Guid),
            (&format!(" {}\n", APP.to_uppercase()), SecretShape::Guid),
            (
                "made~up.secret_of-the-usual-sort-000",
                SecretShape::Plausible,
            ),
            ("made~up.secret\n", SecretShape::Padded),
            (" ", SecretShape::Empty),
            ("", SecretShape::Empty),
            (
                "6731de76-14a6-49ae-97bc-6eba6914391",
                SecretShape::Plausible,
            ),
            (
                "6731de76-14a6-49ae-97bc-6eba6914391g",
                SecretShape::Plausible,
            ),
        ] {
            assert_eq!(SecretShape::of(secret), shape);
        }
    }

    #[test]
    fn plausible_settings_are_not_odd() {
        let seen = |tenant, app, secret| Oddities::seen(tenant, app, secret).clauses().len();
        assert_eq!(
            seen("contoso.onmicrosoft.com", APP, Some(SecretShape::Plausible)),
            0
        );
        assert_eq!(seen("contoso.com", APP, None), 0);
        assert_eq!(seen("outlook.com", APP, None), 1);
        assert_eq!(seen(PERSONAL, APP, None), 1);
        assert_eq!(seen(APP, APP, Some(SecretShape::Guid)), 2);
        assert_eq!(
            seen("contoso.com", "My Collector", Some(SecretShape::Padded)),
            2
        );
    }

    proptest! {
        #[test]
        fn any_text_has_a_shape(text in any::<String>()) {
            let shape = SecretShape::of(&text);
            prop_assert_eq!(shape == SecretShape::Empty, text.trim().is_empty());
        }
    }
}
