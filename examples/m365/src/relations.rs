//! Writes the relation graph of a store.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use compliance_map::render::printable;
use m365_collect::SqliteStore;
use m365_collect::insight::relation::{ExportError, Head, Options, write_json_lines};

use examples::exit::{Exit, Failure};
use examples::file::Begun;
use examples::screen;

pub(crate) async fn export(
    store: &Path,
    out: Option<&Path>,
    without_missing: bool,
) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(store).await?;
    let mut options = Options::default();
    if without_missing {
        options = options.without_missing();
    }
    let written = match out {
        None => {
            let mut out = BufWriter::new(io::stdout());
            let written = write_json_lines(&store, options, &mut out).await;
            written.map_err(failure)?
        }
        Some(path) => {
            let mut file = Begun::new(path)?;
            let mut out = BufWriter::new(&mut file);
            let written = write_json_lines(&store, options, &mut out).await;
            let written = written.map_err(failure)?;
            out.flush()?;
            drop(out);
            file.finish()?;
            written
        }
    };
    Ok(completeness(&written.head))
}

fn failure(error: ExportError) -> Failure {
    match error {
        ExportError::Store(error) => error.into(),
        ExportError::Write(error) => error.into(),
        other => Failure::other(other.to_string()),
    }
}

/// Says what is not known to be everything; sources that lack the same thing together.
pub(crate) fn completeness(head: &Head) -> Exit {
    let mut lacking: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (source, what) in head.shortcomings() {
        lacking.entry(what).or_default().push(source.as_str());
    }
    for (what, sources) in &lacking {
        // Where it cannot be written there is nobody to read it.
        let _ = writeln!(
            screen::err(),
            "m365: {}: {}",
            printable(what),
            sources.join(", ")
        );
    }
    if lacking.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    }
}
