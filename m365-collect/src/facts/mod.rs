//! Records and outcomes → [`compliance_map::Facts`].
//!
//! Each fact carries an envelope that is filled from what came of reading its sources: a denied
//! source arrives as `denied` and not as an empty list, and data of an earlier sync carries the
//! time of that sync. A fact of several sources is as good as the worst of them; a source that
//! only adds to a fact leaves its members absent where it was not read, and a note.

mod applications;
mod assignment;
mod authentication;
mod catalogue_setting;
mod compliance;
mod conditional_access;
mod consent;
mod data;
mod device_profile;
mod devices;
mod governance;
mod groups;
mod lifecycle;
mod logs;
mod names;
mod organization;
mod part;
mod passwords;
mod people;
mod pim;
mod roles;
mod security;
mod sessions;
mod unmodelled;

use std::collections::BTreeMap;
use std::time::SystemTime;

use compliance_map::{Fact, Facts, State, TenantInfo, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

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
    let mut facts = Facts {
        tenant: store.tenant().await?.map(|tenant| TenantInfo {
            id: tenant.organization.unwrap_or(tenant.asked),
            name: tenant.name,
            extra: BTreeMap::new(),
        }),
        ..Facts::default()
    };
    identity(&reader, &mut facts).await?;
    authentication(&reader, &mut facts).await?;
    facts.org_licenses = organization::licenses(&reader).await?;
    facts.org_tenant = never_empty(organization::tenant(&reader).await?, "organization");
    facts.org_cross_tenant = organization::cross_tenant(&reader).await?;
    facts.org_partners = organization::partners();
    facts.data_sharing = data::sharing(&reader).await?;
    facts.data_labels = data::labels(&reader).await?;
    facts.device_inventory = devices::inventory(&reader).await?;
    facts.device_protection = devices::protection(&reader).await?;
    facts.device_updates = devices::updates();
    facts.device_apps = devices::apps(&reader).await?;
    facts.device_compliance = compliance::policies(&reader).await?;
    facts.device_config = device_profile::profiles(&reader).await?;
    facts.log_directory = logs::directory(&reader).await?;
    facts.log_alerts = security::alerts(&reader).await?;
    facts.posture_secure_score = security::secure_score(&reader).await?;
    Ok(facts)
}

async fn identity(reader: &Reader<'_>, facts: &mut Facts) -> Result<(), StoreError> {
    facts.identity_users = never_empty(people::users(reader).await?, "person");
    facts.identity_guests = people::guests(reader).await?;
    facts.identity_signin_activity = people::sign_in_activity(reader).await?;
    facts.identity_groups = groups::groups(reader).await?;
    facts.identity_role_assignments =
        never_empty(roles::assignments(reader).await?, "role assignment");
    facts.identity_pim = pim::rules(reader).await?;
    facts.identity_service_principals = applications::service_principals(reader).await?;
    facts.identity_app_consent = consent::app_consent(reader).await?;
    facts.identity_access_reviews = governance::access_reviews(reader).await?;
    facts.identity_lifecycle_events = lifecycle::events(reader).await?;
    Ok(())
}

async fn authentication(reader: &Reader<'_>, facts: &mut Facts) -> Result<(), StoreError> {
    facts.auth_registration = authentication::registration(reader).await?;
    facts.auth_methods = authentication::methods(reader).await?;
    facts.auth_methods_policy = never_empty(
        authentication::methods_policy(reader).await?,
        "authentication method",
    );
    facts.auth_per_user_mfa = authentication::per_user_mfa(reader).await?;
    facts.auth_security_defaults = authentication::security_defaults(reader).await?;
    facts.auth_ca_policies = conditional_access::policies(reader).await?;
    facts.auth_session = sessions::sessions(reader).await?;
    facts.auth_password_policy = never_empty(passwords::policy(reader).await?, "domain");
    facts.auth_password_protection = passwords::protection(reader).await?;
    facts.auth_risk = security::risk(reader).await?;
    let strengths = never_empty(
        authentication::strengths(reader).await?,
        "authentication strength",
    );
    facts
        .other
        .insert("auth.auth_strengths".to_owned(), strengths);
    Ok(())
}

/// Of this every tenant has some: a list without any was not read to its end, whatever it says.
fn never_empty<T>(fact: Fact<T>, what: &str) -> Fact<T> {
    match fact.collected_at {
        Some(at) if fact.state == State::Ok && fact.items.is_empty() => Fact::truncated(
            at,
            fact.items,
            format!("no {what} was listed, and every tenant has some"),
        ),
        _ => fact,
    }
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
    of_items(items, standing)
}

fn of_items<T>(items: Vec<T>, standing: Standing) -> Fact<T> {
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

/// A fact that no source can tell, and why not.
fn not_told<T>(why: &str) -> Fact<T> {
    Fact {
        note: Some(why.to_owned()),
        ..Fact::not_collected()
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

/// A count as Graph sends it; a negative one says nothing.
fn count<T: TryFrom<i64>>(number: Option<i64>) -> Option<T> {
    number.and_then(|number| T::try_from(number).ok())
}

/// The name in an `@odata.type`.
fn type_name(odata_type: &str) -> &str {
    let name = odata_type.trim_start_matches('#');
    name.strip_prefix("microsoft.graph.").unwrap_or(name)
}

/// The object of a singleton, which the service wraps in `value` at times.
struct Single<V>(V);

impl<'de, V: DeserializeOwned> Deserialize<'de> for Single<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let view = match Value::deserialize(deserializer)? {
            Value::Object(mut members) => match members.remove("value") {
                Some(object @ Value::Object(_)) => object,
                Some(Value::Array(list)) => list.into_iter().next().unwrap_or_default(),
                _ => Value::Object(members),
            },
            other => other,
        };
        serde_json::from_value(view)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
