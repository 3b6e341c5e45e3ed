//! Measurements of the workspace: `cargo bench -p benches`.
