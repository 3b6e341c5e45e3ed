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

use compliance_map::{Facts, TenantInfo};

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
    (facts.identity_users, facts.identity_guests) = people::people(reader).await?;
    facts.identity_signin_activity =
        people::sign_in_activity(reader, &mut facts.identity_guests).await?;
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
