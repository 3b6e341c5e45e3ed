//! A sync is killed at any instant; one that is left in peace then ends equal to the truth.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::common::{command, run};
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
        .page_size(20)
        .latency(Duration::from_millis(2))
        .start_blocking()
        .unwrap();

    let mut killed = 0;
    for number in 0..KILLS {
        if number % 5 == 4 {
            sim.edit(|tenant| tenant.churn(number, 200));
        }
        let mut command = sync(&sim, &store);
        if number % 3 == 2 {
            // In the middle of a new generation too.
            command.arg("--full");
        }
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // By what was asked of the service, not by the clock: at another point each time.
        let until = sim.stats().requests + 1 + (number * 7 + 3) % 45;
        while sim.stats().requests < until && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(500));
        }
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        readable(&sim, &store);
    }
    assert!(
        killed > 20,
        "only {killed} runs were cut off: the test proves nothing"
    );

    let said = run(&mut sync(&sim, &store));
    assert_eq!(said.exit, 0, "{said:?}");
    equals_truth(&sim, &store);
}

fn sync(sim: &SimHandle, store: &Path) -> std::process::Command {
    let mut command = command(sim);
    command
        .args(["sync", "--only", "users,groups", "--store"])
        .arg(store);
    command
}

/// After every kill the file is a good store, if it is there at all.
fn readable(sim: &SimHandle, store: &Path) {
    if store.exists() && store.metadata().unwrap().len() > 0 {
        let said = run(command(sim).args(["status", "--store"]).arg(store));
        let is_blank = said.err.contains("holds no tenant yet");
        assert!(said.exit == 0 || is_blank, "{said:?}");
    }
}

fn equals_truth(sim: &SimHandle, store: &Path) {
    let export = |kind: &str| {
        let said = run(command(sim)
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
        let missing: Vec<_> = expected.difference(&ids).collect();
        let surplus: Vec<_> = ids.difference(&expected).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{kind}: missing {missing:?}, surplus {surplus:?}"
        );
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
