//! What each path answers.

pub(crate) mod access_review;
pub(crate) mod administrative_unit;
pub(crate) mod alert;
pub(crate) mod application;
pub(crate) mod audit;
pub(crate) mod authentication_policy;
pub(crate) mod collaboration;
pub(crate) mod contact;
pub(crate) mod cross_tenant;
pub(crate) mod delta;
pub(crate) mod device;
pub(crate) mod directory;
pub(crate) mod dns;
pub(crate) mod group;
pub(crate) mod intune;
pub(crate) mod organization;
pub(crate) mod policy;
pub(crate) mod registration;
pub(crate) mod report;
pub(crate) mod risk;
pub(crate) mod role;
pub(crate) mod role_policy;
pub(crate) mod secure_score;
pub(crate) mod service;
pub(crate) mod sign_in;
pub(crate) mod subscription;
pub(crate) mod tenant_policy;
pub(crate) mod user;

use crate::server::call::Call;
use crate::server::reply::{GraphError, Reply, Result};

/// Answers a read.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply> {
    if call.route.beta_only && !call.beta {
        let segment = call.route.template.rsplit('/').next().unwrap_or_default();
        return Err(GraphError::no_segment(segment));
    }
    call.access.check(call.area())?;
    (call.route.answer)(call)
}
