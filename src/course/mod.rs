//! A course as checked data: what `info.toml` says, once it is known to be right.
//!
//! It reads the course, never the learner's progress, and checks no answers.

mod dependencies;
mod entry;
mod info;
mod manifest;
mod own_manifest;
mod toml_file;
mod translation;

use crate::{
    error::{Error, Result},
    workspace::{Workspace, project},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

pub use entry::NewEntry;
pub use manifest::write_editor_manifest;
pub use own_manifest::OwnManifest;
pub use toml::Spanned;
pub use toml_file::{error_at, parse_toml};
pub use translation::Gap;

/// Ordered exercises in chapters.
#[derive(Clone, Debug)]
pub struct Course {
    /// Where it lies.
    pub workspace: Workspace,
    /// Shown once, before the first exercise.
    pub welcome_message: Option<String>,
    /// Shown when every exercise is done.
    pub final_message: Option<String>,
    /// In order; each holds at least one exercise.
    pub chapters: Vec<Chapter>,
    /// In order, across all chapters.
    pub exercises: Vec<Exercise>,
    /// The files that several exercises share, below `exercises/kit/`, each with the SHA-256 of its text as shipped.
    pub kit: BTreeMap<String, String>,
    /// The manifest that the course brings, if its exercises are programs of one package, as rustlings has it.
    pub own_manifest: Option<OwnManifest>,
    /// The crates that exercises may use, as in a manifest.
    dependencies: toml::Table,
}

/// Some exercises on one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its directory, as in "03_http"; empty for exercises that lie in no directory.
    pub dir: String,
    /// Its title, as in "HTTP by hand"; the directory's name if the course gives none.
    pub title: String,
    /// The names of the crates that its exercises use.
    pub dependencies: Vec<String>,
}

/// One exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Its identity, in the course and in the progress file.
    pub name: String,
    /// The position of its chapter in [`Course::chapters`].
    pub chapter: usize,
    /// Its directory below `exercises/`.
    pub dir: Option<String>,
    /// The name of the learner's file, if it is another one than usual: a server in another language.
    pub file: Option<String>,
    /// What it is about in a few words, if the course says so.
    pub title: Option<String>,
    /// The text at the top of its file in the learner's language, where the course has one.
    pub task: Option<String>,
    /// How it is checked.
    pub kind: Kind,
    /// For kind `rust`: the file's tests are run, instead of its `main`.
    pub test: bool,
    /// Every warning of Clippy is a failure.
    pub strict_clippy: bool,
    /// The hint ladder, first rung first. Never empty.
    pub hints: Vec<Hint>,
    /// The services without which it cannot be checked.
    pub needs: Vec<Need>,
    /// It passes as shipped.
    pub skip_check_unsolved: bool,
    /// The names that it had in earlier versions of the course.
    pub was: Vec<String>,
    /// What `grade` gives for it.
    pub points: u32,
    /// How long one test, one step or one query may take.
    pub time_limit: Duration,
}

/// How an exercise is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// By the tests in its file, or by running it.
    Rust,
    /// By starting it and talking to it.
    Server,
    /// By running its statements on several data sets.
    Sql,
    /// By comparing its answers.
    Quiz,
    /// As a server, in stages: a directory in which the learner writes in any language.
    Project,
}

impl Kind {
    /// Every kind with its name in `info.toml`.
    pub const ALL: [(&'static str, Self); 5] = [
        ("rust", Self::Rust),
        ("server", Self::Server),
        ("sql", Self::Sql),
        ("quiz", Self::Quiz),
        ("project", Self::Project),
    ];

    /// Its name in `info.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Server => "server",
            Self::Sql => "sql",
            Self::Quiz => "quiz",
            Self::Project => "project",
        }
    }

    /// The ending of the learner's file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rust | Self::Server | Self::Project => "rs",
            Self::Sql => "sql",
            Self::Quiz => "txt",
        }
    }
}

/// A real program that the runner starts for an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// PostgreSQL; its address is in `DATABASE_URL`.
    Postgres,
    /// Redis; its address is in `REDIS_URL`.
    Redis,
}

impl Need {
    /// Every service with its name in `info.toml`.
    pub const ALL: [(&'static str, Self); 2] =
        [("postgres", Self::Postgres), ("redis", Self::Redis)];
}

/// One rung of a hint ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it says.
    pub text: String,
    /// The claim whose failure it is about; `None` if it fits always.
    pub claim: Option<String>,
}

impl Course {
    /// Reads and checks the course in `workspace`.
    ///
    /// # Errors
    /// [`Error::Course`] with file and line for anything that is wrong with it.
    pub fn load(workspace: Workspace) -> Result<Self> {
        let course = info::load(workspace)?;
        course.stays_inside()?;
        Ok(course)
    }

    /// A course of a stranger's must not lead, by links, to places outside it: files are written into these directories.
    fn stays_inside(&self) -> Result<()> {
        let workspace = &self.workspace;
        let Ok(root) = fs::canonicalize(workspace.root()) else {
            // What cannot be found cannot be written to either.
            return Ok(());
        };
        let chapters = self.exercises.iter().map(|one| one.dir.as_deref());
        let chapters: BTreeSet<_> = chapters.collect();
        let dirs = chapters.into_iter().map(|dir| workspace.chapter(dir));
        for dir in workspace.written().into_iter().chain(dirs) {
            if fs::canonicalize(&dir).is_ok_and(|place| !place.starts_with(&root)) {
                return Err(course_error(
                    workspace.shown(&dir),
                    None,
                    "this is a link that leads out of the course, and files would be written there",
                    "Put a directory in its place. If the course is not yours, ask its author what the link is for.",
                ));
            }
        }
        Ok(())
    }

