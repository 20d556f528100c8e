//! One run of rustc or clippy-driver on one exercise.

use super::{
    Linking, Manner, Panic, Standby, Toolchain, by_cargo,
    dependencies::SharedCrates,
    diagnostics::{self, Diagnostic, Level},
    flag,
    linker::{self, DirectLink},
    standby::Ready,
};
use crate::{
    called,
    error::{Error, Result},
    process::{self, Cancel, Captured, End, Program},
    workspace,
};
use std::{
    borrow::Cow,
    cell::Cell,
    env::consts::EXE_SUFFIX,
    ffi::OsString,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// rustc's messages are long when there are many; more than this nobody reads.
const MESSAGES_CAP: usize = 16 * 1024 * 1024;

/// What a line about an error has in it.
const ERROR: &[u8] = b"\"level\":\"error\"";

/// What rustc says after its last error.
const SUMMARY: &[u8] = b"\"message\":\"aborting due to ";

/// What to compile.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The name of the program and the crate.
    pub name: &'a str,
    /// The text to compile.
    pub source: &'a str,
    /// The path that messages show; the text is written there below `dir`.
    pub shown: &'a Path,
    /// A directory of its own, kept from one compile to the next.
    pub dir: &'a Path,
    /// Which program to make of it.
    pub harness: Harness,
    /// How its crates become known to it; see [`super::Dependencies`].
    pub linking: &'a Linking,
    /// Further files that the text names as its modules, by paths as in `shown`.
    pub beside: &'a [(PathBuf, String)],
    /// How much of it stays the same from save to save.
    pub constancy: Constancy,
    /// How the course wants it compiled.
    pub manner: &'a Manner,
}

/// What becomes of Clippy's warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    /// They are warnings.
    Told,
    /// They are errors.
    Denied,
}

/// How much of a source stays the same from one compile to the next, apart from its crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constancy {
    /// A part worth remembering, such as a check program beside the exercise.
    Much,
    /// Little: it is one small file.
    Little,
}

/// Which program a source is made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harness {
    /// The one with its `main`.
    Main,
    /// The one that runs its `#[test]` functions.
    Tests,
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
    if remembers(unit) && (standby.is_some() || incremental.is_dir()) {
        rustc = rustc.arg(flag("-Cincremental=", incremental));
    }
    let plain = unit;
    let source = naming(unit.source, shared(unit));
    let unit = Unit {
        source: &source,
        ..plain
    };
    let place = unit.dir.join(unit.shown);
    write_beside(unit)?;
    let waiting = standby.and_then(|standby| {
        let looks = || (messages_only(&toolchain.rustc, plain), plain.source);
        let look = remembers(unit).then(looks);
        standby.take((&rustc, unit.source), look, &place)
    });
    let from_standby = match waiting {
        Some(ready) => watch_over(ready, cancel, on_error)?,
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

/// True if a compile gains by what rustc remembers of the one before: with crates a quarter (160 of 220 ms), and a third with a check
/// program (95 of 140 ms). For one small file it costs disk and gives nothing.
fn remembers(unit: Unit<'_>) -> bool {
    !externs(unit).is_empty() || unit.constancy == Constancy::Much
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
    write_source(unit)?;
    let look = messages_only(compiler, unit).args(more);
    invoke(&look, cancel, &|_| {})
}

/// A compiler that stops where a program would be made.
fn messages_only(compiler: &Path, unit: Unit<'_>) -> Program {
    let out = unit.dir.join(format!("{}.metadata", unit.name));
    common(compiler, unit)
        .args(["--emit=metadata", "-o"])
        .arg(out)
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

/// rustc's arguments for the crates; none where cargo compiles.
fn externs<'a>(unit: Unit<'a>) -> &'a [OsString] {
    match unit.linking {
        Linking::Rustc(externs) => &externs.args,
        Linking::Cargo { .. } => &[],
    }
}

/// The shared library with the crates, if there is one and the program can use it.
fn shared<'a>(unit: Unit<'a>) -> Option<&'a SharedCrates> {
    match unit.linking {
        Linking::Rustc(externs) => externs.shared.as_ref().filter(|_| !aborts(unit)),
        Linking::Cargo { .. } => None,
    }
}

/// True if a panic ends the program. The shared libraries unwind, so such a program is linked without them.
fn aborts(unit: Unit<'_>) -> bool {
    unit.harness == Harness::Main && unit.manner.panic == Panic::Aborts
}

/// The source with a mention of the shared library: rustc links what the program names. It stands on the first empty line, which
/// follows the text at the top, so that every line keeps its number and nothing is shown that the learner did not write.
fn naming<'a>(source: &'a str, shared: Option<&SharedCrates>) -> Cow<'a, str> {
    let Some(shared) = shared else {
        return source.into();
    };
    let named = format!(
        "#[allow(unused_extern_crates)] extern crate {} as _;",
        shared.name
    );
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let text = line.trim();
        if text.is_empty() && start > 0 {
            return format!("{}{named}{}", &source[..start], &source[start..]).into();
        }
        // Past the text at the top, a line in the middle of something could be empty too.
        if !text.starts_with("//") && !text.starts_with("#![") {
            break;
        }
        start += line.len();
    }
    format!("{source}\n{named}\n").into()
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
    if aborts(unit) {
        program = program.arg("-Cpanic=abort");
    }
    let env = unit.manner.env.iter();
    let program = env.fold(program, |program, (name, value)| program.env(name, value));
    program.args(&unit.manner.args).args(externs(unit))
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
    let can_share = cfg!(unix) && !aborts(unit);
    let Some(std) = toolchain.shared_std.as_deref().filter(|_| can_share) else {
        return rustc;
    };
    let shared = shared(unit);
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
    let ready = Ready {
        compiler: process::spawn(program)?,
        look: None,
    };
    let compiled = watch_over(ready, cancel, on_error)?;
    compiled.ok_or_else(|| Error::tool("the compiler did not read its input", "Save again."))
}

/// Waits for a compiler that knows its source. `program` is set, to nothing in particular, if it succeeded; `None` if it
/// was fed its source and has not taken it, so that what it said is about something else.
///
/// After its last error rustc needs a few milliseconds to take itself down; nobody has to wait for that. Nor for the compiler
/// when the one that looks beside it has told all errors.
fn watch_over(
    ready: Ready,
    cancel: &Cancel,
    on_error: &dyn Fn(Diagnostic),
) -> Result<Option<Compiled>> {
    let Ready { mut compiler, look } = ready;
    let started = Instant::now();
    let told = Cell::new(false);
    let has_told_all = |said: &Captured| {
        if !told.get() && said.last_line_has(ERROR) {
            let so_far = diagnostics::parse(&said.output().text);
            if let Some(first) = so_far.into_iter().find(|d| d.level == Level::Error) {
                told.set(true);
                on_error(first);
            }
        }
        said.last_line_has(SUMMARY)
    };
    let from_look = Cell::new(false);
    let mut end = compiler.wait_unless(None, cancel, |said| {
        from_look.set(
            look.as_ref()
                .is_some_and(|look| has_told_all(look.stderr())),
        );
        from_look.get() || has_told_all(said)
    });
    let took = started.elapsed();
    compiler.kill();
    let mut running = compiler;
    if let Some(mut look) = look {
        look.kill();
        if from_look.get() {
            end = None;
            running = look;
        }
    }
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
