//! Why a text is not a set of facts.

/// Why a text is not a set of facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// The text is not UTF-8.
    #[error(
        "the facts are not UTF-8 text: byte {valid_up_to} cannot be read; save the file as UTF-8"
    )]
    NotUtf8 {
        /// Offset of the first byte that is not UTF-8.
        valid_up_to: usize,
    },
    /// The text is not JSON.
    #[error("the facts are not JSON: line {line}, column {column}: {problem}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader met.
        problem: &'static str,
    },
    /// The text is JSON, but no object.
    #[error("facts: {expected}")]
    Malformed {
        /// What should stand there.
        expected: String,
    },
}
