//! What to assess and by which clock.

use std::collections::BTreeMap;

use crate::Timestamp;

/// What to assess, as of when, and how old evidence may be.
///
/// ```
/// use compliance_map::Options;
///
/// let options = Options::new("2026-11-21T12:00:00Z".parse()?)
///     .frameworks(["cis-v8.1"])
///     .controls(["pci-dss-4.0.1:8.4.2"])
///     .parameter("nist-800-171-r2:3.5.6", "inactivity_days", 60);
/// # Ok::<(), compliance_map::TimestampError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    pub(crate) as_of: Timestamp,
    pub(crate) controls: Vec<String>,
    pub(crate) frameworks: Vec<String>,
    pub(crate) freshness_hours: Option<u32>,
    pub(crate) freshness_by_fact: BTreeMap<String, u32>,
    pub(crate) parameters: BTreeMap<(String, String), u32>,
}

impl Options {
    /// Everything in the catalogue, with ages and expiries computed against `as_of`.
    pub fn new(as_of: Timestamp) -> Self {
        Self {
            as_of,
            controls: Vec::new(),
            frameworks: Vec::new(),
            freshness_hours: None,
            freshness_by_fact: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }
    }

    /// Adds controls by reference. With nothing named, all controls of the catalogue are assessed.
    #[must_use]
    pub fn controls<T: Into<String>>(mut self, references: impl IntoIterator<Item = T>) -> Self {
        self.controls.extend(references.into_iter().map(Into::into));
        self
    }

    /// Adds every control in scope of these frameworks.
    #[must_use]
    pub fn frameworks<T: Into<String>>(mut self, ids: impl IntoIterator<Item = T>) -> Self {
        self.frameworks.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Counts every fact as fresh for this many hours, instead of the limit of
    /// [`FactKey`](crate::FactKey).
    #[must_use]
    pub fn freshness_hours(mut self, hours: u32) -> Self {
        self.freshness_hours = Some(hours);
        self
    }

    /// Counts one fact as fresh for this many hours.
    #[must_use]
    pub fn freshness_hours_of(mut self, fact: impl Into<String>, hours: u32) -> Self {
        self.freshness_by_fact.insert(fact.into(), hours);
        self
    }

    /// Declares a parameter that a framework leaves to the organisation, such as `inactivity_days`.
    ///
    /// It counts before one declared in the facts' overlay. A value looser than the one that a
    /// framework fixes is ignored with an advisory.
    #[must_use]
    pub fn parameter(
        mut self,
        control: impl Into<String>,
        name: impl Into<String>,
        value: u32,
    ) -> Self {
        self.parameters.insert((control.into(), name.into()), value);
        self
    }
}
