//! The way round: an exercise compiled by cargo itself, for when rustc's arguments could not be learnt. Slower, and the same verdict.

use super::{
    Compiled, Harness, Toolchain, Unit, Warnings,
    dependencies::{Crates, cargo_program},
    diagnostics::{self, Level},
};
use crate::{
    called,
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    workspace,
};
use serde::Deserialize;
use std::{
    env::consts::EXE_SUFFIX,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The variable that asks for this way, with the value `cargo`.
pub const ASK_VARIABLE: &str = "BACKENDLINGS_COMPILE_WITH";

/// All units share the crates and so cargo's directory, which cargo locks; what it has made is taken away before the next one begins.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

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
    write_package(unit, crates)?;
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
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut compiled = said(&cargo, cancel)?;
    if let Some(made) = &compiled.program {
        // Cargo puts the program of the next package with this name in the same place.
        let own = unit.dir.join(match unit.harness {
            Harness::Main => format!("{}-by-cargo{EXE_SUFFIX}", unit.name),
            Harness::Tests => format!("{}-tests-by-cargo{EXE_SUFFIX}", unit.name),
        });
        workspace::take_over(made, &own)?;
        compiled.program = Some(own);
    }
    Ok(compiled)
}

/// Clippy by cargo, with the tests in view, for its messages only.
///
/// # Errors
/// As [`compile`].
pub(super) fn lint(
    toolchain: &Toolchain,
    unit: Unit<'_>,
    crates: &Crates,
    target_dir: &Path,
    warnings: Warnings,
    cancel: &Cancel,
) -> Result<Compiled> {
    write_package(unit, crates)?;
    let clippy = toolchain
        .rustc
        .with_file_name(format!("cargo-clippy{EXE_SUFFIX}"));
    let cargo = toolchain.rustc.with_file_name(format!("cargo{EXE_SUFFIX}"));
    let mut clippy = cargo_program(toolchain, unit.dir)
        .instead(clippy)
        .env("CARGO", cargo)
        .args(["clippy", "--bin", unit.name, "--profile", "test"])
        .arg("--message-format=json-diagnostic-rendered-ansi")
        .arg("--target-dir")
        .arg(target_dir);
    if warnings == Warnings::Denied {
        clippy = clippy.args(["--", "-D", "warnings"]);
    }
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    said(&clippy, cancel)
}

/// The package that has the unit as its only program.
fn write_package(unit: Unit<'_>, crates: &Crates) -> Result<()> {
    let path = unit.shown.display().to_string().replace('\\', "/");
    let manifest = crates.program_manifest(unit.name, &path);
    workspace::write_if_changed(&unit.dir.join("Cargo.toml"), manifest.as_bytes())?;
    match &crates.lock {
        Some(lock) => workspace::write_if_changed(&unit.dir.join("Cargo.lock"), lock.as_bytes()),
        None => Ok(()),
    }
}

/// Runs cargo and reads what it says.
fn said(cargo: &Program, cancel: &Cancel) -> Result<Compiled> {
    let finished = process::run(cargo, cancel)?;
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
            format!(
                "If the network is down, save again when it is back; else see `{}`.",
                called::command("doctor")
            ),
        ));
    }
    Ok(Compiled {
        program: program.filter(|_| succeeded),
        diagnostics,
        took: finished.took,
    })
}
