//! The cases that a diagnosis tells apart.

use std::fmt;

use serde::Serialize;

use super::problem::Problem;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $problem:ident, $link:expr;)+) => {
        /// What exactly is wrong. The names in JSON are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The sort of problem that it is.
            pub const fn problem(self) -> Problem {
                match self {
                    $(Self::$name => Problem::$problem,)+
                }
            }

            /// The page of learn.microsoft.com about it; `None` for what is not Microsoft's.
            pub const fn link(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $link,)+
                }
            }
        }
    };
}

macro_rules! learn {
    ($path:literal) => {
        Some(concat!("https://learn.microsoft.com/", $path))
    };
}

codes! {
    /// The client secret is not one of the application's.
    WrongSecret = "wrong_secret", Authentication,
        learn!("entra/identity-platform/how-to-add-credentials");
    /// The id of the secret was given in the place of its value.
    SecretIdAsValue = "secret_id_as_value", Authentication,
        learn!("entra/identity-platform/how-to-add-credentials");
    /// The client secret has expired.
    SecretExpired = "secret_expired", Authentication,
        learn!("entra/identity-platform/how-to-add-credentials");
    /// A client secret ends within thirty days.
    SecretExpiresSoon = "secret_expires_soon", Authentication,
        learn!("graph/api/application-addpassword");
    /// A certificate ends within thirty days.
    CertificateExpiresSoon = "certificate_expires_soon", Authentication,
        learn!("entra/identity-platform/certificate-credentials");
    /// The certificate or the signed assertion is not one that the registration knows.
    AssertionRejected = "assertion_rejected", Authentication,
        learn!("entra/identity-platform/certificate-credentials");
    /// The credential was refused for a reason not told further.
    CredentialRejected = "credential_rejected", Authentication,
        learn!("entra/identity-platform/how-to-add-credentials");
    /// The program's own source of credentials failed.
    CredentialSource = "credential_source", Authentication, None;
    /// The application is not in the tenant.
    AppNotFound = "app_not_found", Authentication,
        learn!("entra/identity-platform/app-objects-and-service-principals");
    /// The application is turned off.
    AppDisabled = "app_disabled", Authentication,
        learn!("troubleshoot/entra/entra-id/app-integration/error-code-aadsts7000112-application-is-disabled");
    /// There is no such tenant.
    TenantNotFound = "tenant_not_found", Authentication,
        learn!("entra/fundamentals/how-to-find-tenant");
    /// The tenant is deleted or blocked.
    TenantDeleted = "tenant_deleted", Authentication,
        learn!("entra/fundamentals/how-to-find-tenant");
    /// A personal Microsoft account, which is no tenant.
    PersonalAccount = "personal_account", Authentication,
        learn!("entra/identity-platform/accounts-overview");
    /// The tenant lives in another national cloud.
    WrongCloud = "wrong_cloud", Authentication,
        learn!("graph/deployments");
    /// The token, or what answers with it, is of another tenant.
    WrongTenant = "wrong_tenant", Authentication,
        learn!("entra/identity-platform/access-tokens");
    /// A conditional access policy blocks the application.
    ConditionalAccess = "conditional_access", Authentication,
        learn!("entra/identity/conditional-access/workload-identity");
    /// The person behind a refresh token is not known in the tenant.
    UserNotInTenant = "user_not_in_tenant", Authentication,
        learn!("partner-center/customers/gdap-introduction");
    /// Graph does not accept the token.
    TokenRefused = "token_refused", Authentication,
        learn!("graph/resolve-auth-errors");
    /// The sign-in service refuses for a reason that is not known here.
    SignInRefused = "sign_in_refused", Authentication,
        learn!("entra/identity-platform/reference-error-codes");
    /// The clock of this machine is wrong.
    ClockSkew = "clock_skew", Authentication,
        learn!("entra/identity-platform/certificate-credentials");
    /// No administrator consented to the application: the token carries no permission.
    NoConsent = "no_consent", Permission,
        learn!("entra/identity/enterprise-apps/grant-admin-consent");
    /// The application lacks a permission.
    PermissionMissing = "permission_missing", Permission,
        learn!("graph/permissions-reference");
    /// The application lacks a permission without which a part is missing.
    OptionalPermissionMissing = "optional_permission_missing", Data,
        learn!("graph/permissions-reference");
    /// The service refuses although the token carries the permission.
    AccessDenied = "access_denied", Permission,
        learn!("graph/resolve-auth-errors");
    /// The tenant lacks a license.
    LicenseMissing = "license_missing", License,
        learn!("entra/fundamentals/licensing");
    /// The service says that a license is missing which the tenant has.
    LicenseContradicted = "license_contradicted", License,
        learn!("entra/fundamentals/licensing");
    /// The tenant shows no users at all.
    NoUsers = "no_users", Data,
        learn!("graph/api/user-list");
    /// A tenant for customers, where changes cannot be asked for.
    ExternalTenant = "external_tenant", Data,
        learn!("graph/delta-query-overview");
    /// Usage reports show made-up names.
    ConcealedReportNames = "concealed_report_names", Data,
        learn!("graph/api/resources/adminreportsettings");
    /// The service throttled for longer than the budget.
    Throttled = "throttled", Throttled,
        learn!("graph/throttling");
    /// Microsoft's service fails.
    Outage = "outage", Service,
        learn!("microsoft-365/enterprise/view-service-health");
    /// The name of the service's host is not found.
    Dns = "dns", Unreachable,
        learn!("microsoft-365/enterprise/urls-and-ip-address-ranges");
    /// There is no connection, or no answer in time.
    Unreachable = "unreachable", Unreachable,
        learn!("microsoft-365/enterprise/urls-and-ip-address-ranges");
    /// The connection is not encrypted with Microsoft's certificate.
    TlsIntercepted = "tls_intercepted", Unreachable,
        learn!("microsoft-365/enterprise/managing-office-365-endpoints");
    /// Something on the way answers in the place of Microsoft.
    Proxy = "proxy", Unreachable,
        learn!("microsoft-365/enterprise/managing-office-365-endpoints");
    /// The service answered in a way not foreseen.
    Unexpected = "unexpected", Service,
        learn!("graph/errors");
    /// Something was read, but not all of it.
    Incomplete = "incomplete", Service, None;
    /// The store cannot be used.
    Store = "store", Store, None;
    /// The request itself is wrong.
    Usage = "usage", Usage, None;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_json_are_the_names_in_text() {
        for code in Code::ALL {
            let json = serde_json::to_value(code).unwrap();
            assert_eq!(json, code.as_str());
        }
    }

    #[test]
    fn what_is_microsofts_has_a_page_of_theirs() {
        for code in Code::ALL {
            match code.link() {
                Some(link) => assert!(link.starts_with("https://learn.microsoft.com/"), "{code}"),
                None => assert!(matches!(
                    code,
                    Code::CredentialSource | Code::Incomplete | Code::Store | Code::Usage
                )),
            }
        }
    }
}
