//! Where authors and those whom they hand a course out find things. It only spells names.

use super::Workspace;
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

    /// Where a learner's work on an exercise lies that is no longer in the course. `file` is relative to the course.
    pub fn removed(&self, file: &Path) -> PathBuf {
        self.root.join("removed").join(file)
    }
}
