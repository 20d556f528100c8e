//! One build of a tier by cargo, and what it made: which file each crate is in, and where native libraries lie.
//!
//! Cargo tells both itself: `--message-format=json-render-diagnostics` (<https://doc.rust-lang.org/cargo/reference/external-tools.html>) and
//! `cargo metadata`, whose names are those that the source uses, renamed dependencies included.

use super::{
    super::{Toolchain, flag},
    Crates, Externs, SharedCrates,
};
use crate::{
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    workspace,
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    env::consts::EXE_SUFFIX,
    ffi::OsString,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Messages of the largest build are a few megabytes.
const MESSAGES_CAP: usize = 64 * 1024 * 1024;

/// How often the progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// What the learner's surroundings must not decide: where cargo builds, for which machine, and with which flags.
const NOT_OURS: &[&str] = &[
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_INCREMENTAL",
    "CARGO_MAKEFLAGS",
    "MAKEFLAGS",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
];

/// What is built of the package itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One shared library with all crates in it.
    Shared,
    /// Nothing that anybody uses; each crate is linked by itself.
    Apart,
}

impl Form {
    fn verb(self) -> &'static str {
        match self {
            Self::Shared => "rustc",
            Self::Apart => "build",
        }
    }

    /// The standard library must be the shared one as well, or a program would have two. The names in the library are looked up
    /// when they are used, or each start of a program would look up all of them.
    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Shared => &["--lib", "--", "-Cprefer-dynamic", "-Crelro-level=partial"],
            Self::Apart => &[],
        }
    }
}

/// A package whose only purpose is to have dependencies.
pub(super) struct Package<'a> {
    pub(super) toolchain: &'a Toolchain,
    /// Where the package lies.
    pub(super) dir: &'a Path,
    /// Where all tiers are built, so that what they share is built once.
    pub(super) target_dir: &'a Path,
}

impl Package<'_> {
    /// Builds the dependencies and learns the arguments with which rustc can use them.
    pub(super) fn build(
        &self,
        crates: &Crates,
        in_background: bool,
        cancel: &Cancel,
        on_progress: &dyn Fn(usize, usize),
    ) -> Result<Learnt> {
        let name = self.shared_name();
        let (form, manifest) = match self.toolchain.has_shared_std() {
            true => (Form::Shared, crates.library_manifest(&name, "lib.rs")),
            false => (
                Form::Apart,
                crates.program_manifest("dependencies", "main.rs"),
            ),
        };
        workspace::write_if_changed(&self.dir.join("Cargo.toml"), manifest.as_bytes())?;
        workspace::write_if_changed(&self.dir.join("main.rs"), b"fn main() {}\n")?;
        // Cargo wants to see it before it can be known which names belong in it.
        let library = self.dir.join("lib.rs");
        if workspace::read_if_there(&library)?.is_none() {
            workspace::write_atomic(&library, b"")?;
        }
        if let Some(lock) = &crates.lock {
            workspace::write_if_changed(&self.dir.join("Cargo.lock"), lock.as_bytes())?;
        }
        let direct = self.direct_dependencies(cancel)?;
        let all: String = direct
            .iter()
            .map(|(name, _)| format!("extern crate {name} as _;\n"))
            .collect();
        workspace::write_if_changed(&library, all.as_bytes())?;
        let messages = self.run_build(form, in_background, cancel, on_progress)?;
        let shared = (form == Form::Shared).then_some(name.as_str());
        Ok(learn(&messages, &direct, self.target_dir, shared))
    }

    /// The name of the library of this tier, which no crate's name is.
    fn shared_name(&self) -> String {
        let tier = self.dir.file_name().unwrap_or_default().to_string_lossy();
        let letters = tier.chars();
        let tame = letters.map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
        format!("crates_of_{}", tame.collect::<String>())
    }

    fn run_build(
        &self,
        form: Form,
        in_background: bool,
        cancel: &Cancel,
        on_progress: &dyn Fn(usize, usize),
    ) -> Result<String> {
        let build = program(self.toolchain, self.dir)
            .args([
                form.verb(),
                "--message-format=json-render-diagnostics",
                "--target-dir",
            ])
            .arg(self.target_dir)
            .args(form.flags())
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "80");
        let mut running = process::spawn(&build)?;
        if in_background {
            running.lower_priority();
        }
        let end = loop {
            let end = running.wait(Some(Instant::now() + LOOK_EVERY), cancel);
            if end != End::Deadline {
                break end;
            }
            if let Some((done, total)) = progress(&running.stderr().output().text) {
                on_progress(done, total);
            }
        };
        running.kill();
        running.drain();
        match end {
            End::Exited(0) => Ok(running.stdout().output().text),
            End::Cancelled => Err(Error::Cancelled),
            _ => Err(not_built(&running.stderr().output().text)),
        }
    }

    /// The names and identities of the crates that the package itself depends on.
    fn direct_dependencies(&self, cancel: &Cancel) -> Result<Vec<(String, String)>> {
        let asked = program(self.toolchain, self.dir)
            .args(["metadata", "--format-version=1", "--filter-platform"])
            // Without it cargo asks for the crates of every other system too.
            .arg(self.toolchain.host()?);
        let finished = process::run(&asked, cancel)?;
        let metadata: Option<Metadata> = serde_json::from_str(&finished.stdout.text).ok();
        let resolve = metadata
            .map(|metadata| metadata.resolve)
            .ok_or_else(|| not_built(&finished.stderr.text))?;
        let root = resolve
            .nodes
            .into_iter()
            .find(|node| node.id == resolve.root);
        let deps = root.map(|node| node.deps).unwrap_or_default();
        Ok(deps.into_iter().map(|dep| (dep.name, dep.pkg)).collect())
    }
}

