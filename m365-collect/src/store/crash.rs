//! Crash points: places at which a process can be made to end at once, as if it were killed.

/// The points of the embedded store, in the order in which a commit reaches them.
#[cfg(feature = "testing")]
pub const CRASH_POINTS: [&str; 5] = [
    "commit.begun",
    "commit.applied",
    "commit.ended",
    "commit.done",
    "sorted_in",
];

/// The points of an erasure, in the order in which it reaches them: before it is committed, after
/// that, and after the room was overwritten.
#[cfg(feature = "testing")]
pub const ERASE_CRASH_POINTS: [&str; 3] = ["erase.begun", "erase.done", "erase.scrubbed"];

/// The points of the deletion of a store, in the order in which it reaches them.
#[cfg(feature = "testing")]
pub const DELETE_CRASH_POINTS: [&str; 2] = ["delete.begun", "delete.overwritten"];

/// Ends the process here, where the environment says so.
#[cfg(feature = "testing")]
pub(crate) fn point(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Names a point and the how-manieth time: `commit.applied:7`.
    const VARIABLE: &str = "M365_CRASH_AT";
    static REACHED: AtomicU64 = AtomicU64::new(0);
    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();

    let wanted = WANTED.get_or_init(|| {
        let wanted = std::env::var(VARIABLE).ok()?;
        let (name, time) = wanted.split_once(':')?;
        Some((name.to_owned(), time.parse().ok()?))
    });
    if let Some((wanted, time)) = wanted
        && wanted == name
        && REACHED.fetch_add(1, Ordering::Relaxed) + 1 == *time
    {
        std::process::abort();
    }
}

#[cfg(not(feature = "testing"))]
pub(crate) const fn point(_: &str) {}
