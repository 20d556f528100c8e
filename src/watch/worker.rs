//! The thread that checks. One check at a time: a new one waits until the one before, cancelled, has let go of its files.

use super::events::Event;
use crate::{
    build::{Dependencies, Standby, Toolchain},
    check::{Files, Means, Memory, Round, Source, advice, check, check_all, elsewhere, tier},
    course::Course,
    error::Result,
    process::Cancel,
    progress::Pristine,
    services::Services,
};
use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

/// Called with what a check has to say.
pub(super) type OnEvent = Arc<dyn Fn(Event) + Send + Sync>;

/// What to check.
pub(super) enum Task {
    /// One exercise with these contents.
    One { position: usize, source: Source },
    /// Every exercise as it lies on disk.
    All,
}

/// The thread, and the check it works on.
pub(super) struct Worker {
    orders: Option<Sender<Order>>,
    cancel: Cancel,
    ended: Receiver<()>,
}

/// How long the end of the watcher waits for a cancelled check to let go.
const LETS_GO_WITHIN: Duration = Duration::from_secs(3);

struct Order {
    run: u64,
    task: Task,
    cancel: Cancel,
}

impl Worker {
    pub(super) fn start(course: Arc<Course>, toolchain: Toolchain, on_event: OnEvent) -> Self {
        let (orders, inbox) = channel();
        let (end, ended) = channel();
        thread::spawn(move || {
            work(&inbox, &course, &toolchain, &on_event);
            // Nobody listens any more if the watcher did not wait.
            let _ = end.send(());
        });
        Self {
            orders: Some(orders),
            cancel: Cancel::new(),
            ended,
        }
    }

    /// Stops the check that runs, with all programs it started.
    pub(super) fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Begins a check, after the one before has stopped.
    pub(super) fn begin(&mut self, run: u64, task: Task) {
        self.cancel();
        self.cancel = Cancel::new();
        let order = Order {
            run,
            task,
            cancel: self.cancel.clone(),
        };
        if let Some(orders) = &self.orders {
            // The thread ends only when `orders` is dropped.
            let _ = orders.send(order);
        }
    }
}

impl Drop for Worker {
    /// Waits for the check to let go: when the watcher has ended, no program of the learner's is left running.
    fn drop(&mut self) {
        self.cancel();
        self.orders = None;
        // If it does not let go in time, the programs are ended with this one; `q` works in any case.
        let _ = self.ended.recv_timeout(LETS_GO_WITHIN);
    }
}

fn work(inbox: &Receiver<Order>, course: &Course, toolchain: &Toolchain, on_event: &OnEvent) {
    let dependencies = Dependencies::new(toolchain, course.workspace.dependencies());
    let standby = Standby::new();
    // Ended with this thread, after the last check.
    let services = Services::of(&course.workspace);
    // If the record cannot be read, the first exercise that needs a service says so.
    let _ = services.sweep();
    while let Ok(Order { run, task, cancel }) = inbox.recv() {
        if cancel.is_cancelled() {
            continue;
        }
        let means = Means {
            toolchain,
            dependencies: &dependencies,
            services: &services,
            standby: Some(&standby),
            cancel: &cancel,
            on_stage: &|stage| on_event(Event::Stage { run, stage }),
        };
        if let Task::One { position, .. } = task {
            warm_ahead(course, position, &dependencies);
        }
        match task {
            Task::One { position, source } => {
                one(course, run, position, source, means, on_event);
            }
            Task::All => on_event(Event::AllChecked {
                run,
                result: all(course, means, &|round| {
                    on_event(Event::AllProgress { run, round });
                }),
            }),
        }
    }
}

/// Begins to build what this chapter and the next ones use, so that the learner never waits for it.
fn warm_ahead(course: &Course, position: usize, dependencies: &Dependencies) {
    const CHAPTERS_AHEAD: usize = 2;
    let chapter = course.exercises[position].chapter;
    let soon = course
        .exercises
        .iter()
        .filter(|exercise| (chapter..=chapter + CHAPTERS_AHEAD).contains(&exercise.chapter));
    for exercise in soon {
        // A lock file that cannot be read is told when the exercise itself is checked.
        if let Ok(Some(tier)) = tier(course, exercise) {
            dependencies.warm(&tier);
        }
    }
}

/// The verdict first, then what Clippy and another database say to what has passed.
fn one(
    course: &Course,
    run: u64,
    position: usize,
    source: Source,
    means: Means<'_>,
    on_event: &OnEvent,
) {
    let exercise = &course.exercises[position];
    let files = match Files::with_source(course, exercise, Pristine::of(course), source) {
        Ok(files) => files,
        Err(error) => {
            return on_event(Event::Checked {
                run,
                result: Err(error),
            });
        }
    };
    let job = files.job(course, exercise);
    let result = check(job, means).map(Box::new);
    let passed = result.as_ref().is_ok_and(|report| report.passed());
    on_event(Event::Checked { run, result });
    if let Some(standby) = means.standby {
        standby.make_ready();
    }
    // Advice that cannot be had, or that nobody waits for any more, is not missed.
    if let (true, Ok(advice)) = (passed, advice(job, means)) {
        on_event(Event::Advice { run, advice });
    }
    if passed && let Ok(Some(word)) = elsewhere(job, means) {
        on_event(Event::Word { run, word });
    }
}

fn all(
    course: &Course,
    means: Means<'_>,
    on_progress: &(dyn Fn(Round) + Sync),
) -> Result<Vec<(String, bool)>> {
    let memory = Memory::new(course, means.toolchain)?;
    let reports = check_all(
        course,
        Pristine::of(course),
        means,
        Some(&memory),
        on_progress,
    )?;
    Ok(reports
        .into_iter()
        .map(|report| (report.exercise.clone(), report.passed()))
        .collect())
}
