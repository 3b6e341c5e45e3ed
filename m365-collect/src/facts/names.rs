//! What people call whom a row names by id: an id alone tells a reader nothing.

use serde::Deserialize;
use serde_json::Value;

use super::part::is_read;
use super::unmodelled::Members;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// Names as the service writes them in an object, or of the person beside it. One that is no text
/// costs nothing but itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_field_names,
    reason = "fields carry the names of Graph's properties"
)]
pub(super) struct Names {
    display_name: Value,
    user_display_name: Value,
    user_principal_name: Value,
}

impl Names {
    /// Lays them over the further members of a row.
    pub(super) fn lay_over(self, extra: &mut Members) {
        let text = |name: Value| name.as_str().map(str::to_owned);
        let display_name = text(self.display_name).or_else(|| text(self.user_display_name));
        extra.extend(named([
            ("display_name", display_name),
            ("upn", text(self.user_principal_name)),
        ]));
    }

    pub(super) fn into_members(self) -> Members {
        let mut members = Members::new();
        self.lay_over(&mut members);
        members
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

/// Names the people of rows, as far as people were read; rows come in the order of their ids.
pub(super) async fn name_people<T: Send>(
    reader: &Reader<'_>,
    rows: &mut [T],
    id: impl Fn(&T) -> &str + Send,
    extra: impl Fn(&mut T) -> &mut Members + Send,
) -> Result<(), StoreError> {
    if rows.is_empty() || !is_read(&reader.evidence("users", &Kind::USER).await?) {
        return Ok(());
    }
    let mut rows = rows.iter_mut().peekable();
    reader
        .rows(&Kind::USER, move |user, names: Names| {
            while rows.next_if(|row| id(row) < user.as_str()).is_some() {}
            while let Some(row) = rows.next_if(|row| id(row) == user) {
                names.clone().lay_over(extra(row));
            }
            None::<()>
        })
        .await?;
    Ok(())
}
