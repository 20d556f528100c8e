//! What a running server costs: memory, threads and open descriptors of the program and all that it has started. Linux tells
//! through `/proc`, macOS through `ps`; elsewhere nobody tells, and the check says so.

use super::expect::{About, Problem};
use std::collections::BTreeMap;

/// What can be measured, with its name in a step and in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    /// Resident memory in MiB.
    Memory,
    Threads,
    Descriptors,
}

impl Measure {
    fn words(self) -> &'static str {
        match self {
            Self::Memory => "MiB of memory",
            Self::Threads => "threads",
            Self::Descriptors => "open files and connections",
        }
    }
}

/// What was measured; what could not be measured here is not in it.
pub(super) type Measured = BTreeMap<Measure, u64>;

/// What does not hold; and what could not be looked at.
pub(super) fn judge(
    at_most: &BTreeMap<Measure, u64>,
    measured: &Measured,
) -> (Vec<Problem>, Vec<String>) {
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    for (measure, &most) in at_most {
        let words = measure.words();
        match measured.get(measure) {
            Some(&came) if came > most => problems.push(Problem {
                about: About::Else,
                expected: format!("at most {most} {words}"),
                actual: format!("{came} {words}"),
                explain: None,
            }),
            Some(_) => {}
            None => notes.push(format!(
                "This system does not tell how many {words} the server has; that part was skipped."
            )),
        }
    }
    (problems, notes)
}

/// Measures a process group.
#[cfg(target_os = "linux")]
pub(super) fn measure(group: u32) -> Measured {
    use std::{fs, path::Path};
    let mut total = Measured::new();
    for process in super::ports::processes(group) {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let open = |dir: &Path| fs::read_dir(dir).map_or(0, |entries| entries.count() as u64);
        // A process that vanished in the meantime has no lines, and costs nothing.
        *total.entry(Measure::Memory).or_default() += field("VmRSS:").unwrap_or(0);
        *total.entry(Measure::Threads).or_default() += field("Threads:").unwrap_or(0);
        *total.entry(Measure::Descriptors).or_default() += open(&process.join("fd"));
    }
    if let Some(memory) = total.get_mut(&Measure::Memory) {
        *memory /= 1024;
    }
    total
}

/// Measures a process group: memory and threads, which is what `ps` tells.
#[cfg(target_os = "macos")]
pub(super) fn measure(group: u32) -> Measured {
    use crate::process::{self, Cancel, Program};
    let ps = |columns: &str| {
        let group = group.to_string();
        let program = Program::tool("ps").args(["-g", &group, "-o", columns]);
        process::run(&program, &Cancel::new()).map(|ps| ps.stdout.text)
    };
    let mut total = Measured::new();
    if let Ok(text) = ps("rss=") {
        let kib: u64 = text
            .lines()
            .filter_map(|line| line.trim().parse::<u64>().ok())
            .sum();
        total.insert(Measure::Memory, kib / 1024);
    }
    let group = group.to_string();
    let threads = Program::tool("ps").args(["-M", "-g", &group]);
    if let Ok(ps) = process::run(&threads, &Cancel::new()) {
        // One line for each thread, after a head.
        total.insert(
            Measure::Threads,
            ps.stdout.text.lines().count().saturating_sub(1) as u64,
        );
    }
    total
}

/// Nobody tells.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn measure(_group: u32) -> Measured {
    Measured::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_told_and_what_nobody_knows_is_skipped_in_words() {
        let at_most = BTreeMap::from([(Measure::Threads, 3), (Measure::Descriptors, 10)]);
        let (problems, notes) = judge(&at_most, &Measured::from([(Measure::Threads, 4)]));
        assert_eq!(problems[0].actual, "4 threads");
        assert!(notes[0].contains("skipped"), "{notes:?}");
        let enough = Measured::from([(Measure::Threads, 3), (Measure::Descriptors, 10)]);
        assert_eq!(judge(&at_most, &enough), (vec![], vec![]));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn threads_and_files_of_another_process_are_counted() {
        use crate::process::{self, Program};
        let program = Program::learners("sh").args([
            "-c",
            "exec 7</dev/null 8</dev/null; echo ready; read x < /dev/zero",
        ]);
        let running = process::spawn(&program).expect("sh runs");
        while running.stdout().total() == 0 {
            std::thread::yield_now();
        }
        let measured = measure(running.id());
        assert_eq!(measured.get(&Measure::Threads), Some(&1), "{measured:?}");
        assert!(
            measured
                .get(&Measure::Descriptors)
                .is_some_and(|&open| open >= 5),
            "{measured:?}"
        );
        assert!(measured.contains_key(&Measure::Memory));
    }
}
