//! Says who reaches what.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use compliance_map::render::printable;
use m365_collect::SqliteStore;
use m365_collect::insight::relation::reach::{AccessPath, Reach, Reached, Subject, find, name};
use m365_collect::insight::relation::{EntityType, Head};
use serde::Serialize;

use crate::relations::completeness;
use crate::show::print_json;
use examples::exit::{Exit, Failure};
use examples::screen;

/// About whom or what, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file of a sync.
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    #[command(flatten)]
    about: About,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct About {
    /// What this person reaches, by id, user principal name or address.
    #[arg(long, value_name = "ID_OR_UPN")]
    user: Option<String>,
    /// Who holds this role of the directory or may activate it, by name or id.
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
    /// Who is in this group, by id or name.
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// Who is assigned to this application, by the id of its service principal, client id or name.
    #[arg(long, value_name = "ID")]
    app: Option<String>,
    /// Who is assigned this product, by part number, name or id.
    #[arg(long, value_name = "NAME")]
    sku: Option<String>,
}

impl About {
    fn subject(&self) -> Option<(Subject, EntityType, &str)> {
        let asked = [
            (Subject::User, EntityType::User, &self.user),
            (Subject::Role, EntityType::Role, &self.role),
            (Subject::Group, EntityType::Group, &self.group),
            (
                Subject::Application,
                EntityType::ServicePrincipal,
                &self.app,
            ),
            (Subject::Sku, EntityType::Sku, &self.sku),
        ];
        asked
            .into_iter()
            .find_map(|(subject, kind, words)| Some((subject, kind, words.as_deref()?)))
    }
}

/// An answer, with what its ids are called.
#[derive(Serialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: EntityType,
    id: String,
    #[serde(flatten)]
    found: Found,
    /// Groups that matter here and whose members the application may not see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    members_withheld: Vec<String>,
    names: BTreeMap<String, String>,
    evidence: Head,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Found {
    Reached(Reached),
    People { people: Vec<AccessPath> },
}

impl Found {
    fn sections(&self) -> Vec<(&'static str, &[AccessPath])> {
        match self {
            Self::People { people } => vec![("people", people)],
            Self::Reached(reached) => vec![
                ("groups", &reached.groups),
                ("roles", &reached.roles),
                ("applications", &reached.applications),
                ("devices", &reached.devices),
                ("teams", &reached.teams),
                ("licenses", &reached.licenses),
            ],
        }
    }
}

pub(crate) async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let store = SqliteStore::open_read_only(&arguments.store).await?;
    let Some((subject, kind, words)) = arguments.about.subject() else {
        return Err(Failure::usage("say about whom or what"));
    };
    let id = one(&store, subject, kind, words).await?;
    let reach = Reach::load(&store).await?;
    let found = match subject {
        Subject::User => Found::Reached(reach.of_user(&id)),
        Subject::Role => people(reach.of_role(&id)),
        Subject::Group => people(reach.of_group(&id)),
        Subject::Application => people(reach.of_application(&id)),
        _ => people(reach.of_sku(&id)),
    };
    let members_withheld = reach.withheld(&id);
    let answer = Answer {
        kind,
        names: names(&store, kind, &id, &found, &members_withheld).await?,
        members_withheld,
        evidence: Head::load(&store).await?,
        found,
        id,
    };
    if arguments.json {
        print_json(&answer)?;
    } else {
        print(&answer)?;
    }
    Ok(completeness(&answer.evidence))
}

fn people(people: Vec<AccessPath>) -> Found {
    Found::People { people }
}

/// The one thing that the words mean.
async fn one(
    store: &SqliteStore,
    subject: Subject,
    kind: EntityType,
    words: &str,
) -> Result<String, Failure> {
    let found = find(store, subject, words).await?;
    let count = found.len();
    let mut ids = found.into_iter();
    match (ids.next(), count) {
        (Some(id), 1) => Ok(id),
        (None, _) => Err(Failure::usage(format!(
            "no {kind} that is stored has the id or name {words}"
        ))),
        (Some(first), _) => {
            let rest: Vec<String> = ids.collect();
            Err(Failure::usage(format!(
                "{count} of type {kind} are called {words}: name one by its id, {first} or {}",
                rest.join(" or ")
            )))
        }
    }
}

/// What everything in an answer is called, as far as it is stored.
async fn names(
    store: &SqliteStore,
    kind: EntityType,
    id: &str,
    found: &Found,
    groups: &[String],
) -> Result<BTreeMap<String, String>, Failure> {
    let groups = groups
        .iter()
        .map(|group| (group.as_str(), EntityType::Group));
    let mut asked: BTreeMap<&str, EntityType> = groups.collect();
    asked.insert(id, kind);
    for (_, ways) in found.sections() {
        for way in ways {
            asked.insert(&way.id, way.kind);
            let groups = way.through.iter();
            asked.extend(groups.map(|group| (group.as_str(), EntityType::Group)));
        }
    }
    let mut names = BTreeMap::new();
    for (id, kind) in asked {
        if let Some(name) = name(store, kind, id).await? {
            names.insert(id.to_owned(), name);
        }
    }
    Ok(names)
}

fn print(answer: &Answer) -> Result<(), Failure> {
    let mut out = screen::out();
    let called = |id: &str| {
        let name = answer.names.get(id);
        let called = name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
        printable(&called).into_owned()
    };
    writeln!(out, "{} {}", answer.kind, called(&answer.id))?;
    for (title, ways) in answer.found.sections() {
        writeln!(out, "{title}: {}", ways.len())?;
        for way in ways {
            let mut parts = vec![called(&way.id)];
            let terms = &way.terms;
            for (word, value) in [
                ("", &terms.state),
                ("in ", &terms.scope),
                ("until ", &terms.end),
                ("as ", &terms.app_role),
                ("error ", &terms.error),
            ] {
                let value = value.iter().map(|value| printable(value));
                parts.extend(value.map(|value| format!("{word}{value}")));
            }
            if !way.through.is_empty() {
                let groups: Vec<String> = way.through.iter().map(|group| called(group)).collect();
                parts.push(format!("through {}", groups.join(" in ")));
            }
            writeln!(out, "  {}", parts.join(", "))?;
        }
    }
    for group in &answer.members_withheld {
        writeln!(
            out,
            "not known: the members of {}, which are hidden: grant Member.Read.Hidden and sync again",
            called(group)
        )?;
    }
    Ok(())
}
