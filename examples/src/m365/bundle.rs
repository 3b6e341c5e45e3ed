//! Evidence bundles as folders.

use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use compliance_map::bundle::{Bundle, Digest, SourceOutcome, verify};
use m365_collect::health::health;
use m365_collect::{SqliteStore, sources};

use crate::exit::{Exit, Failure};
use crate::file;

/// Writes the files of a bundle into a folder of their own, and says its digest.
pub(super) fn write(bundle: &Bundle, folder: &Path) -> Result<(), Failure> {
    file::folder(folder)?;
    for entry in &bundle.entries {
        file::write(&folder.join(&entry.name), &entry.bytes)?;
    }
    eprintln!(
        "The bundle in {} has the digest {}",
        folder.display(),
        bundle.digest
    );
    eprintln!("Keep the digest elsewhere: m365 verify --bundle DIR --digest DIGEST");
    Ok(())
}

/// How each source of the last sync ended.
pub(super) async fn outcomes(store: &SqliteStore) -> Result<Vec<SourceOutcome>, Failure> {
    let health = health(store, &sources::catalogue(), SystemTime::now()).await?;
    let outcome = |source: &m365_collect::health::SourceHealth| {
        let mut outcome =
            SourceOutcome::new(source.id.as_str(), source.outcome.unwrap_or("not tried"));
        outcome.reason.clone_from(&source.reason);
        outcome.extra.insert("stored".into(), source.stored.into());
        outcome
    };
    Ok(health.sources.iter().map(outcome).collect())
}

/// Checks the files of a folder.
pub(super) fn check(folder: &Path, digest: Option<&str>) -> Result<Exit, Failure> {
    let expected: Option<Digest> = digest
        .map(str::parse)
        .transpose()
        .map_err(|error| Failure::usage(format!("--digest: {error}")))?;
    let files = read(folder)
        .map_err(|error| Failure::other(format!("{} cannot be read: {error}", folder.display())))?;
    let manifest =
        verify(files, expected).map_err(|tampered| Failure::other(tampered.to_string()))?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} files of {} belong together",
        manifest.files.len(),
        manifest.as_of
    )?;
    if expected.is_none() {
        eprintln!("m365: without --digest this does not show that the bundle is the original");
        return Ok(Exit::Partial);
    }
    writeln!(out, "and are those of the digest")?;
    Ok(Exit::Done)
}

fn read(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A folder is no file of a bundle: it is named as one that does not belong to it.
        let bytes = if entry.file_type()?.is_dir() {
            Vec::new()
        } else {
            std::fs::read(entry.path())?
        };
        files.push((name, bytes));
    }
    Ok(files)
}
