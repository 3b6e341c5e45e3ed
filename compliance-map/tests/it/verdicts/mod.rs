//! Verdicts that were wrong elsewhere without anybody noticing, each by what decides it.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test says what is wrong by panicking; JSON is put together by value"
)]

mod administrators;
mod applications;
mod authentication_strength;
mod conditional_access;
mod defaults;
mod devices;
mod external_mfa;
mod mail;
mod people;
mod support;
