//! Evidence facts in, control statuses out: what a Microsoft 365 tenant proves for CIS Controls,
//! NIST CSF, NIST SP 800-171, CMMC, the HIPAA Security Rule, SOC 2 and PCI DSS.
//!
//! This crate is a pure function. It reads no clock, file, network or environment, and equal input
//! gives equal bytes; the seeds of its hash tables, which the system gives, change nothing of them. Where the facts come from is not its business: any product that can fill in
//! [`Facts`] can embed it.
//!
//! # What it promises
//!
//! - **Missing evidence is `unknown`.** A fact that was denied, not licensed, not collected, too old
//!   or dated in the future never counts as an empty list, and never improves a status.
//! - **A proven failure beats unknown, and unknown beats satisfied.** A list that was cut short may
//!   prove a failure, never success.
//! - **Everybody who fails is named,** and so is everybody who was left out, with the reason.
//! - **One clause never satisfies a control.** What settings cannot show stays with a person, until
//!   an attestation with document, signer, date and expiry settles it.
//! - **Every lack says what would change it,** as values: whom to enrol, which policy to change, which
//!   permission to grant; see [`Remedy`].
//! - **Ids are never guessed.** A withdrawn id gives its successors, an unknown one an error.
//!
//! # First program
//!
//! ```
//! use compliance_map::{Catalogue, Facts, Options, Status, assess, render};
//!
//! let facts = Facts::from_json(r#"{
//!   "identity.users": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": [
//!     {"id": "u1", "upn": "ada@contoso.example", "enabled": true, "type": "Member"},
//!     {"id": "u2", "upn": "bob@contoso.example", "enabled": true, "type": "Member"}]},
//!   "auth.per_user_mfa": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": [
//!     {"user": "u1", "state": "enforced"}, {"user": "u2", "state": "disabled"}]},
//!   "auth.ca_policies": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": []},
//!   "auth.security_defaults": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": [
//!     {"enabled": false}]},
//!   "auth.registration": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": [
//!     {"user": "u1", "mfa_capable": true, "methods": ["microsoftAuthenticatorPush"]},
//!     {"user": "u2", "mfa_capable": true, "methods": ["mobilePhone"]}]}
//! }"#)?;
//!
//! let options = Options::new("2026-11-21T12:00:00Z".parse()?)
//!     .controls(["cis-v8.1:6.3", "cis-v8.1:5.3"]);
//! let assessment = assess(&facts, &Catalogue::builtin(), &options)?;
//!
//! let mfa = assessment.result("cis-v8.1:6.3").ok_or("not assessed")?;
//! assert_eq!(mfa.status, Status::PartiallySatisfied);
//! assert_eq!(mfa.ratio.as_deref(), Some("1/2"));
//! assert!(mfa.subjects.failing.contains("u2"), "registered, but nothing asks for it");
//!
//! let dormant = assessment.result("cis-v8.1:5.3").ok_or("not assessed")?;
//! assert_eq!(dormant.status, Status::Unknown, "sign-in activity was not collected");
//!
//! println!("{}", render::text(&assessment));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The rooms
//!
//! | module | holds |
//! |---|---|
//! | [`facts`] | the evidence vocabulary, its envelope and its JSON form |
//! | [`directory`] | who is in the tenant, packed; lists of ids that answers share |
//! | [`coverage`] | effective MFA coverage: is a person bound to use MFA, and ready to |
//! | [`framework`] | catalogues: official ids, clauses, parameters, native words, successors |
//! | [`verdict`] | the words of every answer: status, people, what is missing, what to do |
//! | [`mod@assess`] | facts, catalogue and options in, one answer per control out |
//! | [`exception`], [`overlay`] | accepted risks; demands and parameters of the organisation |
//! | [`mod@summary`], [`mod@crosswalk`] | counts per framework and family, gaps, accepted risks; one failure and all controls it touches |
//! | [`mod@compare`], [`mod@trend`] | two assessments, or a series of them |
//! | [`bundle`] | an assessment with all it rests on, as files that can be checked |
//! | [`schema`] | JSON schemas of facts and assessment |
//! | [`render`] | HTML, Markdown and plain text for people; JSON, CSV, `JUnit`, OSCAL and OCSF for programs |
//!
//! # Statuses
//!
//! | status | means |
//! |---|---|
//! | `satisfied` | every clause is proven by complete and fresh evidence for everybody it concerns |
//! | `partially_satisfied` | a lack is proven, and something is proven to be in place: a person, a clause, a rule that asks it of everybody, or one that binds somebody who is ready, if only under a condition |
//! | `not_satisfied` | a lack is proven, and nothing is proven to be in place |
//! | `unknown` | no lack is proven, and evidence that could show one is missing |
//! | `manual` | what facts can show is no failure, and the rest is for a person to decide |
//! | `not_applicable` | the control does not bear on this tenant |
//!
//! The framework's own words (`MET`, `not_in_place`) are a projection of these: CMMC knows no
//! "partially", so 47 of 50 is `NOT MET` there.

pub mod assess;
pub mod bundle;
pub mod compare;
pub mod coverage;
pub mod crosswalk;
pub mod directory;
mod domain;
mod evidence;
pub mod exception;
pub mod facts;
pub mod framework;
mod group;
mod options;
pub mod overlay;
mod population;
pub mod render;
mod role;
mod rules;
pub mod schema;
mod similar;
pub mod summary;
mod time;
pub mod trend;
pub mod verdict;

pub use assess::{AssessError, Assessment, ControlResult, Remedy, RollUp, assess, assess_in};

pub use compare::{Change, Comparison, compare};
pub use coverage::MfaSummary;
pub use crosswalk::{SharedQuestion, crosswalk};
pub use directory::Directory;
pub use evidence::EvidenceUse;
pub use exception::Exception;
pub use facts::{Fact, FactKey, Facts, FactsError, FactsProblem, State, TenantInfo};
pub use framework::{Catalogue, CatalogueError, Control, ControlRef, ReferenceError};
pub use options::Options;
pub use overlay::Overlay;
pub use similar::similar;
pub use summary::Summary;
pub use time::{Timestamp, TimestampError};
pub use trend::{Trend, TrendError, trend};
pub use verdict::{Action, Advisory, Missing, Status, Subjects};

/// The snippets of the package's page compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;

/// The snippets of the guides compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/framework.md")]
#[doc = include_str!("../../docs/attestations.md")]
#[derive(Debug)]
pub struct Guides;
