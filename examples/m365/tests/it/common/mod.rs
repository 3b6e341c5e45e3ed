//! Runs the program against a simulated tenant.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;
use tenant_sim::{Area, Sim, SimHandle};

/// The program with the settings of the simulated tenant and nothing else of the environment.
pub(crate) fn command(sim: &SimHandle) -> Command {
    let mut command = bare();
    command
        .env("M365_TENANT_ID", sim.tenant_id())
        .env("M365_CLIENT_ID", sim.client_id())
        .env("M365_CLIENT_SECRET", sim.client_secret())
        .env("M365_GRAPH_URL", sim.graph_url())
        .env("M365_LOGIN_URL", sim.login_url());
    command
}

pub(crate) fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m365"));
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
        let mut m365 = command(&self.sim);
        m365.args(arguments);
        m365
    }

    pub(crate) fn on_store(&self, arguments: &[&str]) -> Said {
        run(self.m365(arguments).arg("--store").arg(self.store()))
    }
}

/// The example tenant, whose policies were refused, as a store that was synced once for all who ask.
pub(crate) struct Synced {
    pub(crate) sim: &'static SimHandle,
    folder: TempDir,
}

/// The tenant, and its store.
static SYNCED: LazyLock<(SimHandle, PathBuf)> = LazyLock::new(|| {
    let sim = Sim::builder().start_blocking().unwrap();
    sim.deny(Area::ConditionalAccess);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("synced");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    let store = folder.join("t.m365");
    let said = run(command(&sim).args(["sync", "--store"]).arg(&store));
    assert_eq!(said.exit, 6, "{said:?}");
    (sim, store)
});

impl Synced {
    pub(crate) fn new() -> Self {
        let (sim, store) = &*SYNCED;
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(store, folder.path().join("t.m365")).unwrap();
        Self { sim, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command of its store.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Said {
        let (command, rest) = arguments.split_first().unwrap();
        run(bare()
            .args([command, "--store"])
            .arg(self.path("t.m365"))
            .args(rest))
    }
}
