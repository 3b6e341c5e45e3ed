//! The commands of the `m365` program.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use examples::exit::{Exit, Failure};
use examples::settings::Settings;

use crate::{assess, bundle, catalogue, erase, export, reach, read, relations, show};

/// Reads a Microsoft 365 tenant, keeps the reading in a file, and says what it proves.
///
/// Exit status: 0 done; 2 usage; 3 authentication; 4 permission; 5 throttled beyond the budget;
/// 6 done but partial; 1 anything else. Results go to standard output, everything else to
/// standard error.
#[derive(Debug, Parser)]
#[command(name = "m365", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tests the connection: token, tenant, permissions, one real call for each service, licenses.
    ///
    /// Says what is right, what is wrong, what to do and where to read on. `docs/setup.md` shows
    /// how an application is set up.
    Check {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads what changed since the last sync; everything the first time.
    Sync {
        #[command(flatten)]
        options: read::ReadOptions,
        /// Reads everything anew.
        #[arg(long)]
        full: bool,
        /// Removes what is no longer listed even where that is suspiciously much.
        #[arg(long)]
        confirm_removals: bool,
    },
    /// Keeps a store in sync: reads each source when it is due, until interrupted.
    ///
    /// With `--json` a report a line for each sync. A tenant that cannot be read is tried again
    /// after a minute, then two, up to an hour.
    Watch {
        #[command(flatten)]
        options: read::ReadOptions,
        /// How often a source is read, in minutes, instead of as `sources` says: `users=30`.
        #[arg(long, value_name = "ID=MINUTES", value_parser = read::minutes)]
        every: Vec<(String, Duration)>,
        /// Begins at a random moment within so many seconds, so that many tenants do not begin
        /// together.
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        spread: u64,
    },
    /// Shows how the store fares: overall, the connection, and source by source.
    Status {
        /// The file of a sync.
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// So many of the last runs too, the newest first.
        #[arg(long, value_name = "RUNS")]
        log: Option<usize>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes the live objects of a kind as received from the service, one a line; or, with
    /// `--format relations`, how everything belongs together.
    Export {
        /// The file of a sync.
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// Graph's name of the kind, such as `user` or `group`; `edge` for the relations.
        #[arg(long)]
        kind: Option<String>,
        /// The format.
        #[arg(long, value_enum, default_value_t)]
        format: ExportFormat,
        /// The file to write to, instead of standard output.
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
        /// Leaves out relationships to what is not stored; of `--format relations`.
        #[arg(long)]
        without_missing: bool,
    },
    /// Says who reaches what: a user's groups, roles, applications, devices, teams and licenses, or
    /// the people who reach a role, group, application or product; each with the groups on the way.
    Reach {
        #[command(flatten)]
        reach: reach::Arguments,
    },
    /// Erases a person from the store for good, or deletes the store of a tenant.
    ///
    /// Whoever was erased stays out of later syncs. What is of something else and mentions them stays
    /// and is named: the exit status is 6 then. `docs/retention.md` says what goes and what remains.
    Erase {
        #[command(flatten)]
        erase: erase::Arguments,
    },
    /// Writes the facts of an assessment as JSON.
    Facts {
        /// The file of a sync.
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
    },
    /// Says what the tenant proves.
    Assess {
        #[command(flatten)]
        assess: assess::Arguments,
    },
    /// Checks that the files of an evidence bundle are those that were put into it.
    Verify {
        /// The folder of the bundle.
        #[arg(long, value_name = "DIR")]
        bundle: PathBuf,
        /// The digest that was said when it was made.
        #[arg(long, value_name = "DIGEST")]
        digest: Option<String>,
        /// The file of a framework that was assessed and does not come with this program, or in
        /// another form; several may be given.
        #[arg(long, value_name = "FILE")]
        catalogue: Vec<PathBuf>,
    },
    /// Lists the sources: id, permissions, license, cadence.
    Sources {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// The relation graph: how each source was read, then an entity or relationship a line.
    Relations,
}

/// Runs the command.
///
/// # Errors
/// When it cannot be done; the failure says why and what to do.
pub(crate) async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let Arguments { settings, command } = arguments;
    match command {
        Command::Check { json } => read::check(&settings.with_secret()?, json).await,
        Command::Sync {
            options,
            full,
            confirm_removals,
        } => read::sync(&settings.with_secret()?, options, full, confirm_removals).await,
        Command::Watch {
            options,
            every,
            spread,
        } => {
            let spread = Duration::from_secs(spread);
            read::watch(&settings.with_secret()?, options, every, spread).await
        }
        Command::Status { store, log, json } => show::status(&store, log, json).await,
        Command::Export {
            store,
            kind,
            format,
            out,
            without_missing,
        } => match (format, kind) {
            (ExportFormat::Relations, None) => {
                relations::export(&store, out.as_deref(), without_missing).await
            }
            (ExportFormat::Jsonl, Some(kind)) if !without_missing => {
                export::export(&store, &kind, out.as_deref()).await
            }
            (ExportFormat::Relations, Some(_)) => Err(Failure::usage(
                "--format relations writes every kind: leave out --kind",
            )),
            (ExportFormat::Jsonl, Some(_)) => Err(Failure::usage(
                "--without-missing goes with --format relations",
            )),
            (ExportFormat::Jsonl, None) => Err(Failure::usage(
                "name a --kind, such as user, or --format relations",
            )),
        },
        Command::Reach { reach } => reach::run(reach).await,
        Command::Erase { erase } => erase::run(erase).await,
        Command::Facts { store } => show::facts(&store).await,
        Command::Assess { assess } => assess::run(assess).await,
        Command::Verify {
            bundle,
            digest,
            catalogue,
        } => {
            let catalogue = catalogue::with(&[], &catalogue)?;
            bundle::check(&bundle, digest.as_deref(), &catalogue)
        }
        Command::Sources { json } => show::sources(json),
    }
}
