//! The outputs of an assessment for other programs and for people.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::path::Path;

use crate::common::{Said, Synced, bare, run};

fn verify(folder: &Path, digest: Option<&str>) -> Said {
    let mut verify = bare();
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
    let controls = tenant.ask(&["assess", "--format", "json"]).json()["results"]
        .as_array()
        .unwrap()
        .len();
    let ocsf = tenant.ask(&["assess", "--format", "ocsf"]).json();
    assert_eq!(ocsf.as_array().unwrap().len(), controls);
    assert!(
        ocsf.as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["class_uid"] == 2003)
    );
    let oscal = tenant.ask(&["assess", "--format", "oscal"]).json();
    let results = oscal["assessment-results"]["results"].as_array().unwrap();
    let findings = results
        .iter()
        .map(|r| r["findings"].as_array().unwrap().len());
    assert_eq!(findings.sum::<usize>(), controls);
    let html = tenant.ask(&["assess", "--format", "html"]).out;
    assert!(html.starts_with("<!doctype html>") && html.contains("Policy.Read.All"));
}

#[test]
fn a_bundle_is_verified_and_a_change_is_named() {
    let tenant = Synced::new();
    let folder = tenant.path("bundle");
    let text = folder.to_str().unwrap();
    let said = tenant.ask(&["assess", "--bundle", text]);
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

    let said = tenant.ask(&["assess", "--bundle", text]);
    assert_eq!(said.exit, 2, "what is there is left alone: {said:?}");
    assert!(said.err.contains("is not empty"), "{said:?}");
}

