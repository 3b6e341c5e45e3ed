//! The paths that are served: a table for each family of them, with a row for each path.

mod application;
mod authentication;
mod collaboration;
mod directory;
mod intune;
mod license;
mod log;
mod report;
mod role;
mod security;
mod service;

use percent_encoding::percent_decode_str;

use crate::call::Call;
use crate::reply::{GraphError, Reply, Result};
use crate::route::Route;
use crate::server::row::Row;

/// Literal segments before `{id}`: the first match wins.
const FAMILIES: &[&[Row]] = &[
    directory::ROWS,
    role::ROWS,
    authentication::ROWS,
    application::ROWS,
    license::ROWS,
    collaboration::ROWS,
    intune::ROWS,
    security::ROWS,
    log::ROWS,
    report::ROWS,
    service::ROWS,
];

/// Every row of every family.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    FAMILIES.iter().copied().flatten()
}

/// A path that was understood, and what answers it.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) route: Route,
    answer: Answer,
}

#[derive(Debug, Clone)]
enum Answer {
    BuiltIn(&'static Row),
    Custom(Reply),
}

impl Endpoint {
    /// A path that is not built in, or answered otherwise than it is.
    pub(crate) fn custom(path: &str, reply: Reply) -> Self {
        let route = Route {
            template: "custom",
            area: None,
            id: path.to_owned(),
        };
        Self {
            route,
            answer: Answer::Custom(reply),
        }
    }

    /// What its answers are counted under: its template, or its path if it is not built in.
    pub(crate) fn name(&self) -> &str {
        match self.answer {
            Answer::BuiltIn(row) => row.template,
            Answer::Custom(_) => &self.route.id,
        }
    }

    /// The endpoint of a path below the version, for instance `users/delta`.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let segments: Vec<String> = path
            .trim_matches('/')
            .split('/')
            .map(|segment| {
                percent_decode_str(segment)
                    .decode_utf8()
                    .map(std::borrow::Cow::into_owned)
            })
            .collect::<std::result::Result<_, _>>()
            .ok()?;
        rows().find_map(|row| {
            let ids = ids(row.template, &segments)?;
            let route = Route {
                template: row.template,
                area: Some(row.area),
                id: ids.first().copied().unwrap_or_default().to_owned(),
            };
            Some(Self {
                route,
                answer: Answer::BuiltIn(row),
            })
        })
    }

    /// Answers a read.
    pub(crate) fn answer(&self, call: &Call<'_>) -> Result<Reply> {
        let row = match &self.answer {
            Answer::BuiltIn(row) => row,
            Answer::Custom(_) if call.access.without_roles => return Err(GraphError::denied()),
            Answer::Custom(reply) => return Ok(reply.clone()),
        };
        if row.beta_only && !call.beta {
            let segment = row.template.rsplit('/').next().unwrap_or_default();
            return Err(GraphError::no_segment(segment));
        }
        call.access.check(row.area.in_version(call.beta))?;
        (row.answer)(call)
    }
}

/// What stands for each `{id}` of a template, if the path fits it.
fn ids<'s>(template: &str, segments: &'s [String]) -> Option<Vec<&'s str>> {
    let mut ids = Vec::new();
    let mut parts = template.split('/');
    for segment in segments {
        let part = parts.next()?;
        if let Some((before, after)) = part.split_once("{id}") {
            let start = segment.get(..before.len())?;
            let rest = segment.get(before.len()..)?;
            let (id, end) = rest.split_at_checked(rest.len().checked_sub(after.len())?)?;
            if id.is_empty()
                || !start.eq_ignore_ascii_case(before)
                || !end.eq_ignore_ascii_case(after)
            {
                return None;
            }
            ids.push(id);
        } else if !part.eq_ignore_ascii_case(segment.trim_end_matches("()")) {
            // Functions may be called with empty brackets.
            return None;
        }
    }
    parts.next().is_none().then_some(ids)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn parsed(path: &str) -> (&'static str, String) {
        let route = Endpoint::parse(path).unwrap().route;
        (route.template, route.id)
    }

    #[test]
    fn a_literal_segment_wins_over_an_id() {
        for (path, template) in [
            ("users/delta", "users/delta"),
            ("users/delta()", "users/delta"),
            ("users/$count", "users/$count"),
            ("users/%24count", "users/$count"),
        ] {
            assert_eq!(parsed(path).0, template);
        }
        assert_eq!(
            parsed("/Users/a%2Fb%23EXT%23%40c"),
            ("users/{id}", "a/b#EXT#@c".to_owned())
        );
        assert!(Endpoint::parse("users/1/mailFolders").is_none());
    }

    #[test]
    fn a_template_may_hold_an_id_within_a_segment() {
        let segments = |path: &str| path.split('/').map(ToOwned::to_owned).collect::<Vec<_>>();
        for (template, path, expected) in [
            (
                "a/get(period='{id}')",
                "a/get(period='D30')",
                Some(vec!["D30"]),
            ),
            ("a/get(period='{id}')", "a/get(period='')", None),
            ("a/get(period='{id}')", "a/get(date=2026-01-01)", None),
            ("a/{id}/b/{id}", "a/1/b/2", Some(vec!["1", "2"])),
            ("a/{id}/b/{id}", "a/1/b", None),
        ] {
            assert_eq!(ids(template, &segments(path)), expected, "{path}");
        }
    }

    #[test]
    fn no_path_has_two_rows() {
        let mut seen = BTreeSet::new();
        for row in rows() {
            assert!(seen.insert(row.template), "{}", row.template);
        }
    }
}
