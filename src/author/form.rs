//! What can be seen of an exercise without running it: its files are there, say where the work is, and belong to it.

use super::{
    place::{entry_line, fault, line_where, warning},
    texts, twins,
};
use crate::{
    course::{Course, Exercise, Kind},
    error::Result,
    outcome::Fault,
    workspace::{self, extension, project},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// So many places of work fit into one exercise.
const MOST_TODOS: usize = 3;
/// So many wrong answers an exercise should have: one way to be wrong is seldom the only one.
const FEWEST_WRONG: usize = 2;

/// What is wrong with the files of one exercise.
pub(super) fn of_exercise(course: &Course, exercise: &Exercise) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    faults.extend(wrong_answers(course, exercise)?);
    faults.extend(hints(course, exercise));
    let (start, solution) = (course.file(exercise), course.solution(exercise));
    let texts = (
        workspace::read_if_there(&start)?,
        workspace::read_if_there(&solution)?,
    );
    let missing = |file: &Path, rule, what: &str, help: &str| {
        let shown = course.workspace.shown(file).display().to_string();
        fault(
            course,
            Some(exercise),
            rule,
            &course.workspace.info(),
            entry_line(course, exercise),
            [
                format!("`{}` has no {what}: {shown} is missing", exercise.name),
                help.to_owned(),
            ],
        )
    };
    if texts.0.is_none() {
        faults.push(missing(
            &start,
            "no-starting-file",
            "starting file",
            "Write the file that a learner begins with, or correct the name or dir here.",
        ));
    }
    if texts.1.is_none() {
        faults.push(missing(
            &solution,
            "no-solution",
            "solution",
            "Solve the exercise there: without a solution nobody knows that it can be solved.",
        ));
    }
    if let Some(dir) = course.project_dir(exercise) {
        let spec = dir.join(project::SPEC);
        if !spec.is_file() {
            faults.push(missing(
                &spec,
                "no-spec",
                "text that says what is to be built",
                "Write there each route, field, status, limit and variable that is checked: nothing else may be.",
            ));
        }
    } else if let (Some(start), Some(solution)) = texts {
        faults.extend(todos(course, exercise, &start, &solution));
        faults.extend(twins::compare(course, exercise, &start, &solution));
    }
    Ok(faults)
}

/// What is wrong with the course as a whole.
pub(super) fn of_course(course: &Course) -> Result<Vec<Fault>> {
    let mut faults = stray(course)?;
    faults.extend(texts::of_chapters(course)?);
    faults.extend(texts::of_languages(course)?);
    Ok(faults)
}

fn wrong_answers(course: &Course, exercise: &Exercise) -> Result<Option<Fault>> {
    let dir = course.workspace.wrong_answers(&exercise.name);
    let found = workspace::list_dir(&dir)?.len();
    if found >= FEWEST_WRONG || exercise.skip_check_unsolved {
        return Ok(None);
    }
    let what = match found {
        0 => format!(
            "`{}` has no wrong answers, so nothing shows that its checks can fail",
            exercise.name
        ),
        _ => format!("`{}` has one wrong answer", exercise.name),
    };
    Ok(Some(warning(fault(
        course,
        Some(exercise),
        "few-wrong-answers",
        &course.workspace.info(),
        entry_line(course, exercise),
        [
            what,
            format!(
                "Write at least {FEWEST_WRONG} in {}, each with one plausible mistake.",
                course.workspace.shown(&dir).display()
            ),
        ],
    ))))
}

fn hints(course: &Course, exercise: &Exercise) -> Option<Fault> {
    let empty = exercise
        .hints
        .iter()
        .position(|hint| hint.text.is_empty())?;
    Some(fault(
        course,
        Some(exercise),
        "empty-hint",
        &course.workspace.info(),
        entry_line(course, exercise),
        [
            format!("hint {} of `{}` says nothing", empty + 1, exercise.name),
            "Write a question that leads a step closer, or take the hint out.".into(),
        ],
    ))
}

