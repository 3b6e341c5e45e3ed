//! A report for a board: reads a tenant, assesses it, and writes one HTML file.
//!
//! `cargo run --example report -- --out report.html`
//!
//! Without credentials it starts a simulated tenant in this process.

mod tenant;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use clap::Parser;
use compliance_map::{Catalogue, Options, Summary, assess_in, render};
use examples::arguments::parse;
use examples::exit::{Exit, Failure, finish};
use examples::progress::Show;
use examples::settings::Settings;
use examples::{file, screen, time};
use m365_collect::{Engine, MemoryStore, Store};

/// Reads a tenant and writes what it proves as one HTML file.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// The file to write.
    #[arg(long, value_name = "PATH", default_value = "report.html")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match parse("report") {
        Ok(arguments) => finish("report", run(arguments).await),
        Err(exit) => exit,
    }
}

async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let (settings, _simulated) = tenant::or_simulated(arguments.settings).await?;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let sync = Engine::new(settings.client()?, Arc::clone(&store))
        .progress(Show::default().progress())
        .run()
        .await?;

    let (facts, directory) = m365_collect::evidence(store.as_ref()).await?;
    let catalogue = Catalogue::builtin();
    let options = Options::new(time::timestamp(SystemTime::now())?);
    let assessment = assess_in(&facts, &directory.into(), &catalogue, &options)
        .map_err(|error| Failure::other(error.to_string()))?;
    let summary = Summary::new(&assessment, &facts, &catalogue);
    let page = render::html(&assessment, &summary);
    file::write(&arguments.out, page.as_bytes())?;

    let out = arguments.out.display().to_string();
    writeln!(
        screen::err(),
        "{}: {} controls, {} of them unknown for want of evidence",
        render::printable(&out),
        summary.counts.total(),
        summary.counts.unknown
    )?;
    Ok(Exit::from(&sync))
}
