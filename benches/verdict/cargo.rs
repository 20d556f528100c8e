//! The other side: cargo on the same files, as a learner without a runner, and as the usual runner does it.

use crate::course::{Course, DEPENDENCIES, Edit, Subject, copy, repository};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub(crate) struct Cargo {
    dir: TempDir,
}

impl Cargo {
    /// A package with the files as programs, and the same crates as theirs.
    pub(crate) fn new(course: &Course) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut manifest = format!(
            "[workspace]\n[package]\nname = \"exercises\"\nversion = \"0.0.0\"\nedition = \"2024\"\nautobins = false\n{DEPENDENCIES}"
        );
        let cargo = Self { dir };
        fs::create_dir_all(cargo.sources()).expect("created");
        copy(
            &repository().join("exercises/kit"),
            &cargo.dir.path().join("kit"),
        );
        for subject in [Subject::Std, Subject::Axum] {
            let name = subject.name();
            manifest.push_str(&format!(
                "[[bin]]\nname = \"{name}\"\npath = \"src/{name}.rs\"\n"
            ));
            let checks = course.check_program(subject);
            if checks.is_file() {
                let beside = cargo.sources().join(format!("{name}.check.rs"));
                fs::copy(checks, beside).expect("copied");
            }
            cargo.write(subject, &course.edited(subject, Edit::Right(0)));
        }
        fs::write(cargo.dir.path().join("Cargo.toml"), manifest).expect("written");
        cargo
    }

    fn sources(&self) -> PathBuf {
        self.dir.path().join("src")
    }

    /// Saves the same text that our side compiles: the exercise, and the check program beside it if there is one.
    pub(crate) fn write(&self, subject: Subject, text: &str) {
        let name = subject.name();
        let mut text = text.to_owned();
        if self.sources().join(format!("{name}.check.rs")).is_file() {
            text.push_str(&format!(
                "\n#[cfg(test)]\n#[path = \"{name}.check.rs\"]\nmod checks;\n"
            ));
        }
        fs::write(self.sources().join(format!("{name}.rs")), text).expect("written");
    }

    /// Everything once, so that only the edited file is built from then on.
    pub(crate) fn warm(&self, subject: Subject) {
        self.test(subject);
        self.sequence(subject);
    }

    /// `cargo test --bin NAME`.
    pub(crate) fn test(&self, subject: Subject) -> Duration {
        let started = Instant::now();
        self.run(&["test", "--quiet", "--bin", subject.name()]);
        started.elapsed()
    }

    /// Build, test, lint, run: what rustlings 6 does after each save.
    pub(crate) fn sequence(&self, subject: Subject) -> Duration {
        let started = Instant::now();
        let name = subject.name();
        self.run(&["build", "--quiet", "--bin", name]);
        self.run(&["test", "--quiet", "--bin", name]);
        self.run(&["clippy", "--quiet", "--profile", "test", "--bin", name]);
        let program = self.dir.path().join("target/debug").join(name);
        let _ = Command::new(program).stdin(Stdio::null()).output();
        started.elapsed()
    }

    fn run(&self, args: &[&str]) {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // A type error makes it fail; that is measured as well.
        let _ = Command::new(Path::new(&cargo))
            .args(args)
            .current_dir(self.dir.path())
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .expect("cargo runs");
    }
}
