//! The learner's file as it was found: text, or the reason why it is none.

use super::{Job, Tree};
use crate::{
    course::{Course, Exercise, Kind},
    error::Result,
    outcome::{Finding, Report},
    workspace::{self, project},
};
use std::{borrow::Cow, fs, io, path::Path, sync::Arc};

/// The claim that the file can be read at all.
const IS_TEXT: &str = "the exercise's file is there and is text";

/// What lies where the learner's file should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its text, with line ends as `\n` and without a byte order mark.
    Text(String),
    /// The files of a project.
    Project(Arc<Tree>),
    /// Nothing.
    Missing,
    /// Something that cannot be read as text; the sentence says what.
    Unreadable(String),
}

impl Source {
    /// Reads what the learner has written for an exercise.
    pub fn of(course: &Course, exercise: &Exercise) -> Self {
        match course.project_dir(exercise) {
            Some(dir) => Tree::read(&dir),
            None => Self::read(&course.file(exercise)),
        }
    }

    /// Reads the project in a directory.
    pub fn project(dir: &Path) -> Self {
        Tree::read(dir)
    }

    /// Reads what lies at `path`.
    pub fn read(path: &Path) -> Self {
        match fs::read(path) {
            Ok(bytes) => Self::from_bytes(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Missing,
            Err(_) if path.is_dir() => Self::Unreadable("a directory".into()),
            Err(error) => Self::Unreadable(format!("a file that cannot be read: {error}")),
        }
    }

    /// A file's bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::text(&text),
            Err(error) => Self::Unreadable(format!(
                "a file that is not UTF-8: byte {} is wrong",
                error.utf8_error().valid_up_to() + 1
            )),
        }
    }

    /// A file's text. Editors on Windows write `\r\n` and a byte order mark; neither is the learner's fault.
    pub fn text(text: &str) -> Self {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        Self::Text(text.replace("\r\n", "\n"))
    }
}

/// The solution of an exercise as one text.
///
/// # Errors
/// [`crate::error::Error::Io`] if it cannot be read.
pub fn solution_text(course: &Course, exercise: &Exercise) -> Result<String> {
    match course
        .solution_dir(exercise)
        .as_deref()
        .map(Source::project)
    {
        Some(Source::Project(tree)) => Ok(tree.as_one_text()),
        _ => workspace::read(&course.solution(exercise)),
    }
}

/// What a learner has written, as one text to read; nothing where it is no text.
pub fn learners_text(source: &Source) -> Cow<'_, str> {
    match source {
        Source::Text(text) => text.into(),
        Source::Project(tree) => tree.as_one_text().into(),
        Source::Missing | Source::Unreadable(_) => "".into(),
    }
}

/// The text, or a finding that says what lies there instead.
pub(super) fn text_or_finding<'a>(job: Job<'a>, report: &mut Report) -> Option<&'a str> {
    let place = job.course.relative_place(job.exercise);
    let actual = match job.source {
        // Compiled with the shipped tests, it would be told in lines that the learner does not have.
        Source::Text(text)
            if matches!(job.exercise.kind, Kind::Rust | Kind::Quiz) && text.trim().is_empty() =>
        {
            "an empty file".to_owned()
        }
        Source::Text(text) => return Some(text),
        Source::Project(tree) => match (tree.command(), tree.main()) {
            (Some(_), _) => return Some(""),
            (None, Some(main)) => return Some(main),
            (None, None) => format!(
                "neither {} nor {}, which names the command that starts a server in another language",
                project::MAIN,
                project::COMMAND
            ),
        },
        Source::Missing => "nothing".to_owned(),
        Source::Unreadable(what) => what.clone(),
    };
    report.fail(Finding {
        expected: Some(match job.source {
            Source::Project(_) => format!("a project in {}", place.display()),
            _ if job.exercise.kind == Kind::Project => format!("a directory {}", place.display()),
            _ => format!("a text file {}", place.display()),
        }),
        actual: Some(actual),
        explain: Some(format!(
            "Bring it back as it was shipped: x in the watcher, or {}",
            job.reset_command()
        )),
        ..Finding::new(IS_TEXT)
    });
    None
}
