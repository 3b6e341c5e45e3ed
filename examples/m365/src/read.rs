//! The commands that talk to the tenant.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use compliance_map::render::printable;
use m365_collect::connect::{ConnectionTest, Diagnosis, SecretShape};
use m365_collect::{Engine, Report, SqliteStore};

use crate::interrupt::interrupted;
use crate::show::{print_json, print_json_line};
use examples::exit::{Exit, Failure};
use examples::progress::Show;
use examples::screen;
use examples::settings::Settings;

pub(crate) async fn check(settings: &Settings, json: bool) -> Result<Exit, Failure> {
    let client = settings.impatient_client()?;
    let mut test = ConnectionTest::new(client);
    if let Some(secret) = settings.secret_in_use() {
        test = test.secret_shape(SecretShape::of(secret));
    }
    let connection = tokio::select! {
        connection = test.run() => connection,
        () = interrupted() => return Err(Failure::other("interrupted: nothing was kept")),
    };
    if json {
        print_json(&connection)?;
    } else {
        write!(screen::out(), "{connection}")?;
    }
    // A sentence each for the log of a script; who reads the whole need not read them twice.
    if json || !std::io::stdout().is_terminal() {
        for problem in &connection.problems {
            writeln!(screen::err(), "m365: {}", printable(&problem.to_string()))?;
        }
    }
    Ok(Exit::from(&connection))
}

/// What is to be read, and how that is shown.
#[derive(Debug, Args)]
pub(crate) struct ReadOptions {
    /// The file to keep it in; made where there is none.
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// Only these sources, by id.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    only: Vec<String>,
    /// Without these sources, by id.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    skip: Vec<String>,
    /// How many days what a source yields is kept, instead of as `docs/retention.md` says:
    /// `sign_ins=90`.
    #[arg(long, value_name = "ID=DAYS", value_parser = days)]
    keep: Vec<(String, Duration)>,
    /// How progress is shown on standard error.
    #[arg(long, value_enum, default_value_t)]
    progress: Show,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

impl ReadOptions {
    async fn engine(&self, settings: &Settings) -> Result<Engine, Failure> {
        let client = settings.client()?;
        let store = Arc::new(SqliteStore::open(&self.store).await?);
        let mut engine = Engine::new(client, store)
            .skip(self.skip.clone())
            .progress(self.progress.progress());
        for (source, time) in &self.keep {
            engine = engine.keep(source, *time);
        }
        if !self.only.is_empty() {
            engine = engine.only(self.only.clone());
        }
        Ok(engine)
    }
}

pub(crate) async fn sync(
    settings: &Settings,
    options: ReadOptions,
    full: bool,
    confirm_removals: bool,
) -> Result<Exit, Failure> {
    let engine = options.engine(settings).await?;
    let engine = engine.full_resync(full).confirm_removals(confirm_removals);
    let report = tokio::select! {
        report = engine.run() => report?,
        () = interrupted() => {
            return Err(Failure::other(
                "interrupted: what was stored is kept; run the sync again to go on",
            ));
        }
    };
    if options.json {
        print_json(&report)?;
    } else {
        print_report(&report)?;
    }
    if !report.read_some() {
        // Most often one cause stands behind all of them.
        let mut outcomes = report.sources.iter().map(|source| &source.outcome);
        if let Some(diagnosis) = outcomes.find_map(Diagnosis::of_outcome) {
            let why = diagnosis.to_string();
            writeln!(screen::err(), "m365: nothing was read: {}", printable(&why))?;
        }
    }
    Ok(Exit::from(&report))
}

/// Reads each source when it is due, until interrupted.
pub(crate) async fn watch(
    settings: &Settings,
    options: ReadOptions,
    every: Vec<(String, Duration)>,
    spread: Duration,
) -> Result<Exit, Failure> {
    let mut engine = options.engine(settings).await?;
    for (source, cadence) in every {
        engine = engine.cadence(source, cadence);
    }
    let mut schedule = engine.schedule()?.spread(spread);
    let mut written = Ok(());
    schedule
        .run(interrupted(), |synced| {
            let shown = match synced {
                Ok(report) if options.json => print_json_line(&report),
                Ok(report) => print_report(&report),
                Err(error) => {
                    let why = Diagnosis::of(&error).to_string();
                    writeln!(screen::err(), "m365: {}", printable(&why)).map_err(Failure::from)
                }
            };
            if written.is_ok() {
                written = shown;
            }
        })
        .await;
    written.map(|()| Exit::Done)
}

/// `users=30`: thirty minutes.
pub(crate) fn minutes(text: &str) -> Result<(String, Duration), String> {
    times(text, "users=30", 60)
}

/// `sign_ins=90`: ninety days.
fn days(text: &str) -> Result<(String, Duration), String> {
    times(text, "sign_ins=90", 24 * 60 * 60)
}

/// A source and a time of so many seconds times a number.
fn times(text: &str, such_as: &str, unit: u64) -> Result<(String, Duration), String> {
    let malformed = || format!("{} is not of the form {such_as}", printable(text));
    let (source, number) = text.split_once('=').ok_or_else(malformed)?;
    let number: u64 = number.parse().map_err(|_| malformed())?;
    let seconds = number
        .checked_mul(unit)
        .filter(|seconds| *seconds > 0)
        .ok_or_else(malformed)?;
    Ok((source.to_owned(), Duration::from_secs(seconds)))
}

fn print_report(report: &Report) -> Result<(), Failure> {
    let mut out = screen::out();
    let complete = report.sources.iter().filter(|s| s.outcome.is_complete());
    writeln!(
        out,
        "{} of {} sources are complete",
        complete.count(),
        report.sources.len()
    )?;
    for source in &report.sources {
        if let Some(reason) = source.outcome.reason() {
            let (id, outcome) = (&source.id, source.outcome.name());
            writeln!(out, "  {id}: {outcome}: {}", printable(&reason))?;
        }
    }
    Ok(())
}
