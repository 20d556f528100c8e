//! `update`: what a newer course has done to the learner's directory, in words.

use super::{End, context, handed_out};
use crate::{
    author::{self, Package, Updated},
    course::Course,
    error::{Error, Result},
    progress::Store,
    ui,
};
use std::{fmt::Write as _, path::Path};

/// Brings the course in `root` up to the one in the program, or to that of `from`.
pub(super) fn update(root: Option<&Path>, from: Option<&Path>) -> Result<End> {
    let workspace = context::find(root)?;
    let package = match from {
        Some(from) => Package::open(from)?,
        None => Package::embedded().ok_or_else(|| Error::Usage {
            what: "this program was not built to be installed, and carries no course".into(),
            help: "Name the newer course with --from: its directory, or a .tar.gz or .zip of it."
                .into(),
        })?,
    };
    handed_out::tell(&package);
    let updated = author::update(&Course::load(workspace.clone())?, &package)?;
    let course = Course::load(workspace)?;
    let progress = Store::new(&course.workspace).load()?;
    context::refresh_manifest(&course, &progress)?;
    ui::print::out(&ui::harmless(&words(&updated)))?;
    Ok(End::Done)
}

fn words(updated: &Updated) -> String {
    if *updated == Updated::default() {
        return "You have the newest course already.\n".into();
    }
    let mut text = String::new();
    for (from, to) in &updated.renamed {
        let _ = writeln!(
            text,
            "renamed   {from} is {to} now; your progress goes with it"
        );
    }
    for (list, word) in [
        (&updated.replaced, "replaced"),
        (&updated.added, "added   "),
        (&updated.removed, "removed "),
    ] {
        for file in list {
            let _ = writeln!(text, "{word}  {}", file.display());
        }
    }
    for (mine, new) in &updated.kept {
        let (mine, new) = (mine.display(), new.display());
        let _ = writeln!(
            text,
            "kept      {mine} is your work; the new version is {new}"
        );
        let _ = writeln!(
            text,
            "          see the difference: git diff --no-index {mine} {new}"
        );
    }
    for file in &updated.dropped {
        let _ = writeln!(
            text,
            "kept      {} is no longer in the course, but your project may use it; remove it if not",
            file.display()
        );
    }
    for (file, mine) in &updated.put_back {
        let _ = writeln!(
            text,
            "put back  {}; what stood there is {}",
            file.display(),
            mine.display()
        );
    }
    for (file, aside) in &updated.set_aside {
        let _ = writeln!(
            text,
            "set aside {} is no longer in the course; your work is {}",
            file.display(),
            aside.display()
        );
    }
    text + "`undo` takes all of it back.\n"
}
