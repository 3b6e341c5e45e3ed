//! What the example programs share: settings, exit statuses, progress and reports.

pub mod arguments;
pub mod exit;
pub mod file;
pub mod progress;
pub mod report;
pub mod screen;
pub mod secret;
pub mod settings;
pub mod time;

/// The snippets of the front page compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct FrontPage;
