//! What may be the name of an exercise, of its file and of its directory.

use super::{RawKind, Source};
use crate::{error::Result, workspace};
use std::path::Path;
use toml::Spanned;

pub(super) fn check_name(source: &Source<'_>, name: &Spanned<String>) -> Result<()> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.get_ref().is_empty() || !name.get_ref().chars().all(letters) {
        return source.error(
            name,
            format!("`{}` cannot be the name of an exercise", name.get_ref()),
            "Use letters of a to z, digits, `_` and `-`.",
        );
    }
    Ok(())
}

/// A server may be in another language, and its file has that language's name.
pub(super) fn check_file_name(
    source: &Source<'_>,
    file: &Spanned<String>,
    kind: Option<RawKind>,
) -> Result<()> {
    let name = Path::new(file.get_ref());
    if !workspace::stays_inside(name) || name.components().count() != 1 {
        return source.error(
            file,
            format!("`{}` is no name of a file", file.get_ref()),
            "Name the file without a directory: dir says where it lies.",
        );
    }
    if !matches!(kind, Some(RawKind::Server)) {
        return source.error(
            file,
            "only an exercise of kind server has a file in another language".into(),
            "Take `file` out; the name of the exercise is the name of its file.",
        );
    }
    Ok(())
}

pub(super) fn check_dir(source: &Source<'_>, dir: &Spanned<String>) -> Result<()> {
    if !workspace::stays_inside(Path::new(dir.get_ref())) {
        return source.error(
            dir,
            format!("the directory `{}` leaves the course", dir.get_ref()),
            "Name a directory below exercises/, without `..`.",
        );
    }
    Ok(())
}
