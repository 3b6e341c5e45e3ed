//! Resource paths: every segment percent-encoded as one segment.

pub(crate) mod pattern;

use std::fmt;

use url::Url;

use crate::error::{Error, Result};

/// A resource path relative to the API version, as checked segments. `Debug` shows no ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Path(Vec<String>);

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", shown(self.0.iter().map(String::as_str)))
    }
}

impl Path {
    fn of(segments: Vec<String>) -> Result<Self> {
        if segments.is_empty() {
            return Err(Error::invalid_request("the resource path is empty"));
        }
        if let Some(version) = segments.first()
            && ["v1.0", "beta"].contains(&version.to_ascii_lowercase().as_str())
        {
            return Err(Error::invalid_request(format!(
                "the resource path begins with the version {}: leave it out, as in \
                 client.get(\"users\"), or client.get(\"users\").beta()",
                version.to_ascii_lowercase()
            )));
        }
        // `.` and `..` would change the path instead of naming something in it.
        if segments
            .iter()
            .any(|s| s.is_empty() || s == "." || s == "..")
        {
            return Err(Error::invalid_request(
                "a segment of the resource path is empty, `.` or `..`; is an id missing?",
            ));
        }
        Ok(Self(segments))
    }

    /// The segments, not encoded.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn push(&mut self, segment: &str) {
        self.0.push(segment.to_owned());
    }

    pub(crate) fn append_to(&self, url: &mut Url) -> Result<()> {
        url.path_segments_mut()
            .map_err(|()| Error::invalid_request("the origin cannot hold a path"))?
            .pop_if_empty()
            .extend(&self.0);
        Ok(())
    }
}

/// Something that names a resource.
///
/// A string is split at `/`, so it suits paths written in the program: `"identity/conditionalAccess/policies"`.
/// Use an array or `Vec` when a segment comes from data, so that an id stays one segment whatever
/// it holds: `["groups", id, "members"]`.
pub trait IntoPath {
    /// The checked path.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] for an empty path, an empty segment, `.`, `..`, a version such as
    /// `beta` in front, and for a query or a whole URL as a string.
    fn into_path(self) -> Result<Path>;
}

impl IntoPath for &str {
    fn into_path(self) -> Result<Path> {
        if self.contains("://") {
            return Err(Error::invalid_request(
                "the resource path is a whole URL; give what follows the version, as in \
                 client.get(\"users\"), and the host to graph_origin",
            ));
        }
        if self.contains('?') {
            return Err(Error::invalid_request(
                "the resource path holds a query; set it with select, filter, top or query instead, as \
                 in client.list(\"users\").top(5)",
            ));
        }
        let trimmed = self.strip_prefix('/').unwrap_or(self);
        Path::of(trimmed.split('/').map(str::to_owned).collect())
    }
}

impl IntoPath for &String {
    fn into_path(self) -> Result<Path> {
        self.as_str().into_path()
    }
}

impl IntoPath for String {
    fn into_path(self) -> Result<Path> {
        self.as_str().into_path()
    }
}

impl IntoPath for Path {
    fn into_path(self) -> Result<Path> {
        Ok(self)
    }
}

