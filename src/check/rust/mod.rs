//! Kind `rust`: the file's shipped tests are run, or, where the exercise has none, its `main`.

mod for_rustlings;
pub(super) mod harness;
mod main_program;
pub(super) mod panic_message;
mod untold;

use super::{Job, Means, compile};
use crate::{
    build::{self, Harness, Shipped, TestFn},
    course::course_error,
    error::{Error, Result},
    outcome::{Finding, Output, Report, millis},
    workspace,
};
use std::{iter, path::Path, thread, time::Instant};

/// What the learner reads when the file's tests are not the shipped ones.
const TESTS_PUT_BACK: &str = "The tests in this file were changed. The shipped ones were used: the code above them is what counts.";

/// Checks an exercise of kind `rust`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    if let Some(own) = &job.course.own_manifest {
        for_rustlings::check(job, own, text, means, report)
    } else if job.exercise.test {
        check_tests(job, text, means, report)
    } else {
        main_program::check(job, text, means, report)
    }
}

fn check_tests(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    // Each reads the learner's file for itself, which takes milliseconds, and the compiler waits for both.
    let (prepared, tricks) = thread::scope(|scope| {
        let tricks = scope.spawn(|| build::tricks(text, job.pristine));
        (prepare(job, text), tricks.join())
    });
    let prepared = prepared?;
    // A panic goes on as if it had happened here.
    let tricks = tricks.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let is_too_deep = !prepared.parsed && untold::refuse_depth(job, text, report);
    if is_too_deep || untold::refuse(job, &tricks, report) {
        prepared.not_run(report);
        return Ok(());
    }
    if prepared.tests_changed {
        report.notes.push(TESTS_PUT_BACK.into());
    }
    let program = compile::compile(job, &prepared.text, Harness::Tests, means, report)?;
    let Some(program) = program else {
        prepared.not_run(report);
        return Ok(());
    };
    if !prepared.parsed {
        // rustc accepts what our parser does not, so the shipped tests are not in the program.
        return Err(Error::tool(
            "rustc accepts this file, but the runner cannot read it, so the tests could not be put back",
            "Rewrite the newest piece of syntax in an older way, and please report this file as a bug.",
        ));
    }
    if prepared.main_is_gone {
        report.checks.clear();
        report.fail(Finding {
            expected: Some("a function `main`, as the file was shipped with".into()),
            actual: Some("no `main` function".into()),
            explain: Some("Every program has one, even if it does nothing: fn main() {}".into()),
            ..Finding::new(compile::COMPILES)
        });
        prepared.not_run(report);
        return Ok(());
    }
    let started = Instant::now();
    let results = harness::run_all(&program, job, &prepared.tests, means)?;
    report.timings.run_ms = millis(started.elapsed());
    let printed = record(job, text, &prepared.tests, results, report);
    if report.passed() && !printed.is_empty() {
        report.output = Some(Output {
            text: printed,
            omitted: 0,
        });
    }
    Ok(())
}

/// Writes down how the tests ended. Gives what the learner's code printed in those that passed.
fn record(
    job: Job<'_>,
    text: &str,
    tests: &[TestFn],
    verdicts: Vec<harness::Verdict>,
    report: &mut Report,
) -> String {
    let mut printed = String::new();
    let mut unwritten = Vec::new();
    let mut unended = false;
    let verdicts = verdicts.into_iter().map(Some);
    let verdicts = verdicts.chain(iter::repeat_with(|| None));
    for (test, result) in tests.iter().zip(verdicts) {
        match result {
            None => report.not_run(&test.claim),
            Some(harness::Verdict::Passed { printed: more }) => {
                report.pass(&test.claim);
                printed.push_str(&more);
            }
            // Those that ran beside it are in the same loop, or can wait.
            Some(harness::Verdict::Unended(_)) if unended => report.not_run(&test.claim),
            Some(harness::Verdict::Unended(mut finding)) => {
                unended = true;
                keep_in_learners_file(job, text, &mut finding);
                report.fail(*finding);
            }
            Some(harness::Verdict::Failed(mut finding)) => {
                keep_in_learners_file(job, text, &mut finding);
                // Ten claims that stop at one todo!() are one thing to do.
                let place = panic_message::unwritten(&finding);
                match place
                    .as_ref()
                    .is_some_and(|place| unwritten.contains(place))
                {
                    true => report.not_run(&test.claim),
                    false => {
                        unwritten.extend(place);
                        report.fail(*finding);
                    }
                }
            }
        }
    }
    printed
}

/// A line of the hidden tests, or of tests that were put back, is not one the learner can go to.
fn keep_in_learners_file(job: Job<'_>, text: &str, finding: &mut Finding) {
    let lines = text.lines().count();
    let file = job.course.relative_file(job.exercise);
    finding
        .location
        .take_if(|place| place.file != file || place.line > lines);
}

/// The text to compile and the tests that have to run.
struct Prepared {
    text: String,
    tests: Vec<TestFn>,
    tests_changed: bool,
    /// False if the learner's file has no tests put back, because it cannot be parsed.
    parsed: bool,
    /// The file was shipped with a `main` function, and has none now.
    main_is_gone: bool,
}

impl Prepared {
    fn not_run(&self, report: &mut Report) {
        for test in &self.tests {
            report.not_run(&test.claim);
        }
    }
}

fn prepare(job: Job<'_>, text: &str) -> Result<Prepared> {
    let shipped = Shipped::parse(job.pristine);
    let mut tests = shipped.as_ref().map_or_else(Vec::new, Shipped::tests);
    let had_main = shipped.as_ref().is_some_and(Shipped::has_main);
    let spliced = shipped.and_then(|shipped| build::splice(text, &shipped));
    let parsed = spliced.is_some();
    let (mut text, tests_changed, main_is_gone) = match spliced {
        Some(spliced) => (
            spliced.text,
            spliced.tests_changed,
            had_main && !spliced.has_main,
        ),
        None => (text.to_owned(), false, false),
    };
    let check_file = job.course.check_program(job.exercise);
    if let Some(program) = workspace::read_if_there(&check_file)? {
        let shown = job.course.workspace.shown(&check_file);
        let (program, its_tests) = build::with_guards(&program);
        workspace::write_if_changed(&job.build_dir.join(shown), program.as_bytes())?;
        tests.extend(its_tests.into_iter().map(|test| TestFn {
            path: format!("checks::{}", test.path),
            ..test
        }));
        text.push_str(&include(&check_file));
    }
    if tests.is_empty() {
        return Err(course_error(
            &job.course.relative_file(job.exercise),
            None,
            "the exercise has no tests, so nothing would be checked",
            "Add #[test] functions, or set test = false in info.toml.",
        ));
    }
    Ok(Prepared {
        text,
        tests,
        tests_changed,
        parsed,
        main_is_gone,
    })
}

/// The lines that bring the check program into the exercise, so that it can use what the learner wrote.
fn include(check_file: &Path) -> String {
    let name = check_file.file_name().unwrap_or_default().to_string_lossy();
    format!("\n#[cfg(test)]\n#[path = \"{name}\"]\nmod checks;\n")
}
