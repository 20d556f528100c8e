//! Looks at what learners' programs use for as long as they run, whoever waits for them and whoever does not, and ends those
//! that use more than they may. One thread for all; it rests while no such program runs.

use super::{Limit, Limits, limits::Table};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Between two looks. Most programs have ended before the first.
const LOOK_EVERY: Duration = Duration::from_millis(200);

static LOOKED_AT: Mutex<Looks> = Mutex::new(Looks {
    entries: Vec::new(),
    thread: Thread::None,
});
static CHANGED: Condvar = Condvar::new();

struct Looks {
    entries: Vec<Entry>,
    thread: Thread,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Thread {
    None,
    Runs,
}

struct Entry {
    group: u32,
    limits: Limits,
    since: Instant,
    over: Arc<OnceLock<Limit>>,
}

/// A program that is looked at, until this is dropped.
#[derive(Debug)]
pub(super) struct Overseen {
    over: Arc<OnceLock<Limit>>,
}

impl Overseen {
    /// Begins to look at the program that leads this group.
    pub(super) fn begin(group: u32, limits: Limits) -> Self {
        let over = Arc::default();
        let mut looks = lock();
        looks.entries.push(Entry {
            group,
            limits,
            since: Instant::now(),
            over: Arc::clone(&over),
        });
        if cfg!(target_os = "linux") && looks.thread == Thread::None {
            // Where the system has no thread left, the next program's start tries again.
            let started = thread::Builder::new().name("overseer".into()).spawn(look);
            if started.is_ok() {
                looks.thread = Thread::Runs;
            }
        }
        CHANGED.notify_one();
        Self { over }
    }

    /// Ends the looks. Before the program is collected: then its number may be given to a stranger.
    pub(super) fn end(&self) {
        let mut looks = lock();
        looks
            .entries
            .retain(|entry| !Arc::ptr_eq(&entry.over, &self.over));
    }

    /// The limit that it went over and was ended for.
    pub(super) fn limit(&self) -> Option<Limit> {
        self.over.get().copied()
    }
}

impl Drop for Overseen {
    fn drop(&mut self) {
        self.end();
    }
}

fn lock() -> MutexGuard<'static, Looks> {
    LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn look() {
    let mut last = Instant::now();
    let mut looks = lock();
    loop {
        let Some(oldest) = looks.entries.iter().map(|entry| entry.since).min() else {
            looks = CHANGED.wait(looks).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let next = last.max(oldest) + LOOK_EVERY;
        let left = next.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            let waited = CHANGED.wait_timeout(looks, left);
            looks = waited.unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        last = Instant::now();
        // The ends of programs do not wait for this.
        drop(looks);
        let table = Table::read();
        looks = lock();
        // Of a program that was started since, the table may know only who had its number before.
        for entry in looks.entries.iter().filter(|entry| entry.since < last) {
            if let Some(limit) = table.used(entry.group).over(&entry.limits) {
                // In this order, so that whoever sees the end knows the reason.
                let _ = entry.over.set(limit);
                kill(entry.group);
            }
        }
    }
}

#[cfg(unix)]
fn kill(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // It fails only if the whole group has gone already.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Nobody looks here.
#[cfg(not(unix))]
fn kill(_group: u32) {}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{End, Program, spawn};

    fn ended_unwaited(script: &str, limits: Limits) -> Option<End> {
        let program = Program::learners("sh").args(["-c", script]).limits(limits);
        let mut running = spawn(&program).expect("sh starts");
        let deadline = Instant::now() + Duration::from_secs(30);
        while running.has_not_ended() && Instant::now() < deadline {
            thread::yield_now();
        }
        running.exited()
    }

    #[test]
    fn a_program_that_nobody_waits_for_is_ended_at_its_limits_and_they_are_named() {
        let few = Limits {
            processes: 5,
            ..Limits::LEARNERS
        };
        let many = "for i in 1 2 3 4 5 6 7 8; do sleep 600 & done; wait";
        let ended = Some(End::Limit(Limit::Processes(5)));
        assert_eq!(ended_unwaited(many, few), ended);
        let little = Limits {
            memory: 48 << 20,
            ..Limits::LEARNERS
        };
        // Each is within the limit for one.
        let hungry = "hold() { x=$(head -c 10000000 /dev/zero | tr '\\0' x); sleep 600; }; \
                      for i in 1 2 3 4 5 6 7 8; do hold & done; wait";
        let ended = Some(End::Limit(Limit::Memory(48)));
        assert_eq!(ended_unwaited(hungry, little), ended);
    }

    #[test]
    fn an_end_that_came_by_itself_stays_one() {
        assert_eq!(
            ended_unwaited("exit 3", Limits::LEARNERS),
            Some(End::Exited(3))
        );
    }
}
