//! Which text of each starting file is the shipped one. `exercises/digests.txt` says it: git's own name for the text, and the file. So
//! a copy that is older than the course is known to be, and the newer text is found: in the file itself, or in git.
//!
//! A text counts only if it has that name. What cannot be found changes nothing: a copy that was taken once stays.

use super::pristine::{git, known_to_git};
use crate::{
    course::Course,
    error::Result,
    workspace::{self, Workspace, packed},
};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// What stands above the names.
const HEAD: &str = "# Written by `dev check`: git's name for the text that learners begin with. Newer copies are known by it.\n";

/// Git's name for the shipped text of each starting file.
pub(super) type Names = BTreeMap<PathBuf, String>;

/// Takes new copies of the files whose shipped text is another one than before.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub(super) fn renew(course: &Course) -> Result<()> {
    let workspace = &course.workspace;
    let copy = workspace.pristine(workspace.shown(&workspace.digests()));
    let now = read(&workspace.digests())?;
    let mut settled = read(&copy)?;
    let dropped = dropped(course, &settled, &now);
    for file in &dropped {
        workspace::remove_file(&workspace.pristine(file))?;
    }
    settled.retain(|file, name| now.get(file) == Some(name) && workspace.pristine(file).is_file());
    let mut wanted = now;
    wanted.retain(|file, _| !settled.contains_key(file) && course.is_learners(file));
    if wanted.is_empty() && dropped.is_empty() {
        return Ok(());
    }
    let here = names_of(workspace, wanted.keys());
    let is_here = |file: &PathBuf, name: &String| here.get(file) == Some(name);
    let elsewhere = wanted.iter().filter(|(file, name)| !is_here(file, name));
    let elsewhere: Vec<&str> = elsewhere.map(|(_, name)| name.as_str()).collect();
    let in_git = known_to_git(workspace.root(), &elsewhere);
    for (file, name) in &wanted {
        let shipped = if is_here(file, name) {
            workspace::read_bytes_if_there(&workspace.root().join(file))?
        } else if in_git.contains(name.as_str()) {
            git(workspace.root(), &["cat-file", "blob", name])
        } else {
            None
        };
        if let Some(shipped) = shipped {
            workspace::write_atomic(&workspace.pristine(file), &shipped)?;
            settled.insert(file.clone(), name.clone());
        }
    }
    workspace::write_if_changed(&copy, text(&settled).as_bytes())
}

/// Files of which there are copies, and which the course has dropped from their project: a reset must not bring them back.
fn dropped(course: &Course, before: &Names, now: &Names) -> Vec<PathBuf> {
    let projects = course.exercises.iter();
    let places =
        projects.filter_map(|one| course.project_dir(one).map(|_| course.relative_place(one)));
    // What is in no list at all was never noted, and may be there all the same.
    let noted = places.filter(|place| now.keys().any(|file| file.starts_with(place)));
    let gone = noted.flat_map(|place| {
        let of_it = before.keys().filter(move |file| file.starts_with(&place));
        of_it.filter(|file| !now.contains_key(*file)).cloned()
    });
    gone.collect()
}

/// Writes down that these files are as learners begin with them, and forgets those that no exercise has any more. Without git nothing is written.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub fn write_digests(course: &Course, shipped: &[PathBuf]) -> Result<()> {
    let file = course.workspace.digests();
    let mut names = read(&file)?;
    // A project may have dropped one.
    let is_there = |file: &Path| course.workspace.root().join(file).is_file();
    let is_whole = |file: &Path| {
        course
            .exercises
            .iter()
            .any(|one| course.relative_place(one) == *file)
    };
    names.retain(|file, _| is_whole(file) || (course.is_learners(file) && is_there(file)));
    names.extend(names_of(&course.workspace, shipped));
    match names.is_empty() {
        true => Ok(()),
        false => workspace::write_if_changed(&file, text(&names).as_bytes()),
    }
}

/// The names of the texts that lie there now; none without git.
pub(super) fn names_of<'a>(
    workspace: &Workspace,
    files: impl IntoIterator<Item = &'a PathBuf>,
) -> Names {
    let there = |file: &&PathBuf| workspace.root().join(file).is_file();
    let files: Vec<&PathBuf> = files.into_iter().filter(there).collect();
    let args = ["hash-object", "--"].map(Path::new).into_iter();
    let args: Vec<&Path> = args
        .chain(files.iter().map(|file| file.as_path()))
        .collect();
    let told = git(workspace.root(), &args).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    match told.lines().count() == files.len() {
        true => files
            .into_iter()
            .cloned()
            .zip(told.lines().map(str::to_owned))
            .collect(),
        false => Names::new(),
    }
}

/// Leaves those of an exercise's files that are listed as shipped; all of them if none is.
pub(super) fn keep_shipped(files: &mut Vec<PathBuf>, names: &Names, place: &Path) {
    if names.keys().any(|file| file.starts_with(place)) {
        files.retain(|file| names.contains_key(file));
    }
}

pub(super) fn read(file: &Path) -> Result<Names> {
    let text = workspace::read_if_there(file)?.unwrap_or_default();
    let names = packed::digests(&text);
    Ok(names
        .map(|(file, name)| (PathBuf::from(file), name.to_owned()))
        .collect())
}

fn text(names: &Names) -> String {
    let mut text = HEAD.to_owned();
    for (file, name) in names {
        let file = file.to_string_lossy().replace('\\', "/");
        let _ = writeln!(text, "{name}  {file}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Learners who have begun would get an old text back, and its tests, if this were wrong.
    #[test]
    fn the_digests_of_this_course_are_those_of_its_starting_files() {
        let workspace = Workspace::at(env!("CARGO_MANIFEST_DIR"));
        let written = read(&workspace.digests()).expect("readable");
        assert!(written.len() > 50, "{} files", written.len());
        let now = names_of(&workspace, written.keys());
        if now.is_empty() {
            // A package outside of git, on a machine without it.
            return;
        }
        let stale: Vec<_> = written
            .iter()
            .filter(|(file, name)| now.get(*file) != Some(name))
            .map(|(file, _)| file.file_stem().unwrap_or_default())
            .collect();
        assert!(
            stale.is_empty(),
            "exercises/digests.txt is behind; run: cargo run -- dev check {stale:?}"
        );
    }
}
