//! Accounts, guests and sign-ins.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{GuestFact, SignInFact, UserFact};

use super::fact::{fact_of_many, never_empty, of_items};
use super::organization::sku_names;
use super::part::{Part, join, many, remark};
use super::value::instant;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::StoreError;
use crate::view::{SignIn, User};

impl User {
    /// Where they are a guest. Who answers for one is not read.
    fn guest(&mut self, id: &str) -> Option<GuestFact> {
        let kind = self.user_type.as_deref()?;
        kind.eq_ignore_ascii_case("guest").then(|| GuestFact {
            user: id.to_owned(),
            invitation: self.external_user_state.take(),
            invited: instant(self.external_user_state_change_date_time.take()),
            ..GuestFact::default()
        })
    }

    fn into_row(mut self, id: String, skus: &BTreeMap<String, String>) -> UserFact {
        let named = |id: String| skus.get(&id.to_ascii_lowercase()).cloned().unwrap_or(id);
        let licenses = self.take_sku_ids();
        let licenses = licenses.map(|ids| ids.into_iter().map(named).collect());
        UserFact {
            id,
            upn: self.user_principal_name,
            enabled: self.account_enabled,
            kind: self.user_type,
            created: instant(self.created_date_time),
            display_name: self.display_name,
            // Null where it was never synced: <https://learn.microsoft.com/graph/api/resources/user>.
            on_premises_synced: Some(self.on_premises_sync_enabled.unwrap_or(false)),
            department: self.department,
            job_title: self.job_title,
            employee_id: self.employee_id,
            licenses,
            ..UserFact::default()
        }
    }
}

/// Everybody, and the guests among them; managers only where they were read.
pub(super) async fn people(
    reader: &Reader<'_>,
    mut keep: impl FnMut(UserFact) -> Option<UserFact> + Send,
) -> Result<(Fact<UserFact>, Fact<GuestFact>), StoreError> {
    let skus = sku_names(reader).await?;
    let evidence = reader.evidence("users", &Kind::USER).await?;
    // Only relations come of that source.
    let managers = Part::of(reader, "user_managers", &Kind::new("manager"), &evidence).await?;
    let names = skus.as_ref().unwrap_or(const { &BTreeMap::new() });
    let (mut guests, mut is_empty) = (Vec::new(), true);
    let to_row = |id: String, mut user: User| {
        is_empty = false;
        guests.extend(user.guest(&id));
        keep(user.into_row(id, names))
    };
    let kind = &Kind::USER;
    let (rows, evidence) = many(reader, evidence, kind, |row| &row.id, to_row).await?;
    guests.sort_unstable_by(|one, other| one.user.cmp(&other.user));
    let guests = of_items(guests, evidence.clone());
    let mut users = of_items(rows, evidence);
    if managers.is_known() {
        join(
            reader,
            &Relation::MANAGER,
            &mut users.items,
            |user| &user.id,
            |user, manager| user.manager = Some(manager),
        )
        .await?;
    }
    managers.remark(&mut users, "managers");
    if skus.is_none() {
        remark(
            &mut users,
            "names of licenses: not read, so they stand by id",
        );
    }
    if is_empty {
        users = never_empty(users, "person");
    }
    Ok((users, guests))
}

/// When everybody last signed in; the guests among them are told it as well.
pub(super) async fn sign_in_activity(
    reader: &Reader<'_>,
    guests: &mut Fact<GuestFact>,
    mut keep: impl FnMut(SignInFact) -> Option<SignInFact> + Send,
) -> Result<Fact<SignInFact>, StoreError> {
    let (source, kind) = ("sign_in_activity", &Kind::SIGN_IN_ACTIVITY);
    let people = reader.evidence("users", &Kind::USER).await?;
    let part = Part::of(reader, source, kind, &people).await?;
    let told = part.is_known().then_some(guests.items.as_mut_slice());
    // In the order of their ids.
    let told = told.unwrap_or_default();
    let activity = fact_of_many(
        reader,
        source,
        kind,
        |row: &SignInFact| &row.user,
        |user, view: SignIn| {
            let activity = view.sign_in_activity.unwrap_or_default();
            let last_success = instant(activity.last_successful_sign_in_date_time);
            let guest = told.binary_search_by(|guest| guest.user.cmp(&user));
            if let Some(guest) = guest.ok().and_then(|at| told.get_mut(at)) {
                guest.last_sign_in = last_success;
            }
            keep(SignInFact {
                user,
                last_interactive: instant(activity.last_sign_in_date_time),
                last_noninteractive: instant(activity.last_non_interactive_sign_in_date_time),
                last_success,
                ..SignInFact::default()
            })
        },
    )
    .await?;
    part.remark(guests, "last sign-ins");
    Ok(activity)
}
