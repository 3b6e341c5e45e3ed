//! Decoding with the place of a failure and none of its content.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde_path_to_error::Segment;

/// Why bytes were not what was expected, without quoting them.
#[derive(Debug, Clone)]
pub(crate) struct DecodeFailure {
    pub(crate) what: String,
    /// It is no whole JSON at all: cut off, or by somebody else, so asking again may help.
    pub(crate) unreadable: bool,
    /// It is a list of more than are read of one.
    pub(crate) is_excess: bool,
}

impl DecodeFailure {
    /// Whole JSON of the wrong shape.
    pub(crate) fn shape(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            unreadable: false,
            is_excess: false,
        }
    }

    /// Not what such an answer is made of.
    pub(crate) fn unreadable(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            unreadable: true,
            is_excess: false,
        }
    }
}

impl fmt::Display for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    /// A list is longer than is read of one.
    is_excess: bool,
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
        is_excess: misfit.is_excess,
        what: if misfit.truncated {
            "it ends too early".to_owned()
        } else {
            misfit.to_string()
        },
    })
}

/// As [`borrowed`], for what is an object: a struct would take a list for its fields in order, and
/// `[[]]` for a page without items.
pub(crate) fn object<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, DecodeFailure> {
    if without_bom(body).trim_ascii_start().starts_with(b"[") {
        return Err(DecodeFailure::shape("at `.`: expected an object"));
    }
    borrowed(body)
}

/// Decodes one value and says where it failed.
pub(crate) fn located<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, Misfit> {
    // Keeping track of the place costs time, so it is done only once something is known to be wrong.
    match serde_json::from_slice(json) {
        Ok(value) => return Ok(value),
        Err(error) if error.to_string().starts_with(EXCESS) => {
            return Err(misfit(".".to_owned(), &error));
        }
        Err(_) => {}
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| misfit(shown(error.path()), error.inner()))?;
    reader
        .end()
        .map_err(|error| misfit(".".to_owned(), &error))?;
    Ok(value)
}

pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// A list from outside of so many at most: two bytes of JSON can be hundreds in memory.
#[derive(Debug)]
pub(crate) struct AtMost<T, const MOST: usize>(pub(crate) Vec<T>);

/// How the failure of a list that is longer begins.
const EXCESS: &str = "more than are read of a list";

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for AtMost<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T, const MOST: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    if items.len() == MOST {
                        return Err(de::Error::custom(EXCESS));
                    }
                    items.push(item);
                }
                Ok(items)
            }
        }

        let items = deserializer.deserialize_seq(List::<T, MOST>(PhantomData))?;
        Ok(Self(items))
    }
}

/// Where in a text a part of it stands that was borrowed from it.
pub(crate) fn place(whole: &[u8], part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    let start = start.min(whole.len());
    start..start.saturating_add(part.len()).min(whole.len())
}

fn misfit(path: String, error: &serde_json::Error) -> Misfit {
    let message = error.to_string();
    Misfit {
        path,
        expected: expectation(&message),
        is_excess: message.starts_with(EXCESS),
        truncated: error.is_eof(),
        unreadable: error.is_eof() || error.is_syntax(),
    }
}

/// The place of a failure by the names on the way there. A key that is no name of a property is
/// content: an address by which a map is kept, for instance.
fn shown(path: &serde_path_to_error::Path) -> String {
    let mut text = String::new();
    for segment in path {
        if !text.is_empty() && !matches!(segment, Segment::Seq { .. }) {
            text.push('.');
        }
        match segment {
            Segment::Seq { index } => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                text.push_str(if is_property(name) { name } else { "{key}" });
            }
            Segment::Unknown => text.push('?'),
        }
    }
    if text.is_empty() {
        text.push('.');
    }
    cut(&text)
}

/// As much of a text as an error keeps.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// Short, letters and few digits, as the names of Graph are, perhaps with an annotation.
fn is_property(key: &str) -> bool {
    let name = key.strip_prefix("@odata.").unwrap_or(key);
    name.split("@odata.").all(|name| {
        name.len() <= 64
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && name.bytes().filter(u8::is_ascii_digit).count() <= 3
    })
}

/// The part of serde's message that speaks of our type; the rest may quote the value, and so may
/// all of a message of somebody else's.
pub(crate) fn expectation(message: &str) -> Option<String> {
    const QUOTING: &[&str] = &[
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant `",
        "unknown field `",
    ];
    let expected = if QUOTING.iter().any(|start| message.starts_with(start)) {
        message.rsplit_once(", expected ")?.1
    } else if message.starts_with("missing field `") {
        message
    } else {
        return None;
    };
    let expected = expected
        .rsplit_once(" at line ")
        .map_or(expected, |(expected, _)| expected);
    Some(cut(expected))
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    fn a_decode_failure_names_the_path_and_the_expectation_but_not_the_value() {
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
