//! Directories and files that live for a moment, named after the process that made them, so that what a killed one left is known
//! as such and taken away.

use super::{Workspace, list_dir};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
};
use tempfile::NamedTempFile;
pub use tempfile::TempDir as Scratch;

use crate::error::{Error, Result};

/// How the names of temporary directories begin; the number of their process follows.
const SCRATCH_PREFIX: &str = "backendlings-";

/// How the names of files begin that are not written to their end; the number of their process follows.
const UNFINISHED_PREFIX: &str = ".backendlings-";

/// How they end.
const UNFINISHED_ENDING: &str = ".unfinished";

/// A new empty directory that vanishes when the value is dropped.
///
/// # Errors
/// [`Error::Io`].
pub fn scratch() -> Result<Scratch> {
    tempfile::Builder::new()
        .prefix(&format!("{SCRATCH_PREFIX}{}-", process::id()))
        .tempdir()
        .map_err(Error::io("create", "a temporary directory"))
}

/// Removes a directory that [`scratch`] made in a runner that could not remove it itself. Any other path stays.
pub fn remove_scratch(path: &Path) {
    let is_scratch = name(path).starts_with(SCRATCH_PREFIX);
    if is_scratch && path.parent() == Some(&env::temp_dir()) {
        // It may have gone already.
        let _ = fs::remove_dir_all(path);
    }
}

/// A file in `dir` that will be renamed when it is complete.
pub(super) fn unfinished(dir: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(&format!("{UNFINISHED_PREFIX}{}-", process::id()))
        .suffix(UNFINISHED_ENDING)
        .tempfile_in(dir)
}

/// Removes what processes that do not live any more have left: temporary directories, and files of the course that they had not
/// written to their end. `lives` tells whether the process with a number does.
pub fn sweep(workspace: &Workspace, lives: impl Fn(u32) -> bool) {
    sweep_in(&env::temp_dir(), workspace, lives);
}

/// The same where temporary directories lie in `temporary`. A test must not look into the one that everybody shares: there it would take
/// away what runners at work need.
fn sweep_in(temporary: &Path, workspace: &Workspace, lives: impl Fn(u32) -> bool) {
    let is_left = |path: &Path, prefix: &str| {
        owner(path, prefix).is_some_and(|process| process != process::id() && !lives(process))
    };
    // What cannot be read or removed is left for another time: nothing depends on it.
    for path in list_dir(temporary).unwrap_or_default() {
        if is_left(&path, SCRATCH_PREFIX) {
            let _ = fs::remove_dir_all(path);
        }
    }
    let mut files = list_dir(workspace.root()).unwrap_or_default();
    below(&workspace.exercises(), &mut files);
    below(&workspace.private(), &mut files);
    for path in files {
        if name(&path).ends_with(UNFINISHED_ENDING) && is_left(&path, UNFINISHED_PREFIX) {
            let _ = fs::remove_file(path);
        }
    }
}

/// All files below a directory but for what compilers make.
fn below(dir: &Path, files: &mut Vec<PathBuf>) {
    const OF_COMPILERS: [&str; 3] = ["build", "dependencies", "target"];
    for path in list_dir(dir).unwrap_or_default() {
        match path.is_dir() && !path.is_symlink() {
            true if OF_COMPILERS.contains(&name(&path)) => {}
            true => below(&path, files),
            false => files.push(path),
        }
    }
}

fn owner(path: &Path, prefix: &str) -> Option<u32> {
    let (process, _) = name(path).strip_prefix(prefix)?.split_once('-')?;
    process.parse().ok()
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::create_dir;

    #[test]
    fn only_a_scratch_directory_is_removed() {
        let dir = scratch().expect("a directory");
        let below = dir.path().join("backendlings-x");
        create_dir(&below).expect("created");
        remove_scratch(&below);
        assert!(below.is_dir(), "it lies somewhere else");
        remove_scratch(dir.path());
        assert!(!dir.path().exists());
    }

    #[test]
    fn what_a_process_that_is_gone_had_not_finished_is_removed_and_nothing_else() {
        let dir = scratch().expect("a directory");
        let workspace = Workspace::at(dir.path());
        let exercises = dir.path().join("exercises/a");
        create_dir(&exercises).expect("created");
        let own = unfinished(&exercises).expect("made");
        let write = |file: &str| {
            let path = exercises.join(file);
            fs::write(&path, "x").expect("written");
            path
        };
        let left = write(".backendlings-7-abc.unfinished");
        let of_another = write(".backendlings-8-abc.unfinished");
        let learners = [
            write("a.rs"),
            write(".backendlings-7-notes"),
            write("x.unfinished"),
        ];
        let temporary = scratch().expect("a directory");
        let [gone, lives, own_one] = [7, 8, process::id()].map(|process| {
            let path = temporary
                .path()
                .join(format!("{SCRATCH_PREFIX}{process}-abc"));
            create_dir(&path.join("below")).expect("created");
            path
        });
        sweep_in(temporary.path(), &workspace, |process| process == 8);
        assert!(!left.exists() && !gone.exists());
        assert!(lives.exists() && own_one.exists());
        for kept in learners.iter().chain([&of_another]) {
            assert!(kept.exists(), "{}", kept.display());
        }
        assert!(own.path().exists());
    }
}
