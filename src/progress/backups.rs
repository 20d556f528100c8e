//! Before a file of the learner's is overwritten it is copied away; `undo` brings it back.
//!
//! `backups/00007/` holds one command's copies: `what` names the command, `before/` the files as they were, `created` the names of
//! those that were not there, `after/` the files as `undo` found them. A name that ends in `-undone` has been used.

use super::store;
use crate::{
    error::{Error, Result},
    workspace::{self, Workspace},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const UNDONE: &str = "-undone";

/// The list of the files that a command made.
const CREATED: &str = "created";

/// A file to overwrite, to write anew or to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overwrite {
    /// The file, relative to the course.
    pub file: PathBuf,
    /// Its new contents; `None` takes it away.
    pub contents: Option<Vec<u8>>,
}

/// What an undo brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The command that was undone, as in "reset hello_test".
    pub what: String,
    /// The files that were brought back, relative to the course.
    pub files: Vec<PathBuf>,
}

/// Overwrites files, after copying away those that would change. `what` names the command for the learner.
///
/// Gives the number of files that changed.
///
/// # Errors
/// [`Error::Io`]. If copying fails nothing has been overwritten.
pub fn overwrite(workspace: &Workspace, what: &str, files: &[Overwrite]) -> Result<usize> {
    let _turn = store::lock(workspace)?;
    let mut changing = Vec::new();
    for file in files {
        let old = workspace::read_bytes_if_there(&workspace.root().join(&file.file))?;
        if old != file.contents {
            changing.push((file, old));
        }
    }
    if changing.is_empty() {
        return Ok(0);
    }
    let entry = next_entry(workspace)?;
    // Complete under another name first, so that an entry that can be seen is whole.
    let unfinished = entry.with_extension("new");
    // What one that was killed had begun is about other files.
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("remove", &unfinished)(error));
        }
        _ => {}
    }
    workspace::write_atomic(&unfinished.join("what"), what.as_bytes())?;
    let created = changing.iter().filter(|(_, old)| old.is_none());
    let created: String = created
        .map(|(file, _)| format!("{}\n", file.file.display()))
        .collect();
    workspace::write_atomic(&unfinished.join(CREATED), created.as_bytes())?;
    for (file, old) in &changing {
        if let Some(old) = old {
            workspace::write_atomic(&unfinished.join("before").join(&file.file), old)?;
        }
    }
    fs::rename(&unfinished, &entry).map_err(Error::io("rename", &unfinished))?;
    for (file, _) in &changing {
        let target = workspace.root().join(&file.file);
        match &file.contents {
            Some(contents) => workspace::write_atomic(&target, contents)?,
            None => workspace::remove_file(&target)?,
        }
    }
    Ok(changing.len())
}

/// Brings back what the newest command that overwrote files had copied away; `None` if there is none left.
///
/// # Errors
/// [`Error::Io`].
pub fn undo(workspace: &Workspace) -> Result<Option<Undone>> {
    let _turn = store::lock(workspace)?;
    let Some(entry) = entries(workspace)?.pop() else {
        return Ok(None);
    };
    let before = entry.join("before");
    let mut files = Vec::new();
    let created = workspace::read_if_there(&entry.join(CREATED))?.unwrap_or_default();
    for relative in created.lines().map(PathBuf::from) {
        let target = workspace.root().join(&relative);
        if let Some(now) = workspace::read_bytes_if_there(&target)? {
            workspace::write_atomic(&entry.join("after").join(&relative), &now)?;
            workspace::remove_file(&target)?;
            files.push(relative);
        }
    }
    for copy in workspace::files_below(&before)? {
        let relative = copy.strip_prefix(&before).unwrap_or(&copy).to_owned();
        let target = workspace.root().join(&relative);
        let contents = fs::read(&copy).map_err(Error::io("read", &copy))?;
        let now = workspace::read_bytes_if_there(&target)?;
        // One that was killed in the middle may have brought it back already.
        if now.as_ref() != Some(&contents) {
            if let Some(now) = now {
                workspace::write_atomic(&entry.join("after").join(&relative), &now)?;
            }
            workspace::write_atomic(&target, &contents)?;
        }
        files.push(relative);
    }
    let what = workspace::read(&entry.join("what"))?;
    let mut used = entry.clone().into_os_string();
    used.push(UNDONE);
    fs::rename(&entry, used).map_err(Error::io("rename", &entry))?;
    Ok(Some(Undone { what, files }))
}

/// The entries that can be undone, oldest first.
fn entries(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let all = workspace::list_dir(&workspace.backups())?;
    Ok(all
        .into_iter()
        .filter(|path| number_of(path).is_some() && path.extension().is_none())
        .filter(|path| !path.to_string_lossy().ends_with(UNDONE))
        .collect())
}

fn next_entry(workspace: &Workspace) -> Result<PathBuf> {
    let newest = workspace::list_dir(&workspace.backups())?
        .iter()
        .filter_map(|path| number_of(path))
        .max()
        .unwrap_or(0);
    Ok(workspace.backups().join(format!("{:05}", newest + 1)))
}

