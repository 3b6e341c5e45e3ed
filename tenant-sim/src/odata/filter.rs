//! The `$filter` expressions that Graph documents for directory objects.
//! <https://learn.microsoft.com/graph/filter-query-parameter>

mod parse;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare {
        path: String,
        operator: Operator,
        value: Value,
    },
    In {
        path: String,
        values: Vec<Value>,
    },
    Text {
        path: String,
        operator: TextOperator,
        value: String,
    },
    /// `path/any(x:x eq value)`, `path/any(x:x/inner eq value)`, and any other filter of `x` alone.
    Any {
        path: String,
        variable: String,
        inner: Box<Filter>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextOperator {
    StartsWith,
    EndsWith,
}

impl Filter {
    /// Whether Graph answers this only with `ConsistencyLevel: eventual` and `$count=true`.
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>
    pub(crate) fn advanced(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.advanced() || right.advanced(),
            Self::Any { inner, .. } => inner.advanced(),
            Self::Not(_)
            | Self::Compare {
                operator: Operator::NotEqual,
                ..
            }
            | Self::Text {
                operator: TextOperator::EndsWith,
                ..
            } => true,
            _ => false,
        }
    }

    /// The ids, if this is nothing but `id eq '…' or id eq '…'`.
    pub(crate) fn ids(&self) -> Option<Vec<String>> {
        match self {
            Self::Compare {
                path,
                operator: Operator::Equal,
                value: Value::String(id),
            } if path == "id" => Some(vec![id.clone()]),
            Self::In { path, values } if path == "id" => values
                .iter()
                .map(|id| id.as_str().map(ToOwned::to_owned))
                .collect(),
            Self::Or(left, right) => {
                let mut ids = left.ids()?;
                ids.extend(right.ids()?);
                Some(ids)
            }
            _ => None,
        }
    }

    /// The moments between which a date must lie: at or after the first, before the second, in seconds since 1970,
    /// as far as the conditions that must all hold say so.
    pub(crate) fn between(&self, name: &str) -> (Option<i64>, Option<i64>) {
        let both =
            |one: Option<i64>, other: Option<i64>, pick: fn(i64, i64) -> i64| match (one, other) {
                (Some(one), Some(other)) => Some(pick(one, other)),
                (one, other) => one.or(other),
            };
        match self {
            Self::And(left, right) => {
                let (left, right) = (left.between(name), right.between(name));
                (
                    both(left.0, right.0, i64::max),
                    both(left.1, right.1, i64::min),
                )
            }
            Self::Compare {
                path,
                operator,
                value: Value::String(value),
            } if path == name => {
                let Some(at) = moment(value) else {
                    return (None, None);
                };
                let (whole, after) = (at.unix_timestamp(), at.unix_timestamp() + 1);
                match operator {
                    Operator::Greater | Operator::GreaterOrEqual => (Some(whole), None),
                    Operator::Less | Operator::LessOrEqual => (None, Some(after)),
                    Operator::Equal => (Some(whole), Some(after)),
                    Operator::NotEqual => (None, None),
                }
            }
            _ => (None, None),
        }
    }

    /// The first segment of every property path.
    pub(crate) fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                let mut names = left.properties();
                names.extend(right.properties());
                names
            }
            Self::Not(inner) => inner.properties(),
            Self::Compare { path, .. }
            | Self::In { path, .. }
            | Self::Text { path, .. }
            | Self::Any { path, .. } => {
                vec![path.split('/').next().unwrap_or(path)]
            }
        }
    }

    /// Whether an object matches; `value_of` gives its top-level properties.
    pub(crate) fn matches(&self, value_of: &dyn Fn(&str) -> Value) -> bool {
        match self {
            Self::And(left, right) => left.matches(value_of) && right.matches(value_of),
            Self::Or(left, right) => left.matches(value_of) || right.matches(value_of),
            Self::Not(inner) => !inner.matches(value_of),
            Self::Compare {
                path,
                operator,
                value,
            } => compare(&resolve(path, value_of), *operator, value),
            Self::In { path, values } => {
                let found = resolve(path, value_of);
                values
                    .iter()
                    .any(|value| compare(&found, Operator::Equal, value))
            }
            Self::Text {
                path,
                operator,
                value,
            } => {
                let found = resolve(path, value_of);
                let (Some(found), value) =
                    (found.as_str().map(str::to_lowercase), value.to_lowercase())
                else {
                    return false;
                };
                match operator {
                    TextOperator::StartsWith => found.starts_with(&value),
                    TextOperator::EndsWith => found.ends_with(&value),
                }
            }
            Self::Any {
                path,
                variable,
                inner,
            } => resolve(path, value_of).as_array().is_some_and(|items| {
                items.iter().any(|item| {
                    inner.matches(&|name| {
                        if name == variable {
                            item.clone()
                        } else {
                            Value::Null
                        }
                    })
                })
            }),
        }
    }
}

