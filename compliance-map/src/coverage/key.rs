//! Wire keys of the facts that coverage rests on.

pub(crate) const CA_POLICIES: &str = "auth.ca_policies";
pub(crate) const SECURITY_DEFAULTS: &str = "auth.security_defaults";
pub(crate) const PER_USER_MFA: &str = "auth.per_user_mfa";
pub(crate) const REGISTRATION: &str = "auth.registration";
pub(crate) const PASSWORD_POLICY: &str = "auth.password_policy";
pub(crate) const METHODS: &str = "auth.methods";
pub(crate) const STRENGTHS: &str = "auth.auth_strengths";
pub(crate) const CROSS_TENANT: &str = "org.cross_tenant";
