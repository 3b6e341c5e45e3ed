//! Standard output and standard error for people: nothing that the service, a store or a file says can
//! steer the terminal.

use std::io::{self, StderrLock, StdoutLock, Write};

use compliance_map::render::printable;

/// Standard output for people. What programs read goes to [`std::io::stdout`] as it is.
pub fn out() -> Screen<StdoutLock<'static>> {
    Screen(io::stdout().lock())
}

/// Standard error. Where it cannot be written there is nobody to read it, and the work goes on.
pub fn err() -> Screen<Unheard> {
    Screen(Unheard(io::stderr().lock()))
}

/// Standard error, or nothing where that is closed.
#[derive(Debug)]
pub struct Unheard(StderrLock<'static>);

impl Write for Unheard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Writes text as [`printable`], line by line. A name that may hold a line feed has to be made
/// printable before it is laid out.
#[derive(Debug)]
pub struct Screen<W>(W);

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.0.write_all(b"\n")?;
            }
            self.0.write_all(printable(line).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_nothing_steers_the_terminal() {
        let mut screen = Screen(Vec::new());
        write!(screen, "a\u{1b}[2J\n\nb\u{202e}\r\nend").ok();
        screen.write_all(b"\xff").ok();
        let shown = String::from_utf8(screen.0).unwrap_or_default();
        assert_eq!(shown, "a\u{fffd}[2J\n\nb\u{fffd} \nend\u{fffd}");
    }
}