/// The hints that wait for a check that does not exist. `claims` are all there are.
pub(super) fn hints_without_check(
    course: &Course,
    exercise: &Exercise,
    claims: &BTreeSet<String>,
) -> Vec<Fault> {
    let info = workspace::read(&course.workspace.info()).unwrap_or_default();
    let bound = exercise.hints.iter().filter_map(|hint| hint.claim.as_ref());
    bound
        .filter(|claim| !claims.contains(*claim))
        .map(|claim| {
            let nearest = crate::course::nearest(claim, claims.iter().map(String::as_str));
            fault(
                course,
                Some(exercise),
                "hint-without-check",
                &course.workspace.info(),
                line_where(&info, |line| line.contains(&format!("\"{claim}\""))),
                [
                    format!("a hint of `{}` waits for the check `{claim}`, which does not exist", exercise.name),
                    match nearest {
                        Some(nearest) => format!("Did you mean `{nearest}`?"),
                        None => "Name one of its checks, or take `claim` out: the hint then fits always.".into(),
                    },
                ],
            )
        })
        .collect()
}

/// The starting file says where the work is, and the solution has no such place left.
fn todos(course: &Course, exercise: &Exercise, start: &str, solution: &str) -> Vec<Fault> {
    let is_quiz = extension(&course.file(exercise)) == "txt";
    if exercise.skip_check_unsolved {
        return Vec::new();
    }
    let at =
        |file: &Path, rule, line, words| fault(course, Some(exercise), rule, file, line, words);
    let mut faults = Vec::new();
    let (start_file, solution_file) = (course.file(exercise), course.solution(exercise));
    let places = start.lines().filter(|line| is_todo(line)).count();
    match places {
        _ if is_quiz => {}
        0 => faults.push(at(
            &start_file,
            "no-todo",
            None,
            [
                "the starting file does not say where the work is".into(),
                "Write a comment there, as in: // TODO: Answer 404 for an unknown path.".into(),
            ],
        )),
        n if n > MOST_TODOS => faults.push(warning(at(
            &start_file,
            "many-todos",
            line_where(start, is_todo),
            [
                format!("the starting file has {n} places of work"),
                format!("Keep at most {MOST_TODOS}: an exercise teaches one idea."),
            ],
        ))),
        _ => {}
    }
    if let Some(line) = line_where(solution, is_todo).filter(|_| !is_quiz) {
        faults.push(at(
            &solution_file,
            "todo-in-solution",
            Some(line),
            [
                "the solution still has a TODO".into(),
                "Put the reason for the code in its place.".into(),
            ],
        ));
    }
    faults
}

fn is_todo(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "--", "#"].iter().any(|sign| line.starts_with(sign)) && line.contains("TODO")
}

/// Files that belong to nothing: a mistyped name, or something that was left behind.
fn stray(course: &Course) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let of_all = |path: fn(&Course, &Exercise) -> PathBuf| -> BTreeSet<PathBuf> {
        course.exercises.iter().map(|e| path(course, e)).collect()
    };
    let solutions = of_all(|course, exercise| {
        let dir = course.solution_dir(exercise);
        dir.unwrap_or_else(|| course.solution(exercise))
    });
    let chapters: BTreeSet<PathBuf> = course
        .chapters
        .iter()
        .map(|chapter| {
            course.workspace.chapter(
                Some(&chapter.dir)
                    .filter(|d| !d.is_empty())
                    .map(String::as_str),
            )
        })
        .collect();
    let at = |rule, file: &Path, words| fault(course, None, rule, file, None, words);
    for file in workspace::files_below(&course.workspace.solutions())? {
        let is_solution = file.ancestors().any(|part| solutions.contains(part));
        if !is_solution && !is_readme(&file) {
            faults.push(at(
                "stray-solution",
                &file,
                [
                    "no exercise has this solution".into(),
                    "Add its exercise to info.toml, correct the name, or take the file away."
                        .into(),
                ],
            ));
        }
    }
    for (kind, dir) in [
        ("wrong", course.workspace.wrong_answers("")),
        ("right", course.workspace.right_answers("")),
    ] {
        for path in workspace::list_dir(&dir)? {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let Ok(exercise) = course.exercise(&name) else {
                let nearest =
                    crate::course::nearest(&name, course.exercises.iter().map(|e| e.name.as_str()));
                faults.push(at(
                    "stray-answers",
                    &path,
                    [
                        format!(
                            "these {kind} answers are never tried: no exercise is named `{name}`"
                        ),
                        match nearest {
                            Some(nearest) => format!("Did you mean `{nearest}`?"),
                            None => "Add the exercise, or take the directory away.".into(),
                        },
                    ],
                ));
                continue;
            };
            let ending = course.file(exercise);
            let is_project = exercise.kind == Kind::Project;
            for file in workspace::list_dir(&path)? {
                if is_project && !file.is_dir() {
                    faults.push(at(
                        "stray-answers",
                        &file,
                        [
                            format!("an answer to the project `{name}` is a directory"),
                            "Put the files in which it differs into one, or take this away.".into(),
                        ],
                    ));
                } else if !is_project && extension(&file) != extension(&ending) {
                    faults.push(at(
                        "stray-answers",
                        &file,
                        [
                            format!("an answer to `{name}` ends in .{}", extension(&ending)),
                            "Give it that ending, or take it away.".into(),
                        ],
                    ));
                }
            }
        }
    }
    for chapter in chapters {
        faults.extend(stray_in(course, &chapter)?);
    }
    Ok(faults)
}

