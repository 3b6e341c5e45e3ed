//! One read of the tenant: everything a resource needs to answer it.

use crate::access::Access;
use crate::area::Area;
use crate::expiry::Expiry;
use crate::odata::link;
use crate::odata::query::Query;
use crate::reply::{GraphError, Result};
use crate::route::Route;
use crate::tenant::Tenant;

/// A request that was authenticated and routed.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) route: &'a Route,
    pub(crate) query: &'a Query,
    pub(crate) access: &'a Access,
    /// `/v1.0` or `/beta`.
    pub(crate) beta: bool,
    /// As received, with the version.
    pub(crate) path: &'a str,
    /// `http://127.0.0.1:PORT`
    pub(crate) origin: &'a str,
    /// `Prefer: return=minimal`
    pub(crate) minimal: bool,
    /// `Prefer: odata.maxpagesize=n`
    pub(crate) prefer_page: Option<usize>,
    /// The override of default page sizes.
    pub(crate) page_size: Option<usize>,
    pub(crate) link_key: u64,
    /// The tenant's time, in seconds since 1970.
    pub(crate) now: i64,
    pub(crate) delta: DeltaRules,
    pub(crate) twist: Twist,
}

/// Which delta tokens still work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeltaRules {
    /// Tokens carry the epoch in which they were given out.
    pub(crate) epoch: u64,
    /// How tokens of earlier epochs are refused.
    pub(crate) expiry: Option<Expiry>,
}

/// Faults of content: they shape the answer instead of replacing it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Twist {
    pub(crate) empty_page: bool,
    pub(crate) seed: u64,
    pub(crate) duplicate: f64,
    pub(crate) replay: f64,
    pub(crate) reorder: f64,
    pub(crate) partial_object: f64,
    pub(crate) removed_in_initial: f64,
    pub(crate) novel_member: f64,
}

impl Call<'_> {
    pub(crate) fn version(&self) -> &'static str {
        if self.beta { "beta" } else { "v1.0" }
    }

    /// Whether the collections of this path are to be empty.
    pub(crate) fn emptied(&self) -> bool {
        let area = self.route.area.map(|area| area.in_version(self.beta));
        area.is_some_and(|area| self.access.emptied.contains(&area))
    }

    /// Whether members of groups and units with hidden membership are left out, without a word.
    /// <https://learn.microsoft.com/graph/api/group-list-members>
    pub(crate) fn hides_members(&self) -> bool {
        !self.access.permits(Area::HiddenMembers)
    }

    /// The refusal of an id that is not there.
    pub(crate) fn not_found(&self) -> GraphError {
        GraphError::not_found(&self.route.id)
    }

    /// `@odata.context` of a set, with the selected properties and a suffix such as `/$entity`.
    pub(crate) fn context(&self, set: &str, suffix: &str) -> String {
        let selected = self
            .query
            .select
            .as_ref()
            .map_or_else(String::new, |names| format!("({})", names.join(",")));
        format!(
            "{}/{}/$metadata#{set}{selected}{suffix}",
            self.origin,
            self.version()
        )
    }

    /// The link to the next page of this listing: the same query with a token.
    pub(crate) fn next_link<T: serde::Serialize>(&self, position: &T) -> String {
        let kept = self.query.raw.split('&').filter(|pair| {
            let name = pair.split('=').next().unwrap_or(pair).replace("%24", "$");
            !pair.is_empty()
                && !name
                    .trim_start_matches('$')
                    .eq_ignore_ascii_case("skiptoken")
        });
        let mut options: Vec<String> = kept.map(ToOwned::to_owned).collect();
        options.push(format!(
            "$skiptoken={}",
            link::seal(self.link_key, position)
        ));
        format!("{}{}?{}", self.origin, self.path, options.join("&"))
    }

    /// The position that a nextLink of this simulation carries.
    pub(crate) fn position<T: serde::de::DeserializeOwned + Default>(&self) -> Result<T> {
        match &self.query.skip_token {
            None => Ok(T::default()),
            Some(token) => link::open(self.link_key, token)
                .ok_or_else(|| GraphError::bad_request("Badly formed token.")),
        }
    }

    /// Items on a page: `$top` up to the maximum, or the default.
    pub(crate) fn page(&self, default: usize, max: usize) -> usize {
        match self.page_size {
            Some(size) => self.query.top.unwrap_or(size).min(size).max(1),
            None => self
                .query
                .top
                .or(self.prefer_page)
                .unwrap_or(default)
                .clamp(1, max),
        }
    }
}
