//! Where authors and those whom they hand a course out find things. It only spells names.

use super::{Workspace, list_dir};
use std::path::{Path, PathBuf};

impl Workspace {
    /// What an author's checks have proved.
    pub fn proofs(&self) -> PathBuf {
        self.private().join("proofs")
    }

    /// `solutions/`.
    pub fn solutions(&self) -> PathBuf {
        self.root.join("solutions")
    }

    /// What git does not keep: `.gitignore`.
    pub fn git_ignore(&self) -> PathBuf {
        self.root.join(".gitignore")
    }

    /// The digests of the files that the learner was given.
    pub fn shipped(&self) -> PathBuf {
        self.private().join("shipped.txt")
    }

    /// What judges a submission, of those that are there: the course without its solutions, and without what others have handed in or an
    /// author has tried.
    pub fn judges(&self) -> Vec<PathBuf> {
        let texts = list_dir(&self.root).unwrap_or_default().into_iter();
        let mut all: Vec<PathBuf> = texts
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("info.") && name.ends_with(".toml") && path.is_file()
            })
            .collect();
        let dirs = [
            self.exercises(),
            self.pristine(Path::new("")),
            self.dependencies(),
        ];
        all.extend(dirs.into_iter().filter(|dir| dir.exists()));
        all
    }

    /// Where a learner's work on an exercise lies that is no longer in the course. `file` is relative to the course.
    pub fn removed(&self, file: &Path) -> PathBuf {
        self.root.join("removed").join(file)
    }
}
