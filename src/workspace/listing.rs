//! What lies in a directory, in an order that is the same everywhere. It reads names and no contents.

use crate::error::{Error, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The entries of a directory in order of their names; none if there is no such directory.
///
/// # Errors
/// [`Error::Io`].
pub fn list_dir(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("read", path)(error)),
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(Error::io("read", path))?;
    paths.sort();
    Ok(paths)
}

/// All files below a directory, in order; none if there is no such directory.
///
/// # Errors
/// [`Error::Io`].
pub fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in list_dir(dir)? {
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}
