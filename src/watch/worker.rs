//! The thread that checks. One check at a time: a new one waits until the one before, cancelled, has let go of its files.
//!
//! What is asked after a pass (Clippy, another database) has a thread of its own, so that no check waits for that.

use super::events::Event;
use crate::{
    build::{Dependencies, Standby, Toolchain},
    check::{
        Files, Means, Memory, Round, Source, Stage, advice, check, check_all, clear_leftovers,
        elsewhere, tier,
    },
    course::Course,
    error::Result,
    process::{self, Cancel},
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

/// An exercise that has passed, and may be asked more about.
struct Passed {
    run: u64,
    position: usize,
    files: Files,
    cancel: Cancel,
}

/// What lives as long as the thread.
struct Tools<'a> {
    toolchain: &'a Toolchain,
    dependencies: Dependencies,
    standby: Standby,
    /// Ended with the thread, after the last check.
    services: Services,
}

impl Tools<'_> {
    fn means<'a>(&'a self, cancel: &'a Cancel, on_stage: &'a (dyn Fn(Stage) + Sync)) -> Means<'a> {
        Means {
            toolchain: self.toolchain,
            dependencies: &self.dependencies,
            services: &self.services,
            standby: Some(&self.standby),
            cancel,
            on_stage,
        }
    }
}

fn work(inbox: &Receiver<Order>, course: &Course, toolchain: &Toolchain, on_event: &OnEvent) {
    let tools = Tools {
        toolchain,
        dependencies: Dependencies::new(toolchain, course.workspace.dependencies()),
        standby: Standby::new(),
        services: Services::of(&course.workspace),
    };
    let (passed, to_ask) = channel::<Passed>();
    thread::scope(|scope| {
        // If the record cannot be read, the first exercise that needs a service says so.
        scope.spawn(|| clear_leftovers(&course.workspace));
        scope.spawn(|| {
            for passed in to_ask {
                let means = tools.means(&passed.cancel, &|_| {});
                ask_more(course, &passed, means, on_event);
            }
        });
        while let Ok(Order { run, task, cancel }) = inbox.recv() {
            if cancel.is_cancelled() {
                continue;
            }
            let on_stage = |stage| on_event(Event::Stage { run, stage });
            let means = tools.means(&cancel, &on_stage);
            match task {
                Task::One { position, source } => {
                    let files = one(course, run, position, source, means, on_event);
                    warm_ahead(course, position, &tools.dependencies);
                    tools.standby.make_ready();
                    // What the program has left outside its group; nobody waits for that.
                    scope.spawn(process::end_strays);
                    if let Some(files) = files {
                        // The thread lives as long as this one.
                        let _ = passed.send(Passed {
                            run,
                            position,
                            files,
                            cancel,
                        });
                    }
                }
                Task::All => on_event(Event::AllChecked {
                    run,
                    result: all(course, means, &|round| {
                        on_event(Event::AllProgress { run, round });
                    }),
                }),
            }
        }
        drop(passed);
    });
}

/// Begins to build what the next chapters use, so that the learner never waits for it.
fn warm_ahead(course: &Course, position: usize, dependencies: &Dependencies) {
    const CHAPTERS_AHEAD: usize = 2;
    let chapter = course.exercises[position].chapter;
    for chapter in chapter..=chapter + CHAPTERS_AHEAD {
        let mut exercises = course.exercises.iter();
        let any = exercises.find(|exercise| exercise.chapter == chapter);
        // A lock file that cannot be read is told when the exercise itself is checked.
        if let Some(Ok(Some(tier))) = any.map(|exercise| tier(course, exercise)) {
            dependencies.warm(&tier);
        }
    }
}

/// Tells the verdict; gives the files if it is a pass.
fn one(
    course: &Course,
    run: u64,
    position: usize,
    source: Source,
    means: Means<'_>,
    on_event: &OnEvent,
) -> Option<Files> {
    let exercise = &course.exercises[position];
    let files = Files::with_source(course, exercise, Pristine::of(course), source);
    let checked = files.and_then(|files| {
        let report = check(files.job(course, exercise), means)?;
        Ok((report.passed(), Box::new(report), files))
    });
    let (result, files) = match checked {
        Ok((passed, report, files)) => (Ok(report), passed.then_some(files)),
        Err(error) => (Err(error), None),
    };
    on_event(Event::Checked { run, result });
    files
}

/// What Clippy and another database say to what has passed.
fn ask_more(course: &Course, passed: &Passed, means: Means<'_>, on_event: &OnEvent) {
    let run = passed.run;
    let job = passed.files.job(course, &course.exercises[passed.position]);
    // Advice that cannot be had, or that nobody waits for any more, is not missed.
    if let Ok(advice) = advice(job, means) {
        on_event(Event::Advice { run, advice });
    }
    if let Ok(Some(word)) = elsewhere(job, means) {
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
