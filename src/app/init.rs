//! `init`: from the options to a learner's directory.

use super::{End, context, handed_out};
use crate::{
    author::{self, Package, Repository},
    called,
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
            None => match context::find(root) {
                Ok(around) => Package::open(around.root())?,
                Err(Error::NoCourse { .. }) => return Err(no_course()),
                Err(other) => return Err(other),
            },
        },
    };
    handed_out::tell(&package);
    let dir = std::path::absolute(dir).map_err(Error::io("find", dir))?;
    let (course, repository) = author::init(&package, &dir)?;
    // Without `..`, now that it is there.
    let dir = std::fs::canonicalize(&dir).unwrap_or(dir);
    let progress = Store::new(&course.workspace).load()?;
    context::refresh_manifest(&course, &progress)?;
    let git = match repository {
        Repository::Made => "It is a git repository of your own: commit whenever you like.\n",
        Repository::NotMade => {
            "git could not make a repository of it. The course works without one.\n"
        }
    };
    let there = match called::by_cargo() {
        true => "Install the program (cargo install --path .), go there",
        false => "Go there",
    };
    ui::print::out(&ui::harmless(&format!(
        "{} exercises are in {}\n{git}{there} and start with: backendlings\n",
        course.exercises.len(),
        dir.display()
    )))?;
    Ok(End::Done)
}

fn no_course() -> Error {
    Error::Usage {
        what: "this program carries no course: only a release build does".into(),
        help: "Name a course with --from: its directory, or an archive of it. Or install the program with its course, in a clone of the repository: cargo install --path .".into(),
    }
}
