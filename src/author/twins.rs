//! A starting file and its solution are one text: the same head and the same tests, so that their difference is the lesson.

use super::place::fault;
use crate::{
    build::{Shipped, splice},
    course::{Course, Exercise},
    outcome::Fault,
    workspace::extension,
};

/// Where the two differ and should not.
pub(super) fn compare(
    course: &Course,
    exercise: &Exercise,
    start: &str,
    solution: &str,
) -> Vec<Fault> {
    let file = course.solution(exercise);
    let kind = extension(&file).to_owned();
    let mut faults = Vec::new();
    let at = |rule, line, words| fault(course, Some(exercise), rule, &file, line, words);
    if let Some(line) = first_difference(&head(start, &kind), &head(solution, &kind)) {
        faults.push(at(
            "heads-differ",
            Some(line),
            [
                format!(
                    "the head of the solution is not that of the starting file: {}",
                    match head(start, &kind).get(line - 1) {
                        Some(text) => format!("there it says `{text}`"),
                        None => "there it has ended".into(),
                    }
                ),
                "Give both the same first lines: they are the task.".into(),
            ],
        ));
    }
    let tests_differ = match kind.as_str() {
        "rs" => Shipped::parse(start)
            .and_then(|shipped| splice(solution, &shipped))
            .is_some_and(|spliced| spliced.tests_changed),
        "txt" => questions(start) != questions(solution),
        _ => false,
    };
    if tests_differ {
        faults.push(at(
            "tests-differ",
            None,
            [
                "the solution's tests or questions are not those of the starting file".into(),
                "Copy those of the starting file into the solution: only they are run.".into(),
            ],
        ));
    }
    faults
}

/// The lines of the task at the top of a file.
fn head<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let sign = match kind {
        "rs" => "//!",
        "sql" => "--",
        _ => return Vec::new(),
    };
    text.lines()
        .map(str::trim_end)
        .take_while(|line| line.starts_with(sign) && !line.contains("TODO"))
        .collect()
}

/// The line, counted from 1, of the first one that differs.
fn first_difference(a: &[&str], b: &[&str]) -> Option<usize> {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    (same < a.len().max(b.len())).then_some(same + 1)
}

/// The numbered lines of a quiz.
fn questions(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| {
            line.split_once(". ")
                .is_some_and(|(number, _)| number.parse::<u32>().is_ok())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference(&["a", "b"], &["a", "c"]), Some(2));
        assert_eq!(first_difference(&["a"], &["a", "b"]), Some(2));
        assert_eq!(first_difference(&["a"], &["a"]), None);
    }

    #[test]
    fn the_head_ends_where_the_work_begins() {
        assert_eq!(head("-- a\n-- b\n\n-- TODO: c\n", "sql"), ["-- a", "-- b"]);
        assert_eq!(head("//! a\nfn main() {}\n", "rs"), ["//! a"]);
    }
}
