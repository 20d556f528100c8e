//! Which programs run on behalf of this runner, written down as files: one that is killed cannot clean up, so the next one
//! ends what it left running.
//!
//! A process is known by its number and the moment it started, because numbers are given out again. It removes no directory:
//! [`Record::sweep`] says which ones are left over. Where the system does not tell when a process started, nothing is noted.

use super::identity::Identity;
use crate::error::{Error, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// The ending of a whole note. One that is being written has another.
const ENDING: &str = "running";

/// A directory with one small file for each program that runs. Several runners may share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    dir: PathBuf,
}

/// The entry of one program. Dropping it crosses the entry out: do so when the program has ended.
#[derive(Debug)]
#[must_use = "the entry is crossed out when this is dropped"]
pub struct Note {
    file: Option<PathBuf>,
}

/// What a runner that was killed had left behind.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// The programs that were still running, or had left others running; they have been killed with their groups.
    pub killed: Vec<u32>,
    /// The directories that were noted with programs; nobody uses them any more.
    pub directories: Vec<PathBuf>,
}

impl Record {
    /// The record that lies in `dir`. The directory is made when the first program is noted.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Notes a running program that leads a group of its own, as [`super::spawn`] makes it.
    ///
    /// # Errors
    /// [`Error::Io`] if the record cannot be written.
    pub fn note(&self, pid: u32) -> Result<Note> {
        self.write(pid, None)
    }

    /// The same for a program whose directory is useless once it has ended.
    ///
    /// # Errors
    /// As [`Record::note`].
    pub fn note_with_directory(&self, pid: u32, directory: &Path) -> Result<Note> {
        self.write(pid, Some(directory))
    }

    /// Kills the programs whose runner is gone, and forgets them. Those of runners that live are left alone.
    ///
    /// # Errors
    /// [`Error::Io`] if the record cannot be read.
    pub fn sweep(&self) -> Result<Swept> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Swept::default()),
            Err(error) => return Err(Error::io("read", &self.dir)(error)),
        };
        let mut swept = Swept::default();
        for entry in entries.flatten() {
            let file = entry.path();
            if file.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            // Another runner that sweeps at this moment may have been faster.
            let Ok(text) = fs::read_to_string(&file) else {
                continue;
            };
            if let Some(entry) = Entry::read(&text) {
                if !entry.runner.is_gone() {
                    continue;
                }
                let directory = entry.directory.as_deref();
                // The program may have ended, and those that it had started live on.
                let killed = entry.program.kill_group()
                    || directory.is_some_and(|dir| entry.program.kill_left_behind(dir));
                if killed {
                    swept.killed.push(entry.program.pid());
                }
                swept.directories.extend(entry.directory);
            }
            let _ = fs::remove_file(&file);
        }
        Ok(swept)
    }

    fn write(&self, pid: u32, directory: Option<&Path>) -> Result<Note> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let (Some(program), Some(runner)) = (Identity::of(pid), Identity::of(process::id())) else {
            return Ok(Note { file: None });
        };
        let entry = Entry {
            program,
            runner,
            directory: directory.map(Path::to_owned),
        };
        fs::create_dir_all(&self.dir).map_err(Error::io("create", &self.dir))?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = self
            .dir
            .join(format!("{}-{number}.{ENDING}", process::id()));
        let unfinished = file.with_extension("new");
        fs::write(&unfinished, entry.text())
            .and_then(|()| fs::rename(&unfinished, &file))
            .map_err(Error::io("write", &file))?;
        Ok(Note { file: Some(file) })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = fs::remove_file(file);
        }
    }
}

/// The contents of one file.
struct Entry {
    program: Identity,
    runner: Identity,
    directory: Option<PathBuf>,
}

impl Entry {
    fn text(&self) -> String {
        let directory = self.directory.as_deref().and_then(Path::to_str);
        let lines = [
            self.program.to_string(),
            self.runner.to_string(),
            directory.unwrap_or_default().to_owned(),
        ];
        lines.join("\n") + "\n"
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        Some(Self {
            program: Identity::read(lines.next()?)?,
            runner: Identity::read(lines.next()?)?,
            directory: lines
                .next()
                .filter(|line| !line.is_empty())
                .map(PathBuf::from),
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
