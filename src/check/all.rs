//! Every exercise of a course, as many at a time as the machine has cores and memory for.

use super::{Files, Job, Means, Memory, check};
use crate::{
    course::Course,
    error::Result,
    outcome::{Outcome, Report},
    progress::Pristine,
};
use std::{
    fs,
    num::NonZero,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Memory that one check may need, rustc and the learner's program together.
const MB_PER_CHECK: u64 = 700;

/// How far a check of all exercises is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Exercises that have a verdict.
    pub done: usize,
    /// Those of them that fail.
    pub failed: usize,
    /// Exercises there are.
    pub total: usize,
    /// The names of those that are being checked now.
    pub running: Vec<String>,
    /// The time that is left, as far as the speed so far tells.
    pub left: Option<Duration>,
}

impl Round {
    /// As in "7 of 13 checked, 2 fail, about 3 s left; now http_body, sql_null".
    pub fn words(&self) -> String {
        let mut words = format!(
            "{} of {} checked, {} fail",
            self.done, self.total, self.failed
        );
        if let Some(left) = self.left.filter(|left| *left >= Duration::from_secs(1)) {
            words.push_str(&format!(", about {} s left", left.as_secs()));
        }
        if !self.running.is_empty() {
            words.push_str(&format!("; now {}", self.running.join(", ")));
        }
        words
    }
}

/// Checks all exercises. The reports come in the order of the course.
///
/// What `memory` knows is not run again; without one, everything is. `on_progress` is called at each beginning and end.
///
/// # Errors
/// The first fault of the course, the runner or the machine; then the rest is not checked.
pub fn check_all(
    course: &Course,
    pristine: Pristine<'_>,
    means: Means<'_>,
    memory: Option<&Memory<'_>>,
    on_progress: &(dyn Fn(Round) + Sync),
) -> Result<Vec<Report>> {
    let work = Mutex::new(Work {
        next: 0,
        started: Instant::now(),
        round: Round {
            total: course.exercises.len(),
            ..Round::default()
        },
        results: course.exercises.iter().map(|_| None).collect(),
    });
    let quiet = Means {
        on_stage: &|_| {},
        standby: None,
        ..means
    };
    let worker = || {
        while let Some(position) = begin(&work, course, on_progress) {
            let exercise = &course.exercises[position];
            let result = Files::read(course, exercise, pristine)
                .and_then(|files| judge(files.job(course, exercise), quiet, memory));
            end(&work, position, &exercise.name, result, on_progress);
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers() {
            scope.spawn(worker);
        }
        worker();
    });
    let work = work.into_inner().unwrap_or_else(PoisonError::into_inner);
    work.results.into_iter().flatten().collect()
}

/// What the workers share.
struct Work {
    next: usize,
    started: Instant,
    round: Round,
    results: Vec<Option<Result<Report>>>,
}

fn lock(work: &Mutex<Work>) -> MutexGuard<'_, Work> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the next exercise, if there is one.
fn begin(work: &Mutex<Work>, course: &Course, on_progress: &dyn Fn(Round)) -> Option<usize> {
    let mut work = lock(work);
    let position = work.next;
    let name = course.exercises.get(position)?.name.clone();
    work.next += 1;
    work.round.running.push(name);
    on_progress(work.round.clone());
    Some(position)
}

fn end(
    work: &Mutex<Work>,
    position: usize,
    name: &str,
    result: Result<Report>,
    on_progress: &dyn Fn(Round),
) {
    let mut work = lock(work);
    match &result {
        Ok(report) if report.outcome == Outcome::Failed => work.round.failed += 1,
        Ok(_) => {}
        // After a fault nobody takes another one.
        Err(_) => work.next = usize::MAX,
    }
    work.results[position] = Some(result);
    work.round.done += 1;
    work.round.running.retain(|running| running != name);
    let rest = (work.round.total - work.round.done) as f64;
    work.round.left = Some(
        work.started
            .elapsed()
            .mul_f64(rest / work.round.done as f64),
    );
    on_progress(work.round.clone());
}

/// How many checks at a time the machine has cores and memory for.
pub fn workers() -> usize {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let fit = free_memory_mb().map_or(cores as u64, |free| free / MB_PER_CHECK);
    usize::try_from(fit).unwrap_or(cores).clamp(1, cores)
}

/// What Linux says is free for new programs; elsewhere it is not asked.
fn free_memory_mb() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kb: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kb / 1000)
}

fn judge(job: Job<'_>, means: Means<'_>, memory: Option<&Memory<'_>>) -> Result<Report> {
    if let Some(known) = memory.and_then(|memory| memory.recall(job)) {
        return Ok(known);
    }
    let report = check(job, means)?;
    if let Some(memory) = memory {
        memory.keep(job, &report);
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_says_what_runs_what_fails_and_how_long_it_takes() {
        let round = Round {
            done: 7,
            failed: 2,
            total: 13,
            running: vec!["http_body".into(), "sql_null".into()],
            left: Some(Duration::from_millis(3200)),
        };
        assert_eq!(
            round.words(),
            "7 of 13 checked, 2 fail, about 3 s left; now http_body, sql_null"
        );
    }
}
