//! What every command begins with: the course, the learner's progress in it, and which exercise is meant.

use crate::{
    build::{Dependencies, Toolchain},
    course::{Course, Exercise, write_editor_manifest},
    error::{Error, Result},
    progress::{Change, Pristine, Progress, Store},
    ui::Theme,
    workspace::Workspace,
};
use std::{env, path::Path};

/// A course and the learner's place in it.
pub(super) struct Context {
    pub(super) course: Course,
    pub(super) store: Store,
    pub(super) progress: Progress,
    pub(super) theme: Theme,
}

impl Context {
    /// Finds the course, reads the progress, and takes pristine copies if there are none yet.
    pub(super) fn load(root: Option<&Path>, language: Option<&str>, theme: Theme) -> Result<Self> {
        let mut course = Course::load(find(root)?)?;
        match language {
            Some(language) if language != OWN_LANGUAGE => course.speak(language)?,
            Some(_) => {}
            None => {
                if let Some(language) = of_the_system()
                    && course.languages()?.contains(&language)
                {
                    course.speak(&language)?;
                }
            }
        }
        let store = Store::new(&course.workspace);
        let progress = store.load()?;
        Pristine::take(&course)?;
        Ok(Self {
            course,
            store,
            progress,
            theme,
        })
    }

    /// The exercise with this name, or the current one.
    pub(super) fn exercise(&self, name: Option<&str>) -> Result<&Exercise> {
        match name {
            Some(name) => self.course.exercise(name),
            None => Ok(&self.course.exercises[self.current()]),
        }
    }

    /// The crates that the course's exercises use.
    pub(super) fn dependencies(&self, toolchain: &Toolchain) -> Dependencies {
        Dependencies::new(toolchain, self.course.workspace.dependencies())
    }

    /// The position of the current exercise.
    pub(super) fn current(&self) -> usize {
        crate::watch::current(&self.course, &self.progress)
    }

    /// Writes changes down, and keeps the editor's manifest in step.
    pub(super) fn save(&self, changes: &[Change]) -> Result<()> {
        let progress = self.store.save(changes)?;
        refresh_manifest(&self.course, &progress)
    }
}

/// The language that a course is written in, and that is always there.
const OWN_LANGUAGE: &str = "en";

/// The language of the learner's system, as in "de" of "de_AT.UTF-8".
fn of_the_system() -> Option<String> {
    let set = |name: &&str| env::var(name).ok().filter(|value| !value.is_empty());
    let value = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set)?;
    let language = value.split(['_', '.', '@']).next()?.to_lowercase();
    (language != OWN_LANGUAGE).then_some(language)
}

/// The editor sees the current exercise and the finished ones.
pub(super) fn refresh_manifest(course: &Course, progress: &Progress) -> Result<()> {
    let current = crate::watch::current(course, progress);
    let current = &course.exercises[current].name;
    write_editor_manifest(course, |exercise| {
        &exercise.name == current || progress.is_done(&exercise.name)
    })
}

/// The course that `--root` names, or the one around the current directory.
pub(super) fn find(root: Option<&Path>) -> Result<Workspace> {
    match root {
        // Programs are started in other directories, so the course's own must be absolute.
        Some(root) => {
            let root = std::path::absolute(root).map_err(Error::io("find", root))?;
            match root.join("info.toml").is_file() {
                true => Ok(Workspace::at(root)),
                false => Err(Error::NoCourse { from: root }),
            }
        }
        None => {
            let here = env::current_dir().map_err(Error::io("find", "."))?;
            Workspace::find(&here)
        }
    }
}
