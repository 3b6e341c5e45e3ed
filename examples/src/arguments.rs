//! The arguments of a program, and what is wrong with them.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::StyledStr;
use clap::error::ContextValue;
use compliance_map::render::printable;

use crate::exit::{Exit, Failure, finish, in_json};
use crate::screen;

/// The arguments and environment of this program.
///
/// # Errors
/// How the program ends where they are wrong, or ask for help alone; that was printed then.
pub fn parse<A: Parser>(program: &str) -> Result<A, ExitCode> {
    A::try_parse().map_err(|error| refused(program, error))
}

fn refused(program: &str, mut error: clap::Error) -> ExitCode {
    on_one_line(&mut error);
    let text = error.to_string();
    if is_pem(&text) {
        let why = "an argument holds a key or certificate itself: give the path of its file";
        return finish(program, Err(Failure::usage(why)));
    }
    // Where it cannot be written there is nobody to read it.
    if error.use_stderr() {
        let _ = screen::err().write_all(text.as_bytes());
        let first = text.split("\n\n").next().unwrap_or_default();
        in_json(Exit::Usage, first.trim_start_matches("error: ").trim());
        Exit::Usage.into()
    } else {
        let _ = screen::out().write_all(text.as_bytes());
        Exit::Done.into()
    }
}

/// Whether a text holds a key or certificate.
pub(crate) fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN")
}

/// An argument with a line feed forges no line of the message that quotes it.
fn on_one_line(error: &mut clap::Error) {
    let line = |text: &str| printable(text).into_owned();
    let quoted: Vec<_> = error
        .context()
        .map(|(kind, value)| (kind, value.clone()))
        .collect();
    for (kind, value) in quoted {
        let value = match value {
            ContextValue::String(text) => ContextValue::String(line(&text)),
            ContextValue::Strings(texts) => {
                ContextValue::Strings(texts.iter().map(|text| line(text)).collect())
            }
            ContextValue::StyledStrs(texts) => {
                let lines = texts.iter().map(|text| line(&text.to_string()));
                ContextValue::StyledStrs(lines.map(StyledStr::from).collect())
            }
            // The usage has lines of its own, and quotes nothing.
            _ => continue,
        };
        error.insert(kind, value);
    }
}
