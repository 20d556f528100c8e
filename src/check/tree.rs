//! The files of a project as they were found, all at once. It looks at no contents but to tell text from something else.

use super::Source;
use crate::{
    digest::Parts,
    error::Error,
    workspace::{
        self,
        project::{BUILD, COMMAND, MAIN, written_files},
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What somebody writes by hand has fewer bytes than this.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A project's files, and where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The project's directory.
    pub root: PathBuf,
    /// Contents by path, relative to the root.
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Tree {
    /// What lies in a project's directory.
    pub(super) fn read(root: &Path) -> Source {
        if !root.is_dir() {
            return match root.exists() {
                true => Source::Unreadable("a file, and a project is a directory".into()),
                false => Source::Missing,
            };
        }
        let listed = match written_files(root) {
            Ok(listed) => listed,
            Err(Error::Usage { help, .. }) => {
                return Source::Unreadable(format!("a directory with too many files. {help}"));
            }
            Err(error) => return Source::Unreadable(format!("no directory to read: {error}")),
        };
        let mut files = BTreeMap::new();
        let mut bytes = 0;
        for file in listed {
            match workspace::read_bytes_if_there(&root.join(&file)) {
                // It was taken away since the directory was read.
                Ok(None) => {}
                Ok(Some(contents)) => {
                    bytes += contents.len();
                    files.insert(file, contents);
                }
                Err(error) => {
                    return Source::Unreadable(format!(
                        "a directory with a file that cannot be read: {error}"
                    ));
                }
            }
            if bytes > MOST_BYTES {
                return Source::Unreadable(format!(
                    "a directory with more than {} MiB of files",
                    MOST_BYTES >> 20
                ));
            }
        }
        Source::Project(Arc::new(Self {
            root: root.to_owned(),
            files,
        }))
    }

    /// The text of a file, if it is there and is text.
    pub(super) fn text(&self, file: &str) -> Option<&str> {
        let bytes = self.files.get(Path::new(file))?;
        std::str::from_utf8(bytes).ok()
    }

    /// The root of a project in Rust.
    pub(super) fn main(&self) -> Option<&str> {
        self.text(MAIN)
    }

    /// The command that starts the server, where the project is in another language.
    pub(super) fn command(&self) -> Option<&str> {
        self.text(COMMAND)
    }

    /// The command that builds it.
    pub(super) fn build(&self) -> Option<&str> {
        self.text(BUILD)
    }

    /// The modules of a project in Rust, and what its sources include: every file but its root, as text.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files
            .iter()
            .filter(|(file, _)| file.as_path() != Path::new(MAIN))
            .filter_map(|(file, bytes)| Some((file.as_path(), std::str::from_utf8(bytes).ok()?)))
    }

    /// All of it as one text, each file under its name: for reading and for comparing.
    pub fn as_one_text(&self) -> String {
        let files = self.files.iter();
        files
            .map(|(file, bytes)| {
                let text = String::from_utf8_lossy(bytes);
                format!("// {}\n\n{}\n\n", file.display(), text.trim_end())
            })
            .collect()
    }

    /// A digest of every name and every byte.
    pub(super) fn digest(&self) -> String {
        let mut digest = Parts::new();
        for (file, bytes) in &self.files {
            digest.named(&file.to_string_lossy(), bytes);
        }
        digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{scratch, write_atomic};

    fn tree(dir: &Path) -> Arc<Tree> {
        match Tree::read(dir) {
            Source::Project(tree) => tree,
            other => panic!("a project was to be read, not {other:?}"),
        }
    }

    #[test]
    fn every_byte_and_every_name_makes_it_another_one() {
        let dir = scratch().expect("a directory");
        let write = |file: &str, text: &str| {
            write_atomic(&dir.path().join(file), text.as_bytes()).expect("written");
        };
        write("main.rs", "mod a;");
        write("a.rs", "");
        let first = tree(dir.path());
        assert_eq!(first.digest(), tree(dir.path()).digest());
        write("a.rs", " ");
        assert_ne!(first.digest(), tree(dir.path()).digest(), "a byte");
        write("a.rs", "");
        write("b.rs", "");
        assert_ne!(first.digest(), tree(dir.path()).digest(), "a file");
    }

    #[test]
    fn what_is_no_directory_is_told() {
        let dir = scratch().expect("a directory");
        assert_eq!(Tree::read(&dir.path().join("none")), Source::Missing);
        write_atomic(&dir.path().join("file"), b"").expect("written");
        assert!(matches!(
            Tree::read(&dir.path().join("file")),
            Source::Unreadable(what) if what.contains("directory")
        ));
    }
}
