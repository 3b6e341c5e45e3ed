//! Secrets in files: read, and warned of where others can read them too.

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::Path;

use compliance_map::render::printable;

use crate::arguments::is_pem;
use crate::exit::Failure;
use crate::{file, screen};

/// No client secret is as long as this many bytes.
const LONGEST: u64 = 4096;
/// No file with a certificate and a key is as long as this many bytes.
const LONGEST_CERTIFICATE: u64 = 1 << 20;

/// The client secret in a file, or in standard input where that is named by `-`; without the line
/// end behind it.
///
/// # Errors
/// When it cannot be read, is empty, or is no secret.
pub fn read(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return of(std::io::stdin().lock(), "standard input");
    }
    let file = open(path, "--secret-file / M365_CLIENT_SECRET_FILE")?;
    warn_if_others_read(path);
    of(file, &path.display().to_string())
}

/// The certificate and the private key in a PEM file.
///
/// # Errors
/// When it cannot be read, or is longer than any.
pub fn certificate(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = open(path, "--certificate / M365_CLIENT_CERTIFICATE")?;
    warn_if_others_read(path);
    file::read_within(file, LONGEST_CERTIFICATE).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("{path} cannot be read as a certificate: {error}"))
    })
}

/// Opens the file that a setting names. What names none may be the secret itself, so it is not shown.
fn open(path: &Path, setting: &str) -> Result<File, Failure> {
    let value = path.to_string_lossy();
    if is_pem(&value) || value.contains('\n') {
        let why = "holds a text of several lines or a key itself: it must be the path of a file";
        return Err(Failure::usage(format!("{setting} {why}")));
    }
    File::open(path).map_err(|error| {
        let why = "names no file that can be read; it must be the path of a file";
        Failure::usage(format!("{setting} {why}: {error}"))
    })
}

fn of(from: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    let none = |why: &str| Failure::usage(format!("{name} holds no client secret: {why}"));
    if bytes.len() as u64 > LONGEST {
        return Err(none("it is too long"));
    }
    let text = String::from_utf8(bytes).map_err(|_| none("it is no text"))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let secret = line.strip_suffix('\r').unwrap_or(line);
    if secret.trim().is_empty() {
        return Err(none("it is empty"));
    }
    if secret.contains(char::is_control) {
        return Err(none("it has more than one line"));
    }
    Ok(secret.to_owned())
}

/// Says on standard error where others can read a file that holds a secret.
pub fn warn_if_others_read(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let is_open = std::fs::metadata(path)
            .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o044 != 0);
        if is_open {
            let path = path.display().to_string();
            let path = printable(&path);
            // Where it cannot be written there is nobody to read it.
            let _ = writeln!(
                screen::err(),
                "warning: others can read {path}: run chmod 600 {path}"
            );
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &[u8]) -> Result<String, String> {
        of(text, "FILE").map_err(|failure| failure.sentence)
    }

    #[test]
    fn the_line_end_behind_a_secret_is_no_part_of_it() {
        for text in ["s3 cr~t", "s3 cr~t\n", "s3 cr~t\r\n"] {
            assert_eq!(secret(text.as_bytes()), Ok("s3 cr~t".to_owned()));
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_shown() {
        let long = "x".repeat(5000);
        for (text, why) in [
            (&b""[..], "empty"),
            (&b" \n"[..], "empty"),
            (&b"hush\nhush\n"[..], "more than one line"),
            (&b"\xff\xfe"[..], "no text"),
            (long.as_bytes(), "too long"),
        ] {
            let said = secret(text).unwrap_err();
            assert!(said.contains(why) && !said.contains("hush"), "{said}");
        }
    }
}
