//! What a request asks for: path, version, `OData` options and headers, turned into a URL without IO.
//!
//! <https://learn.microsoft.com/graph/query-parameters>

use std::fmt;

use http::header::{AUTHORIZATION, COOKIE, HOST, HeaderName};
use http::{HeaderMap, HeaderValue};
use url::{Url, form_urlencoded};

use crate::error::{Error, Result};
use crate::field::forgotten;
use crate::origin::Origin;
use crate::path::{IntoPath, Path};
use crate::workload::Workload;

const CONSISTENCY_LEVEL: HeaderName = HeaderName::from_static("consistencylevel");
const SELECT: &str = "$select";
const EXPAND: &str = "$expand";

/// The path, options and headers of a request that is being put together. What is wrong with it is
/// kept and told when it is sent.
#[derive(Clone)]
pub(crate) struct Target {
    path: Result<Path>,
    beta: bool,
    options: Vec<(String, String)>,
    default_select: bool,
    headers: HeaderMap,
}

impl Target {
    pub(crate) fn new(path: impl IntoPath) -> Self {
        Self {
            path: path.into_path(),
            beta: false,
            options: Vec::new(),
            default_select: true,
            headers: HeaderMap::new(),
        }
    }

    pub(crate) fn version(&self) -> &'static str {
        if self.beta { "beta" } else { "v1.0" }
    }

    pub(crate) fn path_mut(&mut self) -> &mut Result<Path> {
        &mut self.path
    }

    pub(crate) fn beta(&mut self) {
        self.beta = true;
    }

    /// Sets an option; an earlier value is replaced.
    pub(crate) fn option(&mut self, name: &str, value: impl Into<String>) {
        self.options.retain(|(existing, _)| existing != name);
        self.options.push((name.to_owned(), value.into()));
    }

    pub(crate) fn select<S: AsRef<str>>(&mut self, names: impl IntoIterator<Item = S>) {
        let names: Vec<String> = names
            .into_iter()
            .map(|name| name.as_ref().to_owned())
            .collect();
        if names.is_empty() {
            self.select_default();
        } else {
            self.option(SELECT, names.join(","));
        }
    }

    /// What `$select` asks for, where that was said.
    pub(crate) fn selected(&self) -> Option<String> {
        let (_, names) = self.options.iter().find(|(name, _)| name == SELECT)?;
        Some(names.clone())
    }

    /// No `$select` at all.
    pub(crate) fn select_default(&mut self) {
        self.default_select = false;
        self.options.retain(|(name, _)| name != SELECT);
    }

    /// Selects the fields of a type, unless something was said about it.
    pub(crate) fn select_fields(&mut self, fields: Option<Vec<&'static str>>) {
        if !self.default_select || self.options.iter().any(|(name, _)| name == SELECT) {
            return;
        }
        // An expanded relation arrives by itself and is no property to select.
        let expanded = self
            .options
            .iter()
            .find(|(name, _)| name == EXPAND)
            .map_or(Vec::new(), |(_, v)| relations(v));
        if let Some((field, wanted)) = fields.iter().flatten().find_map(|name| forgotten(name))
            && self.path.is_ok()
        {
            self.path = Err(Error::invalid_request(format!(
                "field {field}: Graph's names are camelCase, {wanted}; add \
                 #[serde(rename_all = \"camelCase\")] to the type, or select by hand"
            )));
            return;
        }
        let mut names: Vec<&str> = Vec::new();
        for field in fields.into_iter().flatten() {
            if !names.contains(&field) && !expanded.contains(&field) {
                names.push(field);
            }
        }
        if !names.is_empty() {
            let names = names.join(",");
            self.option(SELECT, names);
        }
    }

    /// Adds a header; what carries the credential or the destination cannot be set.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        let added = match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) if ![AUTHORIZATION, COOKIE, HOST].contains(&name) => {
                let added = self.headers.try_append(name, value);
                added
                    .map(drop)
                    .map_err(|_| "there are more headers than HTTP allows")
            }
            (Ok(_), Ok(_)) => {
                Err("the headers authorization, cookie and host are the client's own")
            }
            _ => Err("a header has a name or value that HTTP does not allow"),
        };
        if let (Err(why), Ok(_)) = (added, &self.path) {
            self.path = Err(Error::invalid_request(why));
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers of a listing. Directory objects are counted and searched only for who says that
    /// an index will do, which lags a little; elsewhere the header says nothing.
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>
    pub(crate) fn list_headers(&self, workload: Workload) -> HeaderMap {
        let mut headers = self.headers.clone();
        let asks = |name: &str| self.options.iter().any(|(option, _)| option == name);
        if (asks("$count") || asks("$search"))
            && matches!(workload, Workload::Identity | Workload::SignInActivity)
        {
            headers
                .entry(CONSISTENCY_LEVEL)
                .or_insert(HeaderValue::from_static("eventual"));
        }
        headers
    }

    /// The URL at a Graph origin.
    pub(crate) fn url(&self, origin: &Origin) -> Result<Url> {
        let path = self.path.as_ref().map_err(Clone::clone)?;
        let mut url = origin.url().clone();
        url.set_path(self.version());
        path.append_to(&mut url)?;
        if !self.options.is_empty() {
            let query: Vec<String> = self
                .options
                .iter()
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                .collect();
            url.set_query(Some(&query.join("&")));
        }
        Ok(url)
    }
}

