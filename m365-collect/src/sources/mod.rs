//! The catalogue: every source we know how to read.

mod access;
mod authentication;
mod directory;
mod licence;
pub mod shape;

use std::sync::Arc;

use crate::source::Source;

/// Every source, in the order in which reports list them.
///
/// ```
/// let ids: Vec<String> = m365_collect::sources::catalogue()
///     .iter()
///     .map(|source| source.descriptor().id.to_string())
///     .collect();
/// assert!(ids.contains(&"conditional_access_policies".to_owned()));
/// ```
pub fn catalogue() -> Vec<Arc<dyn Source>> {
    vec![
        Arc::new(directory::organization()),
        Arc::new(directory::domains()),
        Arc::new(licence::subscribed_skus()),
        Arc::new(directory::users()),
        Arc::new(directory::sign_in_activity()),
        Arc::new(directory::groups()),
        Arc::new(access::role_definitions()),
        Arc::new(access::role_assignments()),
        Arc::new(access::role_eligibilities()),
        Arc::new(authentication::registration_details()),
        Arc::new(authentication::per_user_mfa()),
        Arc::new(authentication::conditional_access_policies()),
        Arc::new(authentication::named_locations()),
        Arc::new(authentication::security_defaults()),
    ]
}
