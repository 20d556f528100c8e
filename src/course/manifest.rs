//! The manifest that the learner's editor reads: the current exercise and the finished ones, not all of them.
//!
//! rust-analyzer then answers fast and shows no errors of exercises that are still to come. Nothing is built from it.

use super::{Course, Exercise};
use crate::{
    error::Result,
    workspace::{self, extension},
};
use std::fmt::Write as _;

/// Writes `exercises/Cargo.toml` with the exercises that `shown` names, if it has changed.
///
/// Does nothing for a course that brings a manifest with its exercises in it.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub fn write_editor_manifest(course: &Course, shown: impl Fn(&Exercise) -> bool) -> Result<()> {
    if course.own_manifest.is_some() {
        return Ok(());
    }
    let mut bins = String::new();
    for exercise in course.exercises.iter().filter(|exercise| shown(exercise)) {
        let file = course.file(exercise);
        if extension(&file) != "rs" || !file.is_file() {
            continue;
        }
        let path = file
            .strip_prefix(course.workspace.exercises())
            .unwrap_or(&file)
            .display()
            .to_string()
            .replace('\\', "/");
        let _ = write!(
            bins,
            "\n[[bin]]\nname = \"{}\"\npath = \"{path}\"\n",
            exercise.name
        );
    }
    if bins.is_empty() {
        return Ok(());
    }
    let used = |name: &str| {
        let of_chapter = |chapter: &super::Chapter| chapter.dependencies.iter().any(|d| d == name);
        let mut shown = course.exercises.iter().filter(|exercise| shown(exercise));
        shown.any(|exercise| of_chapter(course.chapter_of(exercise)))
    };
    let dependencies = course.dependencies_section(used);
    let manifest = format!(
        "# Written by backendlings for your editor: the current exercise and the finished ones.\n\
         [workspace]\n\n\
         [package]\nname = \"exercises\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\nautobins = false\n\n{dependencies}{bins}"
    );
    if let Some(lock) = workspace::read_if_there(&course.workspace.dependencies_lock())? {
        let editors = course.workspace.editor_lock();
        // Cargo shortens it to what the manifest uses, and lengthens it again from the registry; only the beginning is ours.
        if !editors.is_file() {
            workspace::write_atomic(&editors, lock.as_bytes())?;
        }
    }
    workspace::write_if_changed(&course.workspace.editor_manifest(), manifest.as_bytes())
}
