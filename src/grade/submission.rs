//! What one learner has handed in: a directory or an archive, of which only the exercise files are read.
//!
//! Whatever else lies there (tests, manifests, steps) is passed over: the course has its own. Links are not followed.

use super::archive;
use crate::{
    check::Source,
    course::{Course, Exercise},
    error::{Error, Result},
    workspace,
};
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Longer than this no exercise is, in bytes.
pub(super) const LONGEST: u64 = 1024 * 1024;

/// One learner's directory or archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    learner: String,
    path: PathBuf,
}

/// The submissions that these paths name, in the order of their names. A directory without `exercises/` is one of submissions.
///
/// # Errors
/// [`Error::Usage`] if a path is neither, if there are none, or if two have one name.
pub fn find(paths: &[PathBuf]) -> Result<Vec<Submission>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() && !workspace::has_exercises(path) {
            let inside = workspace::list_dir(path)?;
            found.extend(
                inside
                    .into_iter()
                    .filter(|path| may_be_one(path))
                    .map(Submission::at),
            );
        } else if may_be_one(path) {
            found.push(Submission::at(path));
        } else {
            return Err(Error::Usage {
                what: format!("{} is no directory and no archive", path.display()),
                help: "Name directories, .tar.gz, .tgz, .tar or .zip files.".into(),
            });
        }
    }
    found.sort_by(|a, b| a.learner.cmp(&b.learner));
    if found.is_empty() {
        return Err(Error::Usage {
            what: "there is no submission".into(),
            help: "Name a directory with one directory or archive for each learner.".into(),
        });
    }
    let mut names = HashSet::new();
    match found.iter().find(|one| !names.insert(&one.learner)) {
        None => Ok(found),
        Some(twice) => Err(Error::Usage {
            what: format!("two submissions are named `{}`", twice.learner),
            help: "Rename one: the name of the directory or archive is the learner's.".into(),
        }),
    }
}

fn may_be_one(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && (path.is_dir() || archive::is_archive(path))
}

impl Submission {
    /// The submission at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = archive::ENDINGS
            .iter()
            .find(|ending| name.ends_with(*ending));
        let learner = name
            .strip_suffix(ending.unwrap_or(&""))
            .unwrap_or(&name)
            .to_owned();
        Self { learner, path }
    }

    /// The learner's name: that of the directory or archive.
    pub fn learner(&self) -> &str {
        &self.learner
    }

    /// The learner's file for each of these exercises, or why the submission as a whole is refused.
    pub(super) fn read(
        &self,
        course: &Course,
        exercises: &[&Exercise],
    ) -> std::result::Result<Vec<Source>, String> {
        let wanted: Vec<PathBuf> = exercises.iter().map(|e| course.relative_file(e)).collect();
        match self.path.is_dir() {
            true => Ok(wanted
                .iter()
                .map(|file| from_dir(&self.path, file))
                .collect()),
            false => archive::read(&self.path, &wanted),
        }
    }
}

/// A file below the submission's directory, reached without following a link.
fn from_dir(root: &Path, file: &Path) -> Source {
    let mut path = root.to_owned();
    for part in file.components() {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                return Source::Unreadable("a link, and links are not followed".into());
            }
            Ok(found) if found.is_file() && found.len() > LONGEST => return too_long(),
            // Reading a pipe or a device would not end.
            Ok(found) if !found.is_file() && !found.is_dir() => {
                return Source::Unreadable("no file".into());
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Source::Missing,
            Err(error) => {
                return Source::Unreadable(format!("a file that cannot be read: {error}"));
            }
        }
    }
    Source::read(&path)
}

pub(super) fn too_long() -> Source {
    Source::Unreadable(format!("a file of more than {} MiB", LONGEST >> 20))
}
