//! Records and outcomes → [`compliance_map::Facts`].
//!
//! Each fact carries an envelope that is filled from what came of reading its sources: a denied
//! source arrives as `denied` and not as an empty list, and data of an earlier sync carries the
//! time of that sync.

mod authentication;
mod identity;
mod organization;

use std::collections::BTreeMap;
use std::time::SystemTime;

use compliance_map::{Fact, Facts, TenantInfo, Timestamp};
use serde::de::DeserializeOwned;

use crate::evidence::{Reader, Rows, Standing};
use crate::kind::Kind;
use crate::store::{Store, StoreError};

/// What the store proves, as evidence for an assessment.
///
/// # Errors
/// When the store fails. A record that cannot be understood is no error: its fact is `truncated`
/// and says so.
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let store = m365_collect::MemoryStore::new();
/// let facts = m365_collect::facts(&store).await?;
/// assert_eq!(facts.identity_users.state, compliance_map::State::NotCollected);
/// # Ok::<(), m365_collect::StoreError>(())
/// # }).unwrap();
/// ```
pub async fn facts(store: &dyn Store) -> Result<Facts, StoreError> {
    let reader = Reader::new(store).await?;
    let tenant = store.tenant().await?.map(|tenant| TenantInfo {
        id: tenant.organization.unwrap_or(tenant.asked),
        name: tenant.name,
        extra: BTreeMap::new(),
    });
    Ok(Facts {
        tenant,
        identity_users: identity::users(&reader).await?,
        identity_groups: identity::groups(&reader).await?,
        identity_role_assignments: identity::role_assignments(&reader).await?,
        identity_signin_activity: identity::sign_in_activity(&reader).await?,
        auth_registration: authentication::registration(&reader).await?,
        auth_per_user_mfa: authentication::per_user_mfa(&reader).await?,
        auth_security_defaults: authentication::security_defaults(&reader).await?,
        auth_ca_policies: authentication::conditional_access(&reader).await?,
        org_licenses: organization::licenses(&reader).await?,
        org_tenant: organization::tenant(&reader).await?,
        ..Facts::default()
    })
}

/// One source, one kind, one fact.
async fn fact<V: DeserializeOwned, T: Send>(
    reader: &Reader<'_>,
    source: &'static str,
    kind: &Kind,
    to_row: impl Fn(String, V) -> T + Send,
) -> Result<Fact<T>, StoreError> {
    let standing = reader.standing(source, kind).await?;
    let rows = reader
        .rows(kind, move |id, view| Some(to_row(id, view)))
        .await?;
    Ok(to_fact(rows, standing))
}

/// The fact of these rows. Rows that cannot be relied upon do not go into it.
fn to_fact<T>(rows: Rows<T>, standing: Standing) -> Fact<T> {
    let (items, standing) = rows.with(standing);
    let beyond = || Fact::error("the time of the sync is beyond the calendar");
    match standing {
        Standing::Read { as_of, note } => match timestamp(as_of) {
            Some(as_of) => {
                let mut fact = Fact::ok(as_of, items);
                fact.note = note;
                fact
            }
            None => beyond(),
        },
        Standing::InPart { as_of, note } => match timestamp(as_of) {
            Some(as_of) => Fact::truncated(as_of, items, note),
            None => beyond(),
        },
        Standing::Denied { permission } => Fact::denied(permission),
        Standing::Unlicensed { plan } => Fact::unlicensed(plan),
        Standing::Failed { error } => Fact::error(error),
        Standing::NotCollected => Fact::not_collected(),
    }
}

fn timestamp(time: SystemTime) -> Option<Timestamp> {
    let seconds = crate::timestamp::to_millis(time).div_euclid(1000);
    Timestamp::from_unix_seconds(seconds)
}

/// A time as Graph sends it; `0001-01-01` stands for never.
fn instant(text: Option<String>) -> Option<Timestamp> {
    let text = text.filter(|text| !text.starts_with("0001-01-01"))?;
    Timestamp::parse(&text).ok()
}