/// Files of a chapter that are neither an exercise's nor named by one.
fn stray_in(course: &Course, chapter: &Path) -> Result<Vec<Fault>> {
    let own = |exercise: &&Exercise| course.workspace.chapter(exercise.dir.as_deref()) == chapter;
    let exercises: Vec<&Exercise> = course.exercises.iter().filter(own).collect();
    let chapters = |path: &Path| {
        let inside = |exercise: &Exercise| course.file(exercise).starts_with(path);
        course.exercises.iter().any(inside)
    };
    let mut named = String::new();
    for exercise in &exercises {
        for file in [
            course.steps(exercise),
            course.check_program(exercise),
            course.file(exercise),
        ] {
            named += &workspace::read_if_there(&file)
                .ok()
                .flatten()
                .unwrap_or_default();
        }
    }
    let mut faults = Vec::new();
    for path in workspace::list_dir(chapter)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_own = exercises.iter().any(|exercise| {
            exercise.file_name() == name
                || name.starts_with(&format!("{}.", exercise.name))
                || name == exercise.name
        });
        let is_shared = [
            course.workspace.kit(),
            course.workspace.editor_manifest(),
            course.workspace.editor_lock(),
            course.workspace.dependencies_lock(),
        ]
        .contains(&path)
            || name == "target";
        if !(is_own || is_shared || is_readme(&path) || chapters(&path) || named.contains(&name)) {
            faults.push(warning(fault(
                course,
                None,
                "stray-file",
                &path,
                None,
                [
                    "this belongs to no exercise".into(),
                    "Add its exercise to info.toml, correct the name, or take it away.".into(),
                ],
            )));
        }
    }
    Ok(faults)
}

fn is_readme(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("README.") && extension(path) == "md"
}

/// The checks that no wrong answer fails, of those that the author wrote.
pub(super) fn checks_never_hit(
    course: &Course,
    exercise: &Exercise,
    claims: &BTreeSet<String>,
    hit: &BTreeSet<String>,
) -> Vec<Fault> {
    let files = super::place::claim_files(course, exercise);
    claims
        .difference(hit)
        .filter_map(|claim| {
            let (file, line) = super::place::claim_place(&files, exercise.kind, claim)?;
            Some(warning(fault(
                course,
                Some(exercise),
                "check-never-fails",
                file,
                Some(line),
                [
                    format!(
                        "nothing shows that `{claim}` can fail: no wrong answer is caught by it"
                    ),
                    format!(
                        "Write a wrong answer that it catches, in {}, or take the check out.",
                        course
                            .workspace
                            .shown(&course.workspace.wrong_answers(&exercise.name))
                            .display()
                    ),
                ],
            )))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_todo_is_a_comment() {
        assert!(is_todo("    // TODO: Add the two."));
        assert!(is_todo("-- TODO: Name the columns."));
        assert!(!is_todo("let text = \"TODO\";"));
    }
}
