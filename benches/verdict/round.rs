//! Every exercise of one chapter: `check-all` against `cargo test` for each, both from nothing.

use crate::course::{kit, repository};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A chapter whose exercises need no crates and have tests.
const CHAPTER: &str = "01_basics";

/// How many exercises there were, and how long each side took.
pub(crate) struct Round {
    pub(crate) exercises: usize,
    pub(crate) ours: Duration,
    pub(crate) cargo: Duration,
}

/// Both sides, once.
pub(crate) fn measure(program: &Path) -> Round {
    let repository = &repository();
    let dir = tempfile::tempdir().expect("a directory");
    let names = solved(repository, dir.path());
    let mut ours = format!("format_version = 1\n\n{}\n\n", kit());
    let mut theirs = "[workspace]\n[package]\nname = \"exercises\"\nversion = \"0.0.0\"\nedition = \"2024\"\nautobins = false\n".to_owned();
    for name in &names {
        ours.push_str(&format!(
            "[[exercises]]\nname = \"{name}\"\ndir = \"{CHAPTER}\"\nkind = \"rust\"\nhint = \"h\"\n"
        ));
        theirs.push_str(&format!(
            "[[bin]]\nname = \"{name}\"\npath = \"exercises/{CHAPTER}/{name}.rs\"\n"
        ));
    }
    fs::write(dir.path().join("info.toml"), ours).expect("written");
    let started = Instant::now();
    let ran = Command::new(program)
        .args(["check-all", "--fresh"])
        .current_dir(dir.path())
        .output();
    let ours = started.elapsed();
    assert!(ran.expect("it runs").status.success());

    with_checks(&dir, &names);
    fs::write(dir.path().join("Cargo.toml"), theirs).expect("written");
    let started = Instant::now();
    for name in &names {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let ran = Command::new(cargo)
            .args(["test", "--quiet", "--bin", name])
            .current_dir(dir.path())
            .env_remove("CARGO_TARGET_DIR")
            .output();
        assert!(ran.expect("it runs").status.success(), "{name}");
    }
    Round {
        exercises: names.len(),
        ours,
        cargo: started.elapsed(),
    }
}

/// The chapter with its solutions in the place of its exercises, and the kit.
fn solved(repository: &Path, to: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for dir in [CHAPTER, "kit"] {
        let target = to.join("exercises").join(dir);
        fs::create_dir_all(&target).expect("created");
        for file in files(&repository.join("exercises").join(dir)) {
            let name = file.file_name().expect("a name");
            let solution = repository.join("solutions").join(dir).join(name);
            let from = if solution.is_file() { &solution } else { &file };
            fs::copy(from, target.join(name)).expect("copied");
            if solution.is_file() {
                let stem = file.file_stem().expect("a stem").to_string_lossy();
                names.push(stem.into_owned());
            }
        }
    }
    names
}

/// For cargo the hidden tests have to be named in the file.
fn with_checks(dir: &TempDir, names: &[String]) {
    let chapter = dir.path().join("exercises").join(CHAPTER);
    for name in names {
        if chapter.join(format!("{name}.check.rs")).is_file() {
            let file = chapter.join(format!("{name}.rs"));
            let text = fs::read_to_string(&file).expect("there");
            let checks =
                format!("{text}\n#[cfg(test)]\n#[path = \"{name}.check.rs\"]\nmod checks;\n");
            fs::write(file, checks).expect("written");
        }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("readable");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}
