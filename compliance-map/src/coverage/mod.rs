//! Effective MFA coverage, person by person.
//!
//! A person is covered when both are proven:
//!
//! - **bound**: an enforced rule asks for MFA and leaves no way round. Three sources are looked at:
//!   conditional access, security defaults and per-user MFA. One that always binds is enough.
//! - **ready**: a usable second factor is registered that the binding rules accept.
//!
//! What each source can prove:
//!
//! | source | always | only conditionally |
//! |---|---|---|
//! | conditional access | enabled, applies to the person (users, nested groups, roles, guests) and does not leave them out, all applications, no narrowing condition, and no alternative to MFA in an OR grant; policies that split the kinds of client between them count together | narrowed by application, platform, location, risk, device filter, authentication flow or user action; or by a role that is not activated |
//! | security defaults | for the [listed administrator roles](https://learn.microsoft.com/en-us/entra/fundamentals/security-defaults) | for everybody else, because Microsoft decides by risk when to ask |
//! | per-user MFA | `enforced` | `enabled`: [legacy protocols still take the password alone](https://learn.microsoft.com/en-us/entra/identity/authentication/howto-mfa-userstates) |
//!
//! Report-only and disabled policies bind nobody. Evidence that is missing widens the answer: what is
//! kept is the least and the most that can be true, so a missing fact makes a person unknown where it
//! could change the answer, and is no matter where it could not.

mod alike;
mod binding;
mod grant;
mod key;
pub(crate) mod method;
mod person;
mod person_coverage;
mod policy;
mod reach;
mod readiness;
mod scope;
mod source;
mod summary;
mod tally;
mod tri;

pub(crate) use key::*;
pub(crate) use person::{AccessKind, Coverage};
pub(crate) use person_coverage::{Lack, MfaCoverage};
pub(crate) use reach::{Fit, Protection, Reached};
pub use summary::{Covered, FailingPerson, MfaSummary, mfa_summary, mfa_summary_in};
