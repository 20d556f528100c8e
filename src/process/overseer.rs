//! Looks at what learners' programs use for as long as they run, whoever waits for them and whoever does not, and ends those
//! that use more than they may. One thread for all; it rests while no such program runs.

use super::{
    Limit, Limits,
    limits::{self, Table},
};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Between two looks. Most programs have ended before the first.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Between two glances at how many threads the whole system has, which cost next to nothing: programs that start programs
/// that start programs are thousands before the next look.
const GLANCE_EVERY: Duration = Duration::from_millis(20);

/// So many more than at the last look may be the doing of one program: all stand still while that is found out.
const MANY_MORE: u64 = 400;

static LOOKED_AT: Mutex<Looks> = Mutex::new(Looks {
    entries: Vec::new(),
    thread: Thread::None,
    threads: 0,
});
static CHANGED: Condvar = Condvar::new();

struct Looks {
    entries: Vec<Entry>,
    thread: Thread,
    /// How many threads the whole system had at the last look.
    threads: u64,
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

/// To be called before a program is started: who has to keep up with it begins before it.
pub(super) fn make_ready() {
    let mut looks = lock();
    if looks.entries.is_empty() {
        looks.threads = limits::threads_of_all();
    }
    if cfg!(target_os = "linux") && looks.thread == Thread::None {
        // Where the system has no thread left, the next program's start tries again.
        let started = thread::Builder::new().name("overseer".into()).spawn(look);
        if started.is_ok() {
            looks.thread = Thread::Runs;
        }
    }
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
    limits::go_first();
    let mut last = Instant::now();
    let mut looks = lock();
    loop {
        let Some(oldest) = looks.entries.iter().map(|entry| entry.since).min() else {
            looks = CHANGED.wait(looks).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let next = last.max(oldest) + LOOK_EVERY;
        let left = next.saturating_duration_since(Instant::now());
        let many_more = limits::threads_of_all() > looks.threads + MANY_MORE;
        if !left.is_zero() && !many_more {
            let waited = CHANGED.wait_timeout(looks, left.min(GLANCE_EVERY));
            looks = waited.unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        last = Instant::now();
        looks.threads = limits::threads_of_all();
        let known = looks.entries.iter();
        let known: Vec<_> = known.map(|e| (e.group, e.limits.processes)).collect();
        if many_more {
            signal_all(&looks.entries, Signal::Stop);
        }
        // The ends of programs do not wait for this.
        drop(looks);
        let table = Table::read(&known);
        looks = lock();
        // Of a program that was started since, the table may know only who had its number before.
        for entry in looks.entries.iter().filter(|entry| entry.since < last) {
            if let Some(limit) = table.used(entry.group).over(&entry.limits) {
                // In this order, so that whoever sees the end knows the reason.
                let _ = entry.over.set(limit);
                signal(entry.group, Signal::Kill);
            }
        }
        if many_more {
            signal_all(&looks.entries, Signal::GoOn);
        }
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Kill,
    Stop,
    GoOn,
}

fn signal_all(entries: &[Entry], what: Signal) {
    for entry in entries {
        signal(entry.group, what);
    }
}

#[cfg(unix)]
fn signal(group: u32, what: Signal) {
    use rustix::process::{Pid, Signal as Unix, kill_process_group};
    let unix = match what {
        Signal::Kill => Unix::KILL,
        Signal::Stop => Unix::STOP,
        Signal::GoOn => Unix::CONT,
    };
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // It fails only if the whole group has gone already.
        let _ = kill_process_group(group, unix);
    }
}

/// Nobody looks here.
#[cfg(not(unix))]
fn signal(_group: u32, _what: Signal) {}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{End, Program, spawn};

    /// Held while programs of many processes run: what the system refuses to others than root, it counts for the whole user.
    static ALONE: Mutex<()> = Mutex::new(());

    fn alone() -> MutexGuard<'static, ()> {
        ALONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

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
        let _alone = alone();
        let few = Limits {
            processes: 40,
            ..Limits::LEARNERS
        };
        let many = "i=0; while [ $i -lt 60 ]; do sleep 600 & i=$((i+1)); done; wait";
        let ended = Some(End::Limit(Limit::Processes(40)));
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
    fn programs_that_start_programs_without_end_are_ended_before_they_are_thousands() {
        let _alone = alone();
        let few = Limits {
            processes: 64,
            ..Limits::LEARNERS
        };
        // Each starts two, twelve times over: four thousand, if nobody keeps up with them. Where the system refuses one (it does
        // so to everybody but root), the one that asked stays all the same, so that they are never fewer again.
        let bomb = "f() { trap 'exec sleep 600' EXIT; [ $1 = 0 ] && exec sleep 600; f $(($1-1)) & f $(($1-1)); }; f 12";
        let ended = Some(End::Limit(Limit::Processes(64)));
        assert_eq!(ended_unwaited(bomb, few), ended);
    }

    #[test]
    fn threads_without_end_are_counted_too() {
        let _alone = alone();
        let few = Limits {
            processes: 8,
            ..Limits::LEARNERS
        };
        // The system refuses a thread while the user's other programs have too many; then it is asked for again.
        let script = "\
import threading
running = 0
while running < 60:
    try:
        threading.Thread(target=threading.Event().wait).start()
        running += 1
    except RuntimeError:
        pass
";
        let program = Program::learners("python3")
            .limits(few)
            .args(["-c", script]);
        // Where there is no Python, there is nothing to count.
        let Ok(mut running) = spawn(&program) else {
            return;
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while running.has_not_ended() && Instant::now() < deadline {
            thread::yield_now();
        }
        assert_eq!(running.exited(), Some(End::Limit(Limit::Threads(32))));
    }

    #[test]
    fn an_end_that_came_by_itself_stays_one() {
        assert_eq!(
            ended_unwaited("exit 3", Limits::LEARNERS),
            Some(End::Exited(3))
        );
    }
}
