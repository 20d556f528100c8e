//! What a build by cargo makes, learnt from its messages while it goes on: which file each crate is in, and where native
//! libraries lie.
//!
//! Cargo tells both itself: `--message-format=json-render-diagnostics` (<https://doc.rust-lang.org/cargo/reference/external-tools.html>).

use super::{super::flag, Externs, SharedCrates, SoFar};
use crate::workspace;
use serde::Deserialize;
use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// What cargo's messages taught.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Learnt {
    /// What rustc is to be told.
    Externs(Externs),
    /// Not enough; the sentence says what was missing.
    Nothing(String),
}

/// What has been made so far.
#[derive(Debug)]
pub(super) struct Artifacts<'a> {
    /// The crates that the source may name, each with its package.
    direct: Vec<(String, String)>,
    target_dir: &'a Path,
    /// The name of the library with all crates in it, if one is made.
    shared: Option<String>,
    /// The file of each package.
    files: HashMap<String, PathBuf>,
    native: Vec<OsString>,
    library: Option<PathBuf>,
    /// A shared library of Rust exports Rust's names only. What a program compiles of a generic function of rusqlite calls SQLite,
    /// whose names are C's: such a tier is linked crate by crate.
    has_c: bool,
}

impl<'a> Artifacts<'a> {
    /// Nothing yet, of a build in `target_dir`.
    pub(super) fn of(
        direct: Vec<(String, String)>,
        target_dir: &'a Path,
        shared: Option<String>,
    ) -> Self {
        Self {
            direct,
            target_dir,
            shared,
            files: HashMap::new(),
            native: Vec::new(),
            library: None,
            has_c: false,
        }
    }

    /// Learns from further messages, one a line.
    pub(super) fn take(&mut self, messages: &str) {
        let messages = messages.lines();
        for message in messages.filter_map(|line| serde_json::from_str(line).ok()) {
            match message {
                Message::CompilerArtifact {
                    package_id,
                    target,
                    filenames,
                } => self.take_artifact(package_id, &target, filenames),
                Message::BuildScriptExecuted {
                    linked_paths,
                    linked_libs,
                } => {
                    let mut libraries = linked_libs.iter();
                    self.has_c |= libraries.any(|library| library.starts_with("static"));
                    let paths = linked_paths.iter();
                    self.native
                        .extend(paths.map(|path| OsString::from(format!("-L{path}"))));
                }
                Message::Other => {}
            }
        }
    }

    fn take_artifact(&mut self, package: String, target: &Target, files: Vec<PathBuf>) {
        let is_library = |kind: &String| kind.contains("lib") || kind == "proc-macro";
        if !target.kind.iter().any(is_library) {
            return;
        }
        let Some(file) = files.into_iter().find(|file| is_linkable(file)) else {
            return;
        };
        match self.shared.as_ref() == Some(&target.name) {
            true => self.library = Some(file),
            false => {
                self.files.insert(package, file);
            }
        }
    }

    /// The crates that are ready, and the names of those that are not.
    pub(super) fn so_far(&self) -> SoFar {
        let is_missing = |(_, package): &&(String, String)| !self.files.contains_key(package);
        let missing = self.direct.iter().filter(is_missing);
        SoFar {
            missing: missing.map(|(name, _)| name.clone()).collect(),
            args: self.args(),
        }
    }

    /// What rustc is to be told when the build is over.
    pub(super) fn learnt(&self) -> Learnt {
        if let Some(name) = self.so_far().missing.first() {
            return Learnt::Nothing(format!("cargo names no library for the crate `{name}`"));
        }
        let shared = self.shared.as_ref().zip(self.library.as_ref());
        let shared = shared.filter(|_| !self.has_c);
        Learnt::Externs(Externs {
            args: self.args(),
            shared: shared.map(|(name, library)| SharedCrates {
                name: name.clone(),
                library: library.clone(),
            }),
        })
    }

