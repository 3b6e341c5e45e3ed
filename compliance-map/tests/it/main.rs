//! The tests that use the crate from outside, as one program: it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod access_policies;
mod attestations;
mod bundle;
mod catalogue;
mod checks;
mod common;
mod comparison;
mod crosswalk;
mod customer_table;
mod estate_properties;
mod exchange;
mod fact_page;
mod facts_json;
mod html;
mod mfa_oracle;
mod mistyped;
mod printable;
mod properties;
mod reference_cases;
mod remedies;
mod rendering;
mod resemblance;
mod roles;
mod rules;
mod schema;
mod semantics;
mod settings;
mod summary;
mod timestamps;
mod trend;
mod verdicts;
