//! The check program of a server exercise: what cannot be said in steps, as `#[test]` functions in `NAME.check.rs`. Here it is read
//! and compiled, once for as long as it, the compiler and its crates stay the same. It is run by [`run`].

mod control;
mod run;
mod verdict;

use super::steps::Story;
use crate::{
    build::{self, Constancy, Harness, Level, TestFn, Unit},
    check::{Job, Means, Stage, compile, memory::identity},
    course::course_error,
    digest::Parts,
    error::{Error, Result},
    process::{Program, Record},
    workspace,
};
use std::path::{Path, PathBuf};

/// What a check program speaks with.
const KIT: [(&str, &str); 2] = [
    ("kit.rs", include_str!("program/kit.rs")),
    ("kit/http.rs", include_str!("program/kit/http.rs")),
];

/// The lines that bring the kit into a check program.
const USE_KIT: &str =
    "\n#[allow(dead_code, reason = \"each program uses a part of it\")]\nmod kit;\n";

/// A check program that was read.
pub(super) struct Checks {
    text: String,
    /// Its path from the course on.
    file: PathBuf,
    /// In order.
    pub(super) tests: Vec<TestFn>,
}

/// A check program that can be run.
pub(super) struct Compiled {
    program: Program,
    file: PathBuf,
    pub(super) tests: Vec<TestFn>,
}

impl Checks {
    /// Reads the check program beside the exercise, if there is one.
    ///
    /// # Errors
    /// [`Error::Course`] if it has no tests.
    pub(super) fn read(job: Job<'_>) -> Result<Option<Self>> {
        let path = job.course.check_program(job.exercise);
        let Some(text) = workspace::read_if_there(&path)? else {
            return Ok(None);
        };
        let file = job.course.workspace.shown(&path).to_owned();
        let tests = build::tests_in(&text);
        // What cannot be parsed has no tests either; rustc will say what is wrong with it.
        if tests.is_empty() && build::Shipped::parse(&text).is_some() {
            return Err(course_error(
                &file,
                None,
                "the check program has no tests, so it checks nothing",
                "Add #[test] functions whose names are claims.",
            ));
        }
        Ok(Some(Self { text, file, tests }))
    }

    /// A claim names one check only, whether it stands in the steps or here.
    ///
    /// # Errors
    /// [`Error::Course`] with the line of the second one.
    pub(super) fn beside(&self, stories: &[Story]) -> Result<()> {
        let steps = stories.iter().flat_map(|story| &story.steps);
        let mut known: Vec<&str> = steps.map(|step| step.claim.as_str()).collect();
        for test in &self.tests {
            if known.contains(&test.claim.as_str()) {
                return Err(course_error(
                    &self.file,
                    Some(test.line),
                    format!("a second check has the claim “{}”", test.claim),
                    "Claims name the checks: give this function another name.",
                ));
            }
            known.push(&test.claim);
        }
        Ok(())
    }

    /// Compiles it, unless the program of an earlier run is still right.
    ///
    /// # Errors
    /// [`Error::Course`] with rustc's first error; as [`build::compile`].
    pub(super) fn compile(self, job: Job<'_>, means: Means<'_>) -> Result<Compiled> {
        let linking = compile::linking(job, means)?;
        let dir = job.build_dir.join("check");
        let mut digest = Parts::new();
        digest.named("program", self.text.as_bytes());
        for (name, text) in KIT {
            digest.named(name, text.as_bytes());
        }
        let compiler = identity(&means.toolchain.rustc);
        digest.named("compiler", compiler.as_bytes());
        digest.named("crates", format!("{linking:?}").as_bytes());
        let lock = workspace::read_if_there(&job.course.workspace.dependencies_lock())?;
        digest.named("lock", lock.unwrap_or_default().as_bytes());
        let key = digest.finish();
        let note = dir.join("compiled");
        if let Some(program) = known(&note, &key)? {
            return Ok(self.compiled(&program, job));
        }
        (means.on_stage)(Stage::Compiling);
        let beside = dir.join(&self.file);
        for (name, text) in KIT {
            workspace::write_if_changed(&beside.with_file_name(name), text.as_bytes())?;
        }
        let name = format!("{}-check", job.exercise.name);
        let unit = Unit {
            name: &name,
            source: &format!("{}{USE_KIT}", self.text),
            shown: &self.file,
            dir: &dir,
            harness: Harness::Tests,
            linking: &linking,
            beside: &[],
            constancy: Constancy::Much,
            manner: &build::USUAL,
        };
        let compiled = build::compile(means.toolchain, unit, None, means.cancel, &|_| {})?;
        let Some(program) = compiled.program else {
            return Err(self.broken(
                compiled
                    .diagnostics
                    .iter()
                    .find(|d| d.level == Level::Error),
            ));
        };
        let text = format!("{key}\n{}", program.display());
        workspace::write_atomic(&note, text.as_bytes())?;
        Ok(self.compiled(&program, job))
    }

    fn compiled(self, program: &Path, job: Job<'_>) -> Compiled {
        // A runner that is killed leaves it running; the next one knows it by this record.
        let record = Record::at(job.course.workspace.running());
        Compiled {
            program: Program::learners(program).recorded_in(record, None),
            file: self.file,
            tests: self.tests,
        }
    }

    fn broken(&self, first: Option<&build::Diagnostic>) -> Error {
        let place = first.and_then(|error| error.location.as_ref());
        let what = first.map_or("rustc said no more", |error| error.message.as_str());
        course_error(
            &self.file,
            place.map(|place| place.line),
            format!("the check program does not compile: {what}"),
            "This is a fault of the course, not of your file. Its author has to mend it.",
        )
    }
}

/// The program of an earlier run, if it was made of the same things and is still there.
fn known(note: &Path, key: &str) -> Result<Option<PathBuf>> {
    let noted = workspace::read_if_there(note)?.unwrap_or_default();
    let program = match noted.split_once('\n') {
        Some((known, program)) if known == key => PathBuf::from(program),
        _ => return Ok(None),
    };
    Ok(program.is_file().then_some(program))
}
