//! Copies of the exercises as they were shipped, taken at the first start. They bring back a file, and its tests.

use super::{Overwrite, digests, kit, overwrite};
use crate::{
    course::{Course, Exercise},
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    workspace::{self, project::written_files},
};
use std::{
    collections::HashSet,
    ffi::OsStr,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long one question to git may take.
const GIT_WITHIN: Duration = Duration::from_secs(20);

/// As many as fit into a program's input at once; a name has 40 or 64 digits.
const NAMES_AT_ONCE: usize = 200;

/// The shipped files of a course.
#[derive(Clone, Copy, Debug)]
pub struct Pristine<'a> {
    course: &'a Course,
}

impl<'a> Pristine<'a> {
    /// The copies that were taken before.
    pub fn of(course: &'a Course) -> Self {
        Self { course }
    }

    /// Copies away every exercise that has no copy yet, or another one than the course says.
    ///
    /// A file that was edited before the first start is taken as git has it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn take(course: &'a Course) -> Result<Self> {
        digests::renew(course)?;
        let workspace = &course.workspace;
        // What a learner adds to a project later is never copied: then its root has a copy.
        let has_copy = |file: &Path| workspace.pristine(file).exists();
        let without = course.exercises.iter();
        let without = without.filter(|one| !has_copy(&course.relative_file(one)));
        let without: Vec<&Exercise> = without.collect();
        let names = match without.is_empty() {
            true => digests::Names::new(),
            false => digests::read(&workspace.digests())?,
        };
        let mut missing = Vec::new();
        for exercise in without {
            let mut files = written(course, exercise)?;
            digests::keep_shipped(&mut files, &names, &course.relative_place(exercise));
            missing.extend(files.into_iter().filter(|file| !has_copy(file)));
        }
        if !missing.is_empty() {
            let edited = edited_files(workspace.root());
            for file in missing {
                let shipped = match edited.contains(&file) {
                    true => committed(workspace.root(), &file),
                    false => None,
                };
                let shipped = match shipped {
                    Some(shipped) => Some(shipped),
                    None => workspace::read_bytes_if_there(&workspace.root().join(&file))?,
                };
                if let Some(shipped) = shipped {
                    workspace::write_atomic(&workspace.pristine(&file), &shipped)?;
                }
            }
        }
        // Copied now, while the files are likely to be as shipped. If one is not to be found, the check that needs it says so.
        let _ = kit(course);
        Ok(Self { course })
    }

    /// The exercise's file as shipped.
    ///
    /// # Errors
    /// [`Error::Tool`] if no copy could ever be taken, [`Error::Io`] if it cannot be read.
    pub fn text(&self, exercise: &Exercise) -> Result<String> {
        let file = self.course.relative_file(exercise);
        let copy = self.course.workspace.pristine(&file);
        workspace::read_if_there(&copy)?.ok_or_else(|| {
            Error::tool(
                format!("{} is missing, and no copy of it is known", file.display()),
                format!(
                    "Get the file from where the course came from, as in: git checkout -- {}",
                    file.display()
                ),
            )
        })
    }
}

/// The learner's files of an exercise as they lie there now, relative to the course: one, or those of a project.
///
/// # Errors
/// As [`written_files`].
pub fn written(course: &Course, exercise: &Exercise) -> Result<Vec<PathBuf>> {
    let place = course.relative_place(exercise);
    match course.project_dir(exercise) {
        None => Ok(vec![place]),
        Some(dir) => {
            let files = written_files(&dir)?.into_iter();
            Ok(files.map(|file| place.join(file)).collect())
        }
    }
}

