//! An exercise's files in, a [`Report`] out.
//!
//! It draws nothing and keeps nothing: the same files give the same report, whoever asks.

mod all;
mod compile;
mod early_look;
mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod leftovers;
mod memory;
mod quiz;
mod rust;
mod server;
mod sessions;
mod source;
mod sql;
mod tree;

use crate::{
    build::{Crates, Dependencies, Standby, Tier, Toolchain, dependencies::Progress},
    called,
    course::{Course, Exercise, Kind, Need, OwnManifest},
    error::Result,
    outcome::{Finding, Report, millis},
    process::Cancel,
    services::Services,
    workspace,
};
use std::{path::Path, time::Instant};

pub use all::{Round, check_all, workers};
pub use compile::advice;
pub use files::Files;
pub use leftovers::clear_leftovers;
pub use memory::Memory;
pub use server::{Seen, Told, serve, stages};
pub use source::{Source, learners_text, solution_text};
pub use tree::{MOST_BYTES, Tree};

/// One exercise to check.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The course it belongs to; its steps, data and check programs are read from there.
    pub course: &'a Course,
    /// The exercise.
    pub exercise: &'a Exercise,
    /// The learner's file.
    pub source: &'a Source,
    /// The same file as shipped: its tests count, not the learner's copy of them.
    pub pristine: &'a str,
    /// A directory for compiling, of this exercise's own.
    pub build_dir: &'a Path,
}

impl Job<'_> {
    /// What to type to have the file as it was shipped.
    fn reset_command(&self) -> String {
        called::command(format_args!("reset {}", self.exercise.name))
    }
}

/// What a check works with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The compiler.
    pub toolchain: &'a Toolchain,
    /// The crates that exercises use.
    pub dependencies: &'a Dependencies,
    /// PostgreSQL and Redis, for exercises that need them.
    pub services: &'a Services,
    /// The compiler that may stand by for the next check of the same exercise; `None` if that will not come soon.
    pub standby: Option<&'a Standby>,
    /// Raised when nobody wants the result any more.
    pub cancel: &'a Cancel,
    /// Called as the check goes on.
    pub on_stage: &'a (dyn Fn(Stage) + Sync),
}

/// What a check is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The crates of the chapter are being built; that happens once.
    Building(Progress),
    /// rustc is at work.
    Compiling,
    /// rustc has found this; the verdict, with the rest, will follow.
    Found(Box<Finding>),
    /// The learner's server was started and does not answer yet.
    Starting,
    /// The claims are being looked at.
    Checking {
        /// How many have been.
        done: usize,
        /// How many there are.
        total: usize,
    },
}

/// The crates that an exercise needs, if it needs any.
///
/// # Errors
/// [`crate::error::Error::Io`] if the course's lock file cannot be read.
pub fn tier(course: &Course, exercise: &Exercise) -> Result<Option<Tier>> {
    if let (Kind::Rust, Some(own)) = (exercise.kind, &course.own_manifest) {
        return tier_of_own(course, own);
    }
    let chapter = course.chapter_of(exercise);
    let Some(sections) = course.dependency_sections(chapter) else {
        return Ok(None);
    };
    Ok(Some(Tier {
        name: chapter.dir.replace('/', "-"),
        crates: Crates {
            sections,
            lock: workspace::read_if_there(&course.workspace.dependencies_lock())?,
            package: None,
        },
    }))
}

/// The crates of a course that brings a manifest: one list for all exercises. Those that lie beside it are known by their contents.
fn tier_of_own(course: &Course, own: &OwnManifest) -> Result<Option<Tier>> {
    let Some(crates) = own.crates.as_ref().filter(|_| own.needs_cargo.is_none()) else {
        return Ok(None);
    };
    let mut sections = String::new();
    for dir in &own.local_crates {
        sections.push_str(&format!("# {}\n", memory::digest_of_dir(dir)?));
    }
    sections.push_str(crates);
    Ok(Some(Tier {
        name: "course".into(),
        crates: Crates {
            sections,
            lock: workspace::read_if_there(&course.workspace.own_lock())?,
            package: None,
        },
    }))
}

/// What a second database says to an answer that has passed, as a line for the learner; `None` where it is not asked or not there.
///
/// It changes no verdict, so it is asked for after the verdict is on the screen.
///
/// # Errors
/// For faults of the course, the runner or the machine, and when cancelled.
pub fn elsewhere(job: Job<'_>, means: Means<'_>) -> Result<Option<String>> {
    match (job.exercise.kind, job.source) {
        (Kind::Sql, Source::Text(text)) if job.exercise.needs.is_empty() => {
            sql::postgres_says(job, text, means)
        }
        _ => Ok(None),
    }
}

/// Checks one exercise.
///
/// # Errors
/// Never for what the learner did: only for faults of the course, the runner or the machine, and when cancelled.
pub fn check(job: Job<'_>, means: Means<'_>) -> Result<Report> {
    let started = Instant::now();
    let mut report = Report::new(&job.exercise.name);
    if let Some(text) = source::text_or_finding(job, &mut report) {
        match job.exercise.kind {
            Kind::Rust => rust::check(job, text, means, &mut report)?,
            Kind::Server | Kind::Project => server::check(job, text, means, &mut report)?,
            Kind::Sql if job.exercise.needs.contains(&Need::Postgres) => {
                sessions::check(job, text, means, &mut report)?;
            }
            Kind::Sql => sql::check(job, text, means, &mut report)?,
            Kind::Quiz => quiz::check(job, text, means, &mut report)?,
        }
    }
    report.timings.total_ms = millis(started.elapsed());
    Ok(report)
}
