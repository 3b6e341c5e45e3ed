//! Three-valued answers: what cannot be told is neither yes nor no.

/// No, cannot be told, or yes. "Or" is the maximum, "and" the minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Tri {
    #[default]
    No,
    Maybe,
    Yes,
}

impl Tri {
    pub(crate) const fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Tri {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}
