//! Erases a person or a tenant.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use m365_collect::store::{Erased, StoreError};
use m365_collect::{SqliteStore, Store as _, StoredTenant};
use serde::Serialize;

use crate::show::print_json;
use examples::exit::{Exit, Failure};
use examples::screen;

/// Whom to erase.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file of a sync.
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    #[command(flatten)]
    whom: Whom,
    /// Lets the person be stored again by the next sync with --full, instead of erasing them.
    #[arg(long, conflicts_with = "tenant")]
    readmit: bool,
    /// Says that the whole file is to be deleted; with --tenant.
    #[arg(long, conflicts_with = "user")]
    confirm: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// This person, by the id of their account, user principal name or mail address.
    #[arg(long, value_name = "ID_OR_UPN")]
    user: Option<String>,
    /// Everything: the tenant's file, and what is beside it. Named by id or domain, so that no
    /// other tenant's file is deleted by mistake; asks for --confirm.
    #[arg(long, value_name = "TENANT_ID")]
    tenant: Option<String>,
}

/// What became of it; never who it was.
#[derive(Debug, Serialize)]
#[serde(tag = "done", rename_all = "snake_case")]
enum Done {
    Erased(Erased),
    Readmitted { was_erased: bool },
    Deleted,
}

pub(crate) async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let Arguments {
        store,
        whom,
        readmit,
        confirm,
        json,
    } = arguments;
    let done = match (whom.user, whom.tenant) {
        (Some(user), _) if readmit => readmit_user(&store, &user).await?,
        (Some(user), _) => erase_user(&store, &user).await?,
        (None, Some(tenant)) => delete(&store, &tenant, confirm).await?,
        (None, None) => return Err(Failure::usage("name a --user or the --tenant")),
    };
    if json {
        print_json(&done)?;
    } else {
        print(&done)?;
    }
    Ok(match &done {
        Done::Erased(erased)
            if !erased.remaining.is_empty() || !erased.is_scrubbed || !erased.is_account =>
        {
            Exit::Partial
        }
        _ => Exit::Done,
    })
}

/// A store that is there: erasing makes none.
async fn existing(path: &Path) -> Result<SqliteStore, Failure> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.display().to_string(),
        }
        .into());
    }
    Ok(SqliteStore::open(path).await?)
}

async fn erase_user(path: &Path, user: &str) -> Result<Done, Failure> {
    match existing(path).await?.erase(user).await {
        Ok(erased) => Ok(Done::Erased(erased)),
        Err(error @ (StoreError::Nobody | StoreError::Ambiguous { .. })) => {
            Err(Failure::usage(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

async fn readmit_user(path: &Path, user: &str) -> Result<Done, Failure> {
    let was_erased = existing(path).await?.readmit(user).await?;
    Ok(Done::Readmitted { was_erased })
}

async fn delete(path: &Path, tenant: &str, is_confirmed: bool) -> Result<Done, Failure> {
    let stored = match existing(path).await {
        Ok(store) => store.tenant().await?,
        // What a deletion that was cut off has left is deleted too.
        Err(_) if !path.exists() && is_confirmed => None,
        Err(failure) => return Err(failure),
    };
    if let Some(stored) = stored.filter(|stored| !stored.is_same(&StoredTenant::new(tenant))) {
        return Err(Failure::usage(format!(
            "the file holds tenant {}, not {tenant}: nothing was deleted",
            stored.organization.as_ref().unwrap_or(&stored.asked)
        )));
    }
    if !is_confirmed {
        return Err(Failure::usage(format!(
            "this deletes all that {} holds of tenant {tenant}, for good: say so with --confirm",
            path.display()
        )));
    }
    SqliteStore::delete(path).await?;
    Ok(Done::Deleted)
}

fn print(done: &Done) -> Result<(), Failure> {
    let mut out = screen::out();
    match done {
        Done::Deleted => writeln!(out, "deleted; backups and exports are yours to delete")?,
        Done::Readmitted { was_erased: true } => writeln!(
            out,
            "readmitted: the next sync with --full stores them again"
        )?,
        Done::Readmitted { was_erased: false } => writeln!(out, "nobody of that name was erased")?,
        Done::Erased(erased) => {
            writeln!(
                out,
                "erased {} objects and {} relations",
                erased.records, erased.relations
            )?;
            for mention in &erased.remaining {
                writeln!(
                    out,
                    "  still mentioned by {} {}: change it in the tenant",
                    mention.kind, mention.id
                )?;
            }
            if !erased.is_account {
                writeln!(
                    out,
                    "  no account of that name is stored, which would tell the other names: erase by the \
                     id, the user principal name and the address, each that you know"
                )?;
            }
            if !erased.is_scrubbed {
                writeln!(
                    out,
                    "  another process still reads what stood there, or the disk is full: run this again"
                )?;
            }
        }
    }
    Ok(())
}
