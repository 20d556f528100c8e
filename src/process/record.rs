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
#[derive(Clone, Debug)]
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
    /// The programs that were still running; they have been killed with their groups.
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
                if entry.runner.lives() {
                    continue;
                }
                if entry.program.kill_group() {
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
mod tests {
    use super::*;
    use crate::process::{Cancel, End, Program, Running, spawn};
    use std::time::{Duration, Instant};

    fn sleeper() -> Running {
        spawn(&Program::learners("sleep").arg("600")).expect("sleep starts")
    }

    fn ended(running: &mut Running) -> bool {
        let soon = Instant::now() + Duration::from_secs(20);
        running.wait(Some(soon), &Cancel::new()) != End::Deadline
    }

    /// Rewrites every entry as if a runner that is gone had made it.
    fn orphan(dir: &Path) {
        let mut gone = sleeper();
        let runner = Identity::of(gone.id()).expect("it runs").to_string();
        gone.kill();
        for entry in fs::read_dir(dir).expect("readable") {
            let file = entry.expect("readable").path();
            let text = fs::read_to_string(&file).expect("a note");
            let lines: Vec<&str> = text.lines().collect();
            fs::write(&file, [lines[0], &runner, lines[2]].join("\n")).expect("written");
        }
    }

    #[test]
    fn what_a_killed_runner_left_is_killed_and_its_directory_named() {
        let dir = tempfile::tempdir().expect("a directory");
        let record = Record::at(dir.path().join("running"));
        let mut left = sleeper();
        let note = record
            .note_with_directory(left.id(), Path::new("/tmp/x"))
            .expect("noted");
        orphan(&dir.path().join("running"));
        let swept = record.sweep().expect("swept");
        assert_eq!(swept.killed, [left.id()]);
        assert_eq!(swept.directories, [Path::new("/tmp/x")]);
        assert!(ended(&mut left), "it still runs");
        assert_eq!(record.sweep().expect("swept"), Swept::default());
        drop(note);
    }

    #[test]
    fn the_programs_of_a_living_runner_are_left_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        let record = Record::at(dir.path());
        let mut mine = sleeper();
        let note = record.note(mine.id()).expect("noted");
        assert_eq!(record.sweep().expect("swept"), Swept::default());
        assert_eq!(mine.exited(), None);
        drop(note);
        assert_eq!(fs::read_dir(dir.path()).expect("readable").count(), 0);
    }

    #[test]
    fn a_stranger_with_the_same_number_is_not_killed() {
        let dir = tempfile::tempdir().expect("a directory");
        let record = Record::at(dir.path());
        let mut stranger = sleeper();
        let note = record.note(stranger.id()).expect("noted");
        orphan(dir.path());
        let file = fs::read_dir(dir.path())
            .expect("readable")
            .next()
            .expect("one")
            .expect("readable")
            .path();
        let text = fs::read_to_string(&file).expect("a note");
        // The same number, started at another moment.
        let (first, rest) = text.split_once('\n').expect("lines");
        fs::write(&file, format!("{first}1\n{rest}")).expect("written");
        assert_eq!(record.sweep().expect("swept"), Swept::default());
        assert_eq!(stranger.exited(), None);
        drop(note);
    }

    #[test]
    fn a_record_that_is_not_there_or_is_damaged_sweeps_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let nowhere = Record::at(dir.path().join("nowhere"));
        assert_eq!(nowhere.sweep().expect("swept"), Swept::default());
        fs::write(dir.path().join("1-0.running"), "12 ").expect("written");
        let record = Record::at(dir.path());
        assert_eq!(record.sweep().expect("swept"), Swept::default());
    }
}
