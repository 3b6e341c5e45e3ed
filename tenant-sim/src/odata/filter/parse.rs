//! Reads filter expressions.

use serde_json::Value;

use crate::odata::filter::{Filter, Operator, TextOperator};
use crate::reply::GraphError;

/// Longer filters are refused; so is deeper nesting.
const MAX_LENGTH: usize = 16 * 1024;
const MAX_DEPTH: usize = 24;

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
        let inner = self.or()?;
        self.expect(&Token::Close)?;
        if inner.properties().iter().any(|used| *used != variable) {
            return Err(invalid("the lambda variable is not used"));
        }
        if inner.advanced() {
            return Err(GraphError::unsupported_query("Unsupported Query."));
        }
        Ok(Filter::Any {
            path: path.to_owned(),
            variable,
            inner: Box::new(inner),
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
