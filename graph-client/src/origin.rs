//! The one origin that a token may be sent to.

use url::{Host, Url};

use crate::address::may_be_public;
use crate::error::{Error, NOT_PUBLIC, Result};

/// Longer than a request may be, in bytes.
const LONGEST: usize = 64 * 1024;

/// Scheme, host and port of a service, and the check that a link leads nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(Url);

/// A link to a file that was checked.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct HandedOver {
    pub(crate) url: Url,
    /// It is none of our own origins: what its name stands for has to be public too.
    pub(crate) is_foreign: bool,
}

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

    #[cfg(feature = "rustls")]
    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Resolves a link that came from outside, and refuses it unless scheme, host and port are
    /// exactly ours. What is returned is what must be sent: it is never parsed again.
    pub(crate) fn resolve(&self, link: &str) -> Result<Url> {
        self.resolve_from(&self.0, link)
    }

    /// Resolves a link to a file elsewhere, which gets no token. It has to be out on the internet,
    /// encrypted and at the usual port, so that nobody is sent to ask around in a network of ours;
    /// but for our own origin, and for loopback addresses where that is one, as a simulator's is.
    pub(crate) fn handed_over(&self, base: &Url, link: &str) -> Result<HandedOver> {
        let url = joined(base, link)?;
        let beside = is_loopback(&self.0) && is_loopback(&url);
        if self.is_of(&url) || (beside && matches!(url.scheme(), "http" | "https")) {
            let is_foreign = false;
            return Ok(HandedOver { url, is_foreign });
        }
        if url.scheme() != "https" {
            return Err(Error::refused_link("is not encrypted"));
        }
        if !url.host().is_some_and(|host| may_be_public(&host)) {
            return Err(Error::refused_link(NOT_PUBLIC));
        }
        if url.port().is_some() {
            return Err(Error::refused_link("leads to an unusual port"));
        }
        let is_foreign = true;
        Ok(HandedOver { url, is_foreign })
    }

    fn is_of(&self, url: &Url) -> bool {
        url.scheme() == self.0.scheme()
            && url.host() == self.0.host()
            && url.port_or_known_default() == self.0.port_or_known_default()
    }

    /// As [`Origin::resolve`], relative to the page that held the link.
    pub(crate) fn resolve_from(&self, base: &Url, link: &str) -> Result<Url> {
        let url = joined(base, link)?;
        if !self.is_of(&url) {
            return Err(Error::refused_link("leads to another origin"));
        }
        Ok(url)
    }
}

/// A link as an absolute URL without a fragment.
fn joined(base: &Url, link: &str) -> Result<Url> {
    // As much would be copied time and again.
    if link.len() > LONGEST {
        return Err(Error::refused_link("is longer than any link"));
    }
    let mut url = base
        .join(link)
        .map_err(|_| Error::refused_link("is not a valid URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::refused_link("holds a user name or password"));
    }
    url.set_fragment(None);
    Ok(url)
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
    fn off_origin_next_links_are_refused() {
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
    fn a_file_is_out_on_the_internet_or_beside_a_graph_on_loopback() {
        let from = |graph: &str, link: &str| {
            let graph = Origin::parse(graph).unwrap();
            graph.handed_over(&graph.url().clone(), link)
        };
        let foreign = |graph: &str, link: &str| from(graph, link).ok().map(|file| file.is_foreign);
        let (graph, here) = ("https://graph.microsoft.com", "http://127.0.0.1:4000");
        for link in [
            "https://reports.office.com/data?code=k#x",
            "https://13.107.6.156/x",
            "https://reports.office.com:443/x",
        ] {
            assert_eq!(foreign(graph, link), Some(true), "{link}");
            assert_eq!(foreign(here, link), Some(true), "{link}");
        }
        assert_eq!(foreign(graph, "/v1.0/file"), Some(false));
        for link in [
            "/x",
            "http://127.0.0.1:9/x",
            "http://localhost:9/x",
            "https://[::1]:9/x",
        ] {
            assert_eq!(foreign(here, link), Some(false), "{link}");
        }
        for link in [
            "http://reports.office.com/x",
            "http://127.0.0.1:4000/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://10.1.2.3/x",
            "https://169.254.169.254/metadata/instance",
            "https://100.64.0.1/x",
            "https://0.0.0.0/x",
            "https://224.0.0.1/x",
            "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://[2002:7f00:1::]/x",
            "https://[64:ff9b::a00:1]/x",
            "https://[fe80::1]/x",
            "https://localhost/x",
            "https://intranet/x",
            "https://metadata.google.internal/x",
            "https://reports.office.com:8443/x",
            "https://reports.office.com:22/x",
            "https://user@reports.office.com/x",
            "ftp://reports.office.com/x",
            "data:text/csv,Report%20Refresh%20Date",
        ] {
            let error = from(graph, link).expect_err(link);
            assert!(error.is_refused_link(), "{link}");
        }
        for link in [
            "http://10.1.2.3/x",
            "https://10.1.2.3/x",
            "http://reports.office.com/x",
        ] {
            assert!(from(here, link).is_err(), "{link}");
        }
    }

    #[test]
    fn a_link_of_any_length_is_followed_or_refused() {
        let long = |bytes: usize| format!("/v1.0/users?$skiptoken={}", "\u{e9}".repeat(bytes / 2));
        assert!(graph().resolve(&long(60_000)).is_ok());
        let error = graph().resolve(&long(70_000)).unwrap_err();
        assert!(error.is_refused_link());
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
