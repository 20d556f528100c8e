//! Starts a service's program on a free port and waits until it is ready. What "ready" means, each service says itself.

use crate::{
    error::{Error, Result},
    process::{self, Cancel, End, Note, Program, Record, Running},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// How long a service may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// Between two looks whether it is.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// How many free ports to try when a stranger was faster.
const PORTS_TO_TRY: usize = 3;

/// How long a service has to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// A program that runs, and is written down for as long as it does.
#[derive(Debug)]
pub(super) struct Started {
    running: Running,
    pub(super) port: u16,
    // Crossed out after the program has ended: fields are dropped in order, and `Drop` ends it before.
    _note: Note,
}

/// Starts the program that `program` makes for a port.
///
/// # Errors
/// [`Error::Tool`] with its own words if it ends before it is ready, or is not ready in time; [`Error::Cancelled`].
pub(super) fn start(
    name: &str,
    program: impl Fn(u16) -> Program,
    directory: &Path,
    record: &Record,
    ready: impl Fn(&Running, u16) -> bool,
    cancel: &Cancel,
) -> Result<Started> {
    let mut tries = 0;
    loop {
        tries += 1;
        let port = process::free_port()?;
        let running = process::spawn(&leashed(program(port)))?;
        let note = record.note_with_directory(running.id(), directory)?;
        let mut started = Started {
            running,
            port,
            _note: note,
        };
        match started.wait_until(&ready, cancel) {
            Ok(()) => return Ok(started),
            Err(End::Cancelled) => return Err(Error::Cancelled),
            Err(_) if tries < PORTS_TO_TRY => {}
            Err(end) => {
                started.running.kill();
                started.running.drain();
                let output = started.running.stderr().output().text
                    + &started.running.stdout().output().text;
                return Err(not_ready(name, end, &output));
            }
        }
    }
}

#[cfg(unix)]
fn leashed(program: Program) -> Program {
    program.on_a_leash()
}

#[cfg(not(unix))]
fn leashed(program: Program) -> Program {
    program
}

impl Started {
    /// True as long as it has not ended.
    pub(super) fn runs(&self) -> bool {
        self.running.has_not_ended()
    }

    fn wait_until(
        &mut self,
        ready: impl Fn(&Running, u16) -> bool,
        cancel: &Cancel,
    ) -> std::result::Result<(), End> {
        let deadline = Instant::now() + READY_WITHIN;
        while !ready(&self.running, self.port) {
            let next = Instant::now() + LOOK_AGAIN;
            match self.running.wait(Some(next), cancel) {
                End::Deadline if next < deadline => {}
                end => return Err(end),
            }
        }
        Ok(())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.running.stop(GRACE);
    }
}

fn not_ready(name: &str, end: End, output: &str) -> Error {
    let how = match end {
        End::Deadline => format!("was not ready within {} s", READY_WITHIN.as_secs()),
        _ => "ended before it was ready".into(),
    };
    let last: Vec<&str> = output.lines().rev().take(5).collect();
    let words: Vec<&str> = last.into_iter().rev().collect();
    Error::tool(
        format!("{name} {how}. It said:\n{}", words.join("\n")),
        format!(
            "Start {name} by hand to see what it needs, or take it off this machine: the exercise is skipped then."
        ),
    )
}
