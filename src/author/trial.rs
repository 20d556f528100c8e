//! What has to come of each file that ships with an exercise: the starting file, the solution, the right and the wrong answers.
//!
//! It runs nothing: it is given a report and says whether that is the one the author promised.

use super::place::fault;
use crate::{
    called,
    course::{Course, Exercise, nearest},
    error::Result,
    outcome::{Fault, Finding, Outcome, Report},
    workspace::{self, extension},
};
use std::path::{Path, PathBuf};

/// The claim that rustc accepts the program.
const COMPILES: &str = "it compiles";

/// What stands before the claim in the first line of a wrong answer.
const CAUGHT_BY: &str = "caught by: ";

/// What a file is, and so what has to come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It passes, and is what learners are shown.
    Solution,
    /// It fails, for the reason that the lesson is about.
    Start,
    /// It passes.
    Right,
    /// It fails at the check that its first line names.
    Wrong,
}

/// One file to try, or one directory of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The position of the exercise in the course.
    pub exercise: usize,
    /// What the file is.
    pub role: Role,
    /// The file or directory.
    pub file: PathBuf,
}

impl Trial {
    /// A short name, as in "solution" or "wrong_a".
    pub fn name(&self) -> String {
        match self.role {
            Role::Solution => "solution".into(),
            Role::Start => "start".into(),
            Role::Right => format!("right_{}", stem(&self.file)),
            Role::Wrong => format!("wrong_{}", stem(&self.file)),
        }
    }

    /// What has to hold, as in "wrong_a_is_caught".
    pub fn claim(&self) -> String {
        match self.role {
            Role::Solution => "the_solution_passes".into(),
            Role::Start => "the_starting_file_fails".into(),
            Role::Right => format!("{}_passes", self.name()),
            Role::Wrong => format!("{}_is_caught", self.name()),
        }
    }
}

/// All that is to be tried for an exercise.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub fn trials(course: &Course, position: usize) -> Result<Vec<Trial>> {
    let exercise = &course.exercises[position];
    let trial = |role, file| Trial {
        exercise: position,
        role,
        file,
    };
    let solution = course.solution_dir(exercise);
    let start = course.project_dir(exercise);
    let mut all = vec![trial(
        Role::Solution,
        solution.unwrap_or_else(|| course.solution(exercise)),
    )];
    if !exercise.skip_check_unsolved {
        let start = start.unwrap_or_else(|| course.file(exercise));
        all.push(trial(Role::Start, start));
    }
    for (role, dir) in [
        (Role::Right, course.workspace.right_answers(&exercise.name)),
        (Role::Wrong, course.workspace.wrong_answers(&exercise.name)),
    ] {
        let files = workspace::list_dir(&dir)?;
        all.extend(files.into_iter().map(|file| trial(role, file)));
    }
    Ok(all)
}

/// What is wrong, if the report is not the one that the trial promises.
pub(super) fn judge(course: &Course, trial: &Trial, text: &str, report: &Report) -> Option<Fault> {
    let exercise = &course.exercises[trial.exercise];
    let at = |rule, line, words| {
        Some(fault(
            course,
            Some(exercise),
            rule,
            &trial.file,
            line,
            words,
        ))
    };
    match trial.role {
        Role::Solution if !report.passed() => at(
            "solution-fails",
            line_in(report, course, exercise),
            [
                format!("the solution does not pass: {}", first(report)),
                format!(
                    "Mend the solution or the check. `{}` shows the verdict.",
                    called::command(format_args!("dev check {} --show", exercise.name))
                ),
            ],
        ),
        Role::Right if !report.passed() => at(
            "right-answer-fails",
            line_in(report, course, exercise),
            [
                format!("this right answer does not pass: {}", first(report)),
                "Let the check ask for what is right instead of for one way to write it, or take the file away if it is wrong.".into(),
            ],
        ),
        Role::Start => judge_start(course, exercise, trial, report),
        Role::Wrong => judge_wrong(course, exercise, trial, text, report),
        Role::Solution | Role::Right => None,
    }
}

