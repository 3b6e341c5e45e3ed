//! The outputs of an assessment for other programs and for people.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod common;

use std::path::{Path, PathBuf};

use common::{Said, bare, command, run};
use tenant_sim::{Area, Sim};

struct Synced {
    folder: tempfile::TempDir,
}

impl Synced {
    fn new() -> Self {
        let sim = Sim::builder().start_blocking().unwrap();
        sim.deny(Area::ConditionalAccess);
        let folder = tempfile::tempdir().unwrap();
        let synced = Self { folder };
        let said = run(command("m365", &sim)
            .args(["sync", "--store"])
            .arg(synced.path("t.m365")));
        assert_eq!(said.exit, 6, "{said:?}");
        synced
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn assess(&self, arguments: &[&str]) -> Said {
        run(bare("m365")
            .args(["assess", "--store"])
            .arg(self.path("t.m365"))
            .args(arguments))
    }
}

fn verify(folder: &Path, digest: Option<&str>) -> Said {
    let mut verify = bare("m365");
    verify.args(["verify", "--bundle"]).arg(folder);
    run(verify.args(
        digest
            .map(|digest| ["--digest", digest])
            .into_iter()
            .flatten(),
    ))
}

#[test]
fn every_format_is_written_of_the_same_assessment() {
    let tenant = Synced::new();
    let controls = tenant.assess(&["--format", "json"]).json()["results"]
        .as_array()
        .unwrap()
        .len();
    let ocsf = tenant.assess(&["--format", "ocsf"]).json();
    assert_eq!(ocsf.as_array().unwrap().len(), controls);
    assert!(
        ocsf.as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["class_uid"] == 2003)
    );
    let oscal = tenant.assess(&["--format", "oscal"]).json();
    let results = oscal["assessment-results"]["results"].as_array().unwrap();
    let findings = results
        .iter()
        .map(|r| r["findings"].as_array().unwrap().len());
    assert_eq!(findings.sum::<usize>(), controls);
    let html = tenant.assess(&["--format", "html"]).out;
    assert!(html.starts_with("<!doctype html>") && html.contains("Policy.Read.All"));
}

#[test]
fn a_bundle_is_verified_and_a_change_is_named() {
    let tenant = Synced::new();
    let folder = tenant.path("bundle");
    let text = folder.to_str().unwrap();
    let said = tenant.assess(&["--bundle", text]);
    assert_eq!(said.exit, 0, "{said:?}");
    let digest = said
        .err
        .split_whitespace()
        .find(|word| word.len() == 64)
        .unwrap();
    let sources = std::fs::read_to_string(folder.join("sources.json")).unwrap();
    assert!(sources.contains("\"denied\""), "{sources}");

    let said = verify(&folder, Some(digest));
    assert_eq!(said.exit, 0, "{said:?}");
    let said = verify(&folder, None);
    assert_eq!(
        said.exit, 6,
        "files that belong together are no proof: {said:?}"
    );

    std::fs::write(folder.join("notes.txt"), "signed off").unwrap();
    let facts = std::fs::read_to_string(folder.join("facts.json")).unwrap();
    std::fs::write(folder.join("facts.json"), facts.replacen("denied", "ok", 1)).unwrap();
    let said = verify(&folder, Some(digest));
    assert_eq!(said.exit, 1, "{said:?}");
    assert!(said.err.contains("facts.json was changed"), "{said:?}");
    assert!(said.err.contains("notes.txt does not belong"), "{said:?}");

    let said = tenant.assess(&["--bundle", text]);
    assert_eq!(said.exit, 2, "what is there is left alone: {said:?}");
    assert!(said.err.contains("is not empty"), "{said:?}");
}

#[test]
fn a_digest_that_is_none_is_wrong_usage() {
    let said = verify(Path::new("."), Some("abc"));
    assert_eq!(said.exit, 2, "{said:?}");
    assert!(said.err.contains("64 hexadecimal digits"), "{said:?}");
}

#[test]
fn a_report_is_written_from_the_simulated_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.html");
    let said = run(bare("report").arg("--out").arg(&out));
    assert_eq!(said.exit, 0, "{said:?}");
    let page = std::fs::read_to_string(&out).unwrap();
    assert!(
        page.contains("47 of 50 (94.0 %)"),
        "the numbers of the quickstart"
    );
    assert!(page.ends_with("</html>\n"));
}
