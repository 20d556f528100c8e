//! Who a process is: its number and the moment it started. It knows nothing of records.

use std::{fmt, path::Path};

/// A process that cannot be mistaken for a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pid: u32,
    /// As the system tells it; compared, never understood.
    started: String,
}

impl Identity {
    /// The process with this number, if it runs and the system tells when it started.
    pub(super) fn of(pid: u32) -> Option<Self> {
        match now(pid) {
            Now::Started(started) => Some(Self { pid, started }),
            Now::Gone | Now::Unknown => None,
        }
    }

    /// Reads what [`fmt::Display`] wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (pid, started) = text.split_once(' ')?;
        Some(Self {
            pid: pid.parse().ok()?,
            started: started.to_owned(),
        })
    }

    /// Its number.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// True if this very process runs.
    pub(super) fn lives(&self) -> bool {
        Self::of(self.pid).is_some_and(|now| now == *self)
    }

    /// True if it is certain that this very process does not run any more. What cannot be found out, as when no file can be opened,
    /// is no reason to take anything away.
    pub(super) fn is_gone(&self) -> bool {
        match now(self.pid) {
            Now::Gone => true,
            Now::Started(started) => started != self.started,
            Now::Unknown => false,
        }
    }

    /// Kills the process and its group; true if there was something to kill.
    #[cfg(unix)]
    pub(super) fn kill_group(&self) -> bool {
        use rustix::process::{Pid, Signal, kill_process_group};
        if !self.lives() {
            return false;
        }
        i32::try_from(self.pid)
            .ok()
            .and_then(Pid::from_raw)
            .is_some_and(|group| kill_process_group(group, Signal::KILL).is_ok())
    }

    /// Kills what a program that has ended itself has left in its group. They are known by the group's number, which nobody else can
    /// have for as long as one of them lives, and by working in `directory`, which was made for that program alone. True if there
    /// was something to kill.
    #[cfg(target_os = "linux")]
    pub(super) fn kill_left_behind(&self, directory: &Path) -> bool {
        use rustix::process::{Pid, Signal, kill_process};
        // The system tells places without links.
        let directory = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        let mut killed = false;
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let path = process.path();
            let works_there = std::fs::read_link(path.join("cwd"))
                .is_ok_and(|place| place.starts_with(&directory));
            let number = process.file_name().to_string_lossy().parse().ok();
            let Some(pid) = number.and_then(Pid::from_raw) else {
                continue;
            };
            if works_there && group_of(&path) == Some(self.pid) {
                killed |= kill_process(pid, Signal::KILL).is_ok();
            }
        }
        killed
    }

    /// Kills nothing: the system does not tell who works where.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn kill_left_behind(&self, _directory: &Path) -> bool {
        false
    }

    /// Kills nothing: the moments at which processes start are not known here.
    #[cfg(not(unix))]
    pub(super) fn kill_group(&self) -> bool {
        false
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pid, self.started)
    }
}

/// What the system says of the process that has a number now.
enum Now {
    /// When it started.
    Started(String),
    /// There is none.
    Gone,
    /// The system did not tell.
    Unknown,
}

/// True unless it is certain that no process has this number.
pub(super) fn may_live(pid: u32) -> bool {
    !matches!(now(pid), Now::Gone)
}

/// The boot, and the clock ticks from it to the start: the 20th field after the name in `/proc/PID/stat`.
#[cfg(target_os = "linux")]
fn now(pid: u32) -> Now {
    let stat = match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat,
        Err(error) if is_no_process(&error) => return Now::Gone,
        Err(_) => return Now::Unknown,
    };
    let Ok(boot) = std::fs::read_to_string("/proc/sys/kernel/random/boot_id") else {
        return Now::Unknown;
    };
    let Some((_, after_name)) = stat.rsplit_once(')') else {
        return Now::Unknown;
    };
    let mut fields = after_name.split_whitespace();
    // A process that has ended and was not collected yet does nothing any more.
    if matches!(fields.next(), Some("Z" | "X")) {
        return Now::Gone;
    }
    let ticks = fields.nth(18);
    ticks.map_or(Now::Unknown, |ticks| {
        Now::Started(format!("{ticks}@{}", boot.trim()))
    })
}

