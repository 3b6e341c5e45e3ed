//! Applications, what represents them in the tenant, and what they were granted.

use super::{DateTime, resource};

resource! {
    /// The registration of an application.
    /// <https://learn.microsoft.com/graph/api/resources/application>
    pub struct Application {
        /// The id of the object.
        id: String,
        /// The application (client) id.
        app_id: String,
        /// Its name.
        display_name: String,
        /// Whose accounts may use it, such as `AzureADMyOrg`.
        sign_in_audience: String,
        /// The verified domain of its publisher.
        publisher_domain: String,
        /// When it was created.
        created_date_time: DateTime,
        /// Its secrets, without their values.
        password_credentials: Vec<PasswordCredential>,
        /// Its certificates.
        key_credentials: Vec<KeyCredential>,
    }
}

resource! {
    /// What represents an application in a tenant.
    /// <https://learn.microsoft.com/graph/api/resources/serviceprincipal>
    pub struct ServicePrincipal {
        /// The id of the object.
        id: String,
        /// The application (client) id.
        app_id: String,
        /// Its name.
        display_name: String,
        /// Whether it may sign in.
        account_enabled: bool,
        /// `Application`, `ManagedIdentity`, `Legacy` or `SocialIdp`.
        service_principal_type: String,
        /// The tenant where the application is registered.
        app_owner_organization_id: String,
        /// Whether only those who are assigned to it may use it.
        app_role_assignment_required: bool,
        /// Whose accounts may use it.
        sign_in_audience: String,
        /// What the portal sorts it by.
        tags: Vec<String>,
        /// Its secrets, without their values.
        password_credentials: Vec<PasswordCredential>,
        /// Its certificates.
        key_credentials: Vec<KeyCredential>,
    }
}

resource! {
    /// A secret of an application, without its value.
    /// <https://learn.microsoft.com/graph/api/resources/passwordcredential>
    pub struct PasswordCredential {
        /// Its id.
        key_id: String,
        /// What it is for.
        display_name: String,
        /// From when it is valid.
        start_date_time: DateTime,
        /// Until when it is valid.
        end_date_time: DateTime,
    }
}

resource! {
    /// A certificate of an application.
    /// <https://learn.microsoft.com/graph/api/resources/keycredential>
    pub struct KeyCredential {
        /// Its id.
        key_id: String,
        /// What it is for.
        display_name: String,
        /// `AsymmetricX509Cert` or `X509CertAndPassword`.
        #[serde(rename = "type")]
        kind: String,
        /// `Sign` or `Verify`.
        usage: String,
        /// From when it is valid.
        start_date_time: DateTime,
        /// Until when it is valid.
        end_date_time: DateTime,
    }
}

resource! {
    /// A delegated permission that was granted to an application.
    /// <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>
    pub struct OAuth2PermissionGrant {
        /// The id of the grant.
        id: String,
        /// The service principal that it was granted to.
        client_id: String,
        /// `AllPrincipals`, or `Principal` for one person.
        consent_type: String,
        /// The person, if it is for one.
        principal_id: String,
        /// The service principal of what may be used.
        resource_id: String,
        /// The permissions, separated by spaces.
        scope: String,
    }
}

resource! {
    /// An application permission or role that was assigned.
    /// <https://learn.microsoft.com/graph/api/resources/approleassignment>
    pub struct AppRoleAssignment {
        /// The id of the assignment.
        id: String,
        /// The role, by its id at the resource.
        app_role_id: String,
        /// Whom it was assigned to.
        principal_id: String,
        /// The name of that.
        principal_display_name: String,
        /// `User`, `Group` or `ServicePrincipal`.
        principal_type: String,
        /// The service principal whose role it is.
        resource_id: String,
        /// The name of that.
        resource_display_name: String,
        /// When it was assigned.
        created_date_time: DateTime,
    }
}
