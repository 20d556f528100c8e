//! Every exercise of a course, as many at a time as the machine has cores.

use super::{Files, Job, Means, Memory, check};
use crate::{course::Course, error::Result, outcome::Report, progress::Pristine};
use std::{
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Checks all exercises. The reports come in the order of the course.
///
/// What `memory` knows is not run again; without one, everything is. `on_done` is called with the number of exercises that
/// have a verdict so far.
///
/// # Errors
/// The first fault of the course, the runner or the machine; then the rest is not checked.
pub fn check_all(
    course: &Course,
    pristine: Pristine<'_>,
    means: Means<'_>,
    memory: Option<&Memory<'_>>,
    on_done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Report>> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<_>> = Mutex::new(course.exercises.iter().map(|_| None).collect());
    let quiet = Means {
        on_stage: &|_| {},
        ..means
    };
    let work = || {
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(exercise) = course.exercises.get(position) else {
                return;
            };
            let result = Files::read(course, exercise, pristine)
                .and_then(|files| judge(files.job(course, exercise), quiet, memory));
            let failed = result.is_err();
            results.lock().unwrap_or_else(PoisonError::into_inner)[position] = Some(result);
            on_done(done.fetch_add(1, Ordering::Relaxed) + 1);
            if failed {
                // Nobody takes another one.
                next.store(course.exercises.len(), Ordering::Relaxed);
                return;
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().flatten().collect()
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
