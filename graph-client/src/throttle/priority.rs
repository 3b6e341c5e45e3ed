//! Who goes first when not all can go.

/// What a call is for. It decides the share that it gets of a scarce limit, here and at the
/// service: of each tenant's callers that wait for a limit, an interactive one is let through eight
/// times as often as one that fills up history, and none is left standing for ever.
///
/// Sent as `x-ms-throttle-priority`, by which the service chooses whom to refuse first.
/// <https://learn.microsoft.com/graph/throttling-limits>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Priority {
    /// Somebody is looking at the screen.
    Interactive,
    /// A change notification asks for a look.
    Webhook,
    /// The regular round. The default.
    #[default]
    Scheduled,
    /// Whatever can wait, such as a first full read.
    Backfill,
}

impl Priority {
    pub(super) const fn weight(self) -> u64 {
        match self {
            Self::Interactive => 8,
            Self::Webhook => 4,
            Self::Scheduled => 2,
            Self::Backfill => 1,
        }
    }

    /// The value of the header.
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::Interactive => "high",
            Self::Webhook | Self::Scheduled => "normal",
            Self::Backfill => "low",
        }
    }
}
