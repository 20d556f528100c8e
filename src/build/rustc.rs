//! One run of rustc or clippy-driver on one exercise.

use super::{
    Harness, Linking, Standby, Toolchain, Unit, by_cargo,
    diagnostics::{self, Diagnostic, Level},
    flag,
    linker::{self, DirectLink},
};
use crate::{
    called,
    error::{Error, Result},
    process::{self, Cancel, End, Program, Running},
    workspace,
};
use std::{
    cell::Cell,
    env::consts::EXE_SUFFIX,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// rustc's messages are long when there are many; more than this nobody reads.
const MESSAGES_CAP: usize = 16 * 1024 * 1024;

/// What a line about an error has in it.
const ERROR: &[u8] = b"\"level\":\"error\"";

/// What rustc says after its last error.
const SUMMARY: &[u8] = b"\"message\":\"aborting due to ";

/// What becomes of Clippy's warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    /// They are warnings.
    Told,
    /// They are errors.
    Denied,
}

/// What came of a compile.
#[derive(Debug)]
pub struct Compiled {
    /// The program, if there were no errors.
    pub program: Option<PathBuf>,
    /// Everything rustc said, in its order.
    pub diagnostics: Vec<Diagnostic>,
    /// How long it took.
    pub took: Duration,
}

impl Compiled {
    /// The messages of one level.
    pub fn of(&self, level: Level) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(move |d| d.level == level)
    }
}

/// Compiles a unit, by the compiler that stands by if it is the right one. `on_error` is given the first error as soon as rustc has found it, before the rest is known.
///
/// Without a `standby` nobody expects the same unit again soon, and rustc is not asked to write down what it would remember for then, which
/// nearly doubles a first compile.
///
/// # Errors
/// If rustc cannot be started, crashes, or fails without a message; [`Error::Cancelled`].
pub fn compile(
    toolchain: &Toolchain,
    unit: Unit<'_>,
    standby: Option<&Standby>,
    cancel: &Cancel,
    on_error: &dyn Fn(Diagnostic),
) -> Result<Compiled> {
    if let Linking::Cargo {
        crates, target_dir, ..
    } = unit.linking
    {
        write_source(unit)?;
        return by_cargo::compile(toolchain, unit, crates, target_dir, cancel);
    }
    let mut direct = toolchain.direct_link.as_ref();
    loop {
        let last_word = direct.is_none();
        let tell = |error: Diagnostic| {
            if last_word || !linker::is_link_failure(&error.message) {
                on_error(error);
            }
        };
        let compiled = compile_by_rustc(toolchain, unit, direct, standby, cancel, &tell)?;
        // It did not link that way: rustc's own way gives the verdict.
        let failed = compiled
            .diagnostics
            .iter()
            .any(|d| linker::is_link_failure(&d.message));
        if direct.take().is_none() || !failed {
            return Ok(compiled);
        }
    }
}

fn compile_by_rustc(
    toolchain: &Toolchain,
    unit: Unit<'_>,
    direct: Option<&DirectLink>,
    standby: Option<&Standby>,
    cancel: &Cancel,
    on_error: &dyn Fn(Diagnostic),
) -> Result<Compiled> {
    let out = unit.dir.join(match unit.harness {
        Harness::Main => format!("{}{EXE_SUFFIX}", unit.name),
        Harness::Tests => format!("{}-tests{EXE_SUFFIX}", unit.name),
    });
    let mut rustc = linked_fast(common(&toolchain.rustc, unit), toolchain, unit, direct)
        .arg("--emit=link")
        .arg("-o")
        .arg(&out);
    let incremental = unit.dir.join("incremental");
    if unit.remembers() && (standby.is_some() || incremental.is_dir()) {
        rustc = rustc.arg(flag("-Cincremental=", incremental));
    }
    let source = unit.source_naming_shared();
    let unit = Unit {
        source: &source,
        ..unit
    };
    let place = unit.dir.join(unit.shown);
    write_beside(unit)?;
    let waiting = standby.and_then(|standby| standby.take(&rustc, &place, unit.source));
    let from_standby = match waiting {
        Some(running) => watch_over(running, cancel, on_error)?,
        None => None,
    };
    let mut compiled = match from_standby {
        Some(compiled) => compiled,
        None => {
            write_source(unit)?;
            invoke(&rustc, cancel, on_error)?
        }
    };
    compiled.program = compiled.program.map(|_| out);
    Ok(compiled)
}

