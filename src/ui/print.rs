//! Writing to standard output and standard error. A reader that goes away (`| head`) ends the writing, not the program.

use crate::error::{Error, Result};
use std::io::{self, Write};

/// Writes text to standard output and makes sure it is out.
///
/// # Errors
/// If it cannot be written for another reason than that nobody reads any more.
pub fn out(text: &str) -> Result<()> {
    write(&mut io::stdout().lock(), text).map_err(Error::io("write", "the standard output"))
}

/// Writes text to standard error. What cannot be written there can be told nowhere.
pub fn err(text: &str) {
    let _ = write(&mut io::stderr().lock(), text);
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fails(io::ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is_one() {
        assert!(write(&mut Fails(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write(&mut Fails(io::ErrorKind::StorageFull), "x").is_err());
    }
}
