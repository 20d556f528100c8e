//! A record of the programs that run, so that those which outlive a killed runner can be found again and ended. Each is known by its
//! number and the moment of its start together: the number alone may belong to a stranger by then. It never looks at names.

use crate::error::{Error, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// One process that is known again: its number, and when it started in the words of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    id: u32,
    started: String,
}

impl Identity {
    /// The process with this number, if it is there and the system tells when it started.
    fn of(id: u32) -> Option<Self> {
        Some(Self {
            id,
            started: started(id)?,
        })
    }

    /// True while this very process is there.
    fn is_there(&self) -> bool {
        started(self.id).as_ref() == Some(&self.started)
    }
}

/// The line of one running program. Dropping it takes it out of the record.
#[derive(Debug)]
pub(super) struct Entry {
    file: PathBuf,
}

impl Entry {
    /// Writes down that a program runs. Where the system does not tell when it started, nothing is written.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn write(dir: &Path, program: u32) -> Result<Option<Self>> {
        let (Some(program), Some(runner)) =
            (Identity::of(program), Identity::of(std::process::id()))
        else {
            return Ok(None);
        };
        fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        let file = dir.join(program.id.to_string());
        let text = format!(
            "{}\n{}\n{}\n{}\n",
            program.id, program.started, runner.id, runner.started
        );
        fs::write(&file, text).map_err(Error::io("write", &file))?;
        Ok(Some(Self { file }))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // If it stays, the next sweep finds nobody behind it and removes it.
        let _ = fs::remove_file(&self.file);
    }
}

/// Ends, with its group, each recorded program whose runner is gone. Programs of a runner that is there are its own business.
/// Gives how many were ended.
///
/// # Errors
/// [`Error::Io`] if the record cannot be read.
pub fn sweep(dir: &Path) -> Result<usize> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(Error::io("read", dir)(error)),
    };
    let mut ended = 0;
    for entry in entries.flatten() {
        let Ok(text) = fs::read_to_string(entry.path()) else {
            continue;
        };
        let Some((program, runner)) = read(&text) else {
            // Written half when the machine stopped: it names nobody.
            let _ = fs::remove_file(entry.path());
            continue;
        };
        if runner.is_there() {
            continue;
        }
        if program.is_there() {
            kill_group(program.id);
            ended += 1;
        }
        let _ = fs::remove_file(entry.path());
    }
    Ok(ended)
}

fn read(text: &str) -> Option<(Identity, Identity)> {
    let mut lines = text.lines();
    let mut identity = || {
        Some(Identity {
            id: lines.next()?.parse().ok()?,
            started: lines.next()?.to_owned(),
        })
    };
    Some((identity()?, identity()?))
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It fails only if the group has gone in the meantime.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_id: u32) {}

/// When a process started: in ticks since the machine did, the 22nd field of `/proc/PID/stat`.
#[cfg(target_os = "linux")]
fn started(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything, blanks too.
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(19).map(str::to_owned)
}

/// When a process started, as `ps` tells it.
#[cfg(target_os = "macos")]
fn started(id: u32) -> Option<String> {
    use super::{Cancel, Program, run};
    let id = id.to_string();
    let program = Program::tool("ps")
        .env("LC_ALL", "C")
        .args(["-o", "lstart=", "-p", &id]);
    let text = run(&program, &Cancel::new()).ok()?.stdout.text;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Nobody tells.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn started(_id: u32) -> Option<String> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{
        super::{Program, Running, spawn},
        *,
    };
    use crate::workspace;

    fn sleeper(dir: &Path) -> Running {
        let program = Program::learners("sleep").arg("600").recorded_in(dir);
        spawn(&program).expect("sleep starts")
    }

    fn entries(dir: &Path) -> usize {
        fs::read_dir(dir).map_or(0, Iterator::count)
    }

    /// The entry of a program, as a runner would have left it that is gone: nobody has its number with that start.
    fn orphan(dir: &Path, program: u32, started: &str) {
        fs::create_dir_all(dir).expect("created");
        let text = format!("{program}\n{started}\n1\nlong ago\n");
        fs::write(dir.join(program.to_string()), text).expect("written");
    }

    #[test]
    fn a_program_is_recorded_for_as_long_as_it_runs() {
        let dir = workspace::scratch().expect("a directory");
        let mut running = sleeper(dir.path());
        assert_eq!(entries(dir.path()), 1);
        running.kill();
        drop(running);
        assert_eq!(entries(dir.path()), 0);
    }

    #[test]
    fn a_program_whose_runner_is_there_is_left_alone() {
        let dir = workspace::scratch().expect("a directory");
        let mut running = sleeper(dir.path());
        assert_eq!(sweep(dir.path()).expect("swept"), 0);
        assert_eq!(running.exited(), None);
        assert_eq!(entries(dir.path()), 1);
    }

    #[test]
    fn a_program_whose_runner_is_gone_is_ended() {
        let dir = workspace::scratch().expect("a directory");
        let program = Program::learners("sleep").arg("600");
        let mut running = spawn(&program).expect("sleep starts");
        orphan(
            dir.path(),
            running.id(),
            &started(running.id()).expect("a start"),
        );
        assert_eq!(sweep(dir.path()).expect("swept"), 1);
        let end = running.wait(None, &super::super::Cancel::new());
        assert_eq!(end, super::super::End::Signalled(9));
        assert_eq!(entries(dir.path()), 0);
    }

    #[test]
    fn a_stranger_who_was_given_the_number_is_left_alone() {
        let dir = workspace::scratch().expect("a directory");
        let program = Program::learners("sleep").arg("600");
        let mut stranger = spawn(&program).expect("sleep starts");
        orphan(dir.path(), stranger.id(), "before the stranger");
        assert_eq!(sweep(dir.path()).expect("swept"), 0);
        assert_eq!(stranger.exited(), None);
        assert_eq!(
            entries(dir.path()),
            0,
            "an entry that names nobody is removed"
        );
    }
}
