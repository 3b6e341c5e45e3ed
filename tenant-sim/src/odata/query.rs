//! Query options of a request.
//! <https://learn.microsoft.com/graph/query-parameters>

use http::HeaderMap;

use crate::reply::GraphError;

/// One relation of `$expand`: `owners($select=id)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expand {
    pub(crate) name: String,
    pub(crate) select: Option<Vec<String>>,
}

/// The options that were given. Names are accepted with and without `$`, as documented for v1.0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    /// As received, without the leading `?`.
    pub(crate) raw: String,
    pub(crate) select: Option<Vec<String>>,
    pub(crate) filter: Option<String>,
    pub(crate) top: Option<usize>,
    pub(crate) count: bool,
    pub(crate) search: Option<String>,
    pub(crate) skip_token: Option<String>,
    pub(crate) delta_token: Option<String>,
    pub(crate) expand: Vec<Expand>,
    pub(crate) order_by: bool,
    /// `ConsistencyLevel: eventual`
    pub(crate) eventual: bool,
}

impl Query {
    pub(crate) fn parse(raw: &str, headers: &HeaderMap) -> Result<Self, GraphError> {
        let mut query = Self {
            raw: raw.to_owned(),
            ..Self::default()
        };
        let level = headers
            .get("consistencylevel")
            .and_then(|value| value.to_str().ok());
        query.eventual = level.is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        let mut seen = Vec::new();
        for (name, value) in url::form_urlencoded::parse(raw.as_bytes()) {
            let plain = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            if seen.contains(&plain) {
                return Err(GraphError::bad_request(format!(
                    "Query option '{name}' was specified more than once."
                )));
            }
            let value = value.into_owned();
            match plain.as_str() {
                "select" => query.select = Some(names(&value)),
                "filter" => query.filter = Some(value),
                "top" => query.top = Some(positive(&value)?),
                "count" => query.count = value.eq_ignore_ascii_case("true"),
                "search" => query.search = Some(value),
                "skiptoken" => query.skip_token = Some(value),
                "deltatoken" => query.delta_token = Some(value),
                "expand" => query.expand = expansions(&value)?,
                "orderby" => query.order_by = true,
                "format" => {}
                _ => {
                    return Err(GraphError::bad_request(format!(
                        "Unrecognized query argument specified: '{name}'."
                    )));
                }
            }
            seen.push(plain);
        }
        Ok(query)
    }

    /// Whether `$select` names this property.
    pub(crate) fn selects(&self, name: &str) -> bool {
        self.select
            .as_ref()
            .is_some_and(|names| names.iter().any(|selected| selected == name))
    }

    /// Refuses what the simulator does not simulate, rather than answer something else.
    pub(crate) fn refuse_unsimulated(&self) -> Result<(), GraphError> {
        self.refuse_unsimulated_but(&[])
    }

    /// The same where these relations can be expanded.
    pub(crate) fn refuse_unsimulated_but(&self, expandable: &[&str]) -> Result<(), GraphError> {
        if self.search.is_some() && !self.eventual {
            return Err(GraphError::unsupported_query(
                "Request with $search query parameter only works through MSGraph with a special request header: \
                 'ConsistencyLevel: eventual'",
            ));
        }
        let refused = [
            ("$search", self.search.is_some()),
            ("$expand", {
                let known = |expand: &Expand| expandable.contains(&expand.name.as_str());
                !self.expand.iter().all(known)
            }),
            ("$orderby", self.order_by),
        ];
        match refused.iter().find(|(_, given)| *given) {
            Some((name, _)) => Err(GraphError::not_simulated(&format!("{name} on this path"))),
            None => Ok(()),
        }
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// The relations of `$expand`, each with its own `$select` at most.
fn expansions(list: &str) -> Result<Vec<Expand>, GraphError> {
    let mut depth = 0_usize;
    let parts = list.split(|next: char| {
        depth = match next {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        next == ',' && depth == 0
    });
    let mut found = Vec::new();
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let (name, options) = match part.split_once('(') {
            None => (part, ""),
            Some((name, rest)) => (
                name,
                rest.strip_suffix(')').ok_or_else(|| {
                    GraphError::bad_request("Invalid $expand: a bracket is not closed.")
                })?,
            ),
        };
        let mut select = None;
        for option in options.split(';').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("$select" | "select", value)) => select = Some(names(value)),
                _ => {
                    return Err(GraphError::not_simulated(&format!(
                        "'{option}' within $expand"
                    )));
                }
            }
        }
        found.push(Expand {
            name: name.trim().to_owned(),
            select,
        });
    }
    Ok(found)
}

fn positive(text: &str) -> Result<usize, GraphError> {
    text.parse().ok().filter(|top| *top > 0).ok_or_else(|| {
        GraphError::bad_request(format!(
            "Invalid value '{text}' for $top query option found: a positive integer is expected."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expand_carries_its_own_select() {
        let expand = |name: &str, select: Option<&[&str]>| Expand {
            name: name.to_owned(),
            select: select.map(|names| names.iter().map(ToString::to_string).collect()),
        };
        assert_eq!(
            expansions("owners($select=id,appId),rules").unwrap(),
            [
                expand("owners", Some(&["id", "appId"])),
                expand("rules", None)
            ]
        );
        assert_eq!(expansions("owners($top=5)").unwrap_err().status, 501);
        assert_eq!(expansions("owners($select=id").unwrap_err().status, 400);
    }
}
