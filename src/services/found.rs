//! Where the programs of a service lie. It starts none of them for longer than their version takes.

use crate::process::{Cancel, End, Program, run};
use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

/// Directories that hold programs and are not always in `PATH`.
const USUAL: [&str; 5] = [
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/sbin",
];

/// The directories in which systems keep PostgreSQL's server programs, one below for each version.
const POSTGRES: [&str; 4] = [
    "/usr/lib/postgresql",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/usr",
];

/// The newest PostgreSQL whose `initdb`, `postgres` and `psql` all run: the directory that holds them.
pub(super) fn postgres() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = POSTGRES
        .iter()
        .flat_map(|base| crate::workspace::list_dir(Path::new(base)).unwrap_or_default())
        .filter(|dir| !dir.ends_with("bin"))
        .map(|dir| dir.join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    versions.sort_by_key(|bin| number_in(bin));
    let newest_first = versions.into_iter().rev();
    newest_first.chain(directories()).find(|bin| {
        ["initdb", "postgres", "psql"]
            .iter()
            .all(|name| starts(&bin.join(name)))
    })
}

/// Redis, or a program that took its place.
pub(super) fn redis() -> Option<PathBuf> {
    in_path(&["redis-server", "valkey-server"])
}

/// nginx, if this machine has one that runs.
pub fn nginx() -> Option<PathBuf> {
    let program = directories()
        .map(|dir| dir.join("nginx"))
        .find(|program| program.is_file())?;
    // It knows no `--version`.
    let told = Program::tool(&program)
        .arg("-v")
        .deadline(Duration::from_secs(5));
    let finished = run(&told, &Cancel::new()).ok()?;
    (finished.end == End::Exited(0)).then_some(program)
}

/// The first of these programs that lies somewhere and runs.
pub(super) fn in_path(names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .flat_map(|name| directories().map(move |dir| dir.join(name)))
        .find(|program| starts(program))
}

fn directories() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let listed: Vec<PathBuf> = env::split_paths(&path).collect();
    listed.into_iter().chain(USUAL.map(PathBuf::from))
}

fn starts(program: &Path) -> bool {
    let version = Program::tool(program)
        .arg("--version")
        .deadline(Duration::from_secs(5));
    program.is_file()
        && run(&version, &Cancel::new()).is_ok_and(|finished| finished.end == End::Exited(0))
}

/// The first number in the path, as in `/usr/lib/postgresql/15/bin`.
fn number_in(path: &Path) -> u32 {
    let digits: String = path
        .to_string_lossy()
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let old = number_in(Path::new("/usr/lib/postgresql/9/bin"));
        assert!(number_in(Path::new("/usr/lib/postgresql/15/bin")) > old);
        assert_eq!(number_in(Path::new("/opt/homebrew/opt/postgresql/bin")), 0);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(in_path(&["no-such-program-here"]), None);
    }
}
