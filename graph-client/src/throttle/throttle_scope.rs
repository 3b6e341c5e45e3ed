//! Whom a refusal concerns.

use http::HeaderMap;

/// Whom a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThrottleScope {
    /// The application in every tenant.
    App,
    /// This tenant; or when the limits are all by resource, this mailbox or report of it.
    Tenant,
}

impl ThrottleScope {
    /// By `x-ms-throttle-scope: <Scope>/<Operation>/<app>/<tenant>`.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let scope = headers
            .get("x-ms-throttle-scope")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        if scope
            .split('/')
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case("Application"))
        {
            Self::App
        } else {
            Self::Tenant
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_whom_a_429_concerns() {
        let scope = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-ms-throttle-scope", text.parse().unwrap());
            ThrottleScope::of(&headers)
        };
        assert_eq!(scope("Application/Read/app/"), ThrottleScope::App);
        assert_eq!(
            scope("Tenant_Application/ReadWrite/app/tenant"),
            ThrottleScope::Tenant
        );
        assert_eq!(scope("Tenant/Read/app/tenant"), ThrottleScope::Tenant);
    }
}
