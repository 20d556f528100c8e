//! What a trial is made with: the text of one file, or the files of a project put together.
//!
//! A wrong answer to a project holds only the files in which it differs from the solution, and so may a right one: without a `main.rs` and a `command` it is no
//! program of its own.

use super::trial::{Role, Trial, caught_by};
use crate::{
    check::Source,
    course::Course,
    error::Result,
    workspace::{self, project::written_files},
};
use std::{fs, io, path::Path};

/// What a learner with this answer would have written.
pub(super) struct Answer {
    /// What is checked.
    pub(super) source: Source,
    /// The text whose first line names the check that catches it.
    pub(super) text: String,
}

/// Reads the answer of a trial; that of a project is put together below `build`.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub(super) fn read(course: &Course, trial: &Trial, build: &Path) -> Result<Answer> {
    let Some(solution) = course.solution_dir(&course.exercises[trial.exercise]) else {
        let text = workspace::read(&trial.file)?;
        return Ok(Answer {
            source: Source::text(&text),
            text,
        });
    };
    let parts: &[&Path] = match trial.role {
        Role::Solution | Role::Start => {
            return Ok(Answer {
                source: Source::project(&trial.file),
                text: String::new(),
            });
        }
        Role::Right if is_a_program(&trial.file)? => &[&trial.file],
        Role::Right | Role::Wrong => &[&solution, &trial.file],
    };
    // Whoever runs a program there may leave something behind, so it never runs where the author keeps it.
    let place = build.join("answer");
    match fs::remove_dir_all(&place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(crate::error::Error::io("remove", &place)(error));
        }
        _ => {}
    }
    for part in parts {
        for file in written_files(part)? {
            let contents = workspace::read_bytes_if_there(&part.join(&file))?;
            workspace::write_atomic(&place.join(&file), &contents.unwrap_or_default())?;
        }
    }
    Ok(Answer {
        source: Source::project(&place),
        text: first_that_names_a_check(&trial.file)?,
    })
}

/// Whether a directory has what a project is started with.
fn is_a_program(dir: &Path) -> Result<bool> {
    let files = written_files(dir)?;
    let starts = |file: &Path| file == Path::new("main.rs") || file == Path::new("command");
    Ok(files.iter().any(|file| starts(file)))
}

fn first_that_names_a_check(dir: &Path) -> Result<String> {
    for file in written_files(dir)? {
        let bytes = workspace::read_bytes_if_there(&dir.join(file))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if caught_by(&text).is_some() {
            return Ok(text);
        }
    }
    Ok(String::new())
}