/// Runs Clippy over a unit, for its messages only.
///
/// # Errors
/// As [`compile`]; also if Clippy is not installed.
pub fn lint(
    toolchain: &Toolchain,
    unit: Unit<'_>,
    warnings: Warnings,
    cancel: &Cancel,
) -> Result<Compiled> {
    let Some(clippy) = &toolchain.clippy_driver else {
        return Err(Error::MissingProgram {
            program: "clippy-driver".into(),
            help: "Install it: rustup component add clippy".into(),
        });
    };
    if let Linking::Cargo {
        crates, target_dir, ..
    } = unit.linking
    {
        write_source(unit)?;
        return by_cargo::lint(toolchain, unit, crates, target_dir, warnings, cancel);
    }
    let deny: &[&str] = match warnings {
        Warnings::Told => &[],
        Warnings::Denied => &["-Dwarnings"],
    };
    look_at(clippy, unit, deny, cancel)
}

/// Runs the compiler over a unit, for its messages only.
///
/// # Errors
/// As [`compile`].
pub fn type_check(toolchain: &Toolchain, unit: Unit<'_>, cancel: &Cancel) -> Result<Compiled> {
    look_at(&toolchain.rustc, unit, &[], cancel)
}

fn look_at(compiler: &Path, unit: Unit<'_>, more: &[&str], cancel: &Cancel) -> Result<Compiled> {
    let out = unit.dir.join(format!("{}.metadata", unit.name));
    let look = common(compiler, unit)
        .args(["--emit=metadata", "-o"])
        .arg(out)
        .args(more);
    write_source(unit)?;
    invoke(&look, cancel, &|_| {})
}

fn write_beside(unit: Unit<'_>) -> Result<()> {
    unit.beside.iter().try_for_each(|(file, text)| {
        workspace::write_if_changed(&unit.dir.join(file), text.as_bytes())
    })
}

fn write_source(unit: Unit<'_>) -> Result<()> {
    write_beside(unit)?;
    workspace::write_if_changed(&unit.dir.join(unit.shown), unit.source.as_bytes())
}

fn common(compiler: &Path, unit: Unit<'_>) -> Program {
    // Variables that would change what rustc does: the learner's verdict must not depend on them.
    let mut program = Program::tool(compiler)
        .without_env("RUSTC_LOG")
        .without_env("RUSTC_BOOTSTRAP")
        .dir(unit.dir)
        .keep_output(MESSAGES_CAP)
        .arg(unit.shown)
        .arg(format!("--edition={}", unit.manner.edition))
        .arg("--crate-type=bin")
        .arg(format!("--crate-name={}", unit.name.replace('-', "_")))
        .args([
            "--error-format=json",
            "--json=diagnostic-rendered-ansi",
            "--diagnostic-width=100",
        ]);
    if unit.harness == Harness::Tests {
        program = program.arg("--test");
    }
    if unit.aborts() {
        program = program.arg("-Cpanic=abort");
    }
    let env = unit.manner.env.iter();
    let program = env.fold(program, |program, (name, value)| program.env(name, value));
    program.args(&unit.manner.args).args(unit.externs())
}

