//! `docs/sources.md` is the catalogue's own account of itself.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::fmt::Write as _;
use std::path::PathBuf;

use m365_collect::sources::{self, catalogue, families};

const REWRITE: &str = "UPDATE_SOURCES=1 cargo test -p m365-collect --test it source_page";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/sources.md")
}

fn written() -> String {
    let count = catalogue().len();
    let mut text = format!(
        "# What is read from a tenant\n\n\
         {count} sources, by family. Each is an entry in `m365-collect/src/sources`; this page is \
         written from them, with\n\n```sh\n{REWRITE}\n```\n\n\
         - *Reads*: paths of Microsoft Graph v1.0 unless marked beta; `{{id}}` is asked for each of \
         the objects of another source, twenty in a request.\n\
         - *Yields*: kinds of object as `m365 export --kind` names them; `→` relations, which are \
         exported as kind `edge`.\n\
         - *Permission*: the application permission that shows the fields we need, the least there \
         is. Without it the outcome is `denied`. Without one that shows more, what can be read is \
         read and the outcome names what is missing.\n\
         - *License*: without it the outcome is `unlicensed`, where the service refuses for it. \
         Where a subscription in force includes the plan all the same, the refusal is not believed: \
         the outcome is `failed`.\n\
         - *Limit*: the part of the service whose \
         [limits](https://learn.microsoft.com/graph/throttling-limits) a request counts against, \
         and how many of them the documented figures allow in an hour, with nothing beside them.\n\
         - *Read*: whether a later reading asks for everything or for what changed, and how often \
         unless told.\n"
    );
    for (title, sources) in families() {
        let _ = write!(text, "\n## {title}\n\n{}", sources::table(&sources));
    }
    text.push_str(
        "\n## What the service leaves out without saying so\n\n\
         What is absent from these does not mean that it is not there. Nothing is concluded from it.\n\n",
    );
    for source in catalogue() {
        let descriptor = source.descriptor();
        if let Some(what) = &descriptor.leaves_out {
            let _ = writeln!(text, "- `{}`: {what}.", descriptor.id);
        }
    }
    text
}

#[test]
fn the_page_of_sources_is_that_of_the_catalogue() {
    if std::env::var_os("UPDATE_SOURCES").is_some() {
        std::fs::write(page(), written()).unwrap();
        return;
    }
    let text = std::fs::read_to_string(page()).unwrap_or_default();
    assert!(
        text == written(),
        "docs/sources.md does not list what the catalogue holds; rewrite it with\n\n    {REWRITE}\n"
    );
}

#[test]
fn every_source_says_where_it_is_documented_and_what_it_reads() {
    for source in catalogue() {
        let descriptor = source.descriptor();
        let id = &descriptor.id;
        let page = descriptor.page.as_deref().unwrap_or_default();
        assert!(
            page.starts_with("https://learn.microsoft.com/graph/"),
            "{id}: {page}"
        );
        assert!(!descriptor.endpoints.is_empty(), "{id}");
        assert!(!descriptor.permissions.is_empty(), "{id}");
        assert!(
            !descriptor.kinds.is_empty() || !descriptor.relations.is_empty(),
            "{id} yields nothing"
        );
        for endpoint in &descriptor.endpoints {
            assert!(endpoint.url().is_some(), "{id}: {endpoint}");
            let is_asked_of_others =
                endpoint == &descriptor.endpoints[0] && endpoint.is_per_parent();
            assert_eq!(
                is_asked_of_others,
                endpoint.is_per_parent() && !descriptor.after.is_empty(),
                "{id}"
            );
        }
        assert_eq!(
            descriptor.license.is_some(),
            descriptor.without_license.is_some(),
            "{id} says what a tenant without its license is answered"
        );
    }
}

#[test]
fn a_plural_noun_names_each_source_but_what_there_is_one_of() {
    let mut ids: Vec<String> = catalogue()
        .iter()
        .map(|source| source.descriptor().id.to_string())
        .collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "no two have one name");
    for id in &ids {
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{id}"
        );
    }
}
