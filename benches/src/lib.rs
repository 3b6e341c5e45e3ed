//! Measurements of the workspace: `cargo bench -p benches`. Here is what its programs measure with,
//! where the kernel is Linux.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a bench stops when it cannot measure"
)]

/// Processor seconds of this process, in its own code and in the kernel.
pub fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = text.rsplit(')').next().unwrap();
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum();
    ticks / 100.0
}

/// The most mebibytes that this process ever had in memory.
pub fn peak_memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kibibytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes / 1024.0
}
