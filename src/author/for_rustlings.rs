//! A course in rustlings' format is asked what rustlings asks of it. What it does not have by its nature is told once, and not for each exercise.

use super::place::{fault, warning};
use crate::{course::Course, error::Result, outcome::Fault, workspace};

/// What is asked of our own courses only: wrong answers, hints for checks, solutions that share their text with the starting file.
const OURS: [&str; 9] = [
    "few-wrong-answers",
    "no-solution",
    "todo-in-solution",
    "many-todos",
    "heads-differ",
    "tests-differ",
    "starting-file-does-not-compile",
    "no-chapter-text",
    "not-in-chapter-text",
];

/// False for what nobody asks of a course in that format.
pub(super) fn is_asked(course: &Course, fault: &Fault) -> bool {
    course.own_manifest.is_none() || !OURS.contains(&fault.rule)
}

/// What is not proved because the course does not have it, in one sentence.
pub(super) fn not_proved(course: &Course) -> Result<Option<Fault>> {
    if course.own_manifest.is_none() {
        return Ok(None);
    }
    let (mut unsolved, mut without_wrong) = (0, 0);
    for exercise in &course.exercises {
        let wrong = course.workspace.wrong_answers(&exercise.name);
        unsolved += usize::from(!course.solution(exercise).is_file());
        without_wrong += usize::from(workspace::list_dir(&wrong)?.is_empty());
    }
    if unsolved + without_wrong == 0 {
        return Ok(None);
    }
    let told = fault(
        course,
        None,
        "not-proved",
        &course.workspace.info(),
        None,
        [
            format!(
                "of {} exercises, {unsolved} have no solution and {without_wrong} no wrong answers",
                course.exercises.len()
            ),
            "Nothing has to be done. With a solution it is proved that an exercise can be solved, with wrong answers that its tests can fail.".into(),
        ],
    );
    Ok(Some(warning(told)))
}
