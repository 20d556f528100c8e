//! What one learner has handed in: a directory or an archive, of which only the exercise files and the projects are read.
//!
//! Whatever else lies there (tests, manifests, steps) is passed over: the course has its own. Links are not followed.

use super::{
    archive,
    work::{Files, Mode, Work, read_at_most},
};
use crate::{
    check::Source,
    course::{Course, Exercise},
    error::{Error, Result},
    workspace::{self, project},
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

    /// What the learner has written for each of these exercises, or why the submission as a whole is refused.
    pub(super) fn read(
        &self,
        course: &Course,
        exercises: &[&Exercise],
    ) -> std::result::Result<Vec<Work>, String> {
        let place = |exercise: &&Exercise| match course.project_dir(exercise) {
            None => Place::File(course.relative_file(exercise)),
            Some(_) => Place::Project(course.relative_place(exercise)),
        };
        let wanted: Vec<Place> = exercises.iter().map(place).collect();
        match self.path.is_dir() {
            true => Ok(wanted
                .iter()
                .map(|place| from_dir(&self.path, place))
                .collect()),
            false => archive::read(&self.path, &wanted),
        }
    }
}

/// Where an exercise lies, relative to the course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In this file.
    File(PathBuf),
    /// In this directory.
    Project(PathBuf),
}

/// What lies below the submission's directory, reached without following a link.
fn from_dir(root: &Path, place: &Place) -> Work {
    let (Place::File(file) | Place::Project(file)) = place;
    let mut path = root.to_owned();
    for part in file.components() {
        path.push(part);
        match look(&path) {
            Look::Nothing => return Work::Missing,
            Look::Refused(why) => return Work::Unreadable(why),
            Look::File { length, .. } if length > LONGEST && matches!(place, Place::File(_)) => {
                return too_long();
            }
            Look::File { .. } | Look::Dir => {}
        }
    }
    match place {
        Place::File(_) => Source::read(&path).into(),
        Place::Project(_) => project_in(&path).unwrap_or_else(Work::Unreadable),
    }
}

/// What a path leads to, if no link is followed.
enum Look {
    Nothing,
    Dir,
    File {
        length: u64,
        mode: Mode,
    },
    /// Nothing to be read: reading a pipe or a device would not end.
    Refused(String),
}

fn look(path: &Path) -> Look {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            Look::Refused("a link, and links are not followed".into())
        }
        Ok(found) if found.is_dir() => Look::Dir,
        Ok(found) if found.is_file() => Look::File {
            length: found.len(),
            mode: mode(&found),
        },
        Ok(_) => Look::Refused("no file".into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Look::Nothing,
        Err(error) => Look::Refused(format!("a file that cannot be read: {error}")),
    }
}

fn mode(found: &fs::Metadata) -> Mode {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Mode::of_bits(found.permissions().mode())
    }
    #[cfg(not(unix))]
    {
        let _ = found;
        Mode::Read
    }
}

/// The files that somebody has written in a project's directory.
fn project_in(dir: &Path) -> std::result::Result<Work, String> {
    if !dir.is_dir() {
        return Err("a file, and a project is a directory".into());
    }
    let listed = project::written_files(dir).map_err(|error| match error {
        Error::Usage { help, .. } => format!("a directory with too many files. {help}"),
        other => format!("no directory to read: {other}"),
    })?;
    let mut files = Files::default();
    for file in listed {
        let path = dir.join(&file);
        match look(&path) {
            Look::File { length, mode } => {
                // One too many says that there are too many.
                let most = length.min(files.room() + 1);
                let bytes = fs::File::open(&path).and_then(|open| read_at_most(open, most));
                let bytes = bytes.map_err(|error| {
                    format!("a directory with a file that cannot be read: {error}")
                })?;
                files.add(file, bytes, mode)?;
            }
            Look::Refused(why) => {
                return Err(format!("a directory with {why} in it: {}", file.display()));
            }
            Look::Nothing | Look::Dir => {}
        }
    }
    Ok(Work::Project(files))
}

pub(super) fn too_long() -> Work {
    Work::Unreadable(format!("a file of more than {} MiB", LONGEST >> 20))
}