/// The names of everything and no value: a filter speaks of people, and a header may be a secret.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<&str> = self.options.iter().map(|(name, _)| name.as_str()).collect();
        let headers: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Target")
            .field("path", &self.path)
            .field("beta", &self.beta)
            .field("options", &options)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// Percent-encodes a query name or value: space as `%20`, since not every part of the service takes
/// `+` for one, and `$` and `,` left readable, which a query may hold.
fn encode(text: &str) -> String {
    let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    form.replace('+', "%20")
        .replace("%24", "$")
        .replace("%2C", ",")
}

/// The relations named at the top level of an `$expand`.
fn relations(expand: &str) -> Vec<&str> {
    let mut depth = 0usize;
    expand
        .split(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        })
        .filter_map(|part| part.split(['(', '/']).next())
        .map(str::trim)
        .collect()
}

/// A string as an `OData` literal for use in a filter: in quotes, with quotes doubled.
///
/// ```
/// let filter = format!("displayName eq {}", graph_client::quote("O'Neill"));
/// assert_eq!(filter, "displayName eq 'O''Neill'");
/// ```
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The setters that every kind of request has.
macro_rules! common_setters {
    () => {
        /// Asks the beta version of the API. Default: v1.0.
        pub fn beta(mut self) -> Self {
            self.target.beta();
            self
        }

        /// `$select`: the properties to return, in the place of the fields of the type.
        pub fn select<S: AsRef<str>>(mut self, properties: impl IntoIterator<Item = S>) -> Self {
            self.target.select(properties);
            self
        }

        /// No `$select`: the service decides which properties to return.
        pub fn select_default(mut self) -> Self {
            self.target.select_default();
            self
        }

        /// `$expand`: relations to return with the object.
        pub fn expand(mut self, relations: impl Into<String>) -> Self {
            self.target.option("$expand", relations);
            self
        }

        /// A header, sent with every page. The client's own (`authorization`, `cookie`, `host`)
        /// cannot be set.
        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.target.header(name, value);
            self
        }

        /// A preference, sent with every page as header `Prefer`.
        pub fn prefer(mut self, preference: &str) -> Self {
            self.target.header("prefer", preference);
            self
        }

        /// Any other query option.
        pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
            self.target.option(name, value);
            self
        }
    };
}
pub(crate) use common_setters;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origin() -> Origin {
        Origin::parse("https://graph.microsoft.com").unwrap()
    }

    #[test]
    fn query_options_are_encoded_and_readable() {
        let mut target = Target::new("users");
        target.beta();
        target.select(["id", "displayName"]);
        target.option("$filter", "mail eq 'a+b&c=d#e' and x ge 1");
        assert_eq!(
            target.url(&origin()).unwrap().as_str(),
            "https://graph.microsoft.com/beta/users?$select=id,displayName\
             &$filter=mail%20eq%20%27a%2Bb%26c%3Dd%23e%27%20and%20x%20ge%201"
        );
    }

    #[test]
    fn select_is_the_fields_unless_told_otherwise() {
        let with = |change: &dyn Fn(&mut Target)| {
            let mut target = Target::new("groups");
            change(&mut target);
            target.select_fields(Some(vec!["id", "members", "id"]));
            target.url(&origin()).unwrap().query().map(str::to_owned)
        };
        assert_eq!(with(&|_| ()).as_deref(), Some("$select=id,members"));
        assert_eq!(
            with(&|t| t.select(["mail"])).as_deref(),
            Some("$select=mail")
        );
        assert_eq!(with(&Target::select_default), None);
        let expanded = with(&|t| t.option(EXPAND, "owners($select=a,b),members($select=id)"));
        assert!(expanded.unwrap().ends_with("&$select=id"));
    }

    #[test]
    fn own_headers_cannot_be_set() {
        for (name, value) in [
            ("Authorization", "Bearer x"),
            ("Cookie", "x"),
            ("Host", "x"),
            ("a b", "c"),
            ("a", "b\r\nc: d"),
        ] {
            let mut target = Target::new("users");
            target.header(name, value);
            assert!(
                target.url(&origin()).unwrap_err().is_invalid_request(),
                "{name}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_a_filter_holds_arrives_as_written(value in "\\PC{0,40}", literal in "\\PC{0,20}") {
            let filter = format!("{value} eq {}", quote(&literal));
            let mut target = Target::new("users");
            target.option("$filter", filter.clone());
            target.option("$top", "5");
            let url = Url::parse(target.url(&origin()).unwrap().as_str()).unwrap();
            let pairs: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(&pairs, &[("$filter".to_owned(), filter), ("$top".to_owned(), "5".to_owned())]);
            prop_assert!(!url.as_str().contains('+') && url.fragment().is_none());
        }

        #[test]
        fn a_quoted_literal_ends_where_it_should(text in "\\PC{0,30}") {
            let quoted = quote(&text);
            let inner = quoted.strip_prefix('\'').and_then(|q| q.strip_suffix('\'')).unwrap();
            prop_assert_eq!(inner.replace("''", ""). contains('\''), false);
            prop_assert_eq!(inner.replace("''", "'"), text);
        }
    }
}
