//! Says what a tenant proves.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use compliance_map::bundle::{Bundle, SourceOutcome};
use compliance_map::{Directory, Facts, Options, Summary, Timestamp, assess_in, render};
use m365_collect::SqliteStore;

use crate::{bundle, catalogue};
use examples::exit::{Exit, Failure};
use examples::{file, screen, time};

/// A facts file of more bytes than this is none: 4 GiB.
pub(crate) const LONGEST: u64 = 4 << 30;

/// What to assess, and how to show it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// All controls of this framework, such as `cis-v8.1`; several may be given.
    #[arg(long, value_name = "ID")]
    framework: Vec<String>,
    /// This control, such as `cis-v8.1:6.5`; several may be given. Without any: all of them.
    #[arg(long, value_name = "REF")]
    control: Vec<String>,
    /// A file with a framework of your own, beside the built-in ones; several may be given.
    #[arg(long, value_name = "FILE")]
    catalogue: Vec<PathBuf>,
    /// The same, in place of the framework that has its id.
    #[arg(long, value_name = "FILE")]
    replace_catalogue: Vec<PathBuf>,
    /// The time of the assessment, in RFC 3339; now if not given.
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// The format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The file to write to, instead of standard output.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// A new folder for an evidence bundle: the assessment with all it rests on, and digests.
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Input {
    /// The file of a sync.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// A file of facts, as `facts` writes it; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// Markdown.
    Md,
    /// A row for each control and person; no cell forms a formula.
    Csv,
    /// For build servers; what is unknown is skipped, never passed.
    Junit,
    /// One file for a browser or a printer, with charts; needs no network.
    Html,
    /// For governance tools: assessment results.
    Oscal,
    /// For security data lakes: compliance findings.
    Ocsf,
}

pub(crate) async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let catalogue = catalogue::with(&arguments.catalogue, &arguments.replace_catalogue)?;
    // A bundle holds all there is to know of everybody.
    let (facts, directory, sources) = read(&arguments.input, arguments.bundle.is_some()).await?;
    let as_of: Timestamp = match &arguments.as_of {
        None => time::timestamp(SystemTime::now())?,
        Some(text) => text.parse().map_err(|_| {
            Failure::usage(format!("{text} is not a time such as 2026-11-21T12:00:00Z"))
        })?,
    };
    let options = Options::new(as_of)
        .frameworks(arguments.framework)
        .controls(arguments.control);
    let assessment = assess_in(&facts, &Arc::new(directory), &catalogue, &options)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let summary = || Summary::new(&assessment, &facts, &catalogue);
    if let Some(folder) = &arguments.bundle {
        let bundle = Bundle::new(&facts, &assessment, &summary(), &catalogue, &sources);
        bundle::write(&bundle, folder)?;
    }
    let text = match arguments.format {
        Format::Text => render::text(&assessment),
        // Of a large tenant this is longer than what else is in memory.
        Format::Json => {
            match &arguments.out {
                None => {
                    let mut out = BufWriter::new(std::io::stdout().lock());
                    render::write_json(&assessment, &mut out)?;
                    out.flush()?;
                }
                Some(path) => file::write_by(path, |out| render::write_json(&assessment, out))?,
            }
            return Ok(Exit::Done);
        }
        Format::Md => render::markdown(&assessment),
        Format::Csv => render::csv(&assessment),
        Format::Junit => render::junit(&assessment),
        Format::Html => render::html(&assessment, &summary()),
        Format::Oscal => render::oscal(&assessment, &summary()),
        Format::Ocsf => render::ocsf(&assessment, &summary()),
    };
    match &arguments.out {
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => file::write(path, text.as_bytes())?,
    }
    Ok(Exit::Done)
}

/// The facts, who they are about, and how each source ended where they come from a sync. Not all of
/// the facts is needed for an assessment.
async fn read(
    input: &Input,
    needs_all: bool,
) -> Result<(Facts, Directory, Vec<SourceOutcome>), Failure> {
    if let Some(store) = &input.store {
        let store = SqliteStore::open_read_only(store).await?;
        let (facts, directory) = if needs_all {
            let facts = m365_collect::facts(&store).await?;
            let directory = Directory::of(&facts);
            (facts, directory)
        } else {
            m365_collect::evidence(&store).await?
        };
        return Ok((facts, directory, bundle::outcomes(&store).await?));
    }
    let path = input.facts.as_deref().unwrap_or_else(|| Path::new("-"));
    let read = if path == Path::new("-") {
        file::read_within(std::io::stdin().lock(), LONGEST)
    } else {
        file::read(path, LONGEST)
    };
    let text = read
        .and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other))
        .map_err(|error| Failure::other(format!("{} cannot be read: {error}", path.display())))?;
    let facts = Facts::from_json(&text).map_err(|error| {
        Failure::other(format!("{} is not a facts file: {error}", path.display()))
    })?;
    for problem in &facts.problems {
        let problem = problem.to_string();
        let told = "what cannot be read counts as not told";
        writeln!(
            screen::err(),
            "m365: {told}: {}",
            render::printable(&problem)
        )?;
    }
    let directory = Directory::of(&facts);
    Ok((facts, directory, Vec::new()))
}
