//! One build of a tier by cargo: the package that is built, the build itself, and how far it is.
//!
//! `cargo metadata` has the names of the crates as the source uses them, renamed dependencies included; what the build makes is
//! learnt in `artifacts`.

use super::{
    super::Toolchain,
    Crates, Priority, SoFar,
    artifacts::{Artifacts, Learnt},
};
use crate::{
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    workspace,
};
use serde::Deserialize;
use std::{
    env::consts::EXE_SUFFIX,
    path::Path,
    sync::Arc,
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

/// Is told how many crates are built of how many, and what of them can be used.
pub(super) type OnProgress<'a> = dyn Fn((usize, usize), &Arc<SoFar>) + 'a;

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
        priority: Priority,
        cancel: &Cancel,
        on_progress: &OnProgress<'_>,
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
        let artifacts = Artifacts::of(
            direct,
            self.target_dir,
            (form == Form::Shared).then_some(name),
        );
        self.run_build(form, artifacts, priority, cancel, on_progress)
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
        mut artifacts: Artifacts<'_>,
        priority: Priority,
        cancel: &Cancel,
        on_progress: &OnProgress<'_>,
    ) -> Result<Learnt> {
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
        if priority == Priority::Background {
            running.lower_priority();
        }
        let mut heard = 0;
        let mut so_far = Arc::new(artifacts.so_far());
        let end = loop {
            let end = running.wait(Some(Instant::now() + LOOK_EVERY), cancel);
            let news = running.stdout().lines_since(&mut heard);
            if !news.is_empty() {
                artifacts.take(&news);
                so_far = Arc::new(artifacts.so_far());
            }
            if end != End::Deadline {
                break end;
            }
            if let Some((done, total)) = progress(&running.stderr().output().text) {
                on_progress((done, total), &so_far);
            }
        };
        running.kill();
        running.drain();
        match end {
            End::Exited(0) => {
                artifacts.take(&running.stdout().lines_since(&mut heard));
                Ok(artifacts.learnt())
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_progress_is_read_from_cargos_bar() {
        let bar = "   Compiling a v1.0.0\r    Building [=====>      ] 34/61: syn, tokio\r    Building [======>     ] 35/61: tokio(build)\r";
        assert_eq!(progress(bar), Some((35, 61)));
        assert_eq!(progress("    Updating index"), None);
    }
}
