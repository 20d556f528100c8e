//! Where rustc and clippy-driver lie: the toolchain's own programs, not rustup's proxies, which cost 20 ms at each start.

use super::linker::DirectLink;
use crate::{
    called,
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    workspace,
};
use std::{
    env::{self, consts::EXE_SUFFIX},
    path::{Path, PathBuf},
    time::Duration,
};

/// A question to rustc takes milliseconds; a machine that needs longer than this is stuck.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The compiler to use for the learner's programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// The compiler.
    pub rustc: PathBuf,
    /// Clippy as a compiler, if it is installed.
    pub clippy_driver: Option<PathBuf>,
    /// The standard library as a shared one.
    pub(super) shared_std: Option<PathBuf>,
    /// The way to link without a C compiler in between.
    pub(super) direct_link: Option<DirectLink>,
}

impl Toolchain {
    /// The toolchain that built this program if it is run through `cargo run`, else the one that `rustc` names.
    ///
    /// # Errors
    /// [`Error::MissingProgram`] if there is no rustc, with the way to install it.
    pub fn find() -> Result<Self> {
        // `cargo run` tells the real cargo, not the proxy; rustc lies beside it.
        let beside_cargo = env::var_os("CARGO")
            .and_then(|cargo| Some(Path::new(&cargo).parent()?.to_owned()))
            .filter(|bin| bin.join("../lib/rustlib").is_dir());
        let bin = match beside_cargo {
            Some(bin) => bin,
            None => sysroot()?.join("bin"),
        };
        let rustc = bin.join(format!("rustc{EXE_SUFFIX}"));
        if !rustc.is_file() {
            return Err(no_rustc());
        }
        let clippy = bin.join(format!("clippy-driver{EXE_SUFFIX}"));
        let shared_std = shared_std_dir(&rustc);
        Ok(Self {
            clippy_driver: clippy.is_file().then_some(clippy),
            direct_link: shared_std.as_deref().and_then(DirectLink::learn),
            shared_std,
            rustc,
        })
    }

    /// This compiler and nothing else: no Clippy, and linking in the ordinary way.
    pub fn only(rustc: impl Into<PathBuf>) -> Self {
        Self {
            rustc: rustc.into(),
            clippy_driver: None,
            shared_std: None,
            direct_link: None,
        }
    }

    /// The toolchain's rustfmt, if it is installed.
    pub fn rustfmt(&self) -> Option<PathBuf> {
        let rustfmt = self.rustc.with_file_name(format!("rustfmt{EXE_SUFFIX}"));
        rustfmt.is_file().then_some(rustfmt)
    }

    /// Whether programs can be linked with shared libraries of Rust.
    pub(super) fn has_shared_std(&self) -> bool {
        cfg!(unix) && self.shared_std.is_some()
    }

    /// The kind of machine it compiles for if nothing is said, as in "x86_64-unknown-linux-gnu".
    ///
    /// # Errors
    /// As [`Toolchain::version`].
    pub(super) fn host(&self) -> Result<String> {
        let version = ask(&self.rustc, &["-vV"])?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        host.map(str::to_owned).ok_or_else(|| {
            Error::tool(
                "rustc does not say what it compiles for",
                format!(
                    "Try `rustup default stable`, then `{}`.",
                    called::command("doctor")
                ),
            )
        })
    }

    /// What the compiler calls itself, as in "rustc 1.95.0 (59807616e 2026-04-14)".
    ///
    /// # Errors
    /// If the compiler cannot be started or gives no answer.
    pub fn version(&self) -> Result<String> {
        ask(&self.rustc, &["--version"])
    }
}

/// Where the toolchain keeps the standard library as a shared one for this machine, if it can be told without doubt.
fn shared_std_dir(rustc: &Path) -> Option<PathBuf> {
    let targets = rustc.parent()?.parent()?.join("lib").join("rustlib");
    let system = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let mut found = workspace::list_dir(&targets)
        .ok()?
        .into_iter()
        .filter_map(|target| {
            let name = target.file_name()?.to_str()?;
            let is_this_machine = name.starts_with(env::consts::ARCH) && name.contains(system);
            let lib = target.join("lib");
            (is_this_machine && has_shared_std(&lib)).then_some(lib)
        });
    // Two that fit, such as glibc's and musl's, cannot be told apart here.
    found.next().filter(|_| found.next().is_none())
}

fn has_shared_std(lib: &Path) -> bool {
    let files = workspace::list_dir(lib).unwrap_or_default();
    files.iter().any(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(env::consts::DLL_SUFFIX)
    })
}

fn sysroot() -> Result<PathBuf> {
    ask(Path::new("rustc"), &["--print", "sysroot"]).map(PathBuf::from)
}

fn ask(rustc: &Path, args: &[&str]) -> Result<String> {
    let program = Program::tool(rustc).args(args).deadline(ANSWER_WITHIN);
    let finished = process::run(&program, &Cancel::new()).map_err(|error| match error {
        Error::MissingProgram { .. } => no_rustc(),
        other => other,
    })?;
    if finished.end != End::Exited(0) {
        return Err(Error::tool(
            format!(
                "`rustc {}` failed: {}",
                args.join(" "),
                finished.stderr.text.trim()
            ),
            format!(
                "Try `rustup default stable`, then `{}`.",
                called::command("doctor")
            ),
        ));
    }
    Ok(finished.stdout.text.trim().to_owned())
}

fn no_rustc() -> Error {
    Error::MissingProgram {
        program: "rustc".into(),
        help: "Install Rust as https://www.rust-lang.org/tools/install says, then open a new terminal.".into(),
    }
}
