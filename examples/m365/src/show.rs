//! The commands that show what is known.

use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use compliance_map::render::printable;
use m365_collect::health::{Health, health};
use m365_collect::store::RunEntry;
use m365_collect::{SqliteStore, Store as _, sources};
use serde::Serialize;

use examples::exit::{Exit, Failure};
use examples::screen;
use examples::time::timestamp;

/// JSON with a final newline on standard output.
pub(crate) fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::other(format!("the result cannot be written: {error}")))?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// JSON on one line of standard output.
pub(crate) fn print_json_line<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::other(format!("the result cannot be written: {error}")))?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Health, with the last runs where they were asked for.
#[derive(Serialize)]
struct Status {
    #[serde(flatten)]
    health: Health,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Vec<RunEntry>>,
}

pub(crate) async fn status(store: &Path, log: Option<usize>, json: bool) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(store).await?;
    let mut health = health(&store, &sources::catalogue(), SystemTime::now()).await?;
    let log = match log {
        None => None,
        Some(runs) => Some(store.runs(None, None, runs).await?),
    };
    if json {
        print_json(&Status { health, log })?;
        return Ok(Exit::Done);
    }
    let mut out = screen::out();
    on_one_line(&mut health);
    write!(out, "{health}")?;
    for run in log.iter().flatten() {
        writeln!(out, "{}", line(run)?)?;
    }
    Ok(Exit::Done)
}

/// Whatever comes from the service is no line of its own.
fn on_one_line(health: &mut Health) {
    let name = health.tenant.as_mut().and_then(|it| it.name.as_mut());
    let reason = health.connection.as_mut().and_then(|it| it.reason.as_mut());
    let reasons = health
        .sources
        .iter_mut()
        .filter_map(|it| it.reason.as_mut());
    for text in name.into_iter().chain(reason).chain(reasons) {
        *text = printable(text).into_owned();
    }
}

/// A run of the log.
fn line(run: &RunEntry) -> Result<String, Failure> {
    let ended_at = run.ended_at.unwrap_or(SystemTime::UNIX_EPOCH);
    let line = format!(
        "{}  {:<28} {:<10} {:>7} seen {:>5} requests {:>6.1} s",
        timestamp(ended_at)?,
        run.source.as_str(),
        run.outcome.name(),
        run.stats.seen,
        run.stats.requests,
        run.stats.elapsed().as_secs_f64()
    );
    Ok(match run.outcome.reason() {
        None => line,
        Some(reason) => format!("{line}  {}", printable(&reason)),
    })
}

pub(crate) async fn facts(store: &Path) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(store).await?;
    let facts = m365_collect::facts(&store).await?;
    writeln!(std::io::stdout().lock(), "{}", facts.to_json().trim_end())?;
    Ok(Exit::Done)
}

pub(crate) fn sources(json: bool) -> Result<Exit, Failure> {
    let catalogue = sources::catalogue();
    let descriptors: Vec<_> = catalogue.iter().map(|source| source.descriptor()).collect();
    if json {
        print_json(&descriptors)?;
        return Ok(Exit::Done);
    }
    let mut out = screen::out();
    for source in descriptors {
        writeln!(
            out,
            "{:<28} every {:>3} min  {}{}",
            source.id.as_str(),
            source.cadence.as_secs() / 60,
            source.permissions.join(", "),
            source
                .license
                .as_ref()
                .map(|plan| format!("; {plan}"))
                .unwrap_or_default()
        )?;
    }
    Ok(Exit::Done)
}
