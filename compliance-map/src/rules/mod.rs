//! The questions that facts can answer, one file per family.
//!
//! A rule looks at the facts alone. It knows no framework, no exception and no status: those are
//! applied to its [`Finding`] afterwards.

mod application;
mod conditional_access;
mod context;
mod data;
mod device;
mod device_config;
mod dispatch;
mod dormant;
mod finding;
mod guest;
mod leaver;
mod log;
mod mail;
mod mail_domain;
mod mailbox;
mod mfa;
mod organization;
pub(crate) mod parameter;
mod password;
mod people;
mod privileged;
mod setting;
mod unique;

pub(crate) use context::Context;
pub(crate) use finding::{Finding, Target};
