//! Verdicts, remembered by the contents of everything they depend on, so that `check-all` does not run again what has not
//! changed. A key that left something out would be a false pass: each part of it has a test.
//!
//! It remembers what was judged, passes and failures; what was skipped, or lacked a program of this machine's, may run the next time.

use super::{Job, Source};
use crate::{
    build::Toolchain,
    course::Course,
    digest::Parts,
    error::Result,
    outcome::{Outcome, Report},
    workspace,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    env, fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::UNIX_EPOCH,
};

/// The verdicts of one course. It reads what all exercises share once; make a new one for each round of checks.
#[derive(Debug)]
pub struct Memory<'a> {
    course: &'a Course,
    /// The digest of what every verdict depends on.
    shared: String,
    /// The digests of the chapters' directories that have been read.
    chapters: Mutex<HashMap<usize, String>>,
}

#[derive(Deserialize, Serialize)]
struct Remembered {
    key: String,
    report: Report,
}

impl<'a> Memory<'a> {
    /// The memory of `course`, for verdicts with this compiler.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`].
    pub fn new(course: &'a Course, toolchain: &Toolchain) -> Result<Self> {
        let runner = env::current_exe().map(|program| identity(&program));
        let mut digest = Parts::new();
        digest.named("runner", env!("CARGO_PKG_VERSION").as_bytes());
        digest.named("runner's file", runner.unwrap_or_default().as_bytes());
        digest.named("compiler", identity(&toolchain.rustc).as_bytes());
        digest.named("info", &bytes(&course.workspace.info())?);
        digest.named("lock", &bytes(&course.workspace.dependencies_lock())?);
        if let Some(own) = &course.own_manifest {
            let workspace = &course.workspace;
            digest.named("manifest", &bytes(&workspace.own_manifest())?);
            digest.named("its lock", &bytes(&workspace.own_lock())?);
            for file in workspace.own_cargo_config() {
                digest.named("cargo", &bytes(&file)?);
            }
            for dir in &own.local_crates {
                digest.named("crate", digest_of_dir(dir)?.as_bytes());
            }
        }
        Ok(Self {
            course,
            shared: digest.finish(),
            chapters: Mutex::default(),
        })
    }

    /// The verdict on exactly this job, if it is remembered.
    pub fn recall(&self, job: Job<'_>) -> Option<Report> {
        self.recall_from(&self.course.workspace.verdict(&job.exercise.name), job)
    }

    /// The same, where it was kept in this file.
    pub fn recall_from(&self, file: &Path, job: Job<'_>) -> Option<Report> {
        let text = workspace::read_if_there(file).ok()??;
        let remembered: Remembered = serde_json::from_str(&text).ok()?;
        (remembered.key == self.key(job).ok()?).then_some(remembered.report)
    }

    /// Remembers a verdict. What cannot be written is judged again the next time; that is no reason to stop.
    pub fn keep(&self, job: Job<'_>, report: &Report) {
        let file = self.course.workspace.verdict(&job.exercise.name);
        self.keep_in(&file, job, report);
    }

    /// The same in this file, where verdicts on several answers to one exercise are to be remembered.
    pub fn keep_in(&self, file: &Path, job: Job<'_>, report: &Report) {
        let judged = matches!(report.outcome, Outcome::Passed | Outcome::Failed)
            && report.missing_program.is_none();
        let Some(key) = self.key(job).ok().filter(|_| judged) else {
            return;
        };
        let remembered = Remembered {
            key,
            report: report.clone(),
        };
        if let Ok(text) = serde_json::to_string(&remembered) {
            let _ = workspace::write_atomic(file, text.as_bytes());
        }
    }

    fn key(&self, job: Job<'_>) -> Result<String> {
        let mut digest = Parts::new();
        digest.named("shared", self.shared.as_bytes());
        digest.named("chapter", self.chapter(job)?.as_bytes());
        digest.named("name", job.exercise.name.as_bytes());
        let source = match job.source {
            Source::Text(text) => text.clone(),
            Source::Project(tree) => tree.digest(),
            Source::Missing => "\0missing".into(),
            Source::Unreadable(why) => why.clone(),
        };
        digest.named("source", source.as_bytes());
        digest.named("pristine", job.pristine.as_bytes());
        let solution = bytes(&self.course.solution(job.exercise))?;
        digest.named("solution", &solution);
        Ok(digest.finish())
    }

    /// Everything in the chapter's directory but the learner's own files: steps, data sets, check programs.
    fn chapter(&self, job: Job<'_>) -> Result<String> {
        let mut chapters = self.chapters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = chapters.get(&job.exercise.chapter) {
            return Ok(known.clone());
        }
        let learners: Vec<_> = self
            .course
            .exercises
            .iter()
            .map(|exercise| {
                self.course
                    .workspace
                    .root()
                    .join(self.course.relative_place(exercise))
            })
            .collect();
        let dir = self.course.workspace.chapter(job.exercise.dir.as_deref());
        let mut digest = Parts::new();
        for file in workspace::files_below(&dir)? {
            if !learners.iter().any(|place| file.starts_with(place)) {
                let name = self.course.workspace.shown(&file).to_string_lossy();
                digest.named(&name, &bytes(&file)?);
            }
        }
        let chapter = digest.finish();
        chapters.insert(job.exercise.chapter, chapter.clone());
        Ok(chapter)
    }
}

