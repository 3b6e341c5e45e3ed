//! What an operator sees of a sync, and how one is kept going.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::common::Tenant;
use m365_collect::{SqliteStore, Store as _};
use serde_json::Value;
use tenant_sim::{Area, CredentialState};

#[test]
fn progress_is_on_standard_error_and_the_report_alone_on_standard_output() {
    let tenant = Tenant::new();
    let said = tenant.on_store(&[
        "sync",
        "--json",
        "--progress",
        "json",
        "--only",
        "users,groups",
    ]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert_eq!(said.json()["sources"].as_array().unwrap().len(), 2);
    assert_eq!(said.json()["sources"][0]["counted"], 54);
    let events: Vec<Value> = said
        .err
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{said:?}")))
        .collect();
    for source in ["users", "groups"] {
        let of: Vec<&str> = events
            .iter()
            .filter(|event| event["source"] == source)
            .map(|event| event["event"].as_str().unwrap())
            .collect();
        assert_eq!((of[0], of[of.len() - 1]), ("started", "finished"));
        assert!(of.contains(&"stored"), "{of:?}");
    }
}

#[test]
fn progress_is_plain_lines_where_nobody_watches() {
    let tenant = Tenant::new();
    let said = tenant.on_store(&["sync", "--only", "users"]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    assert!(said.err.contains("users") && said.err.contains("54 seen"));
    assert!(
        !said.err.contains('\u{1b}'),
        "no escape sequences: {said:?}"
    );
    let silent = tenant.on_store(&["sync", "--only", "users", "--progress", "none"]);
    assert_eq!(silent.err, "");
}

#[test]
fn status_shows_health_and_the_last_runs() {
    let tenant = Tenant::new();
    tenant.on_store(&["sync"]);
    tenant.sim.deny(Area::ConditionalAccess);
    tenant.on_store(&["sync", "--only", "users,conditional_access_policies"]);
    let status = tenant.on_store(&["status", "--json", "--log", "2"]).json();
    assert_eq!(status["overall"], "degraded");
    assert_eq!(status["connection"]["status"], "permission_error");
    let log = status["log"].as_array().unwrap();
    assert_eq!(log.len(), 2);
    let sources: Vec<&str> = log
        .iter()
        .map(|run| run["source"].as_str().unwrap())
        .collect();
    assert!(sources.contains(&"users") && sources.contains(&"conditional_access_policies"));

    let text = tenant.on_store(&["status", "--log", "1"]);
    assert!(text.out.starts_with("Contoso: degraded\n"), "{text:?}");
    assert!(
        text.out.contains("connection: permission error: "),
        "{text:?}"
    );
    assert!(text.out.contains("Policy.Read.All"), "{text:?}");

    tenant.sim.credential_state(CredentialState::SecretExpired);
    assert_eq!(tenant.on_store(&["sync"]).exit, 3);
    let status = tenant.on_store(&["status", "--json"]).json();
    assert_eq!(status["connection"]["status"], "authentication_error");
    assert_eq!(status.get("log"), None);
}

#[tokio::test]
async fn a_second_sync_of_a_tenant_is_told_so() {
    let tenant = Tenant::new();
    tenant.on_store(&["sync", "--only", "domains"]);
    let store = SqliteStore::open(tenant.store()).await.unwrap();
    let claim = store.claim().await.unwrap();
    tenant.sim.reset_stats();
    let said = tenant.on_store(&["sync"]);
    assert_eq!(said.exit, 1, "{said:?}");
    let id = std::process::id().to_string();
    assert!(
        said.err.contains("another sync") && (cfg!(windows) || said.err.contains(&id)),
        "{said:?}"
    );
    assert_eq!(tenant.sim.stats().requests, 0);
    assert_eq!(tenant.on_store(&["status"]).exit, 0, "readers go on");
    drop(claim);
    assert_eq!(tenant.on_store(&["sync", "--only", "domains"]).exit, 0);
}

#[cfg(unix)]
#[test]
fn watch_goes_on_until_it_is_interrupted() {
    let tenant = Tenant::new();
    let mut child = tenant
        .m365(&["watch", "--store"])
        .arg(tenant.store())
        .args(["--only", "users,domains", "--every", "users=60", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let report: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(report["sources"].as_array().unwrap().len(), 2);
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none(), "nothing was due again");
    let wrong = tenant.on_store(&["watch", "--every", "userz=60"]);
    assert_eq!(wrong.exit, 2, "{wrong:?}");
    let wrong = tenant.on_store(&["watch", "--every", "users=0"]);
    assert_eq!(wrong.exit, 2, "{wrong:?}");
}
