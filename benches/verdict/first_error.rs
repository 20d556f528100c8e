//! Our side in a real terminal, as a learner has it: timed from the save to the first error on the screen, which is there before
//! rustc has ended.

use crate::{
    course::{Course, Edit, Subject},
    pty::Terminal,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// What a learner sees of the type error, and never of a pass.
const ERROR: &str = "mismatched types";

/// Saves a type error after a pass, as often as there are edits.
pub(crate) fn measure(
    program: &Path,
    course: &Course,
    subject: Subject,
    edits: usize,
) -> Vec<Duration> {
    let terminal = Terminal::watch_by(program, course.root(), &[]);
    let first_error = |number: usize| {
        course.write(subject, &course.edited(subject, Edit::Right(5000 + number)));
        terminal.wait_for("a pass", |screen| {
            screen.contains("n next") && !screen.contains(ERROR)
        });
        let wrong = course.edited(subject, Edit::TypeError(5000 + number));
        let started = Instant::now();
        course.write(subject, &wrong);
        terminal.wait_for_text(ERROR);
        started.elapsed()
    };
    (0..edits).map(first_error).collect()
}
