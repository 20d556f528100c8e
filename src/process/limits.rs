//! What a learner's program may use of the machine, and the look whether it uses more.
//!
//! On Linux the kernel holds the limits of each process; how much a program and all that it has started use together is added
//! up here, for `overseer`. Elsewhere there are none: deadlines and caps hold there too.

/// The most that a program and all it has started may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of each file that it writes.
    pub file: u64,
    /// Processes. Threads may be four times as many.
    pub processes: u64,
}

/// So many threads for each process that is allowed.
const THREADS: u64 = 4;

impl Limits {
    /// Those of every program of a learner's.
    pub const LEARNERS: Self = Self {
        memory: 2 << 30,
        file: 1 << 30,
        processes: 512,
    };
}

/// A limit that a program went over. It was killed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Of memory, in MiB.
    Memory(u64),
    /// Of processes.
    Processes(u64),
    /// Of threads.
    Threads(u64),
}

impl Limit {
    /// In words, as in "it used more than 2048 MiB of memory, which is its limit".
    pub fn words(self) -> String {
        match self {
            Self::Memory(mib) => {
                format!("it used more than {mib} MiB of memory, which is its limit")
            }
            Self::Processes(most) => {
                format!("it had more than {most} processes at once, which is its limit")
            }
            Self::Threads(most) => {
                format!("it had more than {most} threads at once, which is its limit")
            }
        }
    }
}

/// What a program and all that it has started use at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Used {
    /// Bytes.
    pub(super) memory: u64,
    pub(super) processes: u64,
    pub(super) threads: u64,
}

