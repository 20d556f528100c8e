//! `init`: a learner's directory, made from a course as it is handed out.

use super::{package::Package, shipped};
use crate::{
    course::Course,
    error::{Error, Result},
    process::{self, Cancel, End, Program},
    progress::Pristine,
    workspace::{self, Workspace},
};
use std::{path::Path, time::Duration};

/// How long one command of git may take.
const GIT_WITHIN: Duration = Duration::from_secs(60);

/// What editors need to know, with the paths where they look for it.
const SETTINGS: [(&str, &str); 3] = [
    (
        ".vscode/settings.json",
        include_str!("templates/vscode.json"),
    ),
    (".helix/languages.toml", include_str!("templates/helix.txt")),
    (".zed/settings.json", include_str!("templates/zed.json")),
];

/// Whether the learner's directory has become a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repository {
    /// It has, and the course as shipped is its first commit.
    Made,
    /// git is not installed, or refused.
    NotMade,
}

/// Writes the course into a directory that is empty or does not exist yet.
///
/// # Errors
/// [`Error::Usage`] if the directory is not empty; as [`Course::load`] if the course is not right.
pub fn init(package: &Package, root: &Path) -> Result<(Course, Repository)> {
    let there = workspace::list_dir(root)?;
    if !there.is_empty() {
        return Err(Error::Usage {
            what: format!("{} is not empty", root.display()),
            help: "Name a directory that does not exist yet. In a course that you have begun, `update` brings a newer one.".into(),
        });
    }
    let workspace = Workspace::at(root);
    for (path, bytes) in &package.files {
        workspace::write_atomic(&root.join(path), bytes)?;
    }
    workspace::write_atomic(
        &workspace.git_ignore(),
        include_bytes!("templates/gitignore.txt"),
    )?;
    for (path, text) in SETTINGS {
        workspace::write_atomic(&root.join(path), text.as_bytes())?;
    }
    shipped::write_down(&workspace, package)?;
    let course = Course::load(workspace)?;
    let repository = repository(root);
    Pristine::take(&course)?;
    Ok((course, repository))
}

/// A repository of the learner's own, on their machine only. Its author need not be known: the first commit is ours.
fn repository(root: &Path) -> Repository {
    let commands: [&[&str]; 3] = [
        &["init", "--quiet"],
        &["add", "--all"],
        &[
            "-c",
            "user.name=backendlings",
            "-c",
            "user.email=backendlings@localhost",
            "-c",
            "commit.gpgsign=false",
            "commit",
            "--quiet",
            "--no-verify",
            "--message",
            "The course as it was handed out",
        ],
    ];
    for args in commands {
        let git = Program::tool("git")
            .args(args)
            .dir(root)
            .deadline(GIT_WITHIN);
        match process::run(&git, &Cancel::new()) {
            Ok(finished) if finished.end == End::Exited(0) => {}
            _ => return Repository::NotMade,
        }
    }
    Repository::Made
}
