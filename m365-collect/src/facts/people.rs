//! Accounts, guests and sign-ins.

#![expect(
    clippy::struct_field_names,
    reason = "fields carry the names of Graph's properties"
)]

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{GuestFact, SignInFact, UserFact};
use serde::Deserialize;

use super::fact::{fact, to_fact};
use super::names::{Names, name_people};
use super::organization::sku_names;
use super::part::{Part, join, remark};
use super::value::instant;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::record::Relation;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_principal_name: Option<String>,
    display_name: Option<String>,
    account_enabled: Option<bool>,
    user_type: Option<String>,
    created_date_time: Option<String>,
    on_premises_sync_enabled: Option<bool>,
    department: Option<String>,
    job_title: Option<String>,
    employee_id: Option<String>,
    employee_leave_date_time: Option<String>,
    assigned_licenses: Option<Vec<AssignedLicense>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedLicense {
    sku_id: Option<String>,
}

impl User {
    fn into_row(self, id: String, skus: &BTreeMap<String, String>) -> UserFact {
        let licenses = self.assigned_licenses.map(|licenses| {
            let ids = licenses.into_iter().filter_map(|license| license.sku_id);
            ids.map(|id| skus.get(&id.to_ascii_lowercase()).cloned().unwrap_or(id))
                .collect()
        });
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
            leaves: instant(self.employee_leave_date_time),
            licenses,
            ..UserFact::default()
        }
    }
}

/// Everybody; managers only where they were read.
pub(super) async fn users(reader: &Reader<'_>) -> Result<Fact<UserFact>, StoreError> {
    let skus = sku_names(reader).await?;
    let evidence = reader.evidence("users", &Kind::USER).await?;
    // Only relations come of that source.
    let managers = Part::of(reader, "user_managers", &Kind::new("manager"), &evidence).await?;
    let names = skus.as_ref().unwrap_or(const { &BTreeMap::new() });
    let rows = reader
        .rows(&Kind::USER, |id, user: User| Some(user.into_row(id, names)))
        .await?;
    let mut users = to_fact(rows, evidence);
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
    Ok(users)
}

/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Guest {
    user_type: Option<String>,
    external_user_state: Option<String>,
    external_user_state_change_date_time: Option<String>,
    #[serde(flatten)]
    names: Names,
}

/// The guests among the people. Who answers for one is not read.
pub(super) async fn guests(reader: &Reader<'_>) -> Result<Fact<GuestFact>, StoreError> {
    let evidence = reader.evidence("users", &Kind::USER).await?;
    let sign_ins = Part::of(
        reader,
        "sign_in_activity",
        &Kind::SIGN_IN_ACTIVITY,
        &evidence,
    )
    .await?;
    let rows = reader
        .rows(&Kind::USER, |user, guest: Guest| {
            let kind = guest.user_type.unwrap_or_default();
            kind.eq_ignore_ascii_case("guest").then(|| GuestFact {
                user,
                invitation: guest.external_user_state,
                invited: instant(guest.external_user_state_change_date_time),
                extra: guest.names.into_members(),
                ..GuestFact::default()
            })
        })
        .await?;
    let mut guests = to_fact(rows, evidence);
    if sign_ins.is_known() && !guests.items.is_empty() {
        // Both come in the order of their ids.
        let mut rows = guests.items.iter_mut().peekable();
        reader
            .rows(&Kind::SIGN_IN_ACTIVITY, |id, view: SignIn| {
                while rows.next_if(|row| row.user < id).is_some() {}
                if let Some(row) = rows.next_if(|row| row.user == id) {
                    let activity = view.sign_in_activity.unwrap_or_default();
                    row.last_sign_in = instant(activity.last_successful_sign_in_date_time);
                }
                None::<()>
            })
            .await?;
    }
    sign_ins.remark(&mut guests, "last sign-ins");
    Ok(guests)
}

/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignIn {
    sign_in_activity: Option<SignInActivity>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignInActivity {
    last_sign_in_date_time: Option<String>,
    last_non_interactive_sign_in_date_time: Option<String>,
    last_successful_sign_in_date_time: Option<String>,
}

pub(super) async fn sign_in_activity(reader: &Reader<'_>) -> Result<Fact<SignInFact>, StoreError> {
    let mut activity = fact(
        reader,
        "sign_in_activity",
        &Kind::SIGN_IN_ACTIVITY,
        |user, view: SignIn| {
            // Absent on one user of a page that carries it: this one never signed in.
            let activity = view.sign_in_activity.unwrap_or_default();
            SignInFact {
                user,
                last_interactive: instant(activity.last_sign_in_date_time),
                last_noninteractive: instant(activity.last_non_interactive_sign_in_date_time),
                last_success: instant(activity.last_successful_sign_in_date_time),
                ..SignInFact::default()
            }
        },
    )
    .await?;
    let rows = &mut activity.items;
    name_people(reader, rows, |row| &row.user, |row| &mut row.extra).await?;
    Ok(activity)
}
