//! The learner's file as it was found: text, or the reason why it is none.

use super::Job;
use crate::{
    course::Kind,
    outcome::{Finding, Report},
};
use std::{fs, io, path::Path};

/// The claim that the file can be read at all.
const IS_TEXT: &str = "the exercise's file is there and is text";

/// What lies where the learner's file should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its text, with line ends as `\n` and without a byte order mark.
    Text(String),
    /// Nothing.
    Missing,
    /// Something that cannot be read as text; the sentence says what.
    Unreadable(String),
}

impl Source {
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

/// The text, or a finding that says what lies there instead.
pub(super) fn text_or_finding<'a>(job: Job<'a>, report: &mut Report) -> Option<&'a str> {
    let file = job.course.relative_file(job.exercise);
    let actual = match job.source {
        // Compiled with the shipped tests, it would be told in lines that the learner does not have.
        Source::Text(text)
            if matches!(job.exercise.kind, Kind::Rust | Kind::Quiz) && text.trim().is_empty() =>
        {
            "an empty file".to_owned()
        }
        Source::Text(text) => return Some(text),
        Source::Missing => "nothing".to_owned(),
        Source::Unreadable(what) => what.clone(),
    };
    report.fail(Finding {
        expected: Some(format!("a text file {}", file.display())),
        actual: Some(actual),
        explain: Some(format!(
            "Bring it back as it was shipped: x in the watcher, or {}",
            job.reset_command()
        )),
        ..Finding::new(IS_TEXT)
    });
    None
}
