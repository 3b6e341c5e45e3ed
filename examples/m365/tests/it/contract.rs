//! The contract of the `m365` program for scripts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use crate::common::{Said, Tenant, bare, run};
use serde_json::Value;
use tenant_sim::{Area, CredentialState};

/// One sentence on standard error that says what is wrong and what to do.
fn is_one_clear_sentence(said: &Said, words: &[&str]) {
    let sentences: Vec<&str> = said
        .err
        .lines()
        .filter(|line| line.starts_with("m365: "))
        .collect();
    assert_eq!(sentences.len(), 1, "{said:?}");
    for word in words {
        assert!(
            sentences[0].contains(word),
            "{word} is not in {}",
            sentences[0]
        );
    }
    assert!(said.out.is_empty(), "{said:?}");
}

#[test]
fn a_sync_tells_of_each_source_and_the_rest_reads_the_store() {
    let tenant = Tenant::new();
    let said = tenant.on_store(&["sync", "--json"]);
    assert_eq!(said.exit, 0, "{said:?}");
    let report = said.json();
    let users = report["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|source| source["id"] == "users")
        .unwrap();
    let names = [
        "id",
        "outcome",
        "reason",
        "seen",
        "upserted",
        "removed",
        "requests",
        "throttled",
        "bytes",
        "seconds",
    ];
    for name in names {
        assert!(users.get(name).is_some(), "{name} is missing in {users}");
    }
    assert_eq!(
        (&users["outcome"], &users["seen"]),
        (&"complete".into(), &54.into())
    );

    let status = tenant.on_store(&["status", "--json"]).json();
    assert_eq!(status["overall"], "healthy");

    let exported = tenant.on_store(&["export", "--kind", "user", "--format", "jsonl"]);
    assert_eq!((exported.exit, exported.lines().len()), (0, 54));
    let mut edges = tenant.on_store(&["export", "--kind", "edge"]).lines();
    let is_of_groups = |edge: &Value| {
        ["member", "owner"]
            .map(Value::from)
            .contains(&edge["relation"])
    };
    edges.retain(is_of_groups);
    let truth = tenant.sim.truth();
    assert_eq!(edges.len(), truth.members.len() + truth.owners.len());
    assert!(edges.iter().all(|edge| {
        let pair = (
            edge["from"].as_str().unwrap().to_owned(),
            edge["to"].as_str().unwrap().to_owned(),
        );
        match edge["relation"].as_str() {
            Some("member") => truth.members.contains(&pair),
            Some("owner") => truth.owners.contains(&pair),
            _ => false,
        }
    }));

    let facts = tenant.on_store(&["facts"]).json();
    assert_eq!(facts["identity.users"]["state"], "ok");
    let path = tenant.folder.path().join("facts.json");
    std::fs::write(&path, facts.to_string()).unwrap();
    let from_facts = run(bare()
        .args([
            "assess",
            "--control",
            "cis-v8.1:6.3",
            "--format",
            "json",
            "--facts",
        ])
        .arg(&path))
    .json();
    assert_eq!(from_facts["results"][0]["status"], "partially_satisfied");
    assert_eq!(from_facts["results"][0]["ratio"], "47/50");
    for (format, expected) in [("csv", "47/50"), ("junit", "<testsuite")] {
        let said = tenant.on_store(&["assess", "--control", "cis-v8.1:6.3", "--format", format]);
        assert_eq!(said.exit, 0, "{said:?}");
        assert!(said.out.contains(expected), "{said:?}");
    }
    let out = tenant.folder.path().join("report.md");
    let said = run(tenant
        .m365(&[
            "assess",
            "--framework",
            "cis-v8.1",
            "--format",
            "md",
            "--store",
        ])
        .arg(tenant.store())
        .arg("--out")
        .arg(&out));
    assert_eq!((said.exit, said.out.as_str()), (0, ""));
    assert!(
        std::fs::read_to_string(&out)
            .unwrap()
            .contains("cis-v8.1:6.5")
    );
}

#[test]
fn only_and_skip_name_sources() {
    let tenant = Tenant::new();
    let ids = |said: &Said| -> Vec<String> {
        let report = said.json();
        let sources = report["sources"].as_array().unwrap();
        sources
            .iter()
            .map(|s| s["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let said = tenant.on_store(&["sync", "--json", "--only", "users,groups"]);
    assert_eq!(ids(&said), ["users", "groups"]);
    let said = tenant.on_store(&[
        "sync",
        "--json",
        "--only",
        "users,groups",
        "--skip",
        "users",
    ]);
    assert_eq!(ids(&said), ["groups"]);
    let said = tenant.on_store(&["sync", "--only", "people"]);
    assert_eq!(said.exit, 2, "{said:?}");
    is_one_clear_sentence(&said, &["no source people"]);
}

#[test]
fn a_connection_is_tested() {
    let tenant = Tenant::new();
    let said = run(&mut tenant.m365(&["check", "--json"]));
    assert_eq!(
        (said.exit, &said.json()["status"]),
        (0, &"connected".into()),
        "{said:?}"
    );
    tenant.sim.revoke("AuditLog.Read.All");
    let said = run(&mut tenant.m365(&["check", "--json"]));
    assert_eq!(
        (said.exit, &said.json()["status"]),
        (4, &"permission_error".into())
    );
    assert!(said.err.contains("AuditLog.Read.All"), "{said:?}");
}

#[test]
fn refused_credentials_say_why_and_leave_the_store_alone() {
    let tenant = Tenant::new();
    tenant.on_store(&["sync"]);
    let before = tenant.on_store(&["export", "--kind", "user"]).out;
    for (state, words) in [
        (CredentialState::WrongSecret, ["secret", "value"]),
        (CredentialState::SecretExpired, ["expired", "new secret"]),
        (CredentialState::AppNotFound, ["application", "tenant"]),
    ] {
        tenant.sim.credential_state(state);
        let said = tenant.on_store(&["sync"]);
        assert_eq!(said.exit, 3, "{state:?}: {said:?}");
        is_one_clear_sentence(&said, &words);
        assert!(!said.err.contains(tenant.sim.client_secret()));
    }
    assert_eq!(tenant.on_store(&["export", "--kind", "user"]).out, before);
}

#[test]
fn an_unknown_tenant_is_an_authentication_error() {
    let tenant = Tenant::new();
    let said = run(tenant
        .m365(&["sync", "--store"])
        .arg(tenant.store())
        .env("M365_TENANT_ID", "nobody.example"));
    assert_eq!(said.exit, 3, "{said:?}");
    is_one_clear_sentence(&said, &["no such tenant"]);
}

#[test]
fn without_consent_the_permissions_are_missing() {
    let tenant = Tenant::new();
    tenant.sim.credential_state(CredentialState::NoConsent);
    let said = tenant.on_store(&["sync"]);
    assert_eq!(said.exit, 4, "{said:?}");
    let said = run(&mut tenant.m365(&["check"]));
    assert_eq!(said.exit, 4, "{said:?}");
    assert!(said.err.contains("consent"), "{said:?}");
}

#[test]
fn one_missing_permission_makes_a_sync_partial() {
    let tenant = Tenant::new();
    tenant.sim.deny(Area::ConditionalAccess);
    let said = tenant.on_store(&["sync"]);
    assert_eq!(said.exit, 6, "{said:?}");
    assert!(
        said.out.contains("conditional_access_policies: denied"),
        "{said:?}"
    );
    assert!(said.out.contains("Policy.Read.All"), "{said:?}");
    let said = tenant.on_store(&["export", "--kind", "conditionalAccessPolicy"]);
    assert_eq!(
        (said.exit, said.out.as_str()),
        (6, ""),
        "an empty answer says that it is none"
    );
    let said = tenant.on_store(&["sync", "--only", "conditional_access_policies"]);
    assert_eq!(said.exit, 4, "nothing at all was read: {said:?}");
}

#[test]
fn throttling_beyond_the_budget_has_its_own_status() {
    let tenant = Tenant::new();
    tenant.sim.throttle_all(Some(7200));
    let said = tenant.on_store(&["sync"]);
    assert_eq!(said.exit, 5, "{said:?}");
    assert!(said.out.contains("try again after 20"), "{said:?}");
}

#[test]
fn an_unreachable_host_is_named() {
    let tenant = Tenant::new();
    let said = run(tenant
        .m365(&["sync", "--budget", "1", "--store"])
        .arg(tenant.store())
        .env("M365_LOGIN_URL", "http://127.0.0.1:1"));
    assert_eq!(said.exit, 1, "{said:?}");
    is_one_clear_sentence(&said, &["reach"]);
}

#[test]
fn plain_http_is_for_loopback_only() {
    let tenant = Tenant::new();
    let said = run(tenant
        .m365(&["check"])
        .env("M365_GRAPH_URL", "http://graph.example.com"));
    assert_eq!(said.exit, 2, "{said:?}");
    is_one_clear_sentence(&said, &["plain http", "loopback"]);
}

#[test]
fn a_certificate_that_is_none_is_named() {
    let tenant = Tenant::new();
    let path = tenant.folder.path().join("app.pem");
    for contents in [None, Some("not a certificate")] {
        if let Some(contents) = contents {
            std::fs::write(&path, contents).unwrap();
        }
        let said = run(tenant
            .m365(&["check", "--secret", "", "--certificate"])
            .arg(&path));
        assert_eq!(said.exit, 2, "{said:?}");
        is_one_clear_sentence(&said, &[]);
    }
}

#[test]
fn a_file_that_is_not_a_store_is_left_alone() {
    let tenant = Tenant::new();
    let text = "my notes\n".repeat(1000);
    std::fs::write(tenant.store(), &text).unwrap();
    for arguments in [
        &["sync"][..],
        &["status"],
        &["facts"],
        &["assess"],
        &["export", "--kind", "user"],
    ] {
        let said = tenant.on_store(arguments);
        assert_eq!(said.exit, 1, "{arguments:?}: {said:?}");
        is_one_clear_sentence(&said, &["is not a store", "contoso.m365"]);
    }
    assert_eq!(std::fs::read_to_string(tenant.store()).unwrap(), text);
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_reading() {
    let tenant = Tenant::new();
    let said = tenant.on_store(&["status"]);
    assert_eq!(said.exit, 1, "{said:?}");
    is_one_clear_sentence(&said, &["holds no tenant yet", "sync"]);
    assert!(!tenant.store().exists());
}

#[test]
fn broken_facts_are_named_and_nothing_is_assessed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.json");
    for broken in ["{", "[]", "7"] {
        std::fs::write(&path, broken).unwrap();
        let said = run(bare().args(["assess", "--facts"]).arg(&path));
        assert_eq!(said.exit, 1, "{broken}: {said:?}");
        is_one_clear_sentence(&said, &["is not a facts file"]);
    }
}

#[test]
fn a_withdrawn_control_is_answered_with_its_successors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.json");
    std::fs::write(&path, "{}").unwrap();
    let said = run(bare()
        .args(["assess", "--control", "nist-csf-2.0:PR.AC-7", "--facts"])
        .arg(&path));
    assert_eq!(said.exit, 2, "{said:?}");
    is_one_clear_sentence(&said, &["withdrawn", "PR.AA-03"]);
}

#[test]
fn wrong_usage_is_told_apart() {
    for arguments in [
        &["frobnicate"][..],
        &["sync"],
        &["assess"],
        &["assess", "--facts", "a", "--store", "b"],
    ] {
        let said = run(bare().args(arguments));
        assert_eq!(said.exit, 2, "{arguments:?}: {said:?}");
    }
    let said = run(bare().args(["sync", "--store", "x.m365"]));
    assert_eq!(said.exit, 2);
    is_one_clear_sentence(&said, &["M365_TENANT_ID"]);
}

#[test]
fn the_catalogue_is_listed() {
    let said = run(bare().args(["sources", "--json"]));
    assert_eq!(said.exit, 0);
    let sources = said.json();
    let users = sources
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == "users")
        .unwrap();
    assert_eq!(users["permissions"][0], "User.Read.All");
    assert_eq!(users["cadence_seconds"], 3600);
}

#[test]
fn with_json_a_failure_is_json_too() {
    let missing = run(bare().args(["status", "--json", "--store", "/nowhere/at-all.m365"]));
    let error = &missing.json()["error"];
    assert_eq!(error["status"], missing.exit, "{missing:?}");
    let message = error["message"].as_str().unwrap();
    assert!(missing.err.contains(message), "{missing:?}");
    let misspelt = run(bare().args(["status", "--json", "--shop", "x"]));
    let error = &misspelt.json()["error"];
    assert_eq!((misspelt.exit, &error["status"]), (2, &2.into()));
    assert!(error["message"].as_str().unwrap().contains("--shop"));
}

#[test]
fn a_misspelt_source_kind_or_framework_is_answered_with_the_one_that_was_meant() {
    let tenant = Tenant::new();
    let source = tenant.on_store(&["sync", "--only", "user"]);
    assert_eq!(source.exit, 2, "{source:?}");
    assert!(source.err.contains("did you mean users?"), "{source:?}");
    assert_eq!(tenant.on_store(&["sync", "--only", "users"]).exit, 0);
    let kind = tenant.on_store(&["export", "--kind", "users"]);
    assert_eq!(kind.exit, 2, "{kind:?}");
    assert!(kind.err.contains("did you mean user?"), "{kind:?}");
    let framework = tenant.on_store(&["assess", "--framework", "cis-v8"]);
    assert!(
        framework.err.contains("did you mean cis-v8.1?"),
        "{framework:?}"
    );
}

/// Whoever starts it may be gone, or may never have listened.
#[cfg(unix)]
#[test]
fn a_closed_standard_error_changes_no_exit_status() {
    use std::process::Stdio;

    let tenant = Tenant::new();
    tenant.sim.credential_state(CredentialState::SecretExpired);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut sync = tenant.m365(&["sync", "--progress", "json", "--store"]);
    sync.arg(tenant.store()).stderr(Stdio::from(writer));
    assert_eq!(run(&mut sync).exit, 3);
}

#[cfg(unix)]
#[test]
fn a_service_manager_ends_a_watch_as_ctrl_c_does() {
    let tenant = Tenant::new();
    let mut watch = tenant.m365(&["watch", "--only", "organization", "--json", "--store"]);
    watch
        .arg(tenant.store())
        .stdout(std::process::Stdio::piped());
    let mut child = watch.spawn().unwrap();
    let mut line = String::new();
    let out = child.stdout.as_mut().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
    assert!(line.contains("organization"), "{line}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn everything_goes_through_the_proxy_and_one_that_is_none_is_wrong_usage() {
    let tenant = Tenant::new();
    // Nobody listens there, so that what goes through it arrives nowhere.
    let mut check = tenant.m365(&["check", "--json", "--proxy", "http://127.0.0.1:9"]);
    assert_eq!(run(&mut check).exit, 1);
    let around = [
        "check",
        "--json",
        "--proxy",
        "http://127.0.0.1:9",
        "--no-proxy",
        "127.0.0.1",
    ];
    assert_eq!(run(&mut tenant.m365(&around)).exit, 0);
    for wrong in [
        ["--proxy", "no url at all"],
        ["--ca-file", "/nowhere/at-all.pem"],
        ["--ca-file", "/dev/null"],
    ] {
        let said = run(tenant.m365(&["check"]).args(wrong));
        assert_eq!(said.exit, 2, "{said:?}");
    }
}