/// The starting file fails, and not because rustc refuses it, unless the author has said that this is the lesson.
fn judge_start(
    course: &Course,
    exercise: &Exercise,
    trial: &Trial,
    report: &Report,
) -> Option<Fault> {
    let at = |rule, line, words| {
        Some(fault(
            course,
            Some(exercise),
            rule,
            &trial.file,
            line,
            words,
        ))
    };
    if report.outcome != Outcome::Failed {
        return at(
            "starting-file-passes",
            None,
            [
                "the starting file passes, so there is nothing to do".into(),
                "Take out the piece that is the lesson, or set skip_check_unsolved = true in info.toml. If you have solved it here, `reset` brings it back.".into(),
            ],
        );
    }
    let compile_error = report.findings.iter().find(|f| f.claim == COMPILES)?;
    let is_lesson = |hint: &crate::course::Hint| hint.claim.as_deref() == Some(COMPILES);
    if exercise.hints.iter().any(is_lesson) {
        return None;
    }
    at(
        "starting-file-does-not-compile",
        compile_error.location.as_ref().map(|place| place.line),
        [
            format!(
                "the starting file does not compile: {}",
                compile_error
                    .actual
                    .as_deref()
                    .unwrap_or("rustc refuses it")
            ),
            format!(
                "Write todo!() where the learner's code goes. If the compile error is the lesson, give a hint with claim = \"{COMPILES}\"."
            ),
        ],
    )
}

fn judge_wrong(
    course: &Course,
    exercise: &Exercise,
    trial: &Trial,
    text: &str,
    report: &Report,
) -> Option<Fault> {
    let at = |rule, words| {
        Some(fault(
            course,
            Some(exercise),
            rule,
            &trial.file,
            Some(1),
            words,
        ))
    };
    let Some(claim) = caught_by(text) else {
        return at(
            "wrong-answer-unnamed",
            [
                "the first line does not name the check that has to catch this".into(),
                format!(
                    "Begin the file with a comment, as in: {} {CAUGHT_BY}{}",
                    comment(&trial.file),
                    report.checks.last().map_or("CLAIM", |c| c.claim.as_str())
                ),
            ],
        );
    };
    if report.findings.iter().any(|finding| finding.claim == claim) {
        return None;
    }
    let claims = || report.checks.iter().map(|check| check.claim.as_str());
    if claims().all(|known| known != claim) {
        return at(
            "unknown-claim",
            [
                format!("no check of `{}` is named `{claim}`", exercise.name),
                match nearest(claim, claims()) {
                    Some(nearest) => format!("Did you mean `{nearest}`?"),
                    None => format!("Its checks: {}.", claims().collect::<Vec<_>>().join("; ")),
                },
            ],
        );
    }
    if report.passed() {
        return at(
            "wrong-answer-passes",
            [
                format!("this wrong answer passes, and `{claim}` should catch it"),
                "Make the check ask for it, or take the file away if the answer is right after all.".into(),
            ],
        );
    }
    at(
        "caught-elsewhere",
        [
            format!(
                "`{claim}` does not catch this; it fails at {}",
                first(report)
            ),
            "Name the check that catches it, or make the answer wrong in this one respect only."
                .into(),
        ],
    )
}

/// The claim that the first line of a wrong answer names.
pub(super) fn caught_by(text: &str) -> Option<&str> {
    let (_, claim) = text.lines().next()?.split_once(CAUGHT_BY)?;
    Some(claim.trim()).filter(|claim| !claim.is_empty())
}

/// The first broken claim with what was expected and what came, or the reason why nothing was checked.
fn first(report: &Report) -> String {
    if let Outcome::Skipped { reason } = &report.outcome {
        return format!("it was not checked, {reason}");
    }
    let Some(finding) = report.findings.first() else {
        return "nothing".into();
    };
    let Finding {
        claim,
        expected,
        actual,
        ..
    } = finding;
    let one_line = |text: &String| text.lines().next().unwrap_or("").to_owned();
    match (
        expected.as_ref().map(one_line),
        actual.as_ref().map(one_line),
    ) {
        (Some(expected), Some(actual)) => {
            format!("`{claim}` (expected {expected}; got {actual})")
        }
        (None, Some(actual)) => format!("`{claim}` ({actual})"),
        _ => format!("`{claim}`"),
    }
}

/// The line of the first finding. It is told for the learner's file, and the file that was tried took its place.
fn line_in(report: &Report, course: &Course, exercise: &Exercise) -> Option<usize> {
    let place = report.findings.first()?.location.as_ref()?;
    (place.file == course.relative_file(exercise)).then_some(place.line)
}

fn comment(file: &Path) -> &'static str {
    match extension(file) {
        "sql" => "--",
        "rs" => "//",
        _ => "#",
    }
}

fn stem(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(&format!(".{}", extension(file)))
        .to_owned()
}
