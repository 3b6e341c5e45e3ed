//! How much the service takes, as far as it is known beforehand.

use http::Method;
use url::Url;

use super::documented_limit::documented;
use super::limit::{Limit, LimitMethods, LimitScope, LimitUnit};
use super::resource_unit::resource_units;
use crate::path::pattern;
use crate::workload::Workload;

/// The limits that a client keeps to by itself, before the service has to say so.
///
/// A limit is a burst window: requests go out at once until the window is full, then wait. Figures
/// are where a client begins: a refusal lowers what it believes, and quiet raises it again, up to
/// the figure and not beyond; see [`Client::learned_limits`](crate::Client::learned_limits).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits(Vec<Limit>);

impl Limits {
    /// What Microsoft documents for reading, each row with its page. The default.
    pub fn documented() -> Self {
        Self(documented())
    }

    /// No limits of our own; only the service's answers slow the client down. For simulators.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// With one more limit. All limits that fit a request hold together; but of those of the same
    /// workload, scope and methods, the first path that fits decides, and one without path is for
    /// what no path fits.
    #[must_use]
    pub fn with(mut self, limit: Limit) -> Self {
        self.0.push(limit);
        self
    }

    /// The limits, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Limit> {
        self.0.iter()
    }

    pub(super) fn row(&self, index: usize) -> Option<&Limit> {
        self.0.get(index)
    }

    /// How many reads of this URL fit into an hour, with nothing beside them; `None` where no limit
    /// holds for them.
    ///
    /// ```
    /// use graph_client::Limits;
    /// let url = "https://graph.microsoft.com/v1.0/auditLogs/signIns".parse()?;
    /// assert_eq!(Limits::documented().reads_an_hour(&url), Some(5 * 360));
    /// # Ok::<(), url::ParseError>(())
    /// ```
    pub fn reads_an_hour(&self, url: &Url) -> Option<u64> {
        self.an_hour(url, |_| true)
    }

    /// As [`reads_an_hour`](Self::reads_an_hour), of URLs like this one that differ in the resource:
    /// limits on each mailbox, team or the like by itself do not count.
    ///
    /// ```
    /// use graph_client::Limits;
    /// let limits = Limits::documented();
    /// let url = "https://graph.microsoft.com/v1.0/teams/id/members".parse()?;
    /// assert_eq!(limits.reads_an_hour(&url), Some(4 * 3600), "of one team");
    /// assert_eq!(limits.reads_an_hour_of_many(&url), Some(60 * 3600), "of all teams together");
    /// # Ok::<(), url::ParseError>(())
    /// ```
    pub fn reads_an_hour_of_many(&self, url: &Url) -> Option<u64> {
        self.an_hour(url, |limit| limit.scope != LimitScope::Resource)
    }

    fn an_hour(&self, url: &Url, counts: impl Fn(&Limit) -> bool) -> Option<u64> {
        const HOUR: u128 = 60 * 60 * 1000;
        let segments = pattern::segments(url);
        let units = resource_units(url, &segments);
        self.fitting(Workload::of(url), &Method::GET, &segments)
            .into_iter()
            .filter_map(|(row, _)| self.row(row))
            .filter(|limit| counts(limit))
            .filter_map(|limit| {
                let each = match limit.unit {
                    LimitUnit::Requests => 1,
                    LimitUnit::ResourceUnits => u128::from(units),
                    LimitUnit::Concurrent => return None,
                };
                let reads = u128::from(limit.requests) * HOUR;
                u64::try_from(reads.checked_div(limit.per.as_millis() * each)?).ok()
            })
            .min()
    }

    fn of(&self, workload: Workload) -> impl Iterator<Item = (usize, &Limit)> {
        self.0
            .iter()
            .enumerate()
            .filter(move |(_, limit)| limit.workload == workload && limit.requests > 0)
    }

    /// The rows that hold for a request, and for rows of one resource what tells it apart.
    pub(super) fn fitting(
        &self,
        workload: Workload,
        method: &Method,
        segments: &[String],
    ) -> Vec<(usize, Option<String>)> {
        let mut fitting = Vec::new();
        let methods = LimitMethods::ALL
            .into_iter()
            .filter(|methods| methods.holds_for(method));
        for methods in methods {
            for scope in [LimitScope::App, LimitScope::Tenant, LimitScope::Resource] {
                self.add_fitting(workload, (methods, scope), segments, &mut fitting);
            }
        }
        fitting
    }

    fn add_fitting(
        &self,
        workload: Workload,
        (methods, scope): (LimitMethods, LimitScope),
        segments: &[String],
        fitting: &mut Vec<(usize, Option<String>)>,
    ) {
        let rows = || {
            self.of(workload)
                .filter(move |(_, limit)| limit.scope == scope && limit.methods == methods)
        };
        let path = rows()
            .filter_map(|(_, limit)| limit.path.as_deref())
            .find(|path| pattern::fits(path, segments));
        for (index, _) in rows().filter(|(_, limit)| limit.path.as_deref() == path) {
            let key = (scope == LimitScope::Resource)
                .then(|| pattern::key(path.unwrap_or_default(), segments));
            fitting.push((index, key));
        }
    }

    /// The most requests that may go out together.
    pub(crate) fn burst(&self, workload: Workload) -> u32 {
        self.of(workload)
            .filter(|(_, limit)| {
                limit.scope != LimitScope::Resource && limit.methods.holds_for(&Method::GET)
            })
            .map(|(_, limit)| limit.requests)
            .min()
            .unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn fitting(workload: Workload, path: &str) -> Vec<(LimitScope, u32, u64, Option<String>)> {
        fitting_to(&Method::GET, workload, path)
    }

    fn fitting_to(
        method: &Method,
        workload: Workload,
        path: &str,
    ) -> Vec<(LimitScope, u32, u64, Option<String>)> {
        let limits = Limits::documented();
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        limits
            .fitting(workload, method, &segments)
            .into_iter()
            .map(|(row, key)| {
                let limit = limits.row(row).unwrap();
                (limit.scope, limit.requests, limit.per.as_secs(), key)
            })
            .collect()
    }

    #[test]
    fn the_first_path_of_a_limit_that_fits_decides_and_the_rest_is_for_what_has_none() {
        use LimitScope::{App, Resource, Tenant};
        assert_eq!(
            fitting(Workload::Teams, "teams/t1/channels/c1/messages"),
            [
                (App, 200, 1, None),
                (Tenant, 20, 1, None),
                (Resource, 1, 1, Some("t1/c1".to_owned()))
            ]
        );
        assert_eq!(
            fitting(Workload::Teams, "teamwork"),
            [(App, 1500, 1, None), (Tenant, 30, 1, None)]
        );
        assert_eq!(
            fitting(Workload::ServiceCommunications, "admin/serviceannouncement"),
            [(Tenant, 240, 60, None), (Tenant, 800, 3600, None)]
        );
        assert_eq!(
            fitting(
                Workload::Reports,
                "reports/getoffice365activeuserdetail(period='d7')"
            ),
            [(
                Resource,
                14,
                600,
                Some("getoffice365activeuserdetail".to_owned())
            )]
        );
    }

    #[test]
    fn writes_have_limits_of_their_own_beside_those_of_all_requests() {
        use LimitScope::{App, Tenant};
        assert_eq!(
            fitting_to(&Method::PATCH, Workload::Identity, "users/1"),
            [
                (App, 150_000, 20, None),
                (Tenant, 8_000, 10, None),
                (App, 35_000, 300, None),
                (Tenant, 3_000, 150, None)
            ]
        );
        assert_eq!(
            fitting_to(&Method::POST, Workload::Intune, "devicemanagement/x"),
            [(Tenant, 1_000, 20, None), (Tenant, 100, 20, None)]
        );
        assert_eq!(
            fitting_to(&Method::DELETE, Workload::Teams, "chats/1"),
            [
                (App, 150, 1, None),
                (Tenant, 15, 1, None),
                (LimitScope::Resource, 1, 1, Some("1".to_owned()))
            ]
        );
        assert_eq!(
            fitting_to(&Method::POST, Workload::Subscriptions, "subscriptions"),
            [(App, 2_000, 20, None), (Tenant, 500, 20, None)]
        );
    }

    #[test]
    fn a_limit_can_be_read_from_settings() {
        let path = ["users", "*", "messages"].join("/");
        let per = Duration::from_secs(60);
        let limit = Limit::new(Workload::Outlook, LimitScope::Tenant, 9, per).path(path);
        let limits = Limits::none().with(limit);
        let url = "https://graph.microsoft.com/v1.0/users/1/messages".parse();
        assert_eq!(limits.reads_an_hour(&url.unwrap()), Some(9 * 60));
        let url = "https://graph.microsoft.com/v1.0/users/1/events".parse();
        assert_eq!(limits.reads_an_hour(&url.unwrap()), None);
    }

    #[test]
    fn every_documented_figure_names_its_page() {
        for limit in Limits::documented().iter() {
            assert!(
                limit.page.starts_with("https://learn.microsoft.com/graph/"),
                "{limit:?}"
            );
            assert!(limit.requests > 0);
            assert_eq!(
                limit.per.is_zero(),
                limit.unit == LimitUnit::Concurrent,
                "{limit:?}"
            );
            let marked = limit
                .path
                .as_deref()
                .is_some_and(|path| path.contains("{id}"));
            assert!(
                limit.scope != LimitScope::Resource || marked,
                "{limit:?} does not say whose"
            );
        }
    }
}
