//! Where in a course something stands, so that a fault can name file and line.

use crate::{
    course::{Course, Exercise, Kind},
    error::Error,
    outcome::{Fault, Weight},
    workspace,
};
use std::path::Path;

/// A fault of an exercise. `file` may be absolute; it is told relative to the course.
pub(super) fn fault(
    course: &Course,
    exercise: Option<&Exercise>,
    rule: &'static str,
    file: &Path,
    line: Option<usize>,
    [what, help]: [String; 2],
) -> Fault {
    Fault {
        weight: Weight::Error,
        rule,
        exercise: exercise.map(|exercise| exercise.name.clone()),
        file: course.workspace.shown(file).to_owned(),
        line,
        what,
        help,
    }
}

/// The same fault as one with which the course works.
pub(super) fn warning(fault: Fault) -> Fault {
    Fault {
        weight: Weight::Warning,
        ..fault
    }
}

/// What the course itself refuses, as a fault; any other error stays one.
pub(super) fn of_error(
    course: &Course,
    exercise: Option<&Exercise>,
    error: Error,
) -> Result<Fault, Error> {
    match error {
        Error::Course {
            file,
            line,
            what,
            help,
        } => Ok(fault(course, exercise, "course", &file, line, [what, help])),
        other => Err(other),
    }
}

/// The line, counted from 1, of the first one that `wanted` accepts.
pub(super) fn line_where(text: &str, wanted: impl Fn(&str) -> bool) -> Option<usize> {
    text.lines().position(wanted).map(|line| line + 1)
}

/// The line of an exercise's name in `info.toml`.
pub(super) fn entry_line(course: &Course, exercise: &Exercise) -> Option<usize> {
    let info = workspace::read(&course.workspace.info()).ok()?;
    line_where(&info, |line| {
        let mut words = line.split('"');
        words.next().is_some_and(|key| {
            key.split('=').next().map(str::trim) == Some("name") && key.contains('=')
        }) && words.next() == Some(&exercise.name)
    })
}

/// Where the author wrote a claim down: file and line. `None` for a claim that comes with the kind.
pub(super) fn claim_place<'a>(
    files: &'a [(std::path::PathBuf, String)],
    kind: Kind,
    claim: &str,
) -> Option<(&'a Path, usize)> {
    let function = format!("fn {}(", claim.replace(' ', "_"));
    // A claim of kind sql is that of the statement and that of the data; each set of data is there for a mistake.
    let claim = claim.rsplit(" · ").next().unwrap_or(claim);
    files.iter().find_map(|(file, text)| {
        let is_rust = workspace::extension(file) == "rs";
        let line = line_where(text, |line| match (is_rust, kind) {
            (true, _) => line.contains(&function) || line.contains(&format!("\"{claim}\"")),
            (false, Kind::Quiz) => line.split_once(". ").is_some_and(|(number, rest)| {
                number.parse::<u32>().is_ok() && claim.contains(rest)
            }),
            (false, _) => line.contains(&format!("\"{claim}\"")),
        })?;
        Some((file.as_path(), line))
    })
}

/// The files in which an author writes claims.
pub(super) fn claim_files(
    course: &Course,
    exercise: &Exercise,
) -> Vec<(std::path::PathBuf, String)> {
    [
        course.steps(exercise),
        course.check_program(exercise),
        course.file(exercise),
    ]
    .into_iter()
    .filter_map(|file| Some((file.clone(), workspace::read_if_there(&file).ok()??)))
    .collect()
}