/// What has to be written so that an exercise is as shipped again. Of a project, what the learner has added is taken away.
fn as_shipped(pristine: Pristine<'_>, exercise: &Exercise) -> Result<Vec<Overwrite>> {
    let course = pristine.course;
    if course.project_dir(exercise).is_none() {
        return Ok(vec![Overwrite {
            file: course.relative_file(exercise),
            contents: Some(pristine.text(exercise)?.into_bytes()),
        }]);
    }
    // Without a copy of its root nothing is known of the rest either.
    pristine.text(exercise)?;
    let copies = course.workspace.pristine(Path::new(""));
    let mut files = Vec::new();
    for copy in workspace::files_below(&copies.join(course.relative_place(exercise)))? {
        files.push(Overwrite {
            file: copy.strip_prefix(&copies).unwrap_or(&copy).to_owned(),
            contents: workspace::read_bytes_if_there(&copy)?,
        });
    }
    let added: Vec<PathBuf> = written(course, exercise)?
        .into_iter()
        .filter(|file| files.iter().all(|shipped| shipped.file != *file))
        .collect();
    files.extend(added.into_iter().map(|file| Overwrite {
        file,
        contents: None,
    }));
    Ok(files)
}

/// Puts exercises back as they were shipped, and with them the kit that they share; what the learner had is copied away first. Gives the number of files changed.
///
/// # Errors
/// As [`Pristine::text`] and [`overwrite`].
pub fn reset(pristine: Pristine<'_>, what: &str, exercises: &[&Exercise]) -> Result<usize> {
    let mut files = Vec::new();
    for exercise in exercises {
        files.extend(as_shipped(pristine, exercise)?);
    }
    let kit = kit(pristine.course)?;
    let changed = kit
        .files
        .into_iter()
        .filter(|(file, _)| kit.changed.contains(file));
    files.extend(changed.map(|(file, text)| Overwrite {
        file,
        contents: Some(text.into_bytes()),
    }));
    overwrite(&pristine.course.workspace, what, &files)
}

/// Files that differ from the last commit, relative to the course. None without git: then there is nothing better to go by.
fn edited_files(root: &Path) -> HashSet<PathBuf> {
    let args = ["diff", "--name-only", "--relative", "-z", "HEAD"];
    let listed = git(root, &args).unwrap_or_default();
    String::from_utf8_lossy(&listed)
        .split('\0')
        .map(PathBuf::from)
        .collect()
}

/// Those of these names by which git knows a text. It is asked for all of them at once: without git, and in a directory that is no
/// repository, this is tried at every start.
pub(super) fn known_to_git<'a>(root: &Path, names: &[&'a str]) -> HashSet<&'a str> {
    let mut known = HashSet::new();
    for names in names.chunks(NAMES_AT_ONCE) {
        let program = Program::tool("git")
            .args(["cat-file", "--batch-check"])
            .dir(root)
            .deadline(GIT_WITHIN)
            .input(names.join("\n") + "\n");
        let Ok(finished) = process::run(&program, &Cancel::new()) else {
            break;
        };
        // One line for each, as in "NAME blob LENGTH" or "NAME missing".
        let told = finished.stdout.text.lines();
        let both = names.iter().zip(told);
        known.extend(
            both.filter(|(_, told)| told.split(' ').nth(1) == Some("blob"))
                .map(|(name, _)| *name),
        );
    }
    known
}

/// The file as the last commit has it.
pub(super) fn committed(root: &Path, file: &Path) -> Option<Vec<u8>> {
    let path = file.to_str()?.replace('\\', "/");
    git(root, &["show".to_owned(), format!("HEAD:./{path}")])
}

/// What git says; `None` if it is not installed, not asked in a repository, has nothing to say, or says what is no UTF-8.
pub(super) fn git(root: &Path, args: &[impl AsRef<OsStr>]) -> Option<Vec<u8>> {
    let program = Program::tool("git")
        .args(args)
        .dir(root)
        .deadline(GIT_WITHIN);
    let finished = process::run(&program, &Cancel::new()).ok()?;
    let is_whole = finished.stdout.omitted == 0
        // What is no UTF-8 does not come through as it was.
        && !finished.stdout.text.contains(char::REPLACEMENT_CHARACTER);
    (finished.end == End::Exited(0) && is_whole).then(|| finished.stdout.text.into_bytes())
}
