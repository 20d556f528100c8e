//! What a learner has handed in for one exercise: a text, or the files of a project. It is held in memory, and written down only for
//! the runner that judges it.

use crate::{
    check::{MOST_BYTES, Source},
    digest::Parts,
    error::Result,
    workspace::{self, project},
};
use std::{
    collections::BTreeMap,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// What lies in the place of an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// The text of the exercise's file.
    Text(String),
    /// The files of a project, by their paths in its directory.
    Project(Files),
    /// Nothing.
    Missing,
    /// Something that is not judged; the sentence says what.
    Unreadable(String),
}

/// The files of a project, no more than learners may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    files: BTreeMap<PathBuf, (Vec<u8>, Mode)>,
    bytes: u64,
}

/// Whether a file may be started: a script that a project's command names has to stay one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is only read.
    Read,
    /// It may be started.
    Started,
}

impl Mode {
    /// As the bits of Unix have it.
    pub(super) fn of_bits(bits: u32) -> Self {
        match bits & 0o111 {
            0 => Self::Read,
            _ => Self::Started,
        }
    }
}

impl Files {
    /// How many bytes one more file may have.
    pub(super) fn room(&self) -> u64 {
        (MOST_BYTES as u64).saturating_sub(self.bytes)
    }

    /// Adds a file, whose path is relative to the project; or says why a project with it is not judged.
    pub(super) fn add(
        &mut self,
        file: PathBuf,
        bytes: Vec<u8>,
        mode: Mode,
    ) -> std::result::Result<(), String> {
        if bytes.len() as u64 > self.room() {
            return Err(format!(
                "a directory with more than {} MiB of files",
                MOST_BYTES >> 20
            ));
        }
        self.bytes += bytes.len() as u64;
        self.files.insert(file, (bytes, mode));
        match self.files.len() > project::MOST_FILES {
            true => Err(format!(
                "a directory with more than {} files",
                project::MOST_FILES
            )),
            false => Ok(()),
        }
    }
}

/// What is to be read, but no more than this: what says how long it is need not be right.
pub(super) fn read_at_most(contents: impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    contents.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl From<Source> for Work {
    fn from(source: Source) -> Self {
        match source {
            Source::Text(text) => Self::Text(text),
            Source::Missing => Self::Missing,
            Source::Unreadable(why) => Self::Unreadable(why),
            // One file was read, not a directory.
            Source::Project(_) => Self::Unreadable("a directory".into()),
        }
    }
}

impl Work {
    /// Writes it where a runner reads it; or says why there is nothing to judge.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`].
    pub(super) fn write(&self, place: &Path) -> Result<std::result::Result<(), String>> {
        match self {
            Self::Missing => return Ok(Err("nothing was handed in".into())),
            Self::Unreadable(why) => return Ok(Err(format!("what was handed in is {why}"))),
            Self::Text(text) => workspace::write_atomic(place, text.as_bytes())?,
            Self::Project(all) => {
                workspace::create_dir(place)?;
                for (file, (bytes, mode)) in &all.files {
                    let file = place.join(file);
                    workspace::write_atomic(&file, bytes)?;
                    if *mode == Mode::Started {
                        workspace::let_start(&file)?;
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    /// A digest of all of it.
    pub(super) fn digest(&self) -> String {
        let mut digest = Parts::new();
        match self {
            Self::Text(text) => digest.add(text),
            Self::Missing => digest.add("\0missing"),
            Self::Unreadable(why) => digest.add(format!("\0{why}")),
            Self::Project(all) => {
                for (file, (bytes, mode)) in &all.files {
                    digest.add(&*file.to_string_lossy());
                    digest.add(format!("{mode:?}"));
                    digest.add(bytes);
                }
            }
        }
        digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str, Mode)]) -> Work {
        let mut all = Files::default();
        for (file, text, mode) in files {
            all.add(file.into(), (*text).into(), *mode).expect("room");
        }
        Work::Project(all)
    }

    #[test]
    fn every_name_byte_and_mode_makes_it_another_one() {
        let all = [
            project(&[]),
            project(&[("a", "b", Mode::Read)]),
            project(&[("a", "b", Mode::Started)]),
            project(&[("a", "c", Mode::Read)]),
            project(&[("b", "b", Mode::Read)]),
            Work::Text("b".into()),
            Work::Missing,
        ];
        let digests: std::collections::BTreeSet<_> = all.iter().map(Work::digest).collect();
        assert_eq!(digests.len(), all.len());
    }

    #[test]
    fn a_project_larger_than_learners_may_have_is_not_judged() {
        let mut all = Files::default();
        let half = vec![0; MOST_BYTES / 2];
        for name in ["a", "b"] {
            all.add(name.into(), half.clone(), Mode::Read)
                .expect("room");
        }
        let why = all.add("c".into(), vec![0], Mode::Read);
        assert!(why.expect_err("full").contains("16 MiB"));
        let mut all = Files::default();
        let mut add = |number: usize| all.add(number.to_string().into(), Vec::new(), Mode::Read);
        for number in 0..project::MOST_FILES {
            add(number).expect("room");
        }
        assert!(add(project::MOST_FILES).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_script_that_is_started_can_be_started_where_it_is_judged() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = workspace::scratch().expect("a directory");
        let place = dir.path().join("project");
        let work = project(&[("run", "", Mode::Started), ("a/b", "", Mode::Read)]);
        work.write(&place).expect("written").expect("to be judged");
        let bits = |file: &str| {
            let metadata = std::fs::metadata(place.join(file)).expect("there");
            metadata.permissions().mode() & 0o777
        };
        assert_eq!((bits("run"), bits("a/b")), (0o755, 0o644));
    }
}
