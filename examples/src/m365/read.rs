//! The commands that talk to the tenant.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use m365_collect::connect::{ConnectionTest, Diagnosis, SecretShape};
use m365_collect::{Engine, Report, SqliteStore};

use super::show::print_json;
use crate::exit::{Exit, Failure};
use crate::progress::Lines;
use crate::settings::Settings;

pub(super) async fn check(settings: &Settings, json: bool) -> Result<Exit, Failure> {
    let client = settings.impatient_client()?;
    let mut test = ConnectionTest::new(client);
    if let Some(secret) = settings.secret_in_use() {
        test = test.secret_shape(SecretShape::of(secret));
    }
    let connection = tokio::select! {
        connection = test.run() => connection,
        _ = tokio::signal::ctrl_c() => return Err(Failure::other("interrupted: nothing was kept")),
    };
    let mut out = std::io::stdout();
    if json {
        print_json(&connection)?;
    } else {
        write!(out, "{connection}")?;
    }
    // A sentence each for the log of a script; who reads the whole need not read them twice.
    if json || !out.is_terminal() {
        for problem in &connection.problems {
            eprintln!("m365: {problem}");
        }
    }
    Ok(Exit::from(&connection))
}

/// What a sync is to read.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) only: Vec<String>,
    pub(super) skip: Vec<String>,
    pub(super) full: bool,
    pub(super) confirm_removals: bool,
}

pub(super) async fn sync(
    settings: &Settings,
    store: &Path,
    plan: Plan,
    json: bool,
) -> Result<Exit, Failure> {
    let client = settings.client()?;
    let store = Arc::new(SqliteStore::open(store).await?);
    let mut engine = Engine::new(client, store)
        .skip(plan.skip)
        .afresh(plan.full)
        .confirm_removals(plan.confirm_removals)
        .progress(Arc::new(Lines::new()));
    if !plan.only.is_empty() {
        engine = engine.only(plan.only);
    }
    let report = tokio::select! {
        report = engine.run() => report?,
        _ = tokio::signal::ctrl_c() => {
            return Err(Failure::other(
                "interrupted: what was stored is kept; run the sync again to go on",
            ));
        }
    };
    if json {
        print_json(&report)?;
    } else {
        print_report(&report)?;
    }
    if !report.read_some() {
        // Most often one cause stands behind all of them.
        let mut outcomes = report.sources.iter().map(|source| &source.outcome);
        if let Some(diagnosis) = outcomes.find_map(Diagnosis::of_outcome) {
            eprintln!("m365: nothing was read: {diagnosis}");
        }
    }
    Ok(Exit::from(&report))
}

fn print_report(report: &Report) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let complete = report.sources.iter().filter(|s| s.outcome.is_complete());
    writeln!(
        out,
        "{} of {} sources are complete",
        complete.count(),
        report.sources.len()
    )?;
    for source in &report.sources {
        if let Some(reason) = source.outcome.reason() {
            writeln!(out, "  {}: {}: {reason}", source.id, source.outcome.name())?;
        }
    }
    Ok(())
}