    fn args(&self) -> Vec<OsString> {
        let mut args = self.native.clone();
        let deps = self.target_dir.join("debug").join("deps");
        args.push(flag("-Ldependency=", deps));
        for (name, package) in &self.direct {
            if let Some(file) = self.files.get(package) {
                args.push("--extern".into());
                args.push(flag(&format!("{name}="), file));
            }
        }
        args
    }
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        package_id: String,
        target: Target,
        filenames: Vec<PathBuf>,
    },
    BuildScriptExecuted {
        #[serde(default)]
        linked_paths: Vec<String>,
        #[serde(default)]
        linked_libs: Vec<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

fn is_linkable(file: &Path) -> bool {
    matches!(workspace::extension(file), "rlib" | "so" | "dylib" | "dll")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn<const N: usize>(
        messages: &str,
        direct: [(String, String); N],
        shared: Option<&str>,
    ) -> Learnt {
        let shared = shared.map(str::to_owned);
        let mut artifacts = Artifacts::of(direct.into(), Path::new("/t"), shared);
        artifacts.take(messages);
        artifacts.learnt()
    }

    #[test]
    fn while_the_build_goes_on_what_is_ready_can_be_used_and_the_rest_is_named() {
        let direct = [("serde", "r#serde@1.0.0"), ("sqlx", "r#sqlx@0.9.0")];
        let direct = direct.map(|(name, package)| (name.to_owned(), package.to_owned()));
        let mut artifacts = Artifacts::of(direct.into(), Path::new("/t"), None);
        assert_eq!(artifacts.so_far().missing, ["serde", "sqlx"]);
        artifacts.take(
            r#"{"reason":"compiler-artifact","package_id":"r#serde@1.0.0","target":{"name":"serde","kind":["lib"]},"filenames":["/t/libserde-1.rlib"]}"#,
        );
        let so_far = artifacts.so_far();
        assert_eq!(so_far.missing, ["sqlx"]);
        assert_eq!(so_far.args[1..], ["--extern", "serde=/t/libserde-1.rlib"]);
    }

    #[test]
    fn crates_that_carry_a_library_of_c_are_not_linked_as_one() {
        let messages = r#"{"reason":"compiler-artifact","package_id":"registry#rusqlite@0.39.0","target":{"name":"rusqlite","kind":["lib"]},"filenames":["/t/librusqlite-1.rlib"]}
{"reason":"build-script-executed","linked_libs":["static=sqlite3"],"linked_paths":["native=/t/out"]}
{"reason":"compiler-artifact","package_id":"path#crates","target":{"name":"all","kind":["dylib"]},"filenames":["/t/liball.so"]}"#;
        let direct = [("rusqlite".to_owned(), "registry#rusqlite@0.39.0".to_owned())];
        let Learnt::Externs(learnt) = learn(messages, direct, Some("all")) else {
            panic!("nothing was learnt");
        };
        assert_eq!(learnt.shared, None);
    }

    #[test]
    fn a_renamed_crate_is_known_by_the_name_the_source_uses() {
        let messages = r#"{"reason":"compiler-artifact","package_id":"registry#rand@0.9.0","target":{"name":"rand","kind":["lib"]},"filenames":["/t/librand-1.rlib","/t/librand-1.rmeta"]}
{"reason":"build-script-executed","linked_paths":["native=/t/out"]}
{"reason":"compiler-artifact","package_id":"path#crates","target":{"name":"all","kind":["dylib"]},"filenames":["/t/liball.so"]}
{"reason":"build-finished","success":true}"#;
        let direct = [("dice".to_owned(), "registry#rand@0.9.0".to_owned())];
        let Learnt::Externs(learnt) = learn(messages, direct, Some("all")) else {
            panic!("complete");
        };
        let shared = learnt.shared.expect("a shared library");
        assert_eq!(shared.library, Path::new("/t/liball.so"));
        let words: Vec<_> = learnt
            .args
            .iter()
            .map(|arg| arg.to_string_lossy())
            .collect();
        assert_eq!(words[0], "-Lnative=/t/out");
        assert_eq!(words[2..], ["--extern", "dice=/t/librand-1.rlib"]);
    }

    #[test]
    fn what_cargo_does_not_name_cannot_be_learnt() {
        let direct = [("tool".to_owned(), "registry#tool@1.0.0".to_owned())];
        let learnt = learn("", direct, None);
        assert!(matches!(learnt, Learnt::Nothing(why) if why.contains("`tool`")));
    }
}
