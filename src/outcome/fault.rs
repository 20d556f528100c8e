//! What is wrong with a course, for whoever writes it. A learner never sees one.

use serde::Serialize;
use std::path::PathBuf;

/// One mistake of an author: where, what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Whether the course can be given to learners with it.
    pub weight: Weight,
    /// A word for it that stays the same, as in "wrong-answer-passes".
    pub rule: &'static str,
    /// The exercise it is about, if it is about one.
    pub exercise: Option<String>,
    /// The file, relative to the course.
    pub file: PathBuf,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

/// How much a fault weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The course is wrong.
    Error,
    /// The course works, and could be better.
    Warning,
}