/// What a bundle must not hold beside files, each made in its place.
#[cfg(unix)]
fn no_file(kind: &str, path: &Path) {
    match kind {
        "a folder" => std::fs::create_dir(path).unwrap(),
        "a symbolic link" => std::os::unix::fs::symlink("/dev/zero", path).unwrap(),
        "a socket" => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
        _ => assert!(
            std::process::Command::new("mkfifo")
                .arg(path)
                .status()
                .unwrap()
                .success()
        ),
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_a_bundle_is_named_at_once() {
    let tenant = Synced::new();
    let folder = tenant.path("bundle");
    let said = tenant.ask(&["assess", "--bundle", folder.to_str().unwrap()]);
    assert_eq!(said.exit, 0, "{said:?}");
    for name in ["facts.json", "manifest.json", "more.json"] {
        for kind in ["a pipe", "a folder", "a symbolic link", "a socket"] {
            let (path, aside) = (folder.join(name), tenant.path("aside"));
            let was_there = std::fs::rename(&path, &aside).is_ok();
            no_file(kind, &path);
            let mut verifying = bare()
                .args(["verify", "--bundle"])
                .arg(&folder)
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let began = std::time::Instant::now();
            while verifying.try_wait().unwrap().is_none() {
                if began.elapsed().as_secs() > 20 {
                    verifying.kill().unwrap();
                    panic!("{name} as {kind} is read for ever");
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            let said: Said = verifying.wait_with_output().unwrap().into();
            assert_eq!(said.exit, 1, "{said:?}");
            assert!(said.err.contains(&format!("{name} is {kind}")), "{said:?}");
            if kind == "a folder" {
                std::fs::remove_dir(&path).unwrap();
            } else {
                std::fs::remove_file(&path).unwrap();
            }
            if was_there {
                std::fs::rename(&aside, &path).unwrap();
            }
        }
    }
    assert_eq!(verify(&folder, None).exit, 6, "as it was");
}

#[test]
fn no_more_of_a_file_is_read_than_the_manifest_says() {
    let tenant = Synced::new();
    let folder = tenant.path("bundle");
    assert_eq!(
        tenant
            .ask(&["assess", "--bundle", folder.to_str().unwrap()])
            .exit,
        0
    );
    // Files full of holes: whoever read them to the end would read for hours.
    for name in ["facts.json", "manifest.json"] {
        let path = folder.join(name);
        let before = std::fs::read(&path).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(1 << 40).unwrap();
        let said = verify(&folder, None);
        assert_eq!(said.exit, 1, "{said:?}");
        assert!(
            said.err.contains(name) && said.err.contains("longer than"),
            "{said:?}"
        );
        std::fs::write(&path, before).unwrap();
    }
    for n in 0..200 {
        std::fs::write(folder.join(format!("{n}.json")), "{}").unwrap();
    }
    let said = verify(&folder, None);
    assert_eq!(said.exit, 1, "{said:?}");
    assert!(said.err.contains("more than 100 files"), "{said:?}");
}

#[test]
fn what_is_no_part_of_a_bundle_is_named_and_not_read() {
    let tenant = Synced::new();
    let folder = tenant.path("bundle");
    assert_eq!(
        tenant
            .ask(&["assess", "--bundle", folder.to_str().unwrap()])
            .exit,
        0
    );
    let with_holes = |name: &str, length: u64| {
        let path = folder.join(name);
        std::fs::File::create(path)
            .unwrap()
            .set_len(length)
            .unwrap();
    };
    // Files full of holes: whoever read them to the end would read for hours.
    with_holes("more.json", 1 << 42);
    let said = verify(&folder, None);
    assert_eq!(said.exit, 1, "{said:?}");
    assert!(said.err.contains("more.json does not belong"), "{said:?}");

    with_holes("facts.json", 1 << 42);
    let said = verify(&folder, None);
    assert!(said.err.contains("facts.json was changed: it is longer"));
    with_holes("facts.json", 1);
    let said = verify(&folder, None);
    assert!(said.err.contains("facts.json was changed: it is shorter"));

    // A manifest that somebody made up for such a file.
    with_holes("facts.json", 1 << 42);
    let path = folder.join("manifest.json");
    let made = std::fs::read_to_string(&path).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&made).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        if file["name"] == "facts.json" {
            file["bytes"] = (1_u64 << 42).into();
        }
    }
    std::fs::write(&path, manifest.to_string()).unwrap();
    let said = verify(&folder, None);
    assert_eq!(said.exit, 1, "{said:?}");
    assert!(said.err.contains("was not read"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_bundle_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = Synced::new();
    let folder = tenant.path("bundle");
    assert_eq!(
        tenant
            .ask(&["assess", "--bundle", folder.to_str().unwrap()])
            .exit,
        0
    );
    let files = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for path in files.chain([folder.clone()]) {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
    }
}

#[test]
fn a_framework_of_ones_own_is_assessed_and_takes_another_ones_place_only_on_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("facts.json"), "{}").unwrap();
    let framework = |id: &str| {
        format!(
            r#"{{"id": "{id}", "name": "Ours", "version": "1", "ids": "A", "controls": [
            {{"id": "A", "title": "t", "decidability": "evidence-only", "evidence": ""}}]}}"#
        )
    };
    std::fs::write(path("house.json"), framework("house")).unwrap();
    std::fs::write(path("cis.json"), framework("cis-v8.1")).unwrap();
    let assess = |option: &str, file: &str, control: &str, bundle: &str| {
        run(bare()
            .args(["assess", "--facts"])
            .arg(path("facts.json"))
            .arg(option)
            .arg(path(file))
            .args(["--control", control, "--format", "json", "--bundle"])
            .arg(path(bundle)))
    };
    let said = assess("--catalogue", "house.json", "house:A", "one");
    assert_eq!(said.json()["results"][0]["status"], "manual", "{said:?}");
    let said = assess("--catalogue", "cis.json", "cis-v8.1:A", "none");
    assert_eq!(said.exit, 2, "{said:?}");
    assert!(
        said.err.contains("cis-v8.1 already") && said.err.contains("--replace-catalogue"),
        "{said:?}"
    );
    let said = assess("--replace-catalogue", "cis.json", "cis-v8.1:A", "two");
    assert_eq!(said.exit, 0, "{said:?}");

    for (bundle, file, told) in [
        ("one", "house.json", "none of that id"),
        ("two", "cis.json", "the one at hand has"),
    ] {
        let made = std::fs::read(path(bundle).join("manifest.json")).unwrap();
        let digest = compliance_map::bundle::Digest::of(&made).to_string();
        let said = verify(&path(bundle), Some(&digest));
        assert_eq!(said.exit, 6, "{said:?}");
        assert!(said.err.contains(told), "{said:?}");
        let mut verifying = bare();
        verifying
            .args(["verify", "--digest", &digest, "--bundle"])
            .arg(path(bundle));
        let said = run(verifying.arg("--catalogue").arg(path(file)));
        assert_eq!(said.exit, 0, "{said:?}");
    }
}

#[test]
fn facts_that_can_be_read_in_part_are_assessed_and_what_was_lost_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts.json");
    std::fs::write(&facts, r#"{"identity.users": {"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z",
        "items": [{"id": "u1", "enabled": "xyzzy"}, {"id": "u2", "enabled": true}]}}"#).unwrap();
    let said = run(bare()
        .args(["assess", "--as-of", "2026-11-21T12:00:00Z", "--facts"])
        .arg(&facts));
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(
        said.err
            .contains("identity.users.items[0].enabled: expected a boolean"),
        "{said:?}"
    );
    assert!(
        !said.err.contains("xyzzy") && !said.out.contains("xyzzy"),
        "{said:?}"
    );
}

#[test]
fn a_digest_that_is_none_is_wrong_usage() {
    let said = verify(Path::new("."), Some("abc"));
    assert_eq!(said.exit, 2, "{said:?}");
    assert!(said.err.contains("64 hexadecimal digits"), "{said:?}");
}