/// Everything in the directory of a crate that can change what it is.
pub(super) fn digest_of_dir(dir: &Path) -> Result<String> {
    let mut digest = Parts::new();
    for path in workspace::list_dir(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let files = match path.is_dir() {
            true => workspace::files_below(&path)?,
            false => vec![path],
        };
        for file in files {
            digest.named(&file.to_string_lossy(), &bytes(&file)?);
        }
    }
    Ok(digest.finish())
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    Ok(workspace::read_bytes_if_there(file)?.unwrap_or_default())
}

/// Which program this is, without reading all of it: path, size and time of its last change.
pub(super) fn identity(program: &Path) -> String {
    let Ok(metadata) = fs::metadata(program) else {
        return program.display().to_string();
    };
    let changed = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    format!("{} {} {changed}", program.display(), metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{progress::Pristine, workspace::Workspace};
    use tempfile::TempDir;

    const INFO: &str = "format_version = 1\n[[exercises]]\nname = \"a\"\ndir = \"c\"\nhint = \"h\"\n[[exercises]]\nname = \"b\"\ndir = \"c\"\nhint = \"h\"\n";

    struct Bench {
        dir: TempDir,
        toolchain: Toolchain,
    }

    impl Bench {
        fn new() -> Self {
            let dir = workspace::scratch().expect("a directory");
            let bench = Self {
                toolchain: Toolchain::only(dir.path().join("rustc")),
                dir,
            };
            for (file, text) in [
                ("info.toml", INFO),
                ("exercises/c/a.rs", "a"),
                ("exercises/c/b.rs", "b"),
                ("exercises/c/a.check.rs", "checks"),
                ("exercises/c/data/rows.sql", "rows"),
                ("exercises/dependencies.lock", "lock"),
                ("solutions/c/a.rs", "solved"),
                ("rustc", "compiler"),
            ] {
                bench.write(file, text);
            }
            bench
        }

        fn write(&self, file: &str, text: &str) {
            workspace::write_atomic(&self.dir.path().join(file), text.as_bytes()).expect("written");
        }

        /// Whether a verdict kept before is recalled for this source.
        fn recalls(&self, source: &str, pristine: &str) -> bool {
            self.with(source, pristine, |memory, job| memory.recall(job).is_some())
        }

        fn keep(&self, report: &Report) {
            self.with("a", "pristine", |memory, job| memory.keep(job, report));
        }

        fn with<T>(
            &self,
            source: &str,
            pristine: &str,
            go: impl Fn(&Memory<'_>, Job<'_>) -> T,
        ) -> T {
            let course = Course::load(Workspace::at(self.dir.path())).expect("a course");
            Pristine::take(&course).expect("copied");
            let memory = Memory::new(&course, &self.toolchain).expect("readable");
            let job = Job {
                course: &course,
                exercise: &course.exercises[0],
                source: &Source::text(source),
                pristine,
                build_dir: Path::new("nowhere"),
            };
            go(&memory, job)
        }
    }

    #[test]
    fn the_same_contents_are_recalled_with_their_report() {
        let bench = Bench::new();
        let mut report = Report::new("a");
        report.fail(crate::outcome::Finding::new("a claim"));
        bench.keep(&report);
        bench.with("a", "pristine", |memory, job| {
            assert_eq!(memory.recall(job).as_ref(), Some(&report));
        });
    }

    #[test]
    fn each_part_of_the_key_makes_it_another_one() {
        for (file, what) in [
            ("info.toml", "the course"),
            ("exercises/c/a.check.rs", "the check program"),
            ("exercises/c/data/rows.sql", "the data"),
            ("exercises/c/new.toml", "a new file of the chapter"),
            ("exercises/dependencies.lock", "the lock file"),
            ("solutions/c/a.rs", "the solution"),
            ("rustc", "the compiler"),
        ] {
            let bench = Bench::new();
            bench.keep(&Report::new("a"));
            assert!(bench.recalls("a", "pristine"), "nothing changed");
            bench.write(file, &format!("{INFO}# changed"));
            assert!(!bench.recalls("a", "pristine"), "{what} changed");
        }
        let bench = Bench::new();
        bench.keep(&Report::new("a"));
        assert!(!bench.recalls("b", "pristine"), "the exercise changed");
        assert!(!bench.recalls("a", "other"), "the shipped tests changed");
    }

    #[test]
    fn the_learners_other_files_do_not_matter() {
        let bench = Bench::new();
        bench.keep(&Report::new("a"));
        bench.write("exercises/c/b.rs", "edited");
        assert!(bench.recalls("a", "pristine"));
    }

    #[test]
    fn another_runner_does_not_trust_the_verdict() {
        let bench = Bench::new();
        let runner = bench.dir.path().join("runner");
        workspace::write_atomic(&runner, b"one").expect("written");
        let before = identity(&runner);
        workspace::write_atomic(&runner, b"another").expect("written");
        assert_ne!(before, identity(&runner));
    }

    #[test]
    fn what_was_skipped_is_not_remembered() {
        let bench = Bench::new();
        let mut report = Report::new("a");
        report.outcome = Outcome::Skipped {
            reason: "needs postgres".into(),
        };
        bench.keep(&report);
        assert!(!bench.recalls("a", "pristine"));
        // The same of a project whose language may be installed by then.
        let mut report = Report::new("a");
        report.fail(crate::outcome::Finding::new("a claim"));
        report.missing_program = Some("node".into());
        bench.keep(&report);
        assert!(!bench.recalls("a", "pristine"));
    }
}
