//! Reads a Microsoft 365 tenant from the command line: a contract for scripts.
//!
//! `cargo install --path examples/m365`, then `m365 --help`.

mod assess;
mod bundle;
mod catalogue;
mod command;
mod erase;
mod export;
mod interrupt;
mod reach;
mod read;
mod relations;
mod show;

use std::io::Write as _;
use std::process::ExitCode;

use compliance_map::render::printable;
use examples::arguments::parse;
use examples::exit::finish;
use examples::screen;
use tracing_subscriber::EnvFilter;

use crate::command::{Arguments, run};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Arguments = match parse("m365") {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter())
        .with_writer(screen::err)
        .with_ansi(false)
        // Where a line cannot be written there is nobody to read why.
        .log_internal_errors(false)
        .init();
    finish("m365", run(arguments).await)
}

/// What is logged: errors, or as `RUST_LOG` says.
fn filter() -> EnvFilter {
    let by_default = || EnvFilter::new("error");
    if std::env::var_os(EnvFilter::DEFAULT_ENV).is_none_or(|it| it.is_empty()) {
        return by_default();
    }
    EnvFilter::try_from_default_env().unwrap_or_else(|error| {
        let why = error.to_string();
        // Where it cannot be written there is nobody to read it.
        let _ = writeln!(
            screen::err(),
            "m365: {} is left out, only errors are logged: {}",
            EnvFilter::DEFAULT_ENV,
            printable(&why)
        );
        by_default()
    })
}