impl Used {
    /// The limit that this is over.
    pub(super) fn over(self, limits: &Limits) -> Option<Limit> {
        if self.memory > limits.memory {
            Some(Limit::Memory(limits.memory >> 20))
        } else if self.processes > limits.processes {
            Some(Limit::Processes(limits.processes))
        } else if self.threads > THREADS * limits.processes {
            Some(Limit::Threads(THREADS * limits.processes))
        } else {
            None
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::{Table, go_first, set, threads_of_all};

/// There are no such limits here.
#[cfg(not(target_os = "linux"))]
pub(super) fn set(_pid: u32, _limits: &Limits) {}

/// Nobody looks here.
#[cfg(not(target_os = "linux"))]
pub(super) fn go_first() {}

/// Nobody tells it here.
#[cfg(not(target_os = "linux"))]
pub(super) fn threads_of_all() -> u64 {
    0
}

/// Nobody tells here what runs.
#[cfg(not(target_os = "linux"))]
pub(super) struct Table;

#[cfg(not(target_os = "linux"))]
impl Table {
    pub(super) fn read(_groups: &[(u32, u64)]) -> Self {
        Self
    }

    pub(super) fn used(&self, _group: u32) -> Used {
        Used::default()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{Limits, THREADS, Used};
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    use std::{collections::HashSet, fs};

    /// Sets the limits of a process that was started this moment; what it starts inherits them.
    pub(in super::super) fn set(pid: u32, limits: &Limits) {
        let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
            return;
        };
        let most = |value: u64| Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        // The system counts the processes and threads of the user, not of the program: what runs now is not its own.
        let processes = match threads_of_all() {
            0 => None,
            others => Some(others + THREADS * limits.processes),
        };
        // It fails if the process has gone already, or is more limited than that by the learner's own system.
        let _ = prlimit(Some(pid), Resource::Data, most(limits.memory));
        let _ = prlimit(Some(pid), Resource::Fsize, most(limits.file));
        let _ = prlimit(Some(pid), Resource::Core, most(0));
        if let Some(processes) = processes {
            let _ = prlimit(Some(pid), Resource::Nproc, most(processes));
        }
    }

    /// How many processes and threads there are in all; 0 if the system does not tell.
    pub(in super::super) fn threads_of_all() -> u64 {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let both = load.split_whitespace().nth(3);
        let all = both.and_then(|both| both.split_once('/')?.1.parse().ok());
        all.unwrap_or(0)
    }

    /// Lets this thread go before the programs that it looks at. Only root may; for others the system counts their processes.
    pub(in super::super) fn go_first() {
        const BEFORE_OTHERS: i32 = -15;
        let _ = rustix::process::setpriority_process(None, BEFORE_OTHERS);
    }

    /// One line of the table of processes.
    struct Process {
        pid: u32,
        parent: u32,
        group: u32,
        threads: u64,
        pages: u64,
    }

    /// The table of processes at one moment.
    pub(in super::super) struct Table(Vec<Process>);

    impl Table {
        /// Reads it until one of these groups is seen to have more processes than it may: the newest come first, so that
        /// a thousand that have been started since are not in the way of the answer.
        pub(in super::super) fn read(groups: &[(u32, u64)]) -> Self {
            let mut seen: Vec<u64> = vec![0; groups.len()];
            let mut table = Vec::new();
            for process in processes() {
                let at = groups.iter().position(|(group, _)| *group == process.group);
                table.push(process);
                if let Some(at) = at {
                    seen[at] += 1;
                    if seen[at] > groups[at].1 {
                        break;
                    }
                }
            }
            Self(table)
        }

        /// What the group uses, and what its members have started elsewhere.
        pub(in super::super) fn used(&self, group: u32) -> Used {
            let mut rest: Vec<&Process> = self.0.iter().collect();
            let mut ours = HashSet::from([group]);
            let mut used = Used::default();
            loop {
                let known = ours.len();
                rest.retain(|process| {
                    let is_ours = process.group == group || ours.contains(&process.parent);
                    if is_ours {
                        ours.insert(process.pid);
                        used.processes += 1;
                        used.threads += process.threads;
                        used.memory += process.pages * rustix::param::page_size() as u64;
                    }
                    !is_ours
                });
                if ours.len() == known {
                    return used;
                }
            }
        }
    }

    /// The newest first, as far as numbers tell.
    fn processes() -> impl Iterator<Item = Process> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let mut pids: Vec<u32> = pids.collect();
        pids.sort_unstable();
        pids.into_iter().rev().filter_map(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // After the name, which may hold anything: state, parent, group, …; threads are the 18th, resident pages the 22nd.
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
            Some(Process {
                pid,
                parent: fields.get(1)?.parse().ok()?,
                group: fields.get(2)?.parse().ok()?,
                threads: fields.get(17)?.parse().ok()?,
                pages: fields.get(21)?.parse().ok()?,
            })
        })
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::{
        super::{Cancel, End, Program, run, spawn},
        *,
    };
    use std::time::Duration;

    fn sh(script: &str) -> Program {
        Program::learners("sh").args(["-c", script])
    }

    fn limited(script: &str, limits: Limits) -> End {
        let program = sh(script).limits(limits).deadline(Duration::from_secs(30));
        run(&program, &Cancel::new()).expect("sh runs").end
    }

    #[test]
    fn what_a_program_and_its_children_use_is_counted_together() {
        let mut running = spawn(&sh("sleep 600 & sleep 600 & echo up; wait")).expect("sh starts");
        let cancel = Cancel::new();
        while running.stdout().total() == 0 {
            running.wait(
                Some(std::time::Instant::now() + Duration::from_millis(5)),
                &cancel,
            );
        }
        let used = Table::read(&[]).used(running.id());
        assert_eq!(used.processes, 3);
        assert!(used.memory > 0);
    }

    #[test]
    fn a_program_with_too_many_children_is_ended_with_all_of_them() {
        let few = Limits {
            processes: 5,
            ..Limits::LEARNERS
        };
        let many = "for i in 1 2 3 4 5 6 7 8; do sleep 600 & done; wait";
        assert_eq!(limited(many, few), End::Limit(Limit::Processes(5)));
    }

    #[test]
    fn memory_counts_for_the_whole_tree() {
        let little = Limits {
            memory: 96 << 20,
            ..Limits::LEARNERS
        };
        // Each keeps 10 MB in a variable, which is within the limit for one.
        let hungry = "hold() { x=$(head -c 10000000 /dev/zero | tr '\\0' x); sleep 600; }; \
                      for i in 1 2 3 4 5 6 7 8 9 10 11 12; do hold & done; wait";
        assert_eq!(limited(hungry, little), End::Limit(Limit::Memory(96)));
    }

    #[test]
    fn a_file_without_end_is_cut_off() {
        let dir = tempfile::tempdir().expect("a directory");
        let short = Limits {
            file: 128 << 20,
            ..Limits::LEARNERS
        };
        let program = sh("exec yes > long")
            .dir(dir.path())
            .limits(short)
            .deadline(Duration::from_secs(30));
        let end = run(&program, &Cancel::new()).expect("sh runs").end;
        assert_ne!(end, End::Deadline);
        let written = std::fs::metadata(dir.path().join("long")).expect("there");
        assert!(written.len() <= 128 << 20, "{}", written.len());
    }
}
