//! One look at one thing each. What can be started is started: a file with the right name proves nothing.

use super::install::command_for;
use crate::{
    build::{self, Constancy, Externs, Harness, Linking, Toolchain, Unit},
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    ui::health::{Finding, Health},
    workspace,
};
use std::{env, path::Path, time::Duration};

/// A program that only says its version needs no longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Something that no exercise can be checked without, with the way to mend it.
pub(super) fn broken(what: &str, error: &Error) -> Finding {
    Finding {
        what: what.into(),
        health: Health::Broken,
        found: error.to_string(),
        mend: error.help(),
    }
}

fn good(what: &str, found: String) -> Finding {
    Finding {
        what: what.into(),
        health: Health::Good,
        found,
        mend: None,
    }
}

pub(super) fn rust(toolchain: &Result<Toolchain>) -> Finding {
    let version = match toolchain {
        Ok(toolchain) => toolchain.version(),
        Err(error) => return broken("rust", error),
    };
    match version {
        Ok(version) => good("rust", version),
        Err(error) => broken("rust", &error),
    }
}

/// A whole program is compiled and linked: that is what a missing C compiler breaks.
pub(super) fn linker(toolchain: &Result<Toolchain>) -> Finding {
    let Ok(toolchain) = toolchain else {
        return Finding {
            what: "C compiler".into(),
            health: Health::Absent,
            found: "not looked at, because there is no rustc".into(),
            mend: None,
        };
    };
    let linked = workspace::scratch().and_then(|dir| {
        let unit = Unit {
            name: "probe",
            source: "fn main() {}",
            shown: Path::new("probe.rs"),
            beside: &[],
            dir: dir.path(),
            harness: Harness::Main,
            linking: &Linking::Rustc(Externs::default()),
            constancy: Constancy::Little,
            manner: &build::USUAL,
        };
        build::compile(toolchain, unit, None, &Cancel::new(), &|_| {})
    });
    match linked {
        Ok(compiled) if compiled.program.is_some() => good("C compiler", "links programs".into()),
        Ok(compiled) => Finding {
            what: "C compiler".into(),
            health: Health::Broken,
            found: compiled
                .diagnostics
                .first()
                .map_or_else(String::new, |d| d.message.clone()),
            mend: Some(command_for("gcc")),
        },
        Err(error) => Finding {
            mend: Some(command_for("gcc")),
            ..broken("C compiler", &error)
        },
    }
}

/// Whether exercises are compiled the fast way.
pub(super) fn way_of_compiling() -> Finding {
    match build::dependencies::asked_for_cargo() {
        None => good("compiling", "by rustc itself".into()),
        Some(why) => Finding {
            what: "compiling".into(),
            health: Health::Absent,
            found: format!("by cargo, which is slower, because {why}"),
            mend: Some(format!("unset {}", build::ASK_VARIABLE)),
        },
    }
}

pub(super) fn clippy(toolchain: &Result<Toolchain>) -> Finding {
    match toolchain {
        Ok(toolchain) if toolchain.clippy_driver.is_some() => good("Clippy", "installed".into()),
        _ => Finding {
            what: "Clippy".into(),
            health: Health::Absent,
            found: "not installed; only exercises that ask for it need it".into(),
            mend: Some("rustup component add clippy".into()),
        },
    }
}

/// PostgreSQL, Redis and nginx, each asked for its version.
pub(super) fn services() -> Vec<Finding> {
    [
        ("PostgreSQL", "postgres", "postgresql"),
        ("Redis", "redis-server", "redis-server"),
        ("nginx", "nginx", "nginx-light"),
    ]
    .into_iter()
    .map(|(what, program, package)| match version_of(program) {
        Some(version) => good(what, version),
        None => Finding {
            what: what.into(),
            health: Health::Absent,
            found: "not found; exercises that use it are skipped, or run on a stand-in".into(),
            mend: Some(command_for(package)),
        },
    })
    .collect()
}

/// The first line that the program says of its version, from the PATH or from where Debian and Homebrew keep servers.
pub(super) fn version_of(program: &str) -> Option<String> {
    let mut places = vec![program.to_owned()];
    let debian = workspace::list_dir(Path::new("/usr/lib/postgresql")).unwrap_or_default();
    places.extend(
        debian
            .iter()
            .rev()
            .map(|version| version.join("bin").join(program).display().to_string()),
    );
    places.extend([
        format!("/usr/sbin/{program}"),
        format!("/opt/homebrew/bin/{program}"),
    ]);
    let flag = if program == "nginx" {
        "-v"
    } else {
        "--version"
    };
    places.iter().find_map(|place| {
        let asked = Program::tool(place).arg(flag).deadline(ANSWER_WITHIN);
        let finished = process::run(&asked, &Cancel::new()).ok()?;
        let said = format!("{}{}", finished.stdout.text, finished.stderr.text);
        (finished.end == End::Exited(0)).then(|| said.lines().next().unwrap_or_default().to_owned())
    })
}

/// Whether a program of this name lies on the PATH.
pub(super) fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| {
        dir.join(format!("{program}{}", env::consts::EXE_SUFFIX))
            .is_file()
    })
}

/// Room for builds: the runner's own is about 300 MB, an exercise's about 15 MB.
pub(super) fn disk(root: &Path) -> Finding {
    const ENOUGH_MB: u64 = 1000;
    let Some(free) = free_mb(root) else {
        return good(
            "disk",
            "free space cannot be asked for on this system".into(),
        );
    };
    if free >= ENOUGH_MB {
        return good("disk", format!("{free} MB free"));
    }
    Finding {
        what: "disk".into(),
        health: Health::Absent,
        found: format!("{free} MB free; {ENOUGH_MB} MB are wanted"),
        mend: Some("cargo clean".into()),
    }
}

#[cfg(unix)]
fn free_mb(root: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(root).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize) / 1_000_000)
}

#[cfg(not(unix))]
fn free_mb(_root: &Path) -> Option<u64> {
    None
}