impl<S: Into<String>, const N: usize> IntoPath for [S; N] {
    fn into_path(self) -> Result<Path> {
        Path::of(self.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<String>> IntoPath for Vec<S> {
    fn into_path(self) -> Result<Path> {
        Path::of(self.into_iter().map(Into::into).collect())
    }
}

impl<S: AsRef<str>> IntoPath for &[S] {
    fn into_path(self) -> Result<Path> {
        Path::of(self.iter().map(|s| s.as_ref().to_owned()).collect())
    }
}

/// What a log may say of a path: collection and property names kept, ids replaced.
///
/// Graph's names are short, start in lower case and hold letters and few digits; all else is taken
/// for an id, so that a doubt hides rather than shows.
pub(crate) fn route(url: &Url) -> String {
    let segments = url.path_segments().into_iter().flatten().skip(1);
    shown(segments.filter(|segment| !segment.is_empty()))
}

fn shown<'a>(segments: impl Iterator<Item = &'a str>) -> String {
    let mut route = String::new();
    for segment in segments {
        if !route.is_empty() {
            route.push('/');
        }
        let name = segment.split_once('(').map_or(segment, |(name, _)| name);
        if is_name(name) {
            route.push_str(name);
            if name.len() < segment.len() {
                route.push_str("()");
            }
        } else {
            route.push_str("{id}");
        }
    }
    route
}

fn is_name(segment: &str) -> bool {
    let plain = segment.strip_prefix("microsoft.graph.").unwrap_or(segment);
    let plain = plain.strip_prefix('$').unwrap_or(plain);
    plain.len() <= 48
        && plain.starts_with(|c: char| c.is_ascii_lowercase())
        && plain
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && plain.bytes().filter(u8::is_ascii_digit).count() <= 3
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(path: impl IntoPath) -> String {
        let mut url = Url::parse("https://graph.microsoft.com/v1.0").unwrap();
        path.into_path().unwrap().append_to(&mut url).unwrap();
        url.path().to_owned()
    }

    #[test]
    fn string_paths_are_split_and_arrays_are_not() {
        assert_eq!(
            encoded("identity/conditionalAccess/policies"),
            "/v1.0/identity/conditionalAccess/policies"
        );
        assert_eq!(encoded("/users"), "/v1.0/users");
        assert_eq!(
            encoded(["groups", "a/b?c#d%2f..", "members"]),
            "/v1.0/groups/a%2Fb%3Fc%23d%252f../members"
        );
        assert_eq!(
            encoded("reports/getOffice365ActiveUserDetail(period='D7')"),
            "/v1.0/reports/getOffice365ActiveUserDetail(period='D7')"
        );
    }

    #[test]
    fn paths_that_would_name_something_else_are_refused() {
        for bad in [
            "",
            "/",
            "users//x",
            "users/../groups",
            "users/.",
            "users/",
            "users?$top=1",
            "v1.0/users",
            "/beta/users",
            "Beta",
            "https://graph.microsoft.com/v1.0/users",
        ] {
            assert!(bad.into_path().is_err(), "{bad}");
        }
        assert!(["users", "", "memberOf"].into_path().is_err());
        assert!(["users", ".."].into_path().is_err());
        assert!(["beta", "users"].into_path().is_err());
        let told = |path: &str| path.into_path().unwrap_err().to_string();
        assert!(told("beta/users").contains("client.get(\"users\").beta()"));
        assert!(told("https://h/v1.0/users?$top=1").contains("whole URL"));
    }

    #[test]
    fn routes_show_names_and_hide_ids() {
        let of = |path: &str| {
            route(&Url::parse(&format!("https://h/v1.0/{path}?$filter=secret")).unwrap())
        };
        assert_eq!(
            of("users/6e7b768e-07e2-4810-8459-485f84f8f204/memberOf/microsoft.graph.group/$count"),
            "users/{id}/memberOf/microsoft.graph.group/$count"
        );
        assert_eq!(
            of("users/adele@contoso.com/oauth2PermissionGrants"),
            "users/{id}/oauth2PermissionGrants"
        );
        assert_eq!(
            of("users/AAMkAGI2/security/alerts_v2"),
            "users/{id}/security/alerts_v2"
        );
        assert_eq!(
            of("reports/getMailboxUsageDetail(period='D7')"),
            "reports/getMailboxUsageDetail()"
        );
        assert_eq!(of("users/delta"), "users/delta");
    }

    proptest! {
        #[test]
        fn an_id_stays_one_segment_whatever_it_holds(id in "\\PC{1,40}") {
            prop_assume!(id != "." && id != "..");
            let mut url = Url::parse("https://graph.microsoft.com/v1.0").unwrap();
            ["users", id.as_str(), "memberOf"].into_path().unwrap().append_to(&mut url).unwrap();
            let again = Url::parse(url.as_str()).unwrap();
            prop_assert_eq!(again.path_segments().unwrap().count(), 4, "{}", url);
            prop_assert_eq!(again.path_segments().unwrap().next_back(), Some("memberOf"));
            prop_assert!(again.query().is_none() && again.fragment().is_none());
        }
    }
}
