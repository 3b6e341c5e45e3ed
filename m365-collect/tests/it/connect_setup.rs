//! The permissions table of `docs/setup.md` is that of the catalogue.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::path::PathBuf;

use graph_client::Cloud;
use m365_collect::connect::permissions_table;
use m365_collect::sources;

const BEGIN: &str = "<!-- permissions: generated from the catalogue -->\n";
const END: &str = "<!-- end of permissions -->\n";
const REWRITE: &str = "UPDATE_SETUP=1 cargo test -p m365-collect --test it connect_setup";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/setup.md")
}

/// What stands before, in and after the table.
fn parts(text: &str) -> (&str, &str, &str) {
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    (before, table, after)
}

#[test]
fn the_permissions_of_the_setup_page_are_those_of_the_catalogue() {
    let text = std::fs::read_to_string(page()).unwrap();
    let table = permissions_table(&sources::catalogue());
    let (before, written, after) = parts(&text);
    if std::env::var_os("UPDATE_SETUP").is_some() {
        std::fs::write(page(), format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        written, table,
        "docs/setup.md does not list what the catalogue needs; rewrite it with\n\n    {REWRITE}\n"
    );
}

#[test]
fn the_setup_page_says_how_it_is_rewritten_and_has_ten_steps() {
    let text = std::fs::read_to_string(page()).unwrap();
    let (before, _, after) = parts(&text);
    assert!(text.contains(REWRITE));
    for step in 1..=10 {
        let start = format!("\n{step}. ");
        assert!(
            before.contains(&start) || after.contains(&start),
            "step {step}"
        );
    }
}

#[test]
fn the_setup_page_names_the_hosts_of_every_cloud() {
    let text = std::fs::read_to_string(page()).unwrap();
    for cloud in [Cloud::Global, Cloud::GccHigh, Cloud::Dod, Cloud::China] {
        let host = |origin: &str| origin.trim_start_matches("https://").to_owned();
        let (login, graph) = (host(cloud.login_origin()), host(cloud.graph_origin()));
        let row = format!("| `{login}` | `{graph}` |");
        assert!(text.contains(&row), "{cloud:?}: {row}");
    }
}
