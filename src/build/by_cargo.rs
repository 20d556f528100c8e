//! The way round: an exercise compiled by cargo itself, for when rustc's arguments could not be learnt. Slower, and the same verdict.

use super::{
    Compiled, Harness, Toolchain, Unit,
    dependencies::{Crates, cargo_program},
    diagnostics::{self, Level},
};
use crate::{
    error::{Error, Result},
    process::{self, Cancel, End},
    workspace,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The variable that asks for this way, with the value `cargo`.
pub const ASK_VARIABLE: &str = "BACKENDLINGS_COMPILE_WITH";

#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-message")]
    Said { message: serde_json::Value },
    #[serde(rename = "compiler-artifact")]
    Made { executable: Option<PathBuf> },
    #[serde(other)]
    Other,
}

/// Compiles a unit whose text lies below its directory already.
///
/// # Errors
/// If cargo cannot be started, fails without a message of the compiler, or [`Error::Cancelled`].
pub(super) fn compile(
    toolchain: &Toolchain,
    unit: Unit<'_>,
    crates: &Crates,
    target_dir: &Path,
    cancel: &Cancel,
) -> Result<Compiled> {
    let path = unit.shown.display().to_string().replace('\\', "/");
    let manifest = crates.program_manifest(unit.name, &path);
    workspace::write_if_changed(&unit.dir.join("Cargo.toml"), manifest.as_bytes())?;
    if let Some(lock) = &crates.lock {
        workspace::write_if_changed(&unit.dir.join("Cargo.lock"), lock.as_bytes())?;
    }
    let verb: &[&str] = match unit.harness {
        Harness::Main => &["build"],
        Harness::Tests => &["test", "--no-run"],
    };
    let cargo = cargo_program(toolchain, unit.dir)
        .args(verb)
        .args(["--bin", unit.name])
        .arg("--message-format=json-diagnostic-rendered-ansi")
        .arg("--target-dir")
        .arg(target_dir);
    let finished = process::run(&cargo, cancel)?;
    let (mut said, mut program) = (String::new(), None);
    let lines = finished.stdout.text.lines();
    for message in lines.filter_map(|line| serde_json::from_str(line).ok()) {
        match message {
            Message::Said { message } => said.push_str(&format!("{message}\n")),
            Message::Made { executable } => program = executable.or(program),
            Message::Other => {}
        }
    }
    let diagnostics = diagnostics::parse(&said);
    let succeeded = finished.end == End::Exited(0);
    if !succeeded && !diagnostics.iter().any(|d| d.level == Level::Error) {
        return Err(Error::tool(
            format!(
                "cargo failed without saying why:\n{}",
                finished.stderr.text.trim()
            ),
            "If the network is down, save again when it is back; else see `doctor`.",
        ));
    }
    Ok(Compiled {
        program: program.filter(|_| succeeded),
        diagnostics,
        took: finished.took,
    })
}
