//! Reads a Microsoft 365 tenant from the command line: a contract for scripts.
//!
//! `cargo run --release --example m365 -- --help`

use std::process::ExitCode;

use clap::Parser;
use examples::exit::finish;
use examples::m365::{Arguments, run};
use examples::screen;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(screen::err)
        .with_ansi(false)
        .init();
    finish("m365", run(arguments).await)
}
