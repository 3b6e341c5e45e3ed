//! Times as text.

use std::time::{SystemTime, UNIX_EPOCH};

use compliance_map::Timestamp;

use crate::exit::Failure;

/// The time as an assessment takes it; to the second.
///
/// # Errors
/// When the machine's clock is set beyond the calendar.
pub fn timestamp(time: SystemTime) -> Result<Timestamp, Failure> {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .and_then(Timestamp::from_unix_seconds)
        .ok_or_else(|| Failure::other("the clock of this machine is set beyond the calendar"))
}