/// There was none, or it went while its file was read.
#[cfg(target_os = "linux")]
fn is_no_process(error: &std::io::Error) -> bool {
    let no_such_process = rustix::io::Errno::SRCH.raw_os_error();
    error.kind() == std::io::ErrorKind::NotFound || error.raw_os_error() == Some(no_such_process)
}

/// The number of a process's group.
#[cfg(target_os = "linux")]
fn group_of(process: &Path) -> Option<u32> {
    stat_field(process, 2)?.parse().ok()
}

/// What stands at this place after the name in the `stat` of a process, which may have blanks in it; the first is its state.
#[cfg(target_os = "linux")]
fn stat_field(process: &Path, place: usize) -> Option<String> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    Some(after_name.split_whitespace().nth(place)?.to_owned())
}

/// True if a process is about to end, or about to hear a signal that it lets in: a busy machine may let it wait for its turn.
#[cfg(target_os = "linux")]
pub(super) fn is_about_to_end(pid: u32) -> bool {
    /// The kernel's PF_EXITING, in the field of flags.
    const EXITING: u64 = 4;
    let process = format!("/proc/{pid}");
    let process = Path::new(&process);
    let flags: Option<u64> = stat_field(process, 6).and_then(|flags| flags.parse().ok());
    let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
    let signals = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .unwrap_or(0)
    };
    let waiting = signals("SigPnd:") | signals("ShdPnd:");
    flags.is_some_and(|flags| flags & EXITING != 0) || waiting & !signals("SigBlk:") != 0
}

/// Nobody tells.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_about_to_end(_pid: u32) -> bool {
    false
}

/// What `ps` says, to the second.
#[cfg(all(unix, not(target_os = "linux")))]
fn now(pid: u32) -> Now {
    use super::{Cancel, Program, run};
    let ps = Program::learners("ps")
        .args(["-o", "lstart=", "-p"])
        .arg(pid.to_string())
        .deadline(std::time::Duration::from_secs(2));
    let Ok(finished) = run(&ps, &Cancel::new()) else {
        return Now::Unknown;
    };
    match finished.stdout.text.trim() {
        "" => Now::Gone,
        started => Now::Started(started.to_owned()),
    }
}

#[cfg(not(unix))]
fn now(_pid: u32) -> Now {
    Now::Unknown
}

/// Keeps other programs of the same user from reading this one's memory and files, where the system can do that.
pub fn hide_from_others() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Refused to nobody; where it is not known there is nothing to be done.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::process::{Cancel, End, Program, spawn};
    use rustix::process::{Pid, Signal, kill_process};

    #[test]
    fn a_signal_that_was_not_heard_yet_is_an_end_that_may_come() {
        let mut sleeps = spawn(&Program::learners("sleep").arg("60")).expect("it starts");
        let pid = i32::try_from(sleeps.id()).ok().and_then(Pid::from_raw);
        let send = |signal| kill_process(pid.expect("a number"), signal).expect("sent");
        let process = format!("/proc/{}", sleeps.id());
        let process = Path::new(&process);
        assert!(!is_about_to_end(sleeps.id()));
        // One that stands still hears nothing. Until it does, it could hear both in either order.
        send(Signal::STOP);
        while stat_field(process, 0).as_deref() != Some("T") {
            std::thread::yield_now();
        }
        send(Signal::TERM);
        assert!(is_about_to_end(sleeps.id()));
        send(Signal::CONT);
        let end = sleeps.wait(None, &Cancel::new());
        assert!(matches!(end, End::Signalled(_)), "{end:?}");
    }
}
