//! A standard input that is given later than the program is started, and a way to see whether the program has taken it.
//!
//! The writing end is the runner's alone, so a program that waits for its input sees the end of it when the runner is gone.

use std::{
    io::{self, PipeReader, PipeWriter, Write as _},
    process::Stdio,
};

/// What every system's pipe takes without anybody reading (Linux: 64 KiB, macOS: 16 KiB growing to 64).
const AT_ONCE: usize = 16 * 1024;

/// The runner's side of the pipe.
#[derive(Debug)]
pub(super) struct Feed {
    writer: Option<PipeWriter>,
    /// The reading end a second time: it tells what was left.
    left: PipeReader,
}

impl Feed {
    /// A pipe, and its reading end for the program.
    pub(super) fn new() -> io::Result<(Self, Stdio)> {
        let (left, writer) = io::pipe()?;
        let end = Stdio::from(left.try_clone()?);
        let writer = Some(writer);
        Ok((Self { writer, left }, end))
    }

    /// Gives the whole input and its end. False if that cannot be done without waiting for the program.
    pub(super) fn give(&mut self, input: &[u8]) -> bool {
        if input.len() > AT_ONCE {
            return false;
        }
        let given = self.writer.take().map(|mut writer| writer.write_all(input));
        matches!(given, Some(Ok(())))
    }

    /// True if it was given and nothing of it is left in the pipe.
    pub(super) fn is_taken(&self) -> bool {
        self.writer.is_none() && self.unread() == Some(0)
    }

    #[cfg(unix)]
    fn unread(&self) -> Option<u64> {
        rustix::io::ioctl_fionread(&self.left).ok()
    }

    #[cfg(not(unix))]
    fn unread(&self) -> Option<u64> {
        let _ = &self.left;
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::{Cancel, End, Program, spawn};

    fn cat() -> Program {
        Program::learners("cat").fed()
    }

    #[test]
    fn a_program_waits_for_its_input_and_takes_all_of_it() {
        let mut running = spawn(&cat()).expect("cat starts");
        assert!(running.has_not_ended());
        assert!(running.feed(b"late"));
        assert_eq!(running.wait(None, &Cancel::new()), End::Exited(0));
        running.kill();
        running.drain();
        assert_eq!(running.stdout().output().text, "late");
        assert!(!running.was_fed_in_vain());
    }

    #[test]
    fn what_a_program_does_not_read_is_not_taken() {
        let program = Program::learners("sh").args(["-c", "exit 0"]).fed();
        let mut running = spawn(&program).expect("sh starts");
        assert!(running.feed(b"unread"));
        running.wait(None, &Cancel::new());
        assert!(running.was_fed_in_vain());
    }

    #[test]
    fn the_second_input_and_one_too_long_are_refused() {
        let mut running = spawn(&cat()).expect("cat starts");
        assert!(!running.feed(&[b'x'; 70_000]));
        assert!(running.feed(b"once"));
        assert!(!running.feed(b"twice"));
    }
}
