//! Control references, `framework:control`, and why one may not lead to a control.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A reference to one control of one framework, for example `cis-v8.1:6.5`.
///
/// Holding one says nothing about whether the control exists: ask
/// [`Catalogue::resolve`](crate::Catalogue::resolve).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ControlRef {
    framework: String,
    control: String,
}

impl ControlRef {
    pub(crate) fn new(framework: impl Into<String>, control: impl Into<String>) -> Self {
        Self {
            framework: framework.into(),
            control: control.into(),
        }
    }

    /// The framework's id, for example `cis-v8.1`.
    pub fn framework(&self) -> &str {
        &self.framework
    }

    /// Whether this id continues that of a heading of the same framework: `8.4.2` stands below `8.4`.
    pub fn is_below(&self, heading: &Self) -> bool {
        let rest = self.control.strip_prefix(&heading.control);
        self.framework == heading.framework
            && rest.is_some_and(|rest| rest.starts_with(['.', '-', '(']))
    }

    /// The framework's own control id, for example `6.5`.
    pub fn control(&self) -> &str {
        &self.control
    }
}

impl fmt::Display for ControlRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.framework, self.control)
    }
}

impl FromStr for ControlRef {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((framework, control)) if is_word(framework) && is_word(control) => {
                Ok(Self::new(framework, control))
            }
            _ => Err(ReferenceError::Malformed),
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != ':')
}

impl Serialize for ControlRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ControlRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Why a reference does not lead to a control that can be assessed.
///
/// A reference is never guessed: the caller decides which successor to ask for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The id belongs to an older edition.
    #[error(
        "this id is withdrawn: {note}; {}",
        advice("its successors are", successors)
    )]
    Withdrawn {
        /// Where its content went; empty when it was dropped.
        successors: Vec<ControlRef>,
        /// What happened to it.
        note: String,
    },
    /// The id is a heading; the controls below it can be assessed.
    #[error("this is a heading, not a control; {}", advice("ask for", children))]
    Heading {
        /// The official ids below it.
        children: Vec<ControlRef>,
    },
    /// The id belongs to another level of the same model, which asks the same under other ids.
    #[error(
        "this id belongs to another level; {}",
        advice("the same is asked by", equivalents)
    )]
    OtherLevel {
        /// The ids at the level of this catalogue.
        equivalents: Vec<ControlRef>,
    },
    /// The control is official, but Microsoft 365 evidence cannot bear on it.
    #[error(
        "this control is official but outside what Microsoft 365 evidence can bear on; {}",
        advice("what may be meant is", see)
    )]
    OutOfScope {
        /// Controls that people usually mean by this id; often empty.
        see: Vec<ControlRef>,
    },
    /// The framework has no such id.
    #[error(
        "the framework has no control with this id; {}check its number in the framework's own text",
        meant(similar.as_ref().map(ToString::to_string).as_deref())
    )]
    Unknown {
        /// The control that was probably meant.
        similar: Option<ControlRef>,
    },
    /// There is no catalogue for this framework.
    #[error(
        "there is no catalogue for this framework; {}known are {}",
        meant(similar.as_deref()),
        known.join(", ")
    )]
    UnknownFramework {
        /// The framework that was probably meant.
        similar: Option<String>,
        /// The ids of the frameworks in the catalogue.
        known: Vec<String>,
    },
    /// The text is not a reference.
    #[error("this is not a control reference; write framework:control, for example cis-v8.1:6.5")]
    Malformed,
}

fn meant(similar: Option<&str>) -> String {
    similar.map_or_else(String::new, |name| format!("did you mean {name}? "))
}

fn advice(words: &str, references: &[ControlRef]) -> String {
    if references.is_empty() {
        return "nothing in this catalogue takes its place".to_owned();
    }
    let list: Vec<String> = references.iter().map(ToString::to_string).collect();
    format!("{words} {}", list.join(", "))
}
