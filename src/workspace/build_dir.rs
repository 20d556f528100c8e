//! A directory to compile in that nobody else uses at the same time: a second watcher, or `run` beside a watcher, takes another
//! one, so that nobody waits and nobody runs the other's program.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

/// Somebody who checks the same exercise so often at once has other worries.
const MOST: usize = 8;

/// The directory, for as long as the value lives.
#[derive(Debug)]
pub struct BuildDir {
    path: PathBuf,
    /// Let go when it is dropped, also when the process dies.
    _lock: Option<File>,
}

/// The directories that this process has taken. Its own threads share them: they take turns already.
static TAKEN: Mutex<Option<HashMap<PathBuf, Weak<BuildDir>>>> = Mutex::new(None);

impl BuildDir {
    /// `base` if it is free, else the first of `base-2`, `base-3`, … that is.
    pub(super) fn take(base: &Path) -> Arc<Self> {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = taken.get_or_insert_default();
        if let Some(shared) = taken.get(base).and_then(Weak::upgrade) {
            return shared;
        }
        let dir = Arc::new(Self::lock_one(base));
        taken.retain(|_, dir| dir.strong_count() > 0);
        taken.insert(base.to_owned(), Arc::downgrade(&dir));
        dir
    }

    /// The directory itself. It is made when something is written there.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock_one(base: &Path) -> Self {
        for number in 1..=MOST {
            let path = match number {
                1 => base.to_owned(),
                _ => with_ending(base, &format!("-{number}")),
            };
            let file = with_ending(&path, ".lock");
            let opened = path
                .parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| File::create(file));
            // Without locks (a network drive, a full disk) it is as if one were alone; what is wrong will be said by who writes.
            let Ok(lock) = opened else { break };
            match lock.try_lock() {
                Ok(()) => {
                    return Self {
                        path,
                        _lock: Some(lock),
                    };
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(_)) => break,
            }
        }
        Self {
            path: base.to_owned(),
            _lock: None,
        }
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.to_owned().into_os_string();
    path.push(ending);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::scratch;

    #[test]
    fn one_process_shares_its_directory_and_another_takes_the_next() {
        let dir = scratch().expect("a directory");
        let base = dir.path().join("build/a");
        let mine = BuildDir::take(&base);
        assert_eq!(mine.path(), base);
        assert_eq!(BuildDir::take(&base).path(), base);
        // What another process would find.
        let other = BuildDir::lock_one(&base);
        assert_eq!(other.path(), dir.path().join("build/a-2"));
        drop(mine);
        assert_eq!(BuildDir::lock_one(&base).path(), base);
        assert_eq!(BuildDir::take(&base).path(), base);
    }

    #[test]
    fn where_nothing_can_be_locked_the_first_one_is_taken() {
        let dir = scratch().expect("a directory");
        let base = dir.path().join("file/a");
        fs::write(dir.path().join("file"), "in the way").expect("written");
        assert_eq!(BuildDir::take(&base).path(), base);
    }
}
