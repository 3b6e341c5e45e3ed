//! Rules on the secrets of applications.

use super::DateTime;
use super::declare::resource;

resource! {
    /// What secrets and certificates the tenant's applications may have.
    /// <https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy>
    pub struct TenantAppManagementPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Whether it is in force.
        is_enabled: bool,
        /// Of applications.
        application_restrictions: AppManagementApplicationConfiguration,
        /// Of service principals.
        service_principal_restrictions: AppManagementServicePrincipalConfiguration,
    }
}

resource! {
    /// What secrets and certificates applications may have.
    /// <https://learn.microsoft.com/graph/api/resources/appmanagementapplicationconfiguration>
    pub struct AppManagementApplicationConfiguration {
        /// Secrets.
        password_credentials: Vec<PasswordCredentialConfiguration>,
        /// Certificates.
        key_credentials: Vec<KeyCredentialConfiguration>,
    }
}

resource! {
    /// What secrets and certificates service principals may have.
    /// <https://learn.microsoft.com/graph/api/resources/appmanagementserviceprincipalconfiguration>
    pub struct AppManagementServicePrincipalConfiguration {
        /// Secrets.
        password_credentials: Vec<PasswordCredentialConfiguration>,
        /// Certificates.
        key_credentials: Vec<KeyCredentialConfiguration>,
    }
}

resource! {
    /// A rule on secrets.
    /// <https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration>
    pub struct PasswordCredentialConfiguration {
        /// What it restricts, such as `passwordAddition` or `passwordLifetime`.
        restriction_type: String,
        /// `enabled` or `disabled`.
        state: String,
        /// For how long at most, as an ISO 8601 duration.
        max_lifetime: String,
        /// Of applications created since.
        restrict_for_apps_created_after_date_time: DateTime,
    }
}

resource! {
    /// A rule on certificates.
    /// <https://learn.microsoft.com/graph/api/resources/keycredentialconfiguration>
    pub struct KeyCredentialConfiguration {
        /// What it restricts, such as `asymmetricKeyLifetime`.
        restriction_type: String,
        /// `enabled` or `disabled`.
        state: String,
        /// For how long at most, as an ISO 8601 duration.
        max_lifetime: String,
        /// Of applications created since.
        restrict_for_apps_created_after_date_time: DateTime,
    }
}