/// What makes linking fast: no debug information, and the standard library as the shared one that the toolchain brings.
///
/// Together they take a fifth off a verdict and nine tenths off the program's size. Panics still name file and line.
fn linked_fast(
    rustc: Program,
    toolchain: &Toolchain,
    unit: Unit<'_>,
    direct: Option<&DirectLink>,
) -> Program {
    let rustc = rustc.args(["-Cdebuginfo=0", "-Cstrip=debuginfo"]);
    // Elsewhere the program could not find the shared library without help from its surroundings.
    let can_share = cfg!(unix) && !unit.aborts();
    let Some(std) = toolchain.shared_std.as_deref().filter(|_| can_share) else {
        return rustc;
    };
    let shared = unit.shared();
    let mut rustc = rustc.arg("-Cprefer-dynamic");
    let mut found_in = vec![std];
    if let Some(shared) = shared {
        let library = flag(&format!("{}=", shared.name), &shared.library);
        rustc = rustc.arg("--extern").arg(library);
        found_in.extend(shared.library.parent());
    }
    let from_linker = match direct {
        Some(direct) => {
            rustc = rustc.args(direct.flags());
            "-Clink-arg=-rpath="
        }
        None => "-Clink-arg=-Wl,-rpath,",
    };
    rustc.args(found_in.into_iter().map(|dir| flag(from_linker, dir)))
}

/// Runs the compiler on a file.
fn invoke(program: &Program, cancel: &Cancel, on_error: &dyn Fn(Diagnostic)) -> Result<Compiled> {
    let compiled = watch_over(process::spawn(program)?, cancel, on_error)?;
    compiled.ok_or_else(|| Error::tool("the compiler did not read its input", "Save again."))
}

/// Waits for a compiler that knows its source. `program` is set, to nothing in particular, if it succeeded; `None` if it
/// was fed its source and has not taken it, so that what it said is about something else.
///
/// After its last error rustc needs a few milliseconds to take itself down; nobody has to wait for that.
fn watch_over(
    mut running: Running,
    cancel: &Cancel,
    on_error: &dyn Fn(Diagnostic),
) -> Result<Option<Compiled>> {
    let started = Instant::now();
    let told = Cell::new(false);
    let end = running.wait_unless(None, cancel, |said| {
        if !told.get() && said.last_line_has(ERROR) {
            let so_far = diagnostics::parse(&said.output().text);
            if let Some(first) = so_far.into_iter().find(|d| d.level == Level::Error) {
                told.set(true);
                on_error(first);
            }
        }
        said.last_line_has(SUMMARY)
    });
    let took = started.elapsed();
    running.kill();
    if end == Some(End::Cancelled) {
        return Err(Error::Cancelled);
    }
    if running.was_fed_in_vain() {
        return Ok(None);
    }
    running.drain();
    let stderr = running.stderr().output().text;
    let diagnostics = diagnostics::parse(&stderr);
    let succeeded = end == Some(End::Exited(0));
    let explained = diagnostics.iter().any(|d| d.level == Level::Error);
    if !succeeded && !explained {
        return Err(Error::tool(
            format!("the compiler failed without saying why:\n{}", tail(&stderr)),
            format!(
                "Run `{}`; if it finds nothing, free some memory and disk and save again.",
                called::command("doctor")
            ),
        ));
    }
    if let Some(linker) = diagnostics.iter().find(|d| is_missing_linker(d)) {
        return Err(Error::MissingProgram {
            program: "cc".into(),
            help: format!(
                "{}. `{}` has the command that installs a C compiler.",
                linker.message,
                called::command("doctor")
            ),
        });
    }
    Ok(Some(Compiled {
        program: succeeded.then(PathBuf::new),
        diagnostics,
        took,
    }))
}

fn is_missing_linker(diagnostic: &Diagnostic) -> bool {
    diagnostic.message.starts_with("linker `") && diagnostic.message.contains("not found")
}

fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(2000);
    let start = (start..=text.len())
        .find(|&i| text.is_char_boundary(i))
        .unwrap_or(0);
    &text[start..]
}
