//! The progress file: read, and rewritten whole under a lock, so that two watchers on one course lose nothing.

use super::{Change, Progress};
use crate::{
    error::{Error, Result},
    workspace::{self, Workspace},
};
use std::fs::File;

/// The progress of one course, on disk.
#[derive(Clone, Debug)]
pub struct Store {
    workspace: Workspace,
}

impl Store {
    /// The store of the course in `workspace`.
    pub fn new(workspace: &Workspace) -> Self {
        Self {
            workspace: workspace.clone(),
        }
    }

    /// What is written down now.
    ///
    /// # Errors
    /// If the file cannot be read or understood.
    pub fn load(&self) -> Result<Progress> {
        let file = self.workspace.progress();
        let text = workspace::read_if_there(&file)?.unwrap_or_default();
        Progress::parse(&file, &text)
    }

    /// Takes changes in and gives the progress after them, with those that others wrote meanwhile.
    ///
    /// # Errors
    /// As [`Store::load`]; also if the file cannot be written.
    pub fn save(&self, changes: &[Change]) -> Result<Progress> {
        let _turn = lock(&self.workspace)?;
        let mut progress = self.load()?;
        for change in changes {
            progress.apply(change);
        }
        workspace::write_if_changed(&self.workspace.progress(), progress.to_text().as_bytes())?;
        Ok(progress)
    }
}

/// One writer at a time, of the progress and of backups. Let go when the file is dropped, also when the process dies.
pub(super) fn lock(workspace: &Workspace) -> Result<File> {
    let file = workspace.progress_lock();
    if let Some(dir) = file.parent() {
        workspace::create_dir(dir)?;
    }
    let lock = File::create(&file).map_err(Error::io("create", &file))?;
    lock.lock().map_err(Error::io("lock", &file))?;
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn many_writers_at_once_lose_nothing() {
        let dir = workspace::scratch().expect("a directory");
        let store = Store::new(&Workspace::at(dir.path()));
        thread::scope(|scope| {
            for writer in 0..8 {
                let store = &store;
                scope.spawn(move || {
                    for number in 0..5 {
                        let change = Change::Done(format!("exercise_{writer}_{number}"));
                        store.save(&[change]).expect("saved");
                    }
                });
            }
        });
        let text = store.load().expect("readable").to_text();
        assert_eq!(text.matches("done ").count(), 40);
    }

    #[test]
    fn a_damaged_file_is_left_as_it_is() {
        let dir = workspace::scratch().expect("a directory");
        let workspace = Workspace::at(dir.path());
        workspace::write_atomic(&workspace.progress(), b"rubbish\n").expect("written");
        let result = Store::new(&workspace).save(&[Change::Done("a".into())]);
        assert!(matches!(result, Err(Error::Progress { line: 1, .. })));
        assert_eq!(
            workspace::read(&workspace.progress()).expect("there"),
            "rubbish\n"
        );
    }
}