fn number_of(entry: &Path) -> Option<u32> {
    entry.file_name()?.to_str()?.get(..5)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn course() -> (TempDir, Workspace) {
        let dir = workspace::scratch().expect("a directory");
        let workspace = Workspace::at(dir.path());
        workspace::write_atomic(&dir.path().join("a.rs"), b"mine").expect("written");
        (dir, workspace)
    }

    fn replace(contents: &str) -> Overwrite {
        Overwrite {
            file: "a.rs".into(),
            contents: Some(contents.into()),
        }
    }

    #[test]
    fn undo_brings_back_one_command_after_the_other() {
        let (dir, workspace) = course();
        let file = dir.path().join("a.rs");
        overwrite(&workspace, "reset a", &[replace("one")]).expect("done");
        overwrite(&workspace, "solution a", &[replace("two")]).expect("done");
        let undone = undo(&workspace).expect("done").expect("there is one");
        assert_eq!(undone.what, "solution a");
        assert_eq!(workspace::read(&file).expect("there"), "one");
        undo(&workspace).expect("done").expect("there is one");
        assert_eq!(workspace::read(&file).expect("there"), "mine");
        assert_eq!(undo(&workspace).expect("done"), None);
    }

    #[test]
    fn what_was_written_after_the_command_is_kept_when_it_is_undone() {
        let (dir, workspace) = course();
        overwrite(&workspace, "reset a", &[replace("one")]).expect("done");
        workspace::write_atomic(&dir.path().join("a.rs"), b"new work").expect("written");
        undo(&workspace).expect("done").expect("there is one");
        let kept = workspace.backups().join("00001-undone/after/a.rs");
        assert_eq!(workspace::read(&kept).expect("kept"), "new work");
    }

    #[test]
    fn an_entry_that_was_not_finished_is_no_part_of_the_next_one() {
        let (dir, workspace) = course();
        let begun = workspace.backups().join("00001.new/before/b.rs");
        workspace::write_atomic(&begun, b"of another command").expect("written");
        overwrite(&workspace, "reset a", &[replace("one")]).expect("done");
        let undone = undo(&workspace).expect("done").expect("there is one");
        assert_eq!(undone.files, [PathBuf::from("a.rs")]);
        assert!(!dir.path().join("b.rs").exists());
    }

    #[test]
    fn an_undo_that_was_cut_short_is_finished_by_the_next_one() {
        let (dir, workspace) = course();
        overwrite(&workspace, "reset a", &[replace("one")]).expect("done");
        // It had kept what stood there and brought the old text back, and was killed then.
        let kept = workspace.backups().join("00001/after/a.rs");
        workspace::write_atomic(&kept, b"one").expect("written");
        workspace::write_atomic(&dir.path().join("a.rs"), b"mine").expect("written");
        undo(&workspace).expect("done").expect("there is one");
        let kept = workspace.backups().join("00001-undone/after/a.rs");
        assert_eq!(workspace::read(&kept).expect("kept"), "one");
        assert_eq!(
            workspace::read(&dir.path().join("a.rs")).expect("there"),
            "mine"
        );
    }

    #[test]
    fn many_commands_at_once_each_keep_their_own() {
        let (_dir, workspace) = course();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let workspace = &workspace;
                scope.spawn(move || {
                    let text = format!("by {writer}");
                    overwrite(workspace, "reset a", &[replace(&text)]).expect("done");
                });
            }
        });
        let mut texts = std::collections::BTreeSet::new();
        while let Some(undone) = undo(&workspace).expect("done") {
            let file = workspace.root().join(&undone.files[0]);
            texts.insert(workspace::read(&file).expect("there"));
        }
        assert_eq!(texts.len(), 8, "{texts:?}");
    }

    #[test]
    fn what_a_command_made_and_took_away_is_undone_too() {
        let (dir, workspace) = course();
        let made = Overwrite {
            file: "b.rs".into(),
            contents: Some(b"made".to_vec()),
        };
        let taken = Overwrite {
            file: "a.rs".into(),
            contents: None,
        };
        let changed = overwrite(&workspace, "update", &[made, taken]).expect("done");
        assert_eq!(changed, 2);
        assert!(!dir.path().join("a.rs").exists() && dir.path().join("b.rs").exists());
        undo(&workspace).expect("done").expect("there is one");
        assert_eq!(
            workspace::read(&dir.path().join("a.rs")).expect("there"),
            "mine"
        );
        assert!(!dir.path().join("b.rs").exists());
        let kept = workspace.backups().join("00001-undone/after/b.rs");
        assert_eq!(workspace::read(&kept).expect("kept"), "made");
    }

    #[test]
    fn a_file_that_would_not_change_makes_no_backup() {
        let (_dir, workspace) = course();
        let changed = overwrite(&workspace, "reset a", &[replace("mine")]).expect("done");
        assert_eq!(changed, 0);
        assert_eq!(undo(&workspace).expect("done"), None);
    }
}
