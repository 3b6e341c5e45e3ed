//! Applications, what represents them in the tenant, and what they were granted.

use super::DateTime;
use super::declare::resource;

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
        /// What it is for.
        description: String,
        /// Whose accounts may use it, such as `AzureADMyOrg`.
        sign_in_audience: String,
        /// The verified domain of its publisher.
        publisher_domain: String,
        /// Its publisher, when verified.
        verified_publisher: VerifiedPublisher,
        /// When it was created.
        created_date_time: DateTime,
        /// Whether Microsoft disabled it.
        disabled_by_microsoft_status: String,
        /// The URIs that it is known by.
        identifier_uris: Vec<String>,
        /// What the portal sorts it by.
        tags: Vec<String>,
        /// Whether it counts as public when it cannot be told.
        is_fallback_public_client: bool,
        /// Which groups its tokens name.
        group_membership_claims: String,
        /// Its secrets, without their values.
        password_credentials: Vec<PasswordCredential>,
        /// Its certificates.
        key_credentials: Vec<KeyCredential>,
        /// What it asks for.
        required_resource_access: Vec<RequiredResourceAccess>,
        /// The roles that it has to give.
        app_roles: Vec<AppRole>,
        /// What it offers to others.
        api: ApiApplication,
        /// What it is as a web application.
        web: WebApplication,
        /// What it is as an application in a browser.
        spa: SpaApplication,
        /// What it is as an application on a device.
        public_client: PublicClientApplication,
        /// Where its team is found.
        service_management_reference: String,
        /// Notes on it.
        notes: String,
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
        /// The roles that it has to give.
        app_roles: Vec<AppRole>,
        /// The delegated permissions that it has to give.
        oauth2_permission_scopes: Vec<PermissionScope>,
        /// Its publisher, when verified.
        verified_publisher: VerifiedPublisher,
        /// Whether Microsoft disabled it.
        disabled_by_microsoft_status: String,
        /// Its page.
        homepage: String,
        /// Where people are sent back to after signing in.
        reply_urls: Vec<String>,
        /// The names and URIs that it is known by.
        service_principal_names: Vec<String>,
        /// How people sign in to it, such as `saml`.
        preferred_single_sign_on_mode: String,
        /// Who is told when a certificate runs out.
        notification_email_addresses: Vec<String>,
        /// Notes on it.
        notes: String,
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
        /// Its first three letters.
        hint: String,
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
        /// Its own identifier, often the thumbprint, in base64.
        custom_key_identifier: String,
        /// From when it is valid.
        start_date_time: DateTime,
        /// Until when it is valid.
        end_date_time: DateTime,
    }
}

resource! {
    /// A role that an application has to give: an application permission, or a role of people in
    /// it. <https://learn.microsoft.com/graph/api/resources/approle>
    pub struct AppRole {
        /// The id.
        id: String,
        /// The name in tokens, such as `User.Read.All`.
        value: String,
        /// The name.
        display_name: String,
        /// What it allows.
        description: String,
        /// `User`, `Application` or both.
        allowed_member_types: Vec<String>,
        /// Whether it can be assigned.
        is_enabled: bool,
        /// Where it is defined.
        origin: String,
    }
}

resource! {
    /// A delegated permission that an application has to give.
    /// <https://learn.microsoft.com/graph/api/resources/permissionscope>
    pub struct PermissionScope {
        /// The id.
        id: String,
        /// The name in tokens, such as `User.Read`.
        value: String,
        /// `User` when people may consent, `Admin` when administrators must.
        #[serde(rename = "type")]
        kind: String,
        /// Whether it can be granted.
        is_enabled: bool,
        /// The name, to administrators.
        admin_consent_display_name: String,
        /// What it allows, to administrators.
        admin_consent_description: String,
        /// The name, to people.
        user_consent_display_name: String,
        /// What it allows, to people.
        user_consent_description: String,
    }
}

resource! {
    /// What an application asks for of one resource.
    /// <https://learn.microsoft.com/graph/api/resources/requiredresourceaccess>
    pub struct RequiredResourceAccess {
        /// The resource, by application id.
        resource_app_id: String,
        /// The permissions.
        resource_access: Vec<ResourceAccess>,
    }
}

resource! {
    /// A permission that is asked for.
    /// <https://learn.microsoft.com/graph/api/resources/resourceaccess>
    pub struct ResourceAccess {
        /// The id of the permission at the resource.
        id: String,
        /// `Scope` when delegated, `Role` when of the application.
        #[serde(rename = "type")]
        kind: String,
    }
}

resource! {
    /// What an application offers to others.
    /// <https://learn.microsoft.com/graph/api/resources/apiapplication>
    pub struct ApiApplication {
        /// Whether it takes claims that tenants define.
        accept_mapped_claims: bool,
        /// The applications whose consent includes it.
        known_client_applications: Vec<String>,
        /// The delegated permissions that it has to give.
        oauth2_permission_scopes: Vec<PermissionScope>,
        /// The version of tokens that it wants: 1 or 2.
        requested_access_token_version: i32,
    }
}

resource! {
    /// What an application is as a web application.
    /// <https://learn.microsoft.com/graph/api/resources/webapplication>
    pub struct WebApplication {
        /// Its page.
        home_page_url: String,
        /// Where it is told that somebody signed out.
        logout_url: String,
        /// Where people are sent back to after signing in.
        redirect_uris: Vec<String>,
        /// Whether tokens are given to a browser at once.
        implicit_grant_settings: ImplicitGrantSettings,
    }
}

resource! {
    /// Whether tokens are given to a browser at once, which is no longer good practice.
    /// <https://learn.microsoft.com/graph/api/resources/implicitgrantsettings>
    pub struct ImplicitGrantSettings {
        /// Access tokens are.
        enable_access_token_issuance: bool,
        /// Id tokens are.
        enable_id_token_issuance: bool,
    }
}

resource! {
    /// What an application is as one in a browser.
    /// <https://learn.microsoft.com/graph/api/resources/spaapplication>
    pub struct SpaApplication {
        /// Where people are sent back to after signing in.
        redirect_uris: Vec<String>,
    }
}

resource! {
    /// What an application is as one on a device.
    /// <https://learn.microsoft.com/graph/api/resources/publicclientapplication>
    pub struct PublicClientApplication {
        /// Where people are sent back to after signing in.
        redirect_uris: Vec<String>,
    }
}

resource! {
    /// The verified publisher of an application.
    /// <https://learn.microsoft.com/graph/api/resources/verifiedpublisher>
    pub struct VerifiedPublisher {
        /// The name.
        display_name: String,
        /// The id at the partner program.
        verified_publisher_id: String,
        /// When it was verified for the application.
        added_date_time: DateTime,
    }
}

resource! {
    /// Whose tokens an application may use in the place of a secret.
    /// <https://learn.microsoft.com/graph/api/resources/federatedidentitycredential>
    pub struct FederatedIdentityCredential {
        /// The id.
        id: String,
        /// The name.
        name: String,
        /// The issuer.
        issuer: String,
        /// Whom they must be about.
        subject: String,
        /// Whom they must be for.
        audiences: Vec<String>,
        /// What it is for.
        description: String,
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
