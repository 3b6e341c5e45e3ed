//! The one origin that a token may be sent to.

use url::{Host, Url};

use crate::error::{Error, Result};

/// Scheme, host and port of a service, and the check that a link leads nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(Url);

impl Origin {
    /// Reads an origin as configured: no path, no query, no user; plain http for loopback only.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let invalid = |why: &str| Error::invalid_request(format!("the origin override {why}"));
        let url = Url::parse(text.trim())
            .map_err(|_| invalid("is not a URL such as https://host:port"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("must not hold a user name or password"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid(
                "must be scheme, host and port alone, without a path or query",
            ));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => Err(invalid(
                "uses plain http, which is accepted for loopback addresses only",
            )),
            _ => Err(invalid("must start with https://")),
        }
    }

    /// The root URL, path `/`.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Resolves a link that came from outside, and refuses it unless scheme, host and port are
    /// exactly ours. What is returned is what must be sent: it is never parsed again.
    pub(crate) fn resolve(&self, link: &str) -> Result<Url> {
        self.resolve_from(&self.0, link)
    }

    /// Resolves a link to a file elsewhere, which gets no token: encrypted wherever Graph itself is.
    pub(crate) fn handed_over(&self, base: &Url, link: &str) -> Result<Url> {
        let mut url = base
            .join(link)
            .map_err(|_| Error::refused_link("is not a valid URL"))?;
        let plain = url.scheme() == "http" && !self.is_https() && is_loopback(&url);
        if url.scheme() != "https" && !plain {
            return Err(Error::refused_link("is not encrypted"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::refused_link("holds a user name or password"));
        }
        url.set_fragment(None);
        Ok(url)
    }

    /// As [`Origin::resolve`], relative to the page that held the link.
    pub(crate) fn resolve_from(&self, base: &Url, link: &str) -> Result<Url> {
        let mut url = base
            .join(link)
            .map_err(|_| Error::refused_link("is not a valid URL"))?;
        if url.scheme() != self.0.scheme()
            || url.host() != self.0.host()
            || url.port_or_known_default() != self.0.port_or_known_default()
        {
            return Err(Error::refused_link("leads to another origin"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::refused_link("holds a user name or password"));
        }
        url.set_fragment(None);
        Ok(url)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn graph() -> Origin {
        Origin::parse("https://graph.microsoft.com").unwrap()
    }

    #[test]
    fn plain_http_is_refused_off_loopback() {
        assert!(Origin::parse("http://graph.microsoft.com").is_err());
        assert!(Origin::parse("http://192.168.1.4:4000").is_err());
        assert!(Origin::parse("http://localhost.evil.example").is_err());
        for loopback in [
            "http://127.0.0.1:4000",
            "http://localhost:1",
            "http://[::1]:9",
        ] {
            assert!(Origin::parse(loopback).is_ok(), "{loopback}");
        }
    }

    #[test]
    fn origin_with_path_query_user_or_other_scheme_is_refused() {
        for bad in [
            "https://h/v1.0",
            "https://h?x=1",
            "https://h#f",
            "https://u:p@h",
            "ftp://h",
            "h",
            "",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn off_origin_links_are_refused() {
        for bad in [
            "https://evil.example/v1.0/users",
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:8443/v1.0/users",
            "https://graph.microsoft.com.evil.example/",
            "https://graph.microsoft.com@evil.example/",
            "https://user@graph.microsoft.com/",
            "https://user:pw@graph.microsoft.com/",
            "//evil.example/x",
            "\\\\evil.example\\x",
            "/\\evil.example",
            "https:\\\\evil.example",
            "javascript:alert(1)",
            "https://graph.microsoft.com./",
            "https://",
        ] {
            let error = graph().resolve(bad).expect_err(bad);
            assert!(error.is_refused_link(), "{bad}");
        }
    }

    #[test]
    fn links_of_our_origin_keep_path_and_query() {
        let url = graph()
            .resolve("HTTPS://GRAPH.microsoft.com:443/v1.0/users?$skiptoken=A%20b&x=1#frag")
            .unwrap();
        assert_eq!(
            url.as_str(),
            "https://graph.microsoft.com/v1.0/users?$skiptoken=A%20b&x=1"
        );
        assert_eq!(graph().resolve("/beta/x?y").unwrap().path(), "/beta/x");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn no_fuzzed_link_leaves_the_origin(
            scheme in prop::sample::select(vec!["https:", "http:", "HTTPS:", "", "ftp:", "https:/", "\thttps:"]),
            slashes in prop::sample::select(vec!["//", "/", "\\\\", "/\\", "", "///"]),
            user in prop::sample::select(vec!["", "a@", "a:b@", "graph.microsoft.com@", "%40", "@"]),
            host in prop::sample::select(vec![
                "graph.microsoft.com", "GRAPH.MICROSOFT.COM", "evil.example", "graph.microsoft.com.evil.example",
                "graph。microsoft。com", "graph.microsoft.com.", "gr\u{ad}aph.microsoft.com", "127.0.0.1",
                "graph.microsoft.com%2eevil.example", "graph.microsoft.com%00.evil", "ⓖraph.microsoft.com",
            ]),
            port in prop::sample::select(vec!["", ":443", ":80", ":8443", ":0", ":"]),
            rest in "[a-zA-Z0-9/?#@:\\\\%.\u{e9} ]{0,20}",
        ) {
            let link = format!("{scheme}{slashes}{user}{host}{port}{rest}");
            if let Ok(url) = graph().resolve(&link) {
                prop_assert_eq!(url.scheme(), "https");
                prop_assert_eq!(url.host_str(), Some("graph.microsoft.com"));
                prop_assert_eq!(url.port_or_known_default(), Some(443));
                prop_assert!(url.username().is_empty() && url.password().is_none());
                // What goes out is parsed as the same place again.
                prop_assert_eq!(Url::parse(url.as_str()).unwrap(), url);
            }
        }
    }
}
