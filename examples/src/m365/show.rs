//! The commands that show what is known.

use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use m365_collect::health::{Health, health};
use m365_collect::{SqliteStore, sources};
use serde::Serialize;

use crate::exit::{Exit, Failure};

/// JSON with a final newline on standard output.
pub(super) fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::other(format!("the result cannot be written: {error}")))?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

pub(super) async fn status(store: &Path, json: bool) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(store).await?;
    let health = health(&store, &sources::catalogue(), SystemTime::now()).await?;
    if json {
        print_json(&health)?;
    } else {
        print_health(&health)?;
    }
    Ok(Exit::Done)
}

fn print_health(health: &Health) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let tenant = health.tenant.as_ref();
    writeln!(
        out,
        "{}: {}",
        tenant.map_or("no tenant", |tenant| tenant
            .name
            .as_deref()
            .unwrap_or(&tenant.asked)),
        health.overall
    )?;
    for source in &health.sources {
        let age = match source.age_seconds {
            None => "never".to_owned(),
            Some(seconds) => format!("{} min ago", seconds / 60),
        };
        writeln!(
            out,
            "  {:<28} {:<9} {:>12} {:>8} stored  {}",
            source.id.as_str(),
            source.grade,
            age,
            source.stored,
            source.outcome.unwrap_or("not tried")
        )?;
        if let Some(reason) = &source.reason {
            writeln!(out, "    {reason}")?;
        }
    }
    Ok(())
}

pub(super) async fn facts(store: &Path) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(store).await?;
    let facts = m365_collect::facts(&store).await?;
    writeln!(std::io::stdout().lock(), "{}", facts.to_json().trim_end())?;
    Ok(Exit::Done)
}

pub(super) fn sources(json: bool) -> Result<Exit, Failure> {
    let catalogue = sources::catalogue();
    let descriptors: Vec<_> = catalogue.iter().map(|source| source.descriptor()).collect();
    if json {
        print_json(&descriptors)?;
        return Ok(Exit::Done);
    }
    let mut out = std::io::stdout().lock();
    for source in descriptors {
        writeln!(
            out,
            "{:<28} every {:>3} min  {}{}",
            source.id.as_str(),
            source.cadence.as_secs() / 60,
            source.permissions.join(", "),
            source
                .licence
                .as_ref()
                .map(|plan| format!("; {plan}"))
                .unwrap_or_default()
        )?;
    }
    Ok(Exit::Done)
}