fn resolve(path: &str, value_of: &dyn Fn(&str) -> Value) -> Value {
    let mut segments = path.split('/');
    let mut value = value_of(segments.next().unwrap_or(path));
    for segment in segments {
        value = value.get_mut(segment).map_or(Value::Null, Value::take);
    }
    value
}

/// Text compares without case, as the directory does; dates compare as moments, whatever their fractions.
fn compare(found: &Value, operator: Operator, wanted: &Value) -> bool {
    use std::cmp::Ordering;
    let order = match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            Some(match (moment(found), moment(wanted)) {
                (Some(found), Some(wanted)) => found.cmp(&wanted),
                _ => found.to_lowercase().cmp(&wanted.to_lowercase()),
            })
        }
        (Value::Number(found), Value::Number(wanted)) => {
            found.as_f64().partial_cmp(&wanted.as_f64())
        }
        (found, wanted) if found == wanted => Some(Ordering::Equal),
        _ => None,
    };
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// The moment of a date with a time; any other text has none.
fn moment(text: &str) -> Option<OffsetDateTime> {
    let dated = text.as_bytes().get(10) == Some(&b'T');
    dated.then(|| OffsetDateTime::parse(text, &Rfc3339).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn matches(filter: &str, object: &Value) -> bool {
        let filter = Filter::parse(filter).unwrap();
        filter.matches(&|name| object.get(name).cloned().unwrap_or(Value::Null))
    }

    #[test]
    fn documented_filters_match_what_they_say() {
        let user = json!({
            "id": "a-1", "displayName": "Adele O'Neil", "accountEnabled": true, "userType": "Guest",
            "createdDateTime": "2024-05-01T00:00:00Z", "mail": null,
            "assignedLicenses": [{"skuId": "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"}], "groupTypes": ["Unified"],
        });
        for (filter, expected) in [
            ("accountEnabled eq true", true),
            ("userType eq 'guest'", true),
            ("userType ne 'Guest'", false),
            ("startsWith(displayName,'adele')", true),
            ("startswith(displayName, 'Adele O''N')", true),
            ("endsWith(displayName,'x')", false),
            ("id eq 'b' or id eq 'a-1'", true),
            ("id in ('b','c')", false),
            ("not(accountEnabled eq true) and userType eq 'Guest'", false),
            (
                "(accountEnabled eq false or userType eq 'Guest') and mail eq null",
                true,
            ),
            ("createdDateTime ge 2024-01-01T00:00:00Z", true),
            ("createdDateTime lt 2024-01-01T00:00:00Z", false),
            ("createdDateTime lt 2024-05-01T00:00:00.001Z", true),
            ("groupTypes/any(c:c eq 'Unified')", true),
            ("groupTypes/any(t: t eq 'x' or t eq 'Unified')", true),
            ("groupTypes/any(t: t eq 'x' or t eq 'y')", false),
            (
                "assignedLicenses/any(x:x/skuId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46)",
                true,
            ),
        ] {
            assert_eq!(matches(filter, &user), expected, "{filter}");
        }
    }

    #[test]
    fn advanced_operators_are_recognised() {
        for (filter, advanced) in [
            ("a eq 1", false),
            ("a ne 1", true),
            ("not(a eq 1)", true),
            ("endsWith(a,'b') or c eq 1", true),
        ] {
            assert_eq!(
                Filter::parse(filter).unwrap().advanced(),
                advanced,
                "{filter}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused(text in ".{0,120}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn deep_nesting_is_refused_not_recursed(depth in 25usize..5000) {
            let text = "(".repeat(depth) + "a eq 1" + &")".repeat(depth);
            prop_assert!(Filter::parse(&text).is_err());
        }
    }
}
