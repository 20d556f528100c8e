//! The step that all Rust programs share: compile, and turn rustc's errors into findings.

use super::{Job, Means, Stage};
use crate::{
    build::{self, Diagnostic, Externs, Harness, Level, Unit},
    error::Result,
    outcome::{Detail, Finding, Report, millis},
};
use std::path::PathBuf;

/// The claim that rustc accepts the program.
pub(super) const COMPILES: &str = "it compiles";

/// Compiles `text` as the exercise's program. Gives the program, or `None` with rustc's errors in the report.
///
/// # Errors
/// As [`build::compile`].
pub(super) fn compile(
    job: Job<'_>,
    text: &str,
    harness: Harness,
    means: Means<'_>,
    report: &mut Report,
) -> Result<Option<PathBuf>> {
    let externs = externs(job, means)?;
    (means.on_stage)(Stage::Compiling);
    let shown = job.course.relative_file(job.exercise);
    let unit = Unit {
        name: &job.exercise.name,
        source: text,
        shown: &shown,
        dir: job.build_dir,
        harness,
        externs: &externs,
    };
    let compiled = build::compile(means.toolchain, unit, means.cancel)?;
    report.timings.compile_ms = millis(compiled.took);
    report.advice = compiled
        .of(Level::Warning)
        .map(|warning| warning.rendered.clone())
        .collect();
    if compiled.program.is_none() {
        fail_with(report, COMPILES, compiled.of(Level::Error));
        return Ok(None);
    }
    report.pass(COMPILES);
    if job.exercise.strict_clippy && !clippy_accepts(unit, means, report)? {
        return Ok(None);
    }
    Ok(compiled.program)
}

/// What rustc needs for the crates of the exercise's chapter. They are waited for if they are not built yet.
fn externs(job: Job<'_>, means: Means<'_>) -> Result<Externs> {
    match super::tier(job.course, job.exercise)? {
        None => Ok(Externs::default()),
        Some(tier) => means.dependencies.get(&tier, means.cancel, &|progress| {
            (means.on_stage)(Stage::Building(progress));
        }),
    }
}

/// Every warning of Clippy is a finding where the course asks for that.
fn clippy_accepts(unit: Unit<'_>, means: Means<'_>, report: &mut Report) -> Result<bool> {
    const CLEAN: &str = "Clippy has nothing to say";
    let linted = build::lint(means.toolchain, unit, means.cancel)?;
    if linted.diagnostics.is_empty() {
        report.pass(CLEAN);
        return Ok(true);
    }
    report.advice.clear();
    fail_with(report, CLEAN, linted.diagnostics.iter());
    Ok(false)
}

/// One broken claim, with every message as a finding of its own.
fn fail_with<'a>(report: &mut Report, claim: &str, messages: impl Iterator<Item = &'a Diagnostic>) {
    for (position, message) in messages.enumerate() {
        let finding = Finding {
            actual: Some(message.message.clone()),
            location: message.location.clone(),
            detail: Some(Detail::Compiler {
                rendered: message.rendered.clone(),
            }),
            ..Finding::new(claim)
        };
        if position == 0 {
            report.fail(finding);
        } else {
            report.findings.push(finding);
        }
    }
}