    /// The position of the exercise with this name.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the nearest name.
    pub fn position(&self, name: &str) -> Result<usize> {
        self.exercises
            .iter()
            .position(|exercise| exercise.name == name)
            .ok_or_else(|| Error::UnknownName {
                what: "exercise",
                name: name.to_owned(),
                nearest: nearest(name, self.exercises.iter().map(|e| e.name.as_str())),
            })
    }

    /// The exercise with this name.
    ///
    /// # Errors
    /// As [`Course::position`].
    pub fn exercise(&self, name: &str) -> Result<&Exercise> {
        Ok(&self.exercises[self.position(name)?])
    }

    /// The position of the chapter with this directory.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the nearest name.
    pub fn chapter(&self, dir: &str) -> Result<usize> {
        let found = self.chapters.iter().position(|c| c.dir == dir);
        found.ok_or_else(|| Error::UnknownName {
            what: "chapter",
            name: dir.to_owned(),
            nearest: nearest(dir, self.chapters.iter().map(|c| c.dir.as_str())),
        })
    }

    /// The chapter of an exercise.
    pub fn chapter_of(&self, exercise: &Exercise) -> &Chapter {
        &self.chapters[exercise.chapter]
    }

    /// The learner's file of an exercise; of a project, the root of what ships in Rust.
    pub fn file(&self, exercise: &Exercise) -> PathBuf {
        self.beside(exercise, &exercise.file_name())
    }

    /// The learner's directory, if the exercise is a project.
    pub fn project_dir(&self, exercise: &Exercise) -> Option<PathBuf> {
        (exercise.kind == Kind::Project).then(|| self.beside(exercise, &exercise.name))
    }

    /// Where the learner works: a file, or the directory of a project. Relative to the course.
    pub fn relative_place(&self, exercise: &Exercise) -> PathBuf {
        let place = self.project_dir(exercise);
        let place = place.unwrap_or_else(|| self.file(exercise));
        self.workspace.shown(&place).to_owned()
    }

    /// True if learners write in this file, which is named relative to the course.
    pub fn is_learners(&self, file: &Path) -> bool {
        self.exercises
            .iter()
            .any(|exercise| file.starts_with(self.relative_place(exercise)))
    }

    /// The learner's file, relative to the course.
    pub fn relative_file(&self, exercise: &Exercise) -> PathBuf {
        let file = self.file(exercise);
        self.workspace.shown(&file).to_owned()
    }

    /// The solved file of an exercise.
    pub fn solution(&self, exercise: &Exercise) -> PathBuf {
        self.workspace
            .solution_file(exercise.dir.as_deref(), &exercise.file_name())
    }

    /// The directory of the solution, if the exercise is a project.
    pub fn solution_dir(&self, exercise: &Exercise) -> Option<PathBuf> {
        let dir = exercise.dir.as_deref();
        (exercise.kind == Kind::Project).then(|| self.workspace.solution_file(dir, &exercise.name))
    }

    /// The TOML file beside the exercise: steps for kind `server`, data sets and claims for kind `sql`.
    pub fn steps(&self, exercise: &Exercise) -> PathBuf {
        self.beside(exercise, &format!("{}.toml", exercise.name))
    }

    /// The file beside the exercise with further test functions that the learner need not read.
    pub fn check_program(&self, exercise: &Exercise) -> PathBuf {
        self.beside(exercise, &format!("{}.check.rs", exercise.name))
    }

    fn beside(&self, exercise: &Exercise, file: &str) -> PathBuf {
        self.workspace.exercise_file(exercise.dir.as_deref(), file)
    }
}

impl Exercise {
    /// The name of the learner's file, below the chapter's directory.
    pub fn file_name(&self) -> String {
        match &self.file {
            _ if self.kind == Kind::Project => format!("{}/{}", self.name, project::MAIN),
            Some(file) => file.clone(),
            None => format!("{}.{}", self.name, self.kind.extension()),
        }
    }

    /// The hints that fit when these claims are broken: those bound to no claim, and those bound to one of them.
    ///
    /// If none of them fits, as before the first verdict or when all are bound to other claims, all do.
    pub fn hints_for(&self, broken: &[&str]) -> impl Iterator<Item = &Hint> {
        let fits = |hint: &Hint| match &hint.claim {
            None => true,
            Some(claim) => broken.contains(&claim.as_str()),
        };
        let any = self.hints.iter().any(fits);
        let fitting: Vec<_> = self
            .hints
            .iter()
            .filter(|hint| !any || fits(hint))
            .collect();
        fitting.into_iter()
    }
}

/// The candidate most like `name`, if one is like it at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Below this likeness a suggestion is more puzzling than none.
    const ALIKE: f64 = 0.75;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate.to_owned())
}

/// An [`Error::Course`] about a file beside an exercise.
pub fn course_error(
    file: &Path,
    line: Option<usize>,
    what: impl Into<String>,
    help: impl Into<String>,
) -> Error {
    Error::Course {
        file: file.to_owned(),
        line,
        what: what.into(),
        help: help.into(),
    }
}
