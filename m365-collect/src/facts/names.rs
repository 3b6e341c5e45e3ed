//! What people call whom a row names by id: an id alone tells a reader nothing. Guests, sign-ins,
//! methods and risk have no names: those stand in the list of people, once.

use serde::Deserialize;
use serde_json::Value;

use super::unmodelled::Members;

/// Names of a directory object. One that is no text costs nothing but itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Names {
    display_name: Value,
    user_principal_name: Value,
}

impl Names {
    /// Lays them over the further members of a row.
    pub(super) fn lay_over(self, extra: &mut Members) {
        let text = |name: Value| name.as_str().map(str::to_owned);
        extra.extend(named([
            ("display_name", text(self.display_name)),
            ("upn", text(self.user_principal_name)),
        ]));
    }
}

/// The texts that say something, as members of a row.
pub(super) fn named<const N: usize>(
    texts: [(&str, Option<String>); N],
) -> impl Iterator<Item = (String, Value)> {
    texts.into_iter().filter_map(|(name, text)| {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some((name.to_owned(), Value::from(text)))
    })
}
