//! One trial: the file is checked as a learner's would be, and the report is judged. What has been proved is remembered by
//! the contents of everything it depends on, with the key that verdicts have.

use super::{
    answer, place,
    trial::{self, Role, Trial},
};
use crate::{
    build::{Dependencies, Toolchain},
    check::{self, Job, Means, Memory, Source},
    course::Course,
    error::Result,
    outcome::{Fault, Outcome, Report},
    process::Cancel,
    services::Services,
    workspace,
};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Whether proofs of unchanged contents are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// They are.
    Memory,
    /// Everything is tried again.
    Nothing,
}

/// Tries the files of one course.
pub struct Prover<'a> {
    pub(super) course: &'a Course,
    pub(super) means: Means<'a>,
    memory: Memory<'a>,
    /// What is compiled and remembered lies below it, one directory for each exercise.
    dir: PathBuf,
    /// One trial of an exercise at a time: they share a directory, as a learner's saves do, so that what stays the same is compiled once.
    at_work: Vec<Mutex<()>>,
}

/// What came of a trial.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What a learner with this file would see; `None` if the course itself is wrong.
    pub report: Option<Report>,
    /// What is wrong, if something is.
    pub fault: Option<Fault>,
    /// Why it could not be tried here, as in "needs postgres".
    pub skipped: Option<String>,
}

impl<'a> Prover<'a> {
    /// A prover that compiles and remembers below `dir`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`].
    pub fn new(
        course: &'a Course,
        toolchain: &'a Toolchain,
        dependencies: &'a Dependencies,
        services: &'a Services,
        cancel: &'a Cancel,
        dir: impl Into<PathBuf>,
    ) -> Result<Self> {
        Ok(Self {
            course,
            means: Means {
                toolchain,
                dependencies,
                services,
                standby: None,
                cancel,
                on_stage: &|_| {},
            },
            memory: Memory::new(course, toolchain)?,
            dir: dir.into(),
            at_work: course.exercises.iter().map(|_| Mutex::default()).collect(),
        })
    }

    /// Tries a file.
    ///
    /// # Errors
    /// For faults of the machine or the runner; those of the course are in the [`Proof`].
    pub fn prove(&self, trial: &Trial, trust: Trust) -> Result<Proof> {
        let remembered = self.dir_of(trial).join(format!("{}.json", trial.name()));
        let build = self.dir_of(trial).join("build");
        let _alone = self.at_work[trial.exercise]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.prove_in(&build, trial, |job| {
            if trust == Trust::Memory
                && let Some(known) = self.memory.recall_from(&remembered, job)
            {
                return Ok(known);
            }
            let report = check::check(job, self.means)?;
            self.memory.keep_in(&remembered, job, &report);
            Ok(report)
        })
    }

    /// Tries a file once more in a directory of its own, beside others, and remembers nothing.
    pub(super) fn repeat(&self, trial: &Trial, build: &Path) -> Result<Proof> {
        self.prove_in(build, trial, |job| check::check(job, self.means))
    }

    /// Asks something of a trial's job, remembered as a report under `name`.
    pub(super) fn remembered(
        &self,
        trial: &Trial,
        (name, trust): (&str, Trust),
        ask: impl Fn(Job<'_>) -> Result<Report>,
    ) -> Result<Report> {
        let file = self.dir_of(trial).join(format!("{name}.json"));
        let build = self.dir_of(trial).join("build");
        let _alone = self.at_work[trial.exercise]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let answer = answer::read(self.course, trial, &build)?;
        self.with_job(&build, trial, &answer.source, |job| {
            if trust == Trust::Memory
                && let Some(known) = self.memory.recall_from(&file, job)
            {
                return Ok(known);
            }
            let report = ask(job)?;
            self.memory.keep_in(&file, job, &report);
            Ok(report)
        })
    }

    fn dir_of(&self, trial: &Trial) -> PathBuf {
        self.dir.join(&self.course.exercises[trial.exercise].name)
    }

    fn prove_in(
        &self,
        build: &Path,
        trial: &Trial,
        check: impl Fn(Job<'_>) -> Result<Report>,
    ) -> Result<Proof> {
        let exercise = &self.course.exercises[trial.exercise];
        let answer = answer::read(self.course, trial, build)?;
        let report = match self.with_job(build, trial, &answer.source, check) {
            Ok(report) => report,
            Err(error) => {
                return Ok(Proof {
                    report: None,
                    fault: Some(place::of_error(self.course, Some(exercise), error)?),
                    skipped: None,
                });
            }
        };
        // What is not installed here is proved elsewhere.
        let skipped = match &report.outcome {
            Outcome::Skipped { reason } if !exercise.needs.is_empty() => Some(reason.clone()),
            // The language of another right answer may be missing here.
            _ if trial.role == Role::Right => report
                .missing_program
                .as_ref()
                .map(|missing| format!("needs {missing}")),
            _ => None,
        };
        let fault = match &skipped {
            Some(_) => None,
            None => trial::judge(self.course, trial, &answer.text, &report),
        };
        Ok(Proof {
            report: Some(report),
            fault,
            skipped,
        })
    }

    fn with_job<T>(
        &self,
        build_dir: &Path,
        trial: &Trial,
        source: &Source,
        go: impl Fn(Job<'_>) -> Result<T>,
    ) -> Result<T> {
        let exercise = &self.course.exercises[trial.exercise];
        let pristine = workspace::read(&self.course.file(exercise))?;
        go(Job {
            course: self.course,
            exercise,
            source,
            pristine: &pristine,
            build_dir,
        })
    }
}
