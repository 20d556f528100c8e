//! `init`: from the options to a learner's directory.

use super::{End, context};
use crate::{
    author::{self, Package, Repository},
    error::{Error, Result},
    progress::Store,
    ui,
};
use std::path::Path;

/// Makes a learner's directory and says how to begin.
pub(super) fn init(dir: &Path, from: Option<&Path>, root: Option<&Path>) -> Result<End> {
    let package = match from {
        Some(from) => Package::open(from)?,
        None => match Package::embedded() {
            Some(package) => package,
            // Run from a clone there is no course inside the program; the one around it is meant.
            None => Package::open(context::find(root)?.root())?,
        },
    };
    let dir = std::path::absolute(dir).map_err(Error::io("find", dir))?;
    let (course, repository) = author::init(&package, &dir)?;
    let progress = Store::new(&course.workspace).load()?;
    context::refresh_manifest(&course, &progress)?;
    let git = match repository {
        Repository::Made => "It is a git repository of your own: commit whenever you like.\n",
        Repository::NotMade => {
            "git could not make a repository of it. The course works without one.\n"
        }
    };
    ui::print::out(&ui::harmless(&format!(
        "{} exercises are in {}\n{git}Go there and start with: backendlings\n",
        course.exercises.len(),
        dir.display()
    )))?;
    Ok(End::Done)
}
