//! The `$filter` expressions that Graph documents for directory objects.
//! <https://learn.microsoft.com/graph/filter-query-parameter>

use serde_json::Value;

use crate::server::reply::GraphError;

/// Longer filters are refused; so is deeper nesting.
const MAX_LENGTH: usize = 16 * 1024;
const MAX_DEPTH: usize = 24;

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
    /// `path/any(x:x eq value)` or `path/any(x:x/inner eq value)`
    Any {
        path: String,
        inner: Option<String>,
        value: Value,
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
    pub(crate) fn parse(text: &str) -> Result<Self, GraphError> {
        if text.len() > MAX_LENGTH {
            return Err(invalid("the filter is too long"));
        }
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
            depth: 0,
        };
        let filter = parser.or()?;
        if parser.at == tokens.len() {
            Ok(filter)
        } else {
            Err(invalid("text after the end of the filter"))
        }
    }

    /// Whether Graph answers this only with `ConsistencyLevel: eventual` and `$count=true`.
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>
    pub(crate) fn advanced(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.advanced() || right.advanced(),
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
            Self::Any { path, inner, value } => {
                resolve(path, value_of).as_array().is_some_and(|items| {
                    items.iter().any(|item| {
                        let item = match inner {
                            Some(name) => item.get(name).unwrap_or(&Value::Null),
                            None => item,
                        };
                        compare(item, Operator::Equal, value)
                    })
                })
            }
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

/// Text compares without case, as the directory does; dates compare as text of one form.
fn compare(found: &Value, operator: Operator, wanted: &Value) -> bool {
    use std::cmp::Ordering;
    let order = match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            Some(found.to_lowercase().cmp(&wanted.to_lowercase()))
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

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

fn invalid(why: &str) -> GraphError {
    GraphError::bad_request(format!("Invalid filter clause: {why}."))
}

fn tokens(text: &str) -> Result<Vec<Token>, GraphError> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            ' ' | '\t' => {}
            '(' => found.push(Token::Open),
            ')' => found.push(Token::Close),
            ',' => found.push(Token::Comma),
            ':' => found.push(Token::Colon),
            '\'' => {
                let mut literal = String::new();
                loop {
                    match chars.next() {
                        // A quote inside a literal is doubled.
                        Some('\'') if chars.peek() == Some(&'\'') => {
                            chars.next();
                            literal.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => literal.push(other),
                        None => return Err(invalid("a text literal is not closed")),
                    }
                }
                found.push(Token::Text(literal));
            }
            first => {
                let mut word = String::from(first);
                // A colon belongs to a time, and ends the variable of a lambda.
                let starts_as_date = first.is_ascii_digit();
                while let Some(more) = chars.peek() {
                    let part = more.is_alphanumeric()
                        || "/_-.$@+#".contains(*more)
                        || (starts_as_date && *more == ':');
                    if !part {
                        break;
                    }
                    word.push(*more);
                    chars.next();
                }
                found.push(Token::Word(word));
            }
        }
    }
    Ok(found)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek_word(&self, wanted: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted))
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), GraphError> {
        if self.take().as_ref() == Some(wanted) {
            Ok(())
        } else {
            Err(invalid("a bracket, comma or colon is missing"))
        }
    }

    fn or(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.and()?;
        while self.peek_word("or") {
            self.at += 1;
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.term()?;
        while self.peek_word("and") {
            self.at += 1;
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, GraphError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(invalid("it is nested too deeply"));
        }
        let filter = self.simple();
        self.depth -= 1;
        filter
    }

    fn simple(&mut self) -> Result<Filter, GraphError> {
        match self.take() {
            Some(Token::Open) => {
                let inner = self.or()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
                Ok(Filter::Not(Box::new(self.term()?)))
            }
            Some(Token::Word(word)) => {
                if self.tokens.get(self.at) != Some(&Token::Open) {
                    return self.comparison(word);
                }
                if word.eq_ignore_ascii_case("startswith") {
                    self.text_function(TextOperator::StartsWith)
                } else if word.eq_ignore_ascii_case("endswith") {
                    self.text_function(TextOperator::EndsWith)
                } else if let Some(path) = word.strip_suffix("/any") {
                    self.any(path)
                } else {
                    Err(GraphError::unsupported_query("Unsupported Query."))
                }
            }
            _ => Err(invalid("a property is expected")),
        }
    }

    fn text_function(&mut self, operator: TextOperator) -> Result<Filter, GraphError> {
        self.expect(&Token::Open)?;
        let Some(Token::Word(path)) = self.take() else {
            return Err(invalid("a property is expected"));
        };
        self.expect(&Token::Comma)?;
        let Some(Token::Text(value)) = self.take() else {
            return Err(invalid("a text literal is expected"));
        };
        self.expect(&Token::Close)?;
        Ok(Filter::Text {
            path,
            operator,
            value,
        })
    }

    fn any(&mut self, path: &str) -> Result<Filter, GraphError> {
        self.expect(&Token::Open)?;
        let Some(Token::Word(variable)) = self.take() else {
            return Err(invalid("a lambda variable is expected"));
        };
        self.expect(&Token::Colon)?;
        let Some(Token::Word(used)) = self.take() else {
            return Err(invalid("the lambda variable is expected"));
        };
        let inner = if used == variable {
            None
        } else if let Some(inner) = used.strip_prefix(&format!("{variable}/")) {
            Some(inner.to_owned())
        } else {
            return Err(invalid("the lambda variable is not used"));
        };
        if !self.peek_word("eq") {
            return Err(GraphError::unsupported_query("Unsupported Query."));
        }
        self.at += 1;
        let value = self.literal()?;
        self.expect(&Token::Close)?;
        Ok(Filter::Any {
            path: path.to_owned(),
            inner,
            value,
        })
    }

    fn comparison(&mut self, path: String) -> Result<Filter, GraphError> {
        let Some(Token::Word(word)) = self.take() else {
            return Err(invalid("an operator is expected"));
        };
        let operator = match word.to_ascii_lowercase().as_str() {
            "eq" => Operator::Equal,
            "ne" => Operator::NotEqual,
            "lt" => Operator::Less,
            "le" => Operator::LessOrEqual,
            "gt" => Operator::Greater,
            "ge" => Operator::GreaterOrEqual,
            "in" => {
                self.expect(&Token::Open)?;
                let mut values = vec![self.literal()?];
                while self.tokens.get(self.at) == Some(&Token::Comma) {
                    self.at += 1;
                    values.push(self.literal()?);
                }
                self.expect(&Token::Close)?;
                return Ok(Filter::In { path, values });
            }
            _ => return Err(invalid("an operator is expected")),
        };
        Ok(Filter::Compare {
            path,
            operator,
            value: self.literal()?,
        })
    }

    fn literal(&mut self) -> Result<Value, GraphError> {
        match self.take() {
            Some(Token::Text(text)) => Ok(Value::String(text)),
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                // Bare GUIDs and dates stay text; numbers become numbers.
                _ => word.parse::<i64>().map_or(Value::String(word), Value::from),
            }),
            _ => Err(invalid("a value is expected")),
        }
    }
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
            ("groupTypes/any(c:c eq 'Unified')", true),
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
