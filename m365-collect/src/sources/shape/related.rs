//! Relations that come with the items of a listing, in an `$expand`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::members::Members;
use crate::record::{Edge, Relation};

/// Of an expanded collection of directory objects no more come, and no link to the rest:
/// <https://learn.microsoft.com/graph/query-parameters#expand>.
pub(super) const CAP: usize = 20;

/// An expanded navigation property, and the relation that it is stored as.
#[derive(Debug, Clone)]
pub(super) struct Related {
    pub(super) property: &'static str,
    pub(super) relation: Relation,
    /// Whether there is at most one: it is an object then and no list.
    pub(super) is_single: bool,
}

/// What an item says about its relations.
#[derive(Debug, PartialEq)]
pub(super) enum Ends {
    /// All of them.
    All(Vec<Edge>),
    /// As many as may come: there may be more than these.
    Capped(Vec<Edge>),
    /// Nothing: the property did not come, or cannot be read.
    Untold,
}

#[derive(Deserialize)]
struct End {
    id: String,
}

impl Related {
    pub(super) fn ends(&self, item: &Members<'_>, from: &str) -> Ends {
        let edge = |end: End| Edge::new(self.relation.clone(), from, end.id);
        let value = item.value(self.property).map(RawValue::get);
        if self.is_single {
            // What is not there is not sent.
            return match value.map(serde_json::from_str::<Option<End>>) {
                None | Some(Ok(None)) => Ends::All(Vec::new()),
                Some(Ok(Some(end))) => Ends::All(vec![edge(end)]),
                Some(Err(_)) => Ends::Untold,
            };
        }
        match value.map(serde_json::from_str::<Vec<End>>) {
            Some(Ok(ends)) => {
                let is_all = ends.len() < CAP;
                let edges = ends.into_iter().map(edge).collect();
                if is_all {
                    Ends::All(edges)
                } else {
                    Ends::Capped(edges)
                }
            }
            None | Some(Err(_)) => Ends::Untold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(is_single: bool, json: &str) -> Ends {
        let related = Related {
            property: "owners",
            relation: Relation::APPLICATION_OWNER,
            is_single,
        };
        related.ends(&Members::parse(json).unwrap(), "a1")
    }

    fn edges(to: &[&str]) -> Ends {
        let edge = |to: &&str| Edge::new(Relation::APPLICATION_OWNER, "a1", *to);
        Ends::All(to.iter().map(edge).collect())
    }

    #[test]
    fn fewer_than_the_cap_are_all() {
        assert_eq!(ends(false, r#"{"owners":[]}"#), edges(&[]));
        let two = r#"{"owners":[{"id":"u1"},{"@odata.type":"x","id":"u2"}]}"#;
        assert_eq!(ends(false, two), edges(&["u1", "u2"]));
    }

    #[test]
    fn as_many_as_the_cap_may_be_more() {
        let twenty = vec![r#"{"id":"u"}"#; CAP].join(",");
        let json = format!(r#"{{"owners":[{twenty}]}}"#);
        let Ends::Capped(seen) = ends(false, &json) else {
            panic!("twenty may be more");
        };
        assert_eq!(seen.len(), CAP, "and what was seen is not lost");
    }

    #[test]
    fn a_list_that_did_not_come_is_no_empty_list() {
        for json in ["{}", r#"{"owners":null}"#, r#"{"owners":[{"name":"x"}]}"#] {
            assert_eq!(ends(false, json), Ends::Untold, "{json}");
        }
    }

    #[test]
    fn of_what_there_is_one_at_most_nothing_may_come() {
        assert_eq!(ends(true, "{}"), edges(&[]));
        assert_eq!(ends(true, r#"{"owners":null}"#), edges(&[]));
        assert_eq!(ends(true, r#"{"owners":{"id":"u1"}}"#), edges(&["u1"]));
        assert_eq!(ends(true, r#"{"owners":[]}"#), Ends::Untold);
    }
}
