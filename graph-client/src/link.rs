//! Continuations: links that the service gives and that only it may interpret.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! link {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Opaque, and as good as a secret: `Debug` shows nothing of it. It is checked against the
        /// configured Graph origin each time it is used, so a stored one can be trusted no more
        /// than a fresh one.
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a link that was stored earlier.
            pub fn restore(link: impl Into<String>) -> Self {
                Self(link.into())
            }

            /// The link itself, for storing. Do not log it.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

link! {
    /// `@odata.nextLink`: where the rest of a listing is. <https://learn.microsoft.com/graph/paging>
    NextLink
}
link! {
    /// `@odata.deltaLink`: where the changes since a finished round are.
    /// <https://learn.microsoft.com/graph/delta-query-overview>
    DeltaLink
}

/// How far a delta read has come. Store it in the same transaction as the page it came with.
///
/// Serialised as `{"next": "…"}` or `{"delta": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checkpoint {
    /// In the middle of a round.
    Next(NextLink),
    /// The round is complete; the link asks for what changed since.
    Delta(DeltaLink),
}

impl Checkpoint {
    /// Rebuilds a checkpoint from what [`kind`](Self::kind) and [`expose`](Self::expose) gave.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`](crate::Error::is_invalid_request) when `kind` is neither
    /// `next` nor `delta`.
    pub fn restore(kind: &str, link: &str) -> crate::Result<Self> {
        match kind {
            "next" => Ok(Self::Next(NextLink::restore(link))),
            "delta" => Ok(Self::Delta(DeltaLink::restore(link))),
            _ => Err(crate::Error::invalid_request(
                "the kind of a checkpoint is `next` or `delta`",
            )),
        }
    }

    /// `next` or `delta`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Next(_) => "next",
            Self::Delta(_) => "delta",
        }
    }

    /// The link itself, for storing. Do not log it.
    pub fn expose(&self) -> &str {
        match self {
            Self::Next(link) => link.expose(),
            Self::Delta(link) => link.expose(),
        }
    }

    /// Whether the round that led here is complete.
    pub const fn is_complete(&self) -> bool {
        matches!(self, Self::Delta(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_survive_storing_and_show_nothing() {
        let checkpoint = Checkpoint::restore(
            "delta",
            "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=T0P",
        )
        .unwrap();
        assert!(!format!("{checkpoint:?}").contains("T0P"));
        let stored = serde_json::to_string(&checkpoint).unwrap();
        assert!(stored.starts_with(r#"{"delta":"https:"#), "{stored}");
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&stored).unwrap(),
            checkpoint
        );
        assert_eq!(
            Checkpoint::restore(checkpoint.kind(), checkpoint.expose()).unwrap(),
            checkpoint
        );
        assert!(Checkpoint::restore("other", "x").is_err());
    }
}
