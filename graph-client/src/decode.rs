//! Decoding with the place of a failure and none of its content.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Why bytes were not what was expected, without quoting them.
#[derive(Debug, Clone)]
pub(crate) struct DecodeFailure {
    pub(crate) what: String,
    /// It is no whole JSON at all: cut off, or by somebody else, so asking again may help.
    pub(crate) unreadable: bool,
}

impl DecodeFailure {
    /// Whole JSON of the wrong shape.
    pub(crate) fn shape(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            unreadable: false,
        }
    }

    /// Not what such an answer is made of.
    pub(crate) fn unreadable(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            unreadable: true,
        }
    }
}

impl std::fmt::Display for DecodeFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

/// Where in an item a value did not fit, and what would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) path: String,
    pub(crate) expected: Option<String>,
    /// The text ended too early.
    truncated: bool,
    /// It is no JSON.
    unreadable: bool,
}

const MAX_TEXT: usize = 200;

/// Decodes JSON, a byte order mark in front allowed.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeFailure> {
    borrowed(body)
}

/// As [`json`], for types that borrow from the body.
pub(crate) fn borrowed<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, DecodeFailure> {
    located(without_bom(body)).map_err(|misfit| DecodeFailure {
        unreadable: misfit.unreadable,
        what: if misfit.truncated {
            "it ends too early".to_owned()
        } else {
            misfit.to_string()
        },
    })
}

/// Decodes one value and says where it failed.
pub(crate) fn located<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, Misfit> {
    // Keeping track of the place costs time, so it is done only once something is known to be wrong.
    if let Ok(value) = serde_json::from_slice(json) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path: String = error.path().to_string().chars().take(MAX_TEXT).collect();
        misfit(path, error.inner())
    })?;
    reader
        .end()
        .map_err(|error| misfit(".".to_owned(), &error))?;
    Ok(value)
}

pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn misfit(path: String, error: &serde_json::Error) -> Misfit {
    Misfit {
        path,
        expected: expectation(&error.to_string()),
        truncated: error.is_eof(),
        unreadable: error.is_eof() || error.is_syntax(),
    }
}

/// The part of serde's message that speaks of our type; the rest may quote the value.
pub(crate) fn expectation(message: &str) -> Option<String> {
    let expected = if let Some((_, expected)) = message.rsplit_once(", expected ") {
        expected
    } else if message.starts_with("missing field `") {
        message
    } else {
        return None;
    };
    let expected = expected
        .rsplit_once(" at line ")
        .map_or(expected, |(expected, _)| expected);
    Some(expected.chars().take(MAX_TEXT).collect())
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.expected {
            Some(expected) if expected.starts_with("missing field") => {
                write!(f, "at `{}`: {expected}", self.path)
            }
            Some(expected) => write!(f, "at `{}`: expected {expected}", self.path),
            None => write!(f, "at `{}`: not the expected JSON", self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[expect(dead_code, reason = "only its decoding matters")]
        flags: Vec<bool>,
    }

    #[test]
    fn names_the_path_and_the_expectation_but_not_the_value() {
        let misfit =
            located::<Sample>(br#"{"flags":[true,"secret, expected nothing"]}"#).unwrap_err();
        assert_eq!(misfit.to_string(), "at `flags[1]`: expected a boolean");
        let misfit = located::<Sample>(b"{}").unwrap_err();
        assert_eq!(misfit.to_string(), "at `.`: missing field `flags`");
    }

    #[test]
    fn tells_what_is_no_json_from_what_is_of_another_shape() {
        let unreadable = |body: &[u8]| json::<Sample>(body).unwrap_err().unreadable;
        for body in [
            &br#"{"flags":[tr"#[..],
            b"",
            b"<html>",
            br#"{"flags":[]} trailing"#,
        ] {
            assert!(unreadable(body));
        }
        for body in [&b"{}"[..], b"null", br#"{"flags":[7]}"#] {
            assert!(!unreadable(body));
        }
        assert!(json::<Sample>(b"\xef\xbb\xbf{\"flags\":[]}").is_ok());
    }
}
