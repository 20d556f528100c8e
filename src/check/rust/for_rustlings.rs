//! An exercise of a course for rustlings, judged as rustlings 6 does: it builds, its tests pass if it has any, Clippy finds no error
//! with the lints of the course, and the program ends well.
//!
//! The learner's file counts as it is, with its tests: in such courses writing a test may be the exercise. The three compilers run at once.

use super::{
    super::{Stage, compile},
    Job, Means, harness, main_program, panic_message,
};
use crate::{
    build::{self, Compiled, Constancy, Harness, Level, Manner, Panic, TestFn, Unit, Warnings},
    course::OwnManifest,
    error::Result,
    outcome::{Finding, Report, millis},
    process::{self, Cancel, End, Finished, Program},
    workspace,
};
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

/// The claim of an exercise that warnings are no fault of.
const NO_ERROR: &str = "Clippy finds no error";

/// Text beside an exercise that is longer than this is no module of it.
const LONGEST_BESIDE: usize = 1024 * 1024;

pub(super) fn check(
    job: Job<'_>,
    own: &OwnManifest,
    text: &str,
    means: Means<'_>,
    report: &mut Report,
) -> Result<()> {
    let made = Made::of(job, own, text, means, report)?;
    let errors = made.build_errors();
    if !errors.is_empty() {
        compile::fail_with(report, compile::COMPILES, errors.into_iter());
        return Ok(());
    }
    report.pass(compile::COMPILES);
    let started = Instant::now();
    if let Some(tests) = &made.tests {
        run_tests(job, text, tests.program.as_deref(), means, report)?;
    }
    let tests_pass = report.passed();
    if tests_pass {
        made.judge_lints(job, report);
    }
    // The output is shown whatever the tests say: it may tell why.
    if let Some(program) = &made.main.program {
        match tests_pass {
            true => main_program::run(job, program, means, report)?,
            false => report.output = main_program::output_of(job, program, means)?,
        }
    }
    report.timings.run_ms = millis(started.elapsed());
    Ok(())
}

/// What the compilers made and said.
struct Made {
    main: Compiled,
    tests: Option<Compiled>,
    lints: Compiled,
}

impl Made {
    fn of(
        job: Job<'_>,
        own: &OwnManifest,
        text: &str,
        means: Means<'_>,
        report: &mut Report,
    ) -> Result<Self> {
        let linking = compile::linking(job, means)?;
        compile::note_on(&linking, report);
        (means.on_stage)(Stage::Compiling);
        let (shown, beside) = (job.course.relative_file(job.exercise), beside(job)?);
        let manner = manner(job, own);
        let unit = Unit {
            name: &job.exercise.name,
            source: text,
            shown: &shown,
            dir: job.build_dir,
            harness: Harness::Tests,
            linking: &linking,
            beside: &beside,
            constancy: Constancy::Little,
            manner: &manner,
        };
        // So that a test that is run alone is known to have come to its end.
        let held = build::with_own_tests_held(text);
        let (main_dir, lint_dir) = (job.build_dir.join("main"), job.build_dir.join("clippy"));
        let tell = |first| {
            let finding = compile::finding(compile::COMPILES, &first);
            (means.on_stage)(Stage::Found(Box::new(finding)));
        };
        let compile = |unit, standby, cancel: &Cancel| {
            build::compile(means.toolchain, unit, standby, cancel, &tell)
        };
        let warnings = match job.exercise.strict_clippy {
            true => Warnings::Denied,
            false => Warnings::Told,
        };
        let started = Instant::now();
        let (main, tests, lints) = thread::scope(|scope| {
            let main = scope.spawn(|| {
                let harness = Harness::Main;
                let unit = Unit {
                    harness,
                    dir: &main_dir,
                    ..unit
                };
                // One compiler can stand by: for the tests, where there are any.
                let standby = means.standby.filter(|_| !job.exercise.test);
                compile(unit, standby, means.cancel)
            });
            let lints = scope.spawn(|| {
                let unit = Unit {
                    dir: &lint_dir,
                    ..unit
                };
                build::lint(means.toolchain, unit, warnings, means.cancel)
            });
            let unit = Unit {
                source: &held,
                ..unit
            };
            let tests = job
                .exercise
                .test
                .then(|| compile(unit, means.standby, means.cancel));
            (joined(main), tests, joined(lints))
        });
        let made = Self {
            main: main?,
            tests: tests.transpose()?,
            lints: lints?,
        };
        report.timings.compile_ms = millis(started.elapsed());
        Ok(made)
    }

    /// Of the program, or else of its tests.
    fn build_errors(&self) -> Vec<&build::Diagnostic> {
        let errors: Vec<_> = self.main.of(Level::Error).collect();
        match (&self.tests, errors.is_empty()) {
            (Some(tests), true) => tests.of(Level::Error).collect(),
            _ => errors,
        }
    }

