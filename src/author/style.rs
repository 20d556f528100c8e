//! Solutions are models: formatted by rustfmt, and nothing for strict Clippy to say.

use super::{
    place::{fault, of_error, warning},
    prover::{Prover, Trust},
    trial::{Role, Trial},
};
use crate::{
    check,
    error::Result,
    outcome::{Fault, Report},
    process::{self, Cancel, End, Program},
    ui::without_ansi,
    workspace::{self, extension},
};
use std::{path::Path, time::Duration};

/// rustfmt needs milliseconds for a file of this size.
const FORMATTED_WITHIN: Duration = Duration::from_secs(30);

/// What rustfmt and Clippy say to the solution of an exercise.
pub(super) fn of_solution(prover: &Prover<'_>, trial: &Trial, trust: Trust) -> Result<Vec<Fault>> {
    let course = prover.course;
    let exercise = &course.exercises[trial.exercise];
    let mut sources = match course.solution_dir(exercise) {
        Some(dir) => workspace::files_below(&dir)?,
        None => vec![trial.file.clone()],
    };
    sources.retain(|file| extension(file) == "rs");
    if trial.role != Role::Solution || sources.is_empty() {
        return Ok(Vec::new());
    }
    let at = |rule, line, words| fault(course, Some(exercise), rule, &trial.file, line, words);
    let mut faults = Vec::new();
    match prover.means.toolchain.rustfmt() {
        None => faults.push(warning(at(
            "not-formatted",
            None,
            [
                "rustfmt is not installed, so nobody looked at the form".into(),
                "rustup component add rustfmt".into(),
            ],
        ))),
        Some(rustfmt) => {
            for file in &sources {
                let Some(line) = unformatted(&rustfmt, file)? else {
                    continue;
                };
                let shown = course.workspace.shown(file).display();
                faults.push(fault(
                    course,
                    Some(exercise),
                    "not-formatted",
                    file,
                    Some(line),
                    [
                        "rustfmt would write this solution in another way".into(),
                        format!("rustfmt --edition 2024 {shown}"),
                    ],
                ));
            }
        }
    }
    let asked = prover.remembered(trial, ("clippy", trust), |job| {
        let mut report = Report::new(&exercise.name);
        report.advice = check::advice(job, prover.means)?;
        Ok(report)
    });
    let report = match asked {
        Ok(report) => report,
        Err(error) => {
            faults.push(of_error(course, Some(exercise), error)?);
            return Ok(faults);
        }
    };
    let told = report.advice.iter().map(|advice| without_ansi(advice));
    faults.extend(told.map(|told| {
        let what = told.lines().next().unwrap_or("").to_owned();
        at(
            "clippy",
            line_of(&told),
            [
                format!("Clippy on the solution: {what}"),
                "Learners copy what they see here: mend it, or allow the lint with its reason."
                    .into(),
            ],
        )
    }));
    Ok(faults)
}

/// The first line that rustfmt would change.
///
/// It is given the text and not the file, so that it does not look for modules that lie beside the starting file only.
fn unformatted(rustfmt: &Path, file: &Path) -> Result<Option<usize>> {
    let text = workspace::read(file)?;
    let program = Program::tool(rustfmt)
        .args(["--check", "--edition", "2024"])
        .dir(file.parent().unwrap_or(Path::new(".")))
        .fed();
    let mut running = process::spawn(&program)?;
    // A longer text than a pipe takes is no text of an exercise.
    if !running.feed(text.as_bytes()) {
        running.kill();
        return Ok(None);
    }
    let deadline = std::time::Instant::now() + FORMATTED_WITHIN;
    let end = running.wait(Some(deadline), &Cancel::new());
    running.drain();
    // For a text it ends with 0 whatever it would change.
    let told = running.stdout().output().text;
    if end == End::Exited(0) && told.trim().is_empty() {
        return Ok(None);
    }
    let line = told
        .lines()
        .find_map(|line| {
            line.strip_prefix("Diff in ")?
                .trim_end_matches(':')
                .rsplit_once(':')
        })
        .and_then(|(_, number)| number.parse().ok());
    Ok(Some(line.unwrap_or(1)))
}

/// The line of the first place that rustc names, as in " --> exercises/a.rs:3:5".
fn line_of(told: &str) -> Option<usize> {
    let (_, place) = told.split_once("--> ")?;
    let mut parts = place.lines().next()?.rsplitn(3, ':');
    parts.next()?;
    parts.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_read_off_a_message_with_colours() {
        let told = without_ansi(
            "\u{1b}[1mwarning\u{1b}[0m: x\n  \u{1b}[1m--> \u{1b}[0msolutions/a b.rs:12:5\n",
        );
        assert_eq!(told, "warning: x\n  --> solutions/a b.rs:12:5\n");
        assert_eq!(line_of(&told), Some(12));
    }
}
