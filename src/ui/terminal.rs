//! The terminal while the screen is ours, and exactly as it was before when it no longer is.
//!
//! It draws nothing of its own.

use super::{
    frame::{Frame, Size},
    theme::Surroundings,
};
use crate::error::{Error, Result};
use console::Term;
use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// To the other screen, which keeps what was there. No cursor; and no wrapping, so that a frame drawn for a wider window
/// than there is by now does not push its own lines away.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J\x1b[H";
/// Ends an update that was cut short, resets colours and links, undoes what `ENTER` did.
const LEAVE: &str = "\x1b[?2026l\x1b[0m\x1b]8;;\x1b\\\x1b[?7h\x1b[?25h\x1b[?1049l";

/// More columns than any text has.
pub(super) const NO_WIDTH: usize = usize::MAX / 2;

/// How wide the text for standard output may be: as wide as the terminal, and without limit where there is none.
pub fn width() -> usize {
    Term::stdout()
        .size_checked()
        .map_or(NO_WIDTH, |(_, columns)| usize::from(columns).max(1))
}

/// What has to be put back. One per process, because there is one terminal: the panic hook and the signal handler reach it here.
static BEFORE: Mutex<Option<mode::Before>> = Mutex::new(None);

/// The terminal, taken over. Dropping it gives it back.
#[must_use = "dropping it gives the terminal back"]
#[derive(Debug)]
pub struct Terminal {
    output: Term,
}

impl Terminal {
    /// Takes the terminal over: another screen, no cursor, keys without Enter and without echo. `None` if standard
    /// input or standard output is none, or it is a dumb one, or it is taken already.
    ///
    /// # Errors
    /// If the terminal refuses.
    pub fn open() -> Result<Option<Self>> {
        let both = io::stdin().is_terminal() && io::stdout().is_terminal();
        let mut before = lock();
        if !both || Surroundings::of_stdout().is_dumb() || before.is_some() {
            return Ok(None);
        }
        *before = Some(mode::enter().map_err(Error::io("prepare", "the terminal"))?);
        drop(before);
        let terminal = Self {
            output: Term::stdout(),
        };
        // From here on the drop of `terminal` puts everything back, also if this fails.
        write(ENTER)?;
        Ok(Some(terminal))
    }

    /// The size of the window now.
    pub fn size(&self) -> Size {
        let (rows, columns) = self.output.size();
        Size {
            columns: usize::from(columns).max(1),
            rows: usize::from(rows).max(1),
        }
    }

    /// Shows a frame in place of the one before.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn show(&mut self, frame: &Frame) -> Result<()> {
        // Drawn before the lock is taken: what holds it cannot panic, so that a panic hook never waits for itself.
        let drawn = frame.escapes();
        // Another thread may have given the terminal back: then nothing may be drawn over the shell.
        match &*lock() {
            Some(_) => write(&drawn),
            None => Ok(()),
        }
    }
}

impl Terminal {
    /// Gives the terminal back while `meanwhile` runs, such as a stop by Ctrl-Z, and takes it over again.
    ///
    /// # Errors
    /// If the terminal refuses.
    pub fn give_back(&mut self, meanwhile: impl FnOnce()) -> Result<()> {
        restore();
        meanwhile();
        *lock() = Some(mode::enter().map_err(Error::io("prepare", "the terminal"))?);
        write(ENTER)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Puts the terminal back as it was before [`Terminal::open`]. For a panic hook, and for the thread that handles
/// signals; harmless when there is nothing to put back, and when called twice.
pub fn restore() {
    if let Some(before) = lock().take() {
        // There is nobody left to tell.
        let _ = write(LEAVE);
        mode::leave(&before);
    }
}

fn lock() -> MutexGuard<'static, Option<mode::Before>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::io("write", "the terminal"))
}

/// The line discipline.
#[cfg(unix)]
mod mode {
    use rustix::{
        stdio::stdin,
        termios::{
            InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr,
            tcsetattr,
        },
    };
    use std::io;

    pub(super) type Before = Termios;

    /// Keys come at once and unseen. Ctrl-C is a key like any other, so that the program ends in one way only. The
    /// treatment of output stays: other threads may still print lines.
    pub(super) fn enter() -> io::Result<Before> {
        let before = tcgetattr(stdin())?;
        let mut modes = before.clone();
        modes
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
        modes
            .input_modes
            .remove(InputModes::IXON | InputModes::ICRNL);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(stdin(), OptionalActions::Drain, &modes)?;
        Ok(before)
    }

    /// Keys that were typed and not read are dropped: they were not meant for the shell.
    pub(super) fn leave(before: &Before) {
        let _ = tcsetattr(stdin(), OptionalActions::Flush, before);
    }
}

/// `console` sets the mode for each key it reads.
#[cfg(not(unix))]
mod mode {
    use std::io;

    #[derive(Debug)]
    pub(super) struct Before;

    pub(super) fn enter() -> io::Result<Before> {
        Ok(Before)
    }

    pub(super) fn leave(_: &Before) {}
}
