//! Which files a learner was given, each with its digest: what is still as it was given, and what is the learner's work.

use super::package::Package;
use crate::{
    error::Result,
    progress::digest_of_bytes,
    workspace::{self, Workspace},
};
use std::fmt::Write as _;

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