/// Cargo of the same toolchain, started in `dir`, deaf to what the learner has set.
pub(in crate::build) fn program(toolchain: &Toolchain, dir: &Path) -> Program {
    let cargo = toolchain.rustc.with_file_name(format!("cargo{EXE_SUFFIX}"));
    let program = Program::tool(cargo)
        .dir(dir)
        .env("RUSTC", &toolchain.rustc)
        .keep_output(MESSAGES_CAP);
    NOT_OURS.iter().fold(program, Program::without_env)
}

/// What cargo's messages taught.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Learnt {
    /// What rustc is to be told.
    Externs(Externs),
    /// Not enough; the sentence says what was missing.
    Nothing(String),
}

fn not_built(stderr: &str) -> Error {
    let said: Vec<&str> = stderr
        .lines()
        .filter(|line| !line.contains("Building [") && !line.trim_start().starts_with("Compiling"))
        .collect();
    let tail = said.len().saturating_sub(25);
    Error::tool(
        format!(
            "the crates of this chapter could not be built:\n{}",
            said[tail..].join("\n")
        ),
        "If the network is down, save again when it is back; what was fetched before is kept.",
    )
}

/// The newest "34/61" of cargo's progress bar.
fn progress(stderr: &str) -> Option<(usize, usize)> {
    let bar = stderr.rsplit("Building [").next()?;
    let numbers = bar.split_once("] ")?.1;
    let numbers = numbers.split([':', ' ', '\r', '\n']).next()?;
    let (done, total) = numbers.split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?))
}

#[derive(Deserialize)]
struct Metadata {
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
    root: String,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<NodeDep>,
}

#[derive(Deserialize)]
struct NodeDep {
    name: String,
    pkg: String,
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

/// What cargo's messages say about the crates, and about the library `shared` that was to be made of them.
fn learn(
    messages: &str,
    direct: &[(String, String)],
    target_dir: &Path,
    shared: Option<&str>,
) -> Learnt {
    let mut files: HashMap<String, PathBuf> = HashMap::new();
    let mut args: Vec<OsString> = Vec::new();
    let mut library = None;
    // A shared library of Rust exports Rust's names only. What a program compiles of a generic function of rusqlite calls SQLite, whose
    // names are C's: such a tier is linked crate by crate.
    let mut has_c = false;
    for message in messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
    {
        match message {
            Message::CompilerArtifact {
                package_id,
                target,
                filenames,
            } => {
                let is_library = target
                    .kind
                    .iter()
                    .any(|kind| kind.contains("lib") || kind == "proc-macro");
                let file = filenames.into_iter().find(|file| is_linkable(file));
                match file.filter(|_| is_library) {
                    Some(file) if Some(target.name.as_str()) == shared => library = Some(file),
                    Some(file) => {
                        files.insert(package_id, file);
                    }
                    None => {}
                }
            }
            Message::BuildScriptExecuted {
                linked_paths,
                linked_libs,
            } => {
                has_c |= linked_libs
                    .iter()
                    .any(|library| library.starts_with("static"));
                args.extend(
                    linked_paths
                        .iter()
                        .map(|path| OsString::from(format!("-L{path}"))),
                );
            }
            Message::Other => {}
        }
    }
    args.push(flag("-Ldependency=", target_dir.join("debug").join("deps")));
    for (name, package) in direct {
        let Some(file) = files.get(package) else {
            return Learnt::Nothing(format!("cargo names no library for the crate `{name}`"));
        };
        args.push("--extern".into());
        args.push(flag(&format!("{name}="), file));
    }
    let shared = shared
        .zip(library)
        .filter(|_| !has_c)
        .map(|(name, library)| SharedCrates {
            name: name.to_owned(),
            library,
        });
    Learnt::Externs(Externs { args, shared })
}

fn is_linkable(file: &Path) -> bool {
    matches!(workspace::extension(file), "rlib" | "so" | "dylib" | "dll")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_progress_is_read_from_cargos_bar() {
        let bar = "   Compiling a v1.0.0\r    Building [=====>      ] 34/61: syn, tokio\r    Building [======>     ] 35/61: tokio(build)\r";
        assert_eq!(progress(bar), Some((35, 61)));
        assert_eq!(progress("    Updating index"), None);
    }

    #[test]
    fn crates_that_carry_a_library_of_c_are_not_linked_as_one() {
        let messages = r#"{"reason":"compiler-artifact","package_id":"registry#rusqlite@0.39.0","target":{"name":"rusqlite","kind":["lib"]},"filenames":["/t/librusqlite-1.rlib"]}
{"reason":"build-script-executed","linked_libs":["static=sqlite3"],"linked_paths":["native=/t/out"]}
{"reason":"compiler-artifact","package_id":"path#crates","target":{"name":"all","kind":["dylib"]},"filenames":["/t/liball.so"]}"#;
        let direct = [("rusqlite".to_owned(), "registry#rusqlite@0.39.0".to_owned())];
        let Learnt::Externs(learnt) = learn(messages, &direct, Path::new("/t"), Some("all")) else {
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
        let Learnt::Externs(learnt) = learn(messages, &direct, Path::new("/t"), Some("all")) else {
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
        let learnt = learn("", &direct, Path::new("/t"), None);
        assert!(matches!(learnt, Learnt::Nothing(why) if why.contains("`tool`")));
    }
}
