//! An evidence bundle: an assessment with everything it rests on, so that it can be checked later.
//!
//! A bundle is a set of named files. This module makes their bytes and checks them; writing and
//! reading them is the caller's business: a folder, a zip file, an object store.
//!
//! | file | holds |
//! |---|---|
//! | `assessment.json` | every control with its status, reasons and people |
//! | `facts.json` | the evidence behind it, envelopes included; [`assess`](crate::assess()) gives the same answer again |
//! | `summary.json` | counts, gaps, open questions |
//! | `accepted.json` | exceptions and attestations, with their age, their end and what they bear on |
//! | `sources.json` | how each source of the collection ended |
//! | `manifest.json` | the other files with their length and SHA-256, and each framework with its version and the SHA-256 of its JSON form |
//!
//! The SHA-256 of `manifest.json` is the digest of the whole. **A bundle proves that it was not changed
//! only to somebody who has that digest from elsewhere**: sign it, have it time-stamped, or write it
//! down where whoever keeps the bundle cannot reach. Without it [`verify`] shows that the files belong
//! together, no more.
//!
//! Equal input gives equal bytes: members stand in a fixed order, lists are sorted where their order
//! means nothing, and no time but that of the assessment is written.
//!
//! ```
//! use compliance_map::bundle::{Bundle, SourceOutcome, verify};
//! use compliance_map::{Catalogue, Facts, Options, Summary, assess};
//!
//! let (facts, catalogue) = (Facts::default(), Catalogue::builtin());
//! let assessment = assess(&facts, &catalogue, &Options::new("2026-11-21T12:00:00Z".parse()?))?;
//! let summary = Summary::new(&assessment, &facts, &catalogue);
//! let sources = [SourceOutcome::new("users", "denied").reason("User.Read.All is missing")];
//! let bundle = Bundle::new(&facts, &assessment, &summary, &catalogue, &sources);
//!
//! let mut files = bundle.entries.clone();
//! let kept_elsewhere = bundle.digest;
//! let manifest = verify(files.iter().map(|f| (&f.name, &f.bytes)), Some(kept_elsewhere))?;
//! assert!(manifest.check(&catalogue).is_ok(), "assessed with the frameworks of this version");
//!
//! files[0].bytes.push(b' ');
//! let tampered = verify(files.iter().map(|f| (&f.name, &f.bytes)), Some(kept_elsewhere));
//! assert!(tampered.unwrap_err().to_string().contains("accepted.json was changed"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod digest;
mod manifest;
mod measure;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assess::Assessment;
use crate::facts::Facts;
use crate::framework::Catalogue;
use crate::render;
use crate::summary::{AcceptedRisk, Attestation, Summary};

use manifest::FORMAT;

pub use digest::{Digest, DigestError};
pub use manifest::{Listed, ListedFramework, MANIFEST, MANIFEST_LIMIT, Manifest};
pub use measure::Measure;
pub use verify::{Problem, Tampered, verify, verify_listed};

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name: lower-case letters, a dot, `json`. No folder.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// How the reading of one source ended, as its collector says.
///
/// Members that only the collector knows go into [`extra`](Self::extra) and are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceOutcome {
    /// The source, for example `users`.
    pub id: String,
    /// How it ended, in the collector's word, for example `complete` or `denied`.
    pub outcome: String,
    /// Why, where it is not whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whatever else the collector knows, for example how many objects were seen.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl SourceOutcome {
    /// A source and how its reading ended.
    pub fn new(id: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            outcome: outcome.into(),
            reason: None,
            extra: BTreeMap::new(),
        }
    }

    /// Why it is not whole.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// The files of a bundle, and the digest of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bundle {
    /// The files, sorted by name.
    pub entries: Vec<Entry>,
    /// The SHA-256 of the manifest, which holds those of all other files. Keep it elsewhere.
    pub digest: Digest,
}

#[derive(Serialize)]
struct Accepted<'a> {
    exceptions: &'a [AcceptedRisk],
    attestations: &'a [Attestation],
}

impl Bundle {
    /// Puts an assessment and everything it rests on into one set of files.
    ///
    /// `summary` and `catalogue` are those of this assessment. `sources` may be empty where the facts did not come
    /// from a collector; the envelopes in `facts.json` then say how each fact was read. Facts whose people
    /// were packed, for [`assess_in`](crate::assess_in), have no rows about them and make no bundle from
    /// which the assessment could be repeated: it takes those of a collector that keeps the rows.
    pub fn new(
        facts: &Facts,
        assessment: &Assessment,
        summary: &Summary,
        catalogue: &Catalogue,
        sources: &[SourceOutcome],
    ) -> Self {
        let mut sources: Vec<&SourceOutcome> = sources.iter().collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        let accepted = Accepted {
            exceptions: &summary.exceptions,
            attestations: &summary.attestations,
        };
        let mut entries = vec![
            entry("accepted.json", render::indented(&accepted)),
            entry("assessment.json", render::json(assessment)),
            entry("facts.json", facts.to_json()),
            entry("sources.json", render::indented(&sources)),
            entry("summary.json", render::indented(summary)),
        ];
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            made_by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            tenant: assessment.tenant.clone(),
            as_of: assessment.as_of,
            frameworks: frameworks(assessment, catalogue),
            files: entries.iter().map(listed).collect(),
        };
        let manifest = entry(MANIFEST, render::indented(&manifest));
        let digest = Digest::of(&manifest.bytes);
        entries.push(manifest);
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Self { entries, digest }
    }
}

fn frameworks(assessment: &Assessment, catalogue: &Catalogue) -> Vec<ListedFramework> {
    let assessed = assessment.results.iter().map(|r| r.control.framework());
    let assessed: BTreeSet<&str> = assessed.collect();
    let known = catalogue
        .frameworks()
        .filter(|f| assessed.contains(f.id.as_str()));
    known
        .map(|framework| ListedFramework {
            id: framework.id.clone(),
            version: framework.version.clone(),
            sha256: Digest::of(
                catalogue
                    .source(&framework.id)
                    .unwrap_or_default()
                    .as_bytes(),
            ),
        })
        .collect()
}

fn entry(name: &str, text: String) -> Entry {
    Entry {
        name: name.to_owned(),
        bytes: text.into_bytes(),
    }
}

fn listed(entry: &Entry) -> Listed {
    let mut measure = Measure::new(&entry.name);
    measure.update(&entry.bytes);
    measure.finish()
}
