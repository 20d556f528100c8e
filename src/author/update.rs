//! `update`: a newer course over work in progress. What the learner wrote stays; what they were given is replaced.
//!
//! Everything it does to files is one entry of the backups, so that `undo` takes back all of it.

mod projects;

use super::{package::Package, shipped};
use crate::{
    course::{Course, Exercise, Kind},
    digest::sha256,
    error::{Error, Result},
    progress::{self, Overwrite, Progress},
    workspace::{self, Workspace},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// What an update did. Paths are relative to the course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// Files that were as given, and are the new ones now.
    pub replaced: Vec<PathBuf>,
    /// Files that were not there before.
    pub added: Vec<PathBuf>,
    /// The learner's work that stays, with the new version beside it.
    pub kept: Vec<(PathBuf, PathBuf)>,
    /// Files of the course that somebody had edited: the new one is in their place, and the edited one beside it.
    pub put_back: Vec<(PathBuf, PathBuf)>,
    /// Files that are gone.
    pub removed: Vec<PathBuf>,
    /// Files that the course has dropped from a project on which the learner has begun; they stay, because the work may use them.
    pub dropped: Vec<PathBuf>,
    /// The learner's work on exercises that are gone, and where it lies now.
    pub set_aside: Vec<(PathBuf, PathBuf)>,
    /// Exercises with another name than before.
    pub renamed: Vec<(String, String)>,
}

/// Brings the course of a learner's directory up to that of the package.
///
/// # Errors
/// [`Error::Usage`] for a directory that `init` has not made; as [`Course::load`] if the new course is not right. Then nothing has changed.
pub fn update(old: &Course, package: &Package) -> Result<Updated> {
    let given = shipped::read(&old.workspace)?;
    if given.is_empty() {
        return Err(Error::Usage {
            what: "this directory was not made by `init`, so what you were given is not known"
                .into(),
            help: "In a clone of the course's repository, git brings the newer one: git pull"
                .into(),
        });
    }
    let scratch = workspace::scratch()?;
    for (path, bytes) in &package.files {
        workspace::write_atomic(&scratch.path().join(path), bytes)?;
    }
    let new = Course::load(Workspace::at(scratch.path()))?;
    let mut plan = Plan {
        old,
        new: &new,
        given: &given,
        package,
        goes_on: Vec::new(),
        moved: BTreeMap::new(),
        settled: BTreeSet::new(),
        writes: Vec::new(),
        updated: Updated::default(),
    };
    plan.renames()?;
    plan.files()?;
    plan.projects()?;
    plan.leftovers()?;
    plan.private()?;
    progress::overwrite(&old.workspace, "update", &plan.writes)?;
    Ok(plan.updated)
}

/// All that is to be written, before any of it is.
struct Plan<'a> {
    old: &'a Course,
    new: &'a Course,
    given: &'a shipped::Shipped,
    package: &'a Package,
    /// Exercises of the learner's course, each with what it is in the newer one.
    goes_on: Vec<(&'a Exercise, &'a Exercise)>,
    /// Where the learner's file of a renamed exercise comes from, by where it goes.
    moved: BTreeMap<PathBuf, PathBuf>,
    /// Files of which it is decided what becomes of them, though the newer course does not have them.
    settled: BTreeSet<PathBuf>,
    writes: Vec<Overwrite>,
    updated: Updated,
}

