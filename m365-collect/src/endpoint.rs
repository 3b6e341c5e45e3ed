//! A read that a source makes, as its page documents it.

use std::borrow::Cow;
use std::fmt;

use graph_client::{BatchRequest, Client, GetRequest, Limits, ListRequest, Workload};
use serde::Serialize;
use url::Url;

use crate::record::RawItem;

/// A GET of Microsoft Graph: a path with `{id}` where the id of a parent goes, and its query.
///
/// ```
/// use m365_collect::Endpoint;
///
/// let endpoint = Endpoint::new("deviceManagement/deviceCompliancePolicies").expand("assignments");
/// assert_eq!(
///     endpoint.to_string(),
///     "v1.0/deviceManagement/deviceCompliancePolicies?$expand=assignments"
/// );
/// assert_eq!(endpoint.workload().as_str(), "intune");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Endpoint {
    /// The path behind the version.
    pub path: Cow<'static, str>,
    /// Whether it is of the beta version.
    pub beta: bool,
    /// The query options, `$select` and the like, in the order in which they were given.
    pub query: Vec<(&'static str, Cow<'static, str>)>,
}

impl From<&'static str> for Endpoint {
    fn from(path: &'static str) -> Self {
        Self::new(path)
    }
}

/// A path that is known while running only.
impl From<String> for Endpoint {
    fn from(path: String) -> Self {
        Self {
            path: Cow::Owned(path),
            ..Self::new("")
        }
    }
}

/// As it is written on the pages: version, path and query, nothing encoded.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.version(), self.path)?;
        for (number, (name, value)) in self.query.iter().enumerate() {
            let separator = if number == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={value}")?;
        }
        Ok(())
    }
}

impl Endpoint {
    /// A path of the version 1.0.
    pub const fn new(path: &'static str) -> Self {
        Self {
            path: Cow::Borrowed(path),
            beta: false,
            query: Vec::new(),
        }
    }

    /// Of the beta version.
    #[must_use]
    pub fn beta(mut self) -> Self {
        self.beta = true;
        self
    }

    /// Asks for these properties; without it the service sends its default ones.
    #[must_use]
    pub fn select(self, properties: &[&str]) -> Self {
        self.option("$select", properties.join(","))
    }

    /// Asks for these related objects with each item. Of directory objects at most twenty come,
    /// and no link to the rest: <https://learn.microsoft.com/graph/query-parameters#expand>.
    #[must_use]
    pub fn expand(self, relations: impl Into<Cow<'static, str>>) -> Self {
        self.option("$expand", relations)
    }

    /// Asks for the items that fit.
    #[must_use]
    pub fn filter(self, filter: impl Into<Cow<'static, str>>) -> Self {
        self.option("$filter", filter)
    }

    /// Asks for pages of this size.
    #[must_use]
    pub fn top(self, items: u32) -> Self {
        self.option("$top", items.to_string())
    }

    fn option(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value.into()));
        self
    }

    /// `v1.0` or `beta`.
    pub const fn version(&self) -> &'static str {
        if self.beta { "beta" } else { "v1.0" }
    }

    /// Whether it is asked for each of many parents.
    pub fn is_per_parent(&self) -> bool {
        self.path.contains("{id}")
    }

    /// The part of the service whose limits it counts against.
    pub fn workload(&self) -> Workload {
        self.url()
            .map_or(Workload::Identity, |url| Workload::of(&url))
    }

    /// How many of these requests the limits allow in an hour, with nothing beside them, over all
    /// parents together; `None` where no limit holds for them.
    pub fn reads_an_hour(&self, limits: &Limits) -> Option<u64> {
        let url = self.url()?;
        if self.is_per_parent() {
            limits.reads_an_hour_of_many(&url)
        } else {
            limits.reads_an_hour(&url)
        }
    }

    /// The address in the global cloud, with `id` in the place of the id; `None` where the path is
    /// none.
    pub fn url(&self) -> Option<Url> {
        let path = self.path.replace("{id}", "id");
        let address = format!("https://graph.microsoft.com/{}/{path}", self.version());
        let mut url = Url::parse(&address).ok()?;
        if !self.query.is_empty() {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in &self.query {
                pairs.append_pair(name, value);
            }
        }
        Some(url)
    }

    /// The segments of the path, the id in its place.
    fn segments(&self, id: &str) -> Vec<String> {
        let segment = |part: &str| if part == "{id}" { id } else { part }.to_owned();
        self.path.split('/').map(segment).collect()
    }

    /// The collection as a listing.
    pub(crate) fn list(&self, client: &Client) -> ListRequest<RawItem> {
        let mut list = client.list::<RawItem>(self.segments(""));
        if self.beta {
            list = list.beta();
        }
        for (name, value) in &self.query {
            list = list.query(name, value.as_ref());
        }
        list
    }

    /// The one object that is there.
    pub(crate) fn get(&self, client: &Client) -> GetRequest<RawItem> {
        let mut get = client.get::<RawItem>(self.segments(""));
        if self.beta {
            get = get.beta();
        }
        for (name, value) in &self.query {
            get = get.query(name, value.as_ref());
        }
        get
    }

    /// What is there of one parent, as a part of a batch; its answer carries the parent's id.
    pub(crate) fn of(&self, id: &str) -> BatchRequest {
        let mut request = BatchRequest::get(self.segments(id)).key(id);
        if self.beta {
            request = request.beta();
        }
        for (name, value) in &self.query {
            request = request.query(name, value.as_ref());
        }
        request
    }

    /// The parent itself: what stands before its id, and the id.
    pub(crate) fn parent(&self, id: &str) -> BatchRequest {
        let segments = self.segments(id);
        let end = self.path.split('/').position(|part| part == "{id}");
        let parent: Vec<String> = segments
            .into_iter()
            .take(end.map_or(usize::MAX, |at| at + 1))
            .collect();
        BatchRequest::get(parent).key(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_kept_once_and_in_order() {
        let endpoint = Endpoint::new("users")
            .top(10)
            .select(&["id", "mail"])
            .top(999);
        assert_eq!(endpoint.to_string(), "v1.0/users?$select=id,mail&$top=999");
    }

    #[test]
    fn the_workload_follows_the_whole_request() {
        let users = Endpoint::new("users");
        assert_eq!(users.workload(), Workload::Identity);
        assert_eq!(
            users.select(&["id", "signInActivity"]).workload(),
            Workload::SignInActivity
        );
        assert_eq!(
            Endpoint::new("teams/{id}/channels").workload(),
            Workload::Teams
        );
    }
}
