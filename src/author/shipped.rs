//! Which files a learner was given, each with its digest: what is still as it was given, and what is the learner's work.

use super::package::Package;
use crate::{
    digest::sha256,
    error::Result,
    workspace::{self, Workspace, packed},
};
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

/// The digest of each file as it was given, by its path.
pub(super) type Shipped = BTreeMap<PathBuf, String>;

/// The text that says what a package holds: a line for each file, as `sha256sum` writes them.
pub(super) fn text_of(package: &Package) -> String {
    let mut text = String::new();
    for (path, bytes) in &package.files {
        let name = path.to_string_lossy().replace('\\', "/");
        let _ = writeln!(text, "{}  {name}", sha256(bytes));
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
    let lines = packed::digests(&text);
    Ok(lines
        .map(|(path, digest)| (PathBuf::from(path), digest.to_owned()))
        .collect())
}
