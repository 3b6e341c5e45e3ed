//! Takes what an audit needs out of a store.

use std::collections::BTreeMap;

use super::{Holder, LastSignIn, Sku, Snapshot};
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::store::{Store, StoreError};
use crate::timestamp;
use crate::view::{SignIn, SubscribedSku, User};

impl Snapshot {
    /// Takes what an audit needs out of a store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let reader = Reader::new(store).await?;
        let skus = reader
            .rows(&Kind::SUBSCRIBED_SKU, |id, sku: SubscribedSku| {
                // Seats are people's; a product for the whole company has none.
                let has_seats = sku.applies_to.as_deref() != Some("Company");
                has_seats.then(|| sku.into_sku(id))
            })
            .await?;
        let sign_ins = reader
            .rows(&Kind::SIGN_IN_ACTIVITY, |id, view: SignIn| {
                Some((id, view.last()))
            })
            .await?;
        let (sign_ins, sign_ins_evidence) = sign_ins.with(
            reader
                .evidence("sign_in_activity", &Kind::SIGN_IN_ACTIVITY)
                .await?,
        );
        // What was read before the license or the permission went is not told any more.
        let sign_ins: BTreeMap<String, LastSignIn> = match sign_ins_evidence {
            EvidenceState::Ok { .. } | EvidenceState::Truncated { .. } => {
                sign_ins.into_iter().collect()
            }
            _ => BTreeMap::new(),
        };
        let holders = reader
            .rows(&Kind::USER, |id, user: User| {
                user.into_holder(id, &sign_ins)
            })
            .await?;
        let (skus, skus_evidence) = skus.with(
            reader
                .evidence("subscribed_skus", &Kind::SUBSCRIBED_SKU)
                .await?,
        );
        let (holders, users_evidence) = holders.with(reader.evidence("users", &Kind::USER).await?);
        Ok(Self {
            skus,
            holders,
            skus_evidence,
            users_evidence,
            sign_ins_evidence,
        })
    }
}

impl SubscribedSku {
    fn into_sku(self, record_id: String) -> Sku {
        let seats = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        let purchased = seats(self.enabled_units());
        let id = self.sku_id.unwrap_or(record_id);
        Sku {
            part_number: self.sku_part_number.unwrap_or_else(|| id.clone()),
            purchased,
            assigned: seats(self.consumed_units),
            id,
        }
    }
}

impl User {
    /// Nobody without a seat holds one.
    fn into_holder(
        mut self,
        id: String,
        sign_ins: &BTreeMap<String, LastSignIn>,
    ) -> Option<Holder> {
        let sku_ids = self.take_sku_ids().unwrap_or_default();
        (!sku_ids.is_empty()).then(|| Holder {
            last_sign_in: sign_ins.get(&id).copied().unwrap_or(LastSignIn::Unknown),
            upn: self.user_principal_name,
            display_name: self.display_name,
            enabled: self.account_enabled,
            sku_ids,
            id,
        })
    }
}

impl SignIn {
    /// The latest of the three times. A time that cannot be read is not never.
    fn last(self) -> LastSignIn {
        let Some(activity) = self.sign_in_activity else {
            return LastSignIn::Never;
        };
        let times = [
            activity.last_sign_in_date_time,
            activity.last_non_interactive_sign_in_date_time,
            activity.last_successful_sign_in_date_time,
        ];
        let mut last = LastSignIn::Never;
        // `0001-01-01` stands for never.
        for text in times
            .into_iter()
            .flatten()
            .filter(|text| !text.starts_with("0001-01-01"))
        {
            last = match (timestamp::parse(&text), last) {
                (Some(time), LastSignIn::At(latest)) => LastSignIn::At(latest.max(time)),
                (Some(time), _) => LastSignIn::At(time),
                (None, LastSignIn::Never) => LastSignIn::Unknown,
                (None, last) => last,
            };
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_cannot_be_read_is_not_never() {
        let view: SignIn =
            serde_json::from_str(r#"{"signInActivity":{"lastSignInDateTime":"soon"}}"#).unwrap();
        assert_eq!(view.last(), LastSignIn::Unknown);
        let view: SignIn = serde_json::from_str(
            r#"{"signInActivity":{"lastSignInDateTime":"0001-01-01T00:00:00Z"}}"#,
        )
        .unwrap();
        assert_eq!(view.last(), LastSignIn::Never);
    }
}