impl Plan<'_> {
    fn renames(&mut self) -> Result<()> {
        for exercise in &self.new.exercises {
            let before = |name: &&String| self.old.exercises.iter().find(|e| e.name == **name);
            // One that only went to another chapter keeps its name.
            let was = match before(&&exercise.name) {
                Some(same) => Some(same),
                None => exercise.was.iter().find_map(|name| before(&name)),
            };
            let Some(was) = was else { continue };
            self.goes_on.push((was, exercise));
            if was.name != exercise.name {
                self.updated
                    .renamed
                    .push((was.name.clone(), exercise.name.clone()));
            }
            self.move_files(was, exercise)?;
        }
        Ok(())
    }

    fn move_files(&mut self, was: &Exercise, is: &Exercise) -> Result<()> {
        let (from, to) = (self.old.relative_place(was), self.new.relative_place(is));
        if from == to || (was.kind == Kind::Project) != (is.kind == Kind::Project) {
            return Ok(());
        }
        for file in progress::written(self.old, was)? {
            let goes_to = match file.strip_prefix(&from) {
                Ok(below) if !below.as_os_str().is_empty() => to.join(below),
                _ => to.clone(),
            };
            self.moved.insert(goes_to, file);
        }
        Ok(())
    }

    fn files(&mut self) -> Result<()> {
        for (path, bytes) in &self.package.files {
            let from = self
                .moved
                .get(path)
                .cloned()
                .unwrap_or_else(|| path.clone());
            let Some(mine) = workspace::read_bytes_if_there(&self.here(&from))? else {
                self.write(path, Some(bytes.clone()));
                self.updated.added.push(path.clone());
                continue;
            };
            let digest = sha256(&mine);
            let as_given = self.given.get(&from) == Some(&digest);
            let is_news = self.given.get(&from) != Some(&sha256(bytes));
            if from != *path {
                self.write(&from, None);
            }
            match (as_given || mine == *bytes, self.new.is_learners(path)) {
                (true, _) => {
                    if mine != *bytes || from != *path {
                        self.updated.replaced.push(path.clone());
                    }
                    self.write(path, Some(bytes.clone()));
                }
                (false, true) => {
                    self.write(path, Some(mine));
                    if is_news {
                        let beside = with_ending(path, "new");
                        self.write(&beside, Some(bytes.clone()));
                        self.updated.kept.push((path.clone(), beside));
                    }
                }
                (false, false) => {
                    let beside = with_ending(path, "mine");
                    self.write(&beside, Some(mine));
                    self.write(path, Some(bytes.clone()));
                    self.updated.put_back.push((path.clone(), beside));
                }
            }
        }
        Ok(())
    }

    /// What was given before and is not given any more.
    fn leftovers(&mut self) -> Result<()> {
        let moved: BTreeSet<PathBuf> = self.moved.values().cloned().collect();
        let given = self.given;
        for (path, digest) in given {
            if self.package.files.contains_key(path)
                || moved.contains(path)
                || self.settled.contains(path)
            {
                continue;
            }
            let Some(mine) = workspace::read_bytes_if_there(&self.here(path))? else {
                continue;
            };
            if sha256(&mine) == *digest {
                self.write(path, None);
                self.updated.removed.push(path.clone());
            } else {
                self.set_aside(path, mine);
            }
        }
        Ok(())
    }

    fn set_aside(&mut self, path: &Path, mine: Vec<u8>) {
        let aside = self.old.workspace.removed(path);
        let aside = self.old.workspace.shown(&aside).to_owned();
        self.write(path, None);
        self.write(&aside, Some(mine));
        self.updated.set_aside.push((path.to_owned(), aside));
    }

    /// The copies as shipped, the digests and the progress: they go with the files, and come back with them.
    fn private(&mut self) -> Result<()> {
        let workspace = &self.old.workspace;
        for (file, bytes) in &self.package.files {
            if self.new.is_learners(file) {
                let copy = workspace.pristine(file);
                self.write(workspace.shown(&copy), Some(bytes.clone()));
            }
        }
        // A reset must not bring back what the course has dropped.
        for file in self.given.keys() {
            if self.old.is_learners(file) && !self.package.files.contains_key(file) {
                let copy = workspace.pristine(file);
                self.write(workspace.shown(&copy), None);
            }
        }
        // The copies are those of the newer course, and known to be.
        let names = workspace.shown(&workspace.digests()).to_owned();
        if let Some(text) = self.package.files.get(&names) {
            let copy = workspace.pristine(&names);
            self.write(workspace.shown(&copy), Some(text.clone()));
        }
        let digests = shipped::text_of(self.package).into_bytes();
        self.write(workspace.shown(&workspace.shipped()), Some(digests));
        let file = workspace.progress();
        if let Some(text) = workspace::read_if_there(&file)? {
            let mut progress = Progress::parse(&file, &text)?;
            for (from, to) in &self.updated.renamed {
                progress.rename(from, to);
            }
            self.write(
                workspace.shown(&file),
                Some(progress.to_text().into_bytes()),
            );
        }
        Ok(())
    }

    fn here(&self, path: &Path) -> PathBuf {
        self.old.workspace.root().join(path)
    }

    fn write(&mut self, path: &Path, contents: Option<Vec<u8>>) {
        // Another file may come to where one was taken away: what is written last counts.
        self.writes.retain(|write| write.file != path);
        self.writes.push(Overwrite {
            file: path.to_owned(),
            contents,
        });
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{ending}"));
    name.into()
}
