//! Writes stored objects, one a line.

use std::io::{BufWriter, Write};
use std::path::Path;

use compliance_map::render::printable;
use compliance_map::similar;
use m365_collect::health::health;
use m365_collect::{Edge, Kind, SqliteStore, Store, sources};

use examples::exit::{Exit, Failure};
use examples::file::Begun;
use examples::screen;

const PAGE: usize = 1000;

pub(crate) async fn export(store: &Path, kind: &str, out: Option<&Path>) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(store).await?;
    match out {
        None => {
            let mut out = BufWriter::new(std::io::stdout());
            write(&store, kind, &mut out).await?;
            out.flush()?;
        }
        Some(path) => {
            let mut file = Begun::new(path)?;
            let mut out = BufWriter::new(&mut file);
            write(&store, kind, &mut out).await?;
            out.flush()?;
            drop(out);
            file.finish()?;
        }
    }
    completeness(&store, kind).await
}

async fn write(store: &SqliteStore, kind: &str, out: &mut impl Write) -> Result<(), Failure> {
    if kind == "edge" {
        for relation in store.relations().await? {
            let mut after: Option<Edge> = None;
            loop {
                let page = store.edges(&relation, after.as_ref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                for edge in &page {
                    serde_json::to_writer(&mut *out, edge).map_err(std::io::Error::from)?;
                    out.write_all(b"\n")?;
                }
            }
        }
    } else {
        let kind = Kind::from(kind);
        check_kind(store, &kind).await?;
        let mut after: Option<String> = None;
        loop {
            let page = store.records(&kind, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            for record in &page {
                // One a line, whatever line breaks the service sent between its tokens.
                let line = record.raw.get().replace(['\n', '\r'], " ");
                out.write_all(line.as_bytes())?;
                out.write_all(b"\n")?;
            }
        }
    }
    Ok(())
}

/// Nothing of a kind that nobody knows is a mistake, not an answer.
async fn check_kind(store: &dyn Store, kind: &Kind) -> Result<(), Failure> {
    let stored = store.kinds().await?;
    let catalogue = sources::catalogue();
    let mut known: Vec<&str> = catalogue
        .iter()
        .flat_map(|source| &source.descriptor().kinds)
        .chain(stored.iter().map(|(kind, _)| kind))
        .map(Kind::as_str)
        .collect();
    known.sort_unstable();
    known.dedup();
    if known.contains(&kind.as_str()) {
        return Ok(());
    }
    let meant = similar(kind.as_str(), known.iter().copied());
    let meant = meant.map_or_else(String::new, |name| format!("did you mean {name}? "));
    Err(Failure::usage(format!(
        "there is no kind {kind}: {meant}known are edge, {}",
        known.join(", ")
    )))
}

/// Says so where what was written is not known to be everything. Where several sources tell of one
/// thing, those that were never asked to are no part of it.
async fn completeness(store: &dyn Store, kind: &str) -> Result<Exit, Failure> {
    let health = health(store, &sources::catalogue(), std::time::SystemTime::now()).await?;
    let catalogue = sources::catalogue();
    let telling: Vec<_> = catalogue
        .iter()
        .map(|source| source.descriptor())
        .filter(|descriptor| {
            descriptor.kinds.iter().any(|own| own.as_str() == kind)
                || (kind == "edge" && !descriptor.relations.is_empty())
        })
        .filter_map(|descriptor| {
            let state = health.sources.iter().find(|one| one.id == descriptor.id);
            Some((descriptor, state?))
        })
        .collect();
    let any_ran = telling.iter().any(|(_, state)| state.outcome.is_some());
    let mut exit = Exit::Done;
    for (descriptor, state) in telling {
        if state.outcome == Some("complete") || (any_ran && state.outcome.is_none()) {
            continue;
        }
        writeln!(
            screen::err(),
            "m365: the last sync of {} was not complete: {}",
            descriptor.id,
            printable(state.reason.as_deref().unwrap_or("it did not finish"))
        )?;
        exit = Exit::Partial;
    }
    Ok(exit)
}