    fn judge_lints(&self, job: Job<'_>, report: &mut Report) {
        let claim = match job.exercise.strict_clippy {
            true => compile::CLEAN,
            false => NO_ERROR,
        };
        if self.lints.of(Level::Error).next().is_none() {
            report.pass(claim);
            let warnings = self.lints.of(Level::Warning);
            report.advice = warnings.map(|warning| warning.rendered.clone()).collect();
            return;
        }
        compile::fail_with(report, claim, self.lints.of(Level::Error));
    }
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What cargo would have told the compiler.
fn manner(job: Job<'_>, own: &OwnManifest) -> Manner {
    let (package, version) = &own.package;
    let root = job.course.workspace.root().display().to_string();
    let env = [
        ("CARGO_MANIFEST_DIR", root),
        ("CARGO_PKG_NAME", package.clone()),
        ("CARGO_PKG_VERSION", version.clone()),
        ("CARGO_BIN_NAME", job.exercise.name.clone()),
        ("CARGO_CRATE_NAME", job.exercise.name.replace('-', "_")),
    ];
    Manner {
        edition: Cow::Owned(own.edition.clone()),
        args: own.args.clone(),
        env: env.map(|(name, value)| (name.to_owned(), value)).into(),
        panic: match own.panic_aborts {
            true => Panic::Aborts,
            false => Panic::Unwinds,
        },
    }
}

/// The text files in the exercise's directory that are no exercises: modules and data that it may name.
fn beside(job: Job<'_>) -> Result<Vec<(PathBuf, String)>> {
    let course = job.course;
    let exercises: Vec<_> = course.exercises.iter().map(|e| course.file(e)).collect();
    let dir = course.workspace.chapter(job.exercise.dir.as_deref());
    let mut found = Vec::new();
    for file in workspace::list_dir(&dir)? {
        if !file.is_file() || exercises.contains(&file) {
            continue;
        }
        let bytes = workspace::read_bytes_if_there(&file)?.unwrap_or_default();
        if bytes.len() <= LONGEST_BESIDE
            && let Ok(text) = String::from_utf8(bytes)
        {
            found.push((course.workspace.shown(&file).to_owned(), text));
        }
    }
    Ok(found)
}

/// All tests in one run, as `cargo test` does; those that fail are run again, each alone, so that each can be told.
fn run_tests(
    job: Job<'_>,
    text: &str,
    program: Option<&Path>,
    means: Means<'_>,
    report: &mut Report,
) -> Result<()> {
    let Some(program) = program else {
        return Ok(());
    };
    let all = Program::learners(program)
        .dir(job.build_dir)
        .deadline(job.exercise.time_limit);
    let finished = process::run(&all, means.cancel)?;
    let mut said = Said::of(&finished);
    let held = finished.end == End::Exited(0) && said.to_the_end;
    let known = build::tests_in(text);
    // A program that ends itself may also have printed what tests print; alone, each test has to say a secret at its end.
    if held && text.contains("exit") {
        said.passed
            .retain(|path| known.iter().all(|test| test.path != *path));
    }
    for path in &said.passed {
        report.pass(claim_of(path));
    }
    let is_told =
        |test: &TestFn| said.passed.contains(&test.path) || said.ignored.contains(&test.path);
    let suspects: Vec<TestFn> = match said.failed.is_empty() {
        false => said
            .failed
            .iter()
            .map(|path| test_at(path, &known))
            .collect(),
        // The whole program ended in the middle. Alone, the test that ends it does so again.
        true => known.into_iter().filter(|test| !is_told(test)).collect(),
    };
    let verdicts = harness::run_all(program, job, &suspects, means)?;
    super::record(job, text, &suspects, verdicts, report);
    if report.passed() && !held {
        report.fail(together(&said, &finished));
    }
    Ok(())
}

/// What libtest said about the tests.
struct Said {
    passed: Vec<String>,
    failed: Vec<String>,
    ignored: Vec<String>,
    to_the_end: bool,
}

impl Said {
    fn of(finished: &Finished) -> Self {
        let mut said = Self {
            passed: Vec::new(),
            failed: Vec::new(),
            ignored: Vec::new(),
            to_the_end: false,
        };
        for line in finished.stdout.text.lines() {
            said.to_the_end |= line.starts_with("test result: ok. ");
            let Some((path, verdict)) = line
                .strip_prefix("test ")
                .and_then(|l| l.split_once(" ... "))
            else {
                continue;
            };
            let path = path.trim_end_matches(" - should panic").to_owned();
            match verdict {
                "ok" => said.passed.push(path),
                "FAILED" => said.failed.push(path),
                verdict if verdict.starts_with("ignored") => said.ignored.push(path),
                _ => {}
            }
        }
        said
    }
}

fn claim_of(path: &str) -> String {
    path.rsplit("::").next().unwrap_or(path).replace('_', " ")
}

fn test_at(path: &str, known: &[TestFn]) -> TestFn {
    let found = known.iter().find(|test| test.path == path);
    found.cloned().unwrap_or_else(|| TestFn {
        path: path.to_owned(),
        claim: claim_of(path),
        line: 1,
    })
}

/// No test fails alone, and all together do not pass.
fn together(said: &Said, finished: &Finished) -> Finding {
    let finding = Finding {
        explain: Some(
            "Each test passes when it runs alone. Look for something that the tests share.".into(),
        ),
        ..Finding::new("the tests pass when they run together")
    };
    match finished.end {
        End::Exited(0) => Finding {
            expected: Some("all tests run to their end".into()),
            actual: Some("the program ended with exit code 0 before that".into()),
            ..finding
        },
        End::Deadline => Finding {
            actual: Some("still running; it was stopped".into()),
            ..finding
        },
        _ if !said.failed.is_empty() => Finding {
            actual: Some(format!("these fail: {}", said.failed.join(", "))),
            ..finding
        },
        end => panic_message::describe(&finished.stderr.text, end, finding),
    }
}
