//! A test that needs a process of its own: this program, started again for it alone.

use std::process::Command;

const ALONE: &str = "GRAPH_CLIENT_ALONE";

/// Whether this is that process.
pub(crate) fn is() -> bool {
    std::env::var_os(ALONE).is_some()
}

/// Runs one test in a process of its own.
pub(crate) fn start(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(ALONE, "yes")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
