//! The first command of the README: its numbers are those of the tenant, whichever it is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use tenant_sim::{Sim, SimHandle};

/// The built program of an example; `cargo test` builds them beside the tests.
fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().unwrap().parent().unwrap();
    let path = profile.join("examples").join(name);
    assert!(
        path.exists(),
        "{} is not built: run `cargo build -p examples --examples`",
        path.display()
    );
    path
}

fn bare(name: &str) -> Command {
    let mut command = Command::new(program(name));
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("M365_")) {
        command.env_remove(variable);
    }
    command
}

/// The program with the settings of the simulated tenant and nothing else of the environment.
fn command(name: &str, sim: &SimHandle) -> Command {
    let mut command = bare(name);
    command
        .env("M365_TENANT_ID", sim.tenant_id())
        .env("M365_CLIENT_ID", sim.client_id())
        .env("M365_CLIENT_SECRET", sim.client_secret())
        .env("M365_GRAPH_URL", sim.graph_url())
        .env("M365_LOGIN_URL", sim.login_url());
    command
}

/// What a program said, and how it ended.
#[derive(Debug)]
struct Said {
    exit: i32,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        exit: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn without_credentials_a_simulated_tenant_is_read_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("quick.m365");
    let said = run(bare("quickstart").arg("--store").arg(&store));
    assert_eq!(said.exit, 0, "{said:?}");
    for expected in [
        "Overall         47 of 50, 94 %",
        "Administrators  5 of 5, 100 %",
        "Standard users  42 of 45, 93.3 %",
        "authenticator app      40",
        "phone                   7",
        "Require MFA for administrators",
        "Without MFA: 3",
        "Status: PARTIALLY SATISFIED",
        "Recommendation: ",
        "Last sync: 20",
        "cmmc-2.0-l2:IA.L2-3.5.3",
        "NOT MET",
        "pci-dss-4.0.1:8.4.2",
        "50 licenses, 50 assigned, 0 not assigned, 7 unused",
        "7 × $23 = $161 a month, $1,932 a year",
    ] {
        assert!(
            said.out.contains(expected),
            "{expected} is not in {}",
            said.out
        );
    }
    assert!(said.out.contains(&format!("Store: {}", store.display())));
    assert!(store.exists());
}

#[test]
fn another_tenant_gets_its_own_numbers() {
    let sim = Sim::builder().start_blocking().unwrap();
    sim.edit(|tenant| {
        // One more person without MFA, one of the seven unused seats taken into use, one less
        // administrator's seat: nothing of this is in the published example.
        tenant.create_user(json!({"displayName": "Newly Hired", "accountEnabled": true}));
        let idle = tenant.find_user("Joni Sherman").unwrap();
        tenant.set_sign_in(&idle, Some(std::time::SystemTime::now()));
    });
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("other.m365");
    let said = run(command("quickstart", &sim)
        .arg("--store")
        .arg(&store)
        .args(["--price", "SPB=19.50"]));
    assert_eq!(said.exit, 0, "{said:?}");
    for expected in [
        "Overall         47 of 51, 92.1 %",
        "Standard users  42 of 46, 91.3 %",
        "Without MFA: 4",
        "Newly Hired",
        "6 unused",
        "6 × $19.50 = $117 a month, $1,404 a year",
    ] {
        assert!(
            said.out.contains(expected),
            "{expected} is not in {}",
            said.out
        );
    }
    assert!(!said.out.contains("Joni Sherman"));
}

#[test]
fn a_tenant_that_hides_its_sign_ins_gets_no_invented_waste() {
    let sim = Sim::builder().start_blocking().unwrap();
    sim.unlicense(tenant_sim::Area::SignInActivity);
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("hidden.m365");
    let said = run(command("quickstart", &sim).arg("--store").arg(&store));
    assert_eq!(said.exit, 6, "done, but partial: {said:?}");
    assert!(said.out.contains("0 unused, 50 not known"), "{}", said.out);
    assert!(
        said.out
            .contains("Not known: sign-in activity needs Entra ID P1"),
        "{}",
        said.out
    );
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

#[test]
fn the_other_programs_run_by_themselves() {
    for (name, expected) in [
        ("own_source", "in the recycle bin: 1"),
        ("own_struct", "\"accountEnabled\""),
        ("embed_map", "PARTIALLY SATISFIED"),
        (
            "own_framework",
            "fabrikam-house:ACCESS-2  PARTIALLY SATISFIED [broken]  1 of 2",
        ),
        (
            "own_framework",
            "a misspelt rule: the framework file cannot be read: unknown variant `smtp_auth_of`",
        ),
        (
            "own_framework",
            "the rule \"dormant_accounts\" has no parameter `idle_days`",
        ),
    ] {
        let said = run(&mut bare(name));
        assert_eq!(said.exit, 0, "{name}: {said:?}");
        assert!(said.err.contains(expected), "{name}: {said:?}");
    }
}
