//! The files of a project: a directory in which a learner writes freely, in any language. It only names and lists.

use super::list_dir;
use crate::error::{Error, Result};
use std::path::{Component, Path, PathBuf};

/// What has to be done, for somebody who reads nothing else.
pub const SPEC: &str = "SPEC.md";

/// The root of a project in Rust.
pub const MAIN: &str = "main.rs";

/// One line: the command that starts a server in another language.
pub const COMMAND: &str = "command";

/// One line: the command that builds it before.
pub const BUILD: &str = "build";

/// Directories that tools fill and nobody writes.
const NOT_WRITTEN: [&str; 5] = ["target", "node_modules", "__pycache__", "venv", "vendor"];

/// What somebody writes by hand has fewer files than this.
pub const MOST_FILES: usize = 1000;

/// The files below `dir` that somebody has written, relative to it and in order; none if there is no such directory. Hidden files and what
/// tools put there are left out, and links are not followed.
///
/// # Errors
/// [`Error::Io`]; [`Error::Usage`] if there are too many to have been written by hand.
pub fn written_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(dir, Path::new(""), &mut files)?;
    Ok(files)
}

/// True if a file with this path, relative to the project, is one that somebody writes: neither hidden nor in a directory that tools fill.
pub fn is_written(file: &Path) -> bool {
    let is_hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    let dirs = file.parent().into_iter().flat_map(Path::components);
    let mut dirs = dirs.map(Component::as_os_str);
    !file.components().any(is_hidden)
        && !dirs.any(|dir| NOT_WRITTEN.iter().any(|known| dir == *known))
}

fn collect(dir: &Path, below: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for path in list_dir(&dir.join(below))? {
        let name = path.file_name().unwrap_or_default();
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if is_hidden || path.is_symlink() {
            continue;
        }
        let relative = below.join(name);
        if !path.is_dir() {
            files.push(relative);
        } else if !NOT_WRITTEN.iter().any(|known| name == *known) {
            collect(dir, &relative, files)?;
        }
        if files.len() > MOST_FILES {
            return Err(Error::Usage {
                what: format!("{} holds more than {MOST_FILES} files", dir.display()),
                help: format!(
                    "Only what you write belongs there; what tools make may lie in {}.",
                    NOT_WRITTEN.join(", ")
                ),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{scratch, write_atomic};

    #[test]
    fn what_tools_made_hidden_files_and_links_are_left_out() {
        let dir = scratch().expect("a directory");
        for file in [
            "main.rs",
            "web/routes.rs",
            ".git/config",
            ".main.rs.swp",
            "target/debug/x",
            "web/node_modules/a/index.js",
        ] {
            write_atomic(&dir.path().join(file), b"").expect("written");
        }
        for left_out in [".git/config", "target/x", "web/.a", "web/vendor/a.js"] {
            assert!(!is_written(Path::new(left_out)), "{left_out}");
        }
        assert!(is_written(Path::new("web/target")) && is_written(Path::new("main.rs")));
        #[cfg(unix)]
        std::os::unix::fs::symlink("main.rs", dir.path().join("link.rs")).expect("a link");
        assert_eq!(
            written_files(dir.path()).expect("readable"),
            [PathBuf::from("main.rs"), PathBuf::from("web/routes.rs")]
        );
    }

    #[test]
    fn more_than_hands_write_is_refused_in_words() {
        let dir = scratch().expect("a directory");
        for number in 0..=MOST_FILES {
            std::fs::write(dir.path().join(number.to_string()), "").expect("written");
        }
        let error = written_files(dir.path()).expect_err("too many").to_string();
        assert!(error.contains("more than 1000 files"), "{error}");
    }
}
