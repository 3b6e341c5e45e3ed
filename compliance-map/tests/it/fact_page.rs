//! `docs/facts.md` is the vocabulary's own account of itself.

use std::fmt::Write as _;
use std::path::PathBuf;

use compliance_map::FactKey;

const REWRITE: &str = "UPDATE_FACTS=1 cargo test -p compliance-map --test it fact_page";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/facts.md")
}

fn written() -> String {
    let mut text = format!(
        "# The facts\n\n\
         {} keys, each with rows and an envelope that says how they were read. This page is written \
         from the vocabulary, with\n\n```sh\n{REWRITE}\n```\n\n\
         A key that is not there means *not collected*: every control that needs it is `unknown`. So is \
         one whose `state` is not `ok`, and one that is older than the hours below, unless the options \
         say otherwise. The members of the rows are described by the types in `compliance_map::facts`, \
         and by `compliance-map/schema/facts.schema.json`; members that nobody knows are kept, and \
         narrow what is told.\n\n\
         | key | permission | license | fresh for |\n|---|---|---|---|\n",
        FactKey::ALL.len()
    );
    for fact in FactKey::ALL {
        let age = match fact.max_age_hours {
            hours if hours % 24 == 0 => format!("{} d", hours / 24),
            hours => format!("{hours} h"),
        };
        let license = fact.license.unwrap_or("–");
        let (key, permission) = (fact.key, fact.permission);
        let _ = writeln!(text, "| `{key}` | {permission} | {license} | {age} |");
    }
    text
}

#[test]
fn the_page_of_facts_is_that_of_the_vocabulary() {
    if std::env::var_os("UPDATE_FACTS").is_some() {
        std::fs::write(page(), written()).unwrap();
        return;
    }
    let text = std::fs::read_to_string(page()).unwrap_or_default();
    assert!(
        text == written(),
        "docs/facts.md does not list the vocabulary; rewrite it with\n\n    {REWRITE}\n"
    );
}
