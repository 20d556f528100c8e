//! What becomes of a project's files that the newer course does not have: those that the learner has added, and those that were dropped.
//!
//! On a project with work of the learner's in it nothing is taken away: that work may use what was dropped.

use super::Plan;
use crate::{
    course::{Exercise, Kind},
    digest::sha256,
    error::Result,
    progress, workspace,
};
use std::path::{Path, PathBuf};

/// A file as it lies there.
type Mine = (PathBuf, Vec<u8>);

impl Plan<'_> {
    pub(super) fn projects(&mut self) -> Result<()> {
        let old = self.old;
        let projects = old.exercises.iter().filter(|one| one.kind == Kind::Project);
        for was in projects {
            let files = self.files_of(was)?;
            let is_given = |(path, mine): &Mine| {
                self.given
                    .get(path)
                    .is_some_and(|digest| *digest == sha256(mine))
            };
            let has_begun = !files.iter().all(is_given);
            let mut goes_on = self.goes_on.iter();
            let is = goes_on.find(|(old, is)| old.name == was.name && is.kind == Kind::Project);
            match is.map(|(_, is)| self.new.relative_place(is)) {
                Some(to) => self.go_on(has_begun, (&old.relative_place(was), &to), files),
                None if has_begun => {
                    for (path, mine) in files {
                        self.settled.insert(path.clone());
                        self.set_aside(&path, mine);
                    }
                }
                // It goes as any file does that the newer course does not have.
                None => {}
            }
        }
        Ok(())
    }

    fn files_of(&self, exercise: &Exercise) -> Result<Vec<Mine>> {
        let mut files = Vec::new();
        for path in progress::written(self.old, exercise)? {
            if let Some(mine) = workspace::read_bytes_if_there(&self.here(&path))? {
                files.push((path, mine));
            }
        }
        Ok(files)
    }

    /// The work goes on in `to`, which is where it was if the project is in the same place.
    fn go_on(&mut self, has_begun: bool, (from, to): (&Path, &Path), files: Vec<Mine>) {
        for (path, mine) in files {
            let goes_to = to.join(path.strip_prefix(from).unwrap_or(&path));
            if self.package.files.contains_key(&goes_to) {
                continue;
            }
            let leaves = path != goes_to || !has_begun;
            if leaves && !self.package.files.contains_key(&path) {
                self.write(&path, None);
            }
            if has_begun {
                self.write(&goes_to, Some(mine));
            }
            match (has_begun, self.given.contains_key(&path)) {
                (false, _) => self.updated.removed.push(path.clone()),
                (true, true) => self.updated.dropped.push(goes_to),
                (true, false) => {}
            }
            self.settled.insert(path);
        }
    }
}
