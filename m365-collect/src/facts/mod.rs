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
mod fact;
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
mod value;

use std::collections::BTreeMap;

use compliance_map::directory::DirectoryBuilder;
use compliance_map::{Directory, Facts, TenantInfo};

use self::fact::never_empty;
use crate::evidence::Reader;
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
    let (facts, _) = read(store, People::InFacts).await?;
    Ok(facts)
}

/// The same for [`compliance_map::assess_in`], in a tenth of the memory: what is told of each person
/// is packed into the directory as it is read, and of accounts, sign-ins, registration, methods and
/// per-user MFA the facts say only how well they were read. Members of groups that are accounts are in
/// the directory too. Guests and people at risk have a row each.
///
/// # Errors
/// As [`facts`].
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use compliance_map::{Catalogue, Options, assess_in};
/// let store = m365_collect::MemoryStore::new();
/// let (facts, directory) = m365_collect::evidence(&store).await?;
/// let options = Options::new("2026-11-21T12:00:00Z".parse()?);
/// let assessment = assess_in(&facts, &directory.into(), &Catalogue::builtin(), &options)?;
/// assert!(!assessment.people.known);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub async fn evidence(store: &dyn Store) -> Result<(Facts, Directory), StoreError> {
    read(store, People::Packed).await
}

/// Where rows about people go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum People {
    InFacts,
    Packed,
}

impl People {
    /// The row, where it is to stand in its fact.
    fn keep<T>(self, row: T, pack: impl FnOnce(&T)) -> Option<T> {
        match self {
            Self::InFacts => Some(row),
            Self::Packed => {
                pack(&row);
                None
            }
        }
    }
}

async fn read(store: &dyn Store, people: People) -> Result<(Facts, Directory), StoreError> {
    let reader = &Reader::new(store).await?;
    let mut facts = Facts {
        tenant: store.tenant().await?.map(|tenant| TenantInfo {
            id: tenant.organization.unwrap_or(tenant.asked),
            name: tenant.name,
            extra: BTreeMap::new(),
        }),
        people_packed: people == People::Packed,
        ..Facts::default()
    };
    let directory = about_people(reader, &mut facts, people).await?;
    identity(reader, &mut facts).await?;
    authentication(reader, &mut facts).await?;
    facts.org_licenses = organization::licenses(reader).await?;
    facts.org_tenant = never_empty(organization::tenant(reader).await?, "organization");
    facts.org_cross_tenant = organization::cross_tenant(reader).await?;
    facts.org_partners = organization::partners();
    facts.data_sharing = data::sharing(reader).await?;
    facts.data_labels = data::labels(reader).await?;
    facts.device_inventory = devices::inventory(reader).await?;
    facts.device_protection = devices::protection(reader).await?;
    facts.device_updates = devices::updates();
    facts.device_apps = devices::apps(reader).await?;
    facts.device_compliance = compliance::policies(reader).await?;
    facts.device_config = device_profile::profiles(reader).await?;
    facts.log_directory = logs::directory(reader).await?;
    facts.log_alerts = security::alerts(reader).await?;
    facts.posture_secure_score = security::secure_score(reader).await?;
    Ok((facts, directory))
}

async fn about_people(
    reader: &Reader<'_>,
    facts: &mut Facts,
    people: People,
) -> Result<Directory, StoreError> {
    let mut accounts = DirectoryBuilder::default();
    (facts.identity_users, facts.identity_guests) =
        people::people(reader, |row| people.keep(row, |row| accounts.account(row))).await?;
    let mut who = accounts.build();
    let guests = &mut facts.identity_guests;
    facts.identity_signin_activity = people::sign_in_activity(reader, guests, |row| {
        people.keep(row, |row| who.signed_in(row))
    })
    .await?;
    facts.auth_registration =
        authentication::registration(reader, |row| people.keep(row, |row| who.registered(row)))
            .await?;
    facts.auth_methods =
        authentication::methods(reader, |row| people.keep(row, |row| who.methods(row))).await?;
    facts.auth_per_user_mfa =
        authentication::per_user_mfa(reader, |row| people.keep(row, |row| who.per_user_mfa(row)))
            .await?;
    facts.identity_groups =
        groups::groups(reader, |group, member| !who.member(group, member)).await?;
    Ok(who)
}

async fn identity(reader: &Reader<'_>, facts: &mut Facts) -> Result<(), StoreError> {
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
    facts.auth_methods_policy = never_empty(
        authentication::methods_policy(reader).await?,
        "authentication method",
    );
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
