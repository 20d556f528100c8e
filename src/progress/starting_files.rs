//! The files that learners begin with, out of a directory in which somebody may have solved them: what `init --from` and `update --from`
//! hand out. It only reads, also where the directory is somebody else's.
//!
//! Which text is the shipped one is known from `exercises/digests.txt`, or from what `init` wrote down when it made the directory. It is
//! looked for in the file itself, in the copy as shipped, and in git.

use super::{
    digests::{self, Names},
    kit::{shipped_text, text_of},
    pristine::{git, written},
};
use crate::{
    course::Course,
    digest::sha256,
    error::Result,
    workspace::{self, Workspace},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What has to be handed out instead of what lies there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartingFiles {
    /// The shipped text of files that are another one now; `None` for a file that somebody has added to a project.
    pub instead: BTreeMap<PathBuf, Option<Vec<u8>>>,
    /// Files that are not as shipped, and whose shipped text is nowhere to be found.
    pub lost: Vec<PathBuf>,
    /// Files that are not as they were when the course was first run, and of which nothing says what is shipped.
    pub unsure: Vec<PathBuf>,
}

/// Looks at every file that learners write in. `given` is the SHA-256 of each file as `init` gave it; empty where it did not.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub fn starting_files(course: &Course, given: &BTreeMap<PathBuf, String>) -> Result<StartingFiles> {
    let records = Records::read(course, given)?;
    let mut found = StartingFiles::default();
    let mut lying = BTreeSet::new();
    for exercise in &course.exercises {
        lying.extend(written(course, exercise)?);
    }
    let named = records.names.keys().chain(given.keys());
    let all: BTreeSet<&PathBuf> = named
        .filter(|file| course.is_learners(file))
        .chain(&lying)
        .collect();
    for file in all {
        let here = records.here(file)?;
        let copy = workspace::read_bytes_if_there(&course.workspace.pristine(file))?;
        match records.knows(file) {
            true => match records.shipped(file, here.as_deref(), copy)? {
                Some(shipped) if here.as_ref() == Some(&shipped) => {}
                Some(shipped) => {
                    found.instead.insert(file.clone(), Some(shipped));
                }
                None => found.lost.push(file.clone()),
            },
            // The others of its project are known, so this one is somebody's own.
            false if records.knows_beside(course, file) => {
                found.instead.insert(file.clone(), None);
            }
            false if copy.is_some() && here.is_some() && copy != here => {
                found.unsure.push(file.clone());
            }
            false => {}
        }
    }
    kit(course, &mut found)?;
    Ok(found)
}

/// What is written down about the shipped texts.
struct Records<'a> {
    workspace: &'a Workspace,
    /// What `exercises/digests.txt` says.
    names: Names,
    /// Of which copies it is known that they have that name.
    settled: Names,
    /// Git's names of the files as they lie there; nothing without git.
    lying: Names,
    /// Whether git is there to say what has which name.
    has_git: bool,
    given: &'a BTreeMap<PathBuf, String>,
}

impl<'a> Records<'a> {
    fn read(course: &'a Course, given: &'a BTreeMap<PathBuf, String>) -> Result<Self> {
        let workspace = &course.workspace;
        let mut names = digests::read(&workspace.digests())?;
        names.retain(|file, _| course.is_learners(file));
        let copy = workspace.pristine(workspace.shown(&workspace.digests()));
        Ok(Self {
            has_git: git(workspace.root(), &["--version"]).is_some(),
            lying: digests::names_of(workspace, names.keys()),
            settled: digests::read(&copy)?,
            names,
            workspace,
            given,
        })
    }

    fn here(&self, file: &Path) -> Result<Option<Vec<u8>>> {
        workspace::read_bytes_if_there(&self.workspace.root().join(file))
    }

    /// True if it is written down which text of this file is the shipped one. Without git a name tells nothing.
    fn knows(&self, file: &Path) -> bool {
        self.given.contains_key(file)
            || (self.names.contains_key(file) && (self.has_git || self.settled.contains_key(file)))
    }

    /// True if that is written down for another file of the same project.
    fn knows_beside(&self, course: &Course, file: &Path) -> bool {
        let place = course
            .exercises
            .iter()
            .map(|exercise| course.relative_place(exercise))
            .find(|place| file.starts_with(place));
        let Some(place) = place.filter(|place| place != file) else {
            return false;
        };
        let mut known = self.names.keys().chain(self.given.keys());
        known.any(|other| other.starts_with(&place) && self.knows(other))
    }

    fn shipped(
        &self,
        file: &Path,
        here: Option<&[u8]>,
        copy: Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>> {
        if let Some(name) = self.names.get(file) {
            if self.lying.get(file) == Some(name) {
                return Ok(here.map(<[u8]>::to_vec));
            }
            if self.settled.get(file) == Some(name) && copy.is_some() {
                return Ok(copy);
            }
            if let Some(blob) = git(self.workspace.root(), &["cat-file", "blob", name]) {
                return Ok(Some(blob));
            }
        }
        let as_given = |bytes: &[u8]| self.given.get(file) == Some(&sha256(bytes));
        Ok(match here {
            Some(here) if as_given(here) => Some(here.to_vec()),
            _ => copy.filter(|copy| as_given(copy)),
        })
    }
}

/// The kit is read by learners, and may have been changed by them; `info.toml` says which texts are right.
fn kit(course: &Course, found: &mut StartingFiles) -> Result<()> {
    for (name, digest) in &course.kit {
        let path = course.workspace.kit().join(name);
        let file = course.workspace.shown(&path).to_owned();
        let here = workspace::read_bytes_if_there(&path)?.map(text_of);
        match shipped_text(course, &file, digest, here.as_ref())? {
            Some(shipped) if here.as_ref() == Some(&shipped) => {}
            Some(shipped) => {
                found.instead.insert(file, Some(shipped.into_bytes()));
            }
            None => found.lost.push(file),
        }
    }
    Ok(())
}
