//! The course as git has it: what is packed into an installed program must not be what somebody has solved in their clone.
//!
//! Every file is taken from the last commit. A starting file whose solved version was committed is taken as `exercises/digests.txt`
//! names it. It is used by the build script, and by the tests that prove this; a learner's directory is none of its business.

use super::packed;
use std::{collections::HashMap, path::Path, process::Command};

/// Paths, each with the contents of its file.
pub type Files = Vec<(String, Vec<u8>)>;

/// The files with their paths, in order; nothing if `root` is not in git. Or why they are not to be had, in words.
pub fn course(root: &Path) -> Result<Option<Files>, String> {
    let Some(listed) = git(root, &["ls-tree", "-r", "-z", "HEAD"]) else {
        return Ok(None);
    };
    let listed = String::from_utf8_lossy(&listed).into_owned();
    // As in "100644 blob 55ceea7ac36a…<tab>info.toml"
    let of_course: Vec<(&str, &str)> = listed
        .split('\0')
        .filter_map(|line| {
            let (about, path) = line.split_once('\t')?;
            Some((path, about.split(' ').nth(2)?))
        })
        .filter(|(path, _)| packed::is_shipped(path))
        .collect();
    let blob = |id: &str| git(root, &["cat-file", "blob", id]);
    let digests = of_course.iter().find(|(path, _)| *path == packed::DIGESTS);
    let digests = digests.and_then(|(_, id)| blob(id)).unwrap_or_default();
    let digests = String::from_utf8_lossy(&digests).into_owned();
    let shipped: HashMap<&str, &str> = packed::digests(&digests).collect();
    let mut files = Vec::new();
    for (path, committed) in of_course {
        let id = shipped.get(path).copied().unwrap_or(committed);
        let bytes = blob(id).ok_or_else(|| {
            format!(
                "{path} was changed here, and git does not have the one that learners begin with ({id}). \
                 Get it with `git fetch --unshallow`, or install from a fresh clone of the repository."
            )
        })?;
        files.push((path.to_owned(), bytes));
    }
    let is_course = files.iter().any(|(path, _)| path == "info.toml");
    Ok(is_course.then_some(files))
}

fn git(root: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git").args(args).current_dir(root).output();
    let output = output.ok()?;
    output.status.success().then_some(output.stdout)
}
