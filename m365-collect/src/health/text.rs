//! Health as text.

use std::fmt;
use std::time::Duration;

use super::{Health, SourceHealth};

/// Several lines: the tenant, the connection, and a line for each source, with what is missing
/// under it.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.tenant.as_ref().map_or("no tenant", |tenant| {
            tenant.name.as_deref().unwrap_or(&tenant.asked)
        });
        writeln!(f, "{name}: {}", self.overall)?;
        if let Some(connection) = &self.connection {
            write!(f, "connection: {}", connection.status)?;
            if let Some(reason) = &connection.reason {
                write!(f, ": {reason}")?;
            }
            writeln!(f)?;
        }
        for source in &self.sources {
            write!(f, "{source}")?;
        }
        Ok(())
    }
}

impl fmt::Display for SourceHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = match self.age_seconds {
            None => "never".to_owned(),
            Some(seconds) => format!("{} ago", rough(Duration::from_secs(seconds))),
        };
        // A source of relations alone has no objects, which is not the same as none of them.
        let stored = self.stored.map_or("-".to_owned(), |it| it.to_string());
        let failures = match self.window.failures {
            0 => String::new(),
            failures => format!("  {failures} of {} runs failed", self.window.runs),
        };
        writeln!(
            f,
            "  {:<28} {:<9} {:>12} {:>8} stored {:>8} seen {:>8} changed  {}{failures}",
            self.id.as_str(),
            self.status,
            age,
            stored,
            self.seen,
            self.changed,
            self.outcome.unwrap_or("-"),
        )?;
        match &self.reason {
            Some(reason) => writeln!(f, "    {reason}"),
            None => Ok(()),
        }
    }
}

/// A time to the unit that matters.
fn rough(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
