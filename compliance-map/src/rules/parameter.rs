//! Limits that a framework may leave to the organisation.

pub(crate) const CREDENTIAL_DAYS: &str = "credential_days";
pub(crate) const IDLE_MINUTES: &str = "idle_minutes";
pub(crate) const INACTIVITY_DAYS: &str = "inactivity_days";
pub(crate) const PASSWORDS: &str = "passwords";
pub(crate) const REVIEW_DAYS: &str = "review_days";
pub(crate) const SCORE_PERCENT: &str = "score_percent";
pub(crate) const SIGN_IN_HOURS: &str = "sign_in_hours";
