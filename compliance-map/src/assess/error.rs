//! Why nothing was assessed.

use crate::framework::ReferenceError;

/// Why nothing was assessed: the request itself is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssessError {
    /// A control or framework was asked for that cannot be assessed.
    #[error("cannot assess {reference}: {source}")]
    Reference {
        /// As asked for.
        reference: String,
        /// Why, with successors where there are any.
        source: ReferenceError,
    },
    /// People were packed, so that these facts say nothing of them by themselves.
    #[error("people were packed into a directory; assess them with it, by `assess_in`")]
    Packed,
    /// The facts tell of an account what was not packed: it would not be assessed.
    #[error("what the facts tell of the account {account} is not in the directory; pack every row")]
    NotPacked {
        /// Its object id.
        account: String,
    },
    /// A parameter was declared that no rule of its control has, or one that is zero.
    #[error(
        "{control} takes no parameter {name} of that value; {}",
        if known.is_empty() { "it has none".to_owned() } else { format!("a whole number above 0 can be set for {}", known.join(", ")) }
    )]
    Parameter {
        /// The control.
        control: String,
        /// The parameter.
        name: String,
        /// The parameters that can be set for this control.
        known: Vec<String>,
    },
}
