//! Programs that have left their group: each program carries a mark in its environment, which all that it starts
//! inherits, so that what is left of it is found wherever it has gone. Linux shows the environment of processes; elsewhere only
//! the group is known, and the record.

use super::identity::{Identity, may_live};
use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The variable that carries the mark.
pub(super) const VARIABLE: &str = "BACKENDLINGS_RUN";

/// The marks of the programs that run. What carries another one of this runner is left over.
static LIVE: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<u64>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The mark of one program. When it is dropped, whoever still carries it is a stray.
#[derive(Debug)]
pub(super) struct Mark(u64);

impl Mark {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        live().insert(number);
        Self(number)
    }

    /// The value of [`VARIABLE`].
    pub(super) fn text(&self) -> String {
        format!("{}#{}#{}", world(), runner(), self.0)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        live().remove(&self.0);
    }
}

/// Who this runner is.
fn runner() -> &'static str {
    static RUNNER: OnceLock<String> = OnceLock::new();
    RUNNER.get_or_init(|| {
        Identity::of(std::process::id()).map_or_else(String::new, |i| i.to_string())
    })
}

/// Where the numbers of processes mean what they mean to this runner: the namespace. Inside a sandbox or a container the same
/// number is another process, and nobody can tell from outside whether that one lives.
fn world() -> &'static str {
    static WORLD: OnceLock<String> = OnceLock::new();
    WORLD.get_or_init(|| {
        let link = std::fs::read_link("/proc/self/ns/pid");
        link.map_or_else(|_| String::new(), |link| link.display().to_string())
    })
}

/// Kills what programs that have ended left behind, and programs whose runner is gone. Gives the numbers of the killed.
#[cfg(target_os = "linux")]
pub fn end_strays() -> Vec<u32> {
    use rustix::process::{Pid, Signal, kill_process};
    let mut killed = Vec::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let number = process.file_name().to_string_lossy().parse().ok();
        let Some(pid) = number.and_then(Pid::from_raw) else {
            continue;
        };
        // Those of other users cannot be read, and are none of ours.
        let Ok(environment) = std::fs::read(process.path().join("environ")) else {
            continue;
        };
        let mark = environment.split(|byte| *byte == 0).find_map(|entry| {
            let (name, value) = std::str::from_utf8(entry).ok()?.split_once('=')?;
            (name == VARIABLE).then_some(value)
        });
        if mark.is_some_and(is_stray) && kill_process(pid, Signal::KILL).is_ok() {
            killed.extend(u32::try_from(pid.as_raw_nonzero().get()).ok());
        }
    }
    killed
}

/// Nobody tells here what a process carries.
#[cfg(not(target_os = "linux"))]
pub fn end_strays() -> Vec<u32> {
    Vec::new()
}

/// True if a process has this number; also where nobody tells.
pub fn lives(pid: u32) -> bool {
    may_live(pid)
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code))]
fn is_stray(mark: &str) -> bool {
    let mut parts = mark.split('#');
    let (Some(world), Some(of), Some(number), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let Ok(number) = number.parse() else {
        return false;
    };
    if world != self::world() {
        return false;
    }
    match of == runner() {
        true => !live().contains(&number),
        false => Identity::read(of).is_some_and(|runner| runner.is_gone()),
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::{
        super::{Cancel, Program, run, spawn},
        *,
    };

    fn sh(script: &str) -> Program {
        Program::learners("sh").args(["-c", script])
    }

    #[test]
    fn who_has_left_the_group_is_ended_and_who_runs_is_not() {
        let runs = spawn(&sh("sleep 600")).expect("sh starts");
        let left = run(
            &sh("setsid sleep 600 >/dev/null 2>&1 & echo $!"),
            &Cancel::new(),
        );
        let left: u32 = left
            .expect("sh runs")
            .stdout
            .text
            .trim()
            .parse()
            .expect("a number");
        let killed = end_strays();
        // Another test's sweep may have been faster.
        let gone = killed.contains(&left) || Identity::of(left).is_none();
        assert!(gone, "{left} is left");
        assert!(runs.has_not_ended() && !killed.contains(&runs.id()));
    }

    #[test]
    fn whose_runner_is_gone_is_a_stray_and_marks_of_others_are_none() {
        let here = world();
        assert!(is_stray(&format!("{here}#1 0@never#0")));
        assert!(!is_stray("pid:[of a sandbox]#1 0@never#0"));
        let lives = Identity::of(1).map_or_else(String::new, |init| init.to_string());
        assert!(!is_stray(&format!("{here}#{lives}#0")));
        for other in ["", "x", "#", "1#x", "##", "#1#x"] {
            assert!(!is_stray(other), "{other}");
        }
        let mark = Mark::new();
        assert!(!is_stray(&mark.text()));
        let text = mark.text();
        drop(mark);
        assert!(is_stray(&text));
    }
}
