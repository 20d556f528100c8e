//! An exercise without tests: it has passed if it compiles and its `main` runs to a successful end.

use super::{Job, Means, compile, panic_message};
use crate::{
    build::Harness,
    error::Result,
    outcome::{Finding, Output, Report, millis},
    process::{self, End, Finished, Program},
};
use std::path::Path;

/// The claim about a program without tests.
const RUNS: &str = "it runs to its end";

/// What the program prints, without a verdict on it.
pub(super) fn output_of(job: Job<'_>, program: &Path, means: Means<'_>) -> Result<Option<Output>> {
    Ok(output(start(job, program, means)?))
}

fn start(job: Job<'_>, program: &Path, means: Means<'_>) -> Result<Finished> {
    let program = Program::learners(program)
        .dir(job.build_dir)
        .deadline(job.exercise.time_limit);
    process::run(&program, means.cancel)
}

fn output(finished: Finished) -> Option<Output> {
    let mut output = finished.stdout;
    output.text.push_str(&finished.stderr.text);
    (!output.is_empty()).then_some(output)
}

pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    let program = compile::compile(job, text, Harness::Main, means, report)?;
    let Some(program) = program else {
        report.not_run(RUNS);
        return Ok(());
    };
    run(job, &program, means, report)
}

/// Runs the program and judges how it ends.
pub(super) fn run(
    job: Job<'_>,
    program: &Path,
    means: Means<'_>,
    report: &mut Report,
) -> Result<()> {
    let finished = start(job, program, means)?;
    report.timings.run_ms = millis(finished.took);
    if finished.end == End::Exited(0) {
        report.pass(RUNS);
        report.output = output(finished);
        return Ok(());
    }
    let mut finding = Finding::new(RUNS);
    finding = if finished.end == End::Deadline {
        Finding {
            expected: Some(format!(
                "an end within {} s",
                job.exercise.time_limit.as_secs()
            )),
            actual: Some("still running; it was stopped".into()),
            explain: Some("Look for a loop that never ends.".into()),
            ..finding
        }
    } else {
        panic_message::describe(&finished.stderr.text, finished.end, finding)
    };
    finding.log = panic_message::log(&finished.stdout.text, &finished.stderr.text);
    report.fail(finding);
    Ok(())
}
