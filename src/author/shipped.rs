//! Which files a learner was given, each with its digest: what is still as it was given, and what is the learner's work.

use super::package::Package;
use crate::{
    error::Result,
    progress::digest_of_bytes,
    workspace::{self, Workspace},
};
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

/// The digest of each file as it was given, by its path.
pub(super) type Shipped = BTreeMap<PathBuf, String>;

/// The text that says what a package holds: a line for each file, as `sha256sum` writes them.
pub(super) fn text_of(package: &Package) -> String {
    let mut text = String::new();
    for (path, bytes) in &package.files {
        let name = path.to_string_lossy().replace('\\', "/");
        let _ = writeln!(text, "{}  {name}", digest_of_bytes(bytes));
    }
    text
}

/// Writes down what was given.
pub(super) fn write_down(workspace: &Workspace, package: &Package) -> Result<()> {
    workspace::write_atomic(&workspace.shipped(), text_of(package).as_bytes())
}

/// What was given; nothing for a directory that `init` did not make.
pub(super) fn read(workspace: &Workspace) -> Result<Shipped> {
    let text = workspace::read_if_there(&workspace.shipped())?.unwrap_or_default();
    Ok(text
        .lines()
        .filter_map(|line| {
            let (digest, path) = line.split_once("  ")?;
            Some((PathBuf::from(path), digest.to_owned()))
        })
        .collect())
}
