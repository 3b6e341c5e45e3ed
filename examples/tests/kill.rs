//! A sync is killed at any instant; one that is left in peace then ends equal to the truth.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{command, run};
use tenant_sim::{GenerateOptions, Sim, SimHandle, Tenant};

const KILLS: u64 = 40;

#[test]
fn killed_many_times_over_it_ends_equal_to_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("killed.m365");
    let sim = Sim::builder()
        .tenant(Tenant::generate(GenerateOptions {
            seed: 3,
            users: 800,
            groups: 60,
            ..GenerateOptions::default()
        }))
        .page_size(10)
        .start_blocking()
        .unwrap();

    // How long an undisturbed sync takes tells when to kill.
    let began = Instant::now();
    let said = run(sync(&sim, &folder.path().join("undisturbed.m365")).arg("--full"));
    assert_eq!(said.exit, 0, "{said:?}");
    let usual = began.elapsed();

    let mut killed = 0;
    for number in 0..KILLS {
        if number % 5 == 4 {
            sim.edit(|tenant| tenant.churn(number, 30));
        }
        let mut command = sync(&sim, &store);
        if number % 7 == 6 {
            // In the middle of a new generation too.
            command.arg("--full");
        }
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(instant(number, usual));
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        readable(&sim, &store);
    }
    assert!(
        killed > 10,
        "only {killed} runs were cut off: the test proves nothing"
    );

    let said = run(&mut sync(&sim, &store));
    assert_eq!(said.exit, 0, "{said:?}");
    equals_truth(&sim, &store);
}

fn sync(sim: &SimHandle, store: &Path) -> std::process::Command {
    let mut command = command("m365", sim);
    command
        .args(["sync", "--only", "users,groups", "--store"])
        .arg(store);
    command
}

/// Spread over the time that a sync takes.
fn instant(number: u64, usual: Duration) -> Duration {
    let share = (number * 37 + 11) % 100;
    usual * u32::try_from(share).unwrap() / 100
}

/// After every kill the file is a good store, if it is there at all.
fn readable(sim: &SimHandle, store: &Path) {
    if store.exists() && store.metadata().unwrap().len() > 0 {
        let said = run(command("m365", sim).args(["status", "--store"]).arg(store));
        let is_blank = said.err.contains("holds no tenant yet");
        assert!(said.exit == 0 || is_blank, "{said:?}");
    }
}

fn equals_truth(sim: &SimHandle, store: &Path) {
    let export = |kind: &str| {
        let said = run(command("m365", sim)
            .args(["export", "--kind", kind, "--store"])
            .arg(store));
        assert_eq!(said.exit, 0, "{said:?}");
        said.lines()
    };
    let truth = sim.truth();
    for (kind, objects) in [("user", &truth.users), ("group", &truth.groups)] {
        let read = export(kind);
        let ids: BTreeSet<&str> = read.iter().map(|r| r["id"].as_str().unwrap()).collect();
        let expected: BTreeSet<&str> = objects.keys().map(String::as_str).collect();
        assert_eq!(ids, expected, "{kind}");
        for object in &read {
            let id = object["id"].as_str().unwrap();
            let properties = [
                "displayName",
                "mail",
                "jobTitle",
                "department",
                "accountEnabled",
            ];
            assert_eq!(
                tenant_sim::Truth::mismatch(
                    &objects[id],
                    object,
                    match kind {
                        "user" => &properties,
                        _ => &properties[..2],
                    }
                ),
                None,
                "{kind} {id}"
            );
        }
    }
    let edges: BTreeSet<(String, String, String)> = export("edge")
        .iter()
        .map(|edge| {
            let text = |name: &str| edge[name].as_str().unwrap().to_owned();
            (text("relation"), text("from"), text("to"))
        })
        .collect();
    let named = |relation: &str, pairs: &BTreeSet<(String, String)>| -> Vec<_> {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(from, to)| (relation.to_owned(), from, to))
            .collect()
    };
    let mut expected: BTreeSet<_> = named("member", &truth.members).into_iter().collect();
    expected.extend(named("owner", &truth.owners));
    assert_eq!(edges, expected);
}
