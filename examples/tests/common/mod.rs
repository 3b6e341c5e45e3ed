//! Runs the example programs against a simulated tenant.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;
use tenant_sim::{Sim, SimHandle};

/// The built program of an example; `cargo test` builds them beside the tests.
pub(crate) fn program(name: &str) -> PathBuf {
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

/// The program with the settings of the simulated tenant and nothing else of the environment.
pub(crate) fn command(name: &str, sim: &SimHandle) -> Command {
    let mut command = bare(name);
    command
        .env("M365_TENANT_ID", sim.tenant_id())
        .env("M365_CLIENT_ID", sim.client_id())
        .env("M365_CLIENT_SECRET", sim.client_secret())
        .env("M365_GRAPH_URL", sim.graph_url())
        .env("M365_LOGIN_URL", sim.login_url());
    command
}

pub(crate) fn bare(name: &str) -> Command {
    let mut command = Command::new(program(name));
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("M365_")) {
        command.env_remove(variable);
    }
    command
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn run(command: &mut Command) -> Said {
    command.output().unwrap().into()
}

impl Said {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A simulated tenant, and a folder with its store.
pub(crate) struct Tenant {
    pub(crate) sim: SimHandle,
    pub(crate) folder: TempDir,
}

impl Tenant {
    pub(crate) fn new() -> Self {
        Self {
            sim: Sim::builder().start_blocking().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("contoso.m365")
    }

    pub(crate) fn m365(&self, arguments: &[&str]) -> Command {
        let mut m365 = command("m365", &self.sim);
        m365.args(arguments);
        m365
    }

    pub(crate) fn on_store(&self, arguments: &[&str]) -> Said {
        run(self.m365(arguments).arg("--store").arg(self.store()))
    }
}
