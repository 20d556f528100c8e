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
        let started = started(pid)?;
        Some(Self { pid, started })
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

/// The boot, and the clock ticks from it to the start: the 20th field after the name in `/proc/PID/stat`.
#[cfg(target_os = "linux")]
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    // A process that has ended and was not collected yet does nothing any more.
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    let ticks = fields.nth(18)?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Some(format!("{ticks}@{}", boot.trim()))
}

/// The number of a process's group: the third field after the name in its `stat`.
#[cfg(target_os = "linux")]
fn group_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(2)?.parse().ok()
}

/// What `ps` says, to the second.
#[cfg(all(unix, not(target_os = "linux")))]
fn started(pid: u32) -> Option<String> {
    use super::{Cancel, Program, run};
    let ps = Program::learners("ps")
        .args(["-o", "lstart=", "-p"])
        .arg(pid.to_string())
        .deadline(std::time::Duration::from_secs(2));
    let told = run(&ps, &Cancel::new()).ok()?.stdout.text.trim().to_owned();
    (!told.is_empty()).then_some(told)
}

#[cfg(not(unix))]
fn started(_pid: u32) -> Option<String> {
    None
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
