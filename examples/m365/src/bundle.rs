//! Evidence bundles as folders.

use std::fs::{File, FileType};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::SystemTime;

use compliance_map::Catalogue;
use compliance_map::bundle::{
    Bundle, Digest, Listed, MANIFEST, MANIFEST_LIMIT, Manifest, Measure, SourceOutcome,
    verify_listed,
};
use compliance_map::render::printable;
use m365_collect::health::health;
use m365_collect::{SqliteStore, sources};

use examples::exit::{Exit, Failure};
use examples::{file, screen};

/// Writes the files of a bundle into a folder of their own, and says its digest.
pub(crate) fn write(bundle: &Bundle, folder: &Path) -> Result<(), Failure> {
    file::folder(folder)?;
    for entry in &bundle.entries {
        file::write(&folder.join(&entry.name), &entry.bytes)?;
    }
    let name = folder.display().to_string();
    writeln!(
        screen::err(),
        "The bundle in {} has the digest {}\nKeep the digest elsewhere: m365 verify --bundle DIR --digest DIGEST",
        printable(&name),
        bundle.digest
    )?;
    Ok(())
}

/// How each source of the last sync ended.
pub(crate) async fn outcomes(store: &SqliteStore) -> Result<Vec<SourceOutcome>, Failure> {
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

/// A bundle has a handful of files; a folder with more than this is none, and is not read.
const FILES: usize = 100;
/// The files of a bundle are together no longer than this: facts and what is said of them. Whoever
/// makes up a manifest could name files that take for ever to read.
const LONGEST: u64 = 2 * super::assess::LONGEST;

/// Checks the files of a folder, and that they were assessed with the frameworks of `catalogue`.
pub(crate) fn check(
    folder: &Path,
    digest: Option<&str>,
    catalogue: &Catalogue,
) -> Result<Exit, Failure> {
    let expected: Option<Digest> = digest
        .map(str::parse)
        .transpose()
        .map_err(|error| Failure::usage(format!("--digest: {error}")))?;
    let unread =
        |error: io::Error| Failure::other(format!("{} cannot be read: {error}", folder.display()));
    let names = regular_files(folder).map_err(unread)??;
    let has_manifest = names.iter().any(|name| name == MANIFEST);
    let manifest = has_manifest.then(|| head_of(&folder.join(MANIFEST)));
    let manifest = manifest.transpose().map_err(unread)?;
    let listed = manifest.as_deref().and_then(|it| Manifest::read(it).ok());
    let lengths = listed.iter().flat_map(|it| &it.files);
    if lengths.fold(0, |sum: u64, file| sum.saturating_add(file.bytes)) > LONGEST {
        return Err(Failure::other(format!(
            "{MANIFEST} names files of more than {LONGEST} bytes: it is no bundle, and was not read"
        )));
    }
    let mut found = Vec::new();
    for name in names.iter().filter(|name| *name != MANIFEST) {
        let length = listed.as_ref().and_then(|it| it.length_of(name));
        found.push(measured(&folder.join(name), name, length).map_err(unread)?);
    }
    let manifest = verify_listed(manifest.as_deref(), found, expected)
        .map_err(|tampered| Failure::other(tampered.to_string()))?;
    let mut out = screen::out();
    writeln!(
        out,
        "{} files of {} belong together",
        manifest.files.len(),
        manifest.as_of
    )?;
    let mut exit = Exit::Done;
    if expected.is_some() {
        writeln!(out, "and are those of the digest")?;
    } else {
        let why = "without --digest this does not show that the bundle is the original";
        writeln!(screen::err(), "m365: {why}")?;
        exit = Exit::Partial;
    }
    if let Err(other) = manifest.check(catalogue) {
        for problem in other.problems {
            let problem = problem.to_string();
            writeln!(screen::err(), "m365: {}", printable(&problem))?;
        }
        writeln!(
            screen::err(),
            "m365: so its results cannot be had again here: verify with {}, or hand in the file of the framework with --catalogue",
            printable(&manifest.made_by)
        )?;
        exit = Exit::Partial;
    }
    Ok(exit)
}

/// The names of the files in a folder, sorted; refused where anything else stands there, which could
/// lead elsewhere or never end, before any file is opened.
fn regular_files(folder: &Path) -> io::Result<Result<Vec<String>, Failure>> {
    let (mut names, mut others) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder)?.take(FILES + 1) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Of a link this is the link itself, not where it leads.
        let kind = entry.file_type()?;
        if kind.is_file() {
            names.push(name);
        } else {
            others.push(format!("{name} is {}", called(kind)));
        }
    }
    if names.len() + others.len() > FILES {
        return Ok(Err(Failure::other(format!(
            "{} holds more than {FILES} files: it is no bundle",
            folder.display()
        ))));
    }
    if !others.is_empty() {
        others.sort();
        return Ok(Err(Failure::other(format!(
            "the bundle is not what was put together, and was not read: {}",
            others.join("; ")
        ))));
    }
    names.sort();
    Ok(Ok(names))
}

fn called(kind: FileType) -> &'static str {
    if kind.is_dir() {
        return "a folder";
    }
    if kind.is_symlink() {
        return "a symbolic link";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    "a device"
}

/// Opens a file of the bundle; what took its place since it was looked at is refused.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;

        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if path.is_symlink() || !file.metadata()?.is_file() {
        return Err(io::Error::other(
            "a file was replaced while it was looked at",
        ));
    }
    Ok(file)
}

/// A manifest, and one byte more than it may have where it is longer.
fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?
        .take(MANIFEST_LIMIT + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What stands in a file. Where it has not the length that it should have, or should not be there, that
/// is wrong whatever stands in it, so it is not read.
fn measured(path: &Path, name: &str, length: Option<u64>) -> io::Result<Listed> {
    let file = open(path)?;
    let found = file.metadata()?.len();
    let mut measure = Measure::new(name);
    if length != Some(found) {
        let mut unread = measure.finish();
        unread.bytes = found;
        return Ok(unread);
    }
    // It may grow while it is read.
    let mut file = file.take(found.saturating_add(1));
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(measure.finish()),
            read => measure.update(piece.get(..read).unwrap_or_default()),
        }
    }
}
