//! What can go wrong with the runner, the course or the machine.
//!
//! A learner's wrong answer is never an [`Error`]: it is a [`crate::outcome::Report`]. Each error carries the facts;
//! [`Error::help`] says what to do next.

use std::{fmt, io, path::PathBuf, result};

/// The result of everything that can fail through no fault of the learner.
pub type Result<T> = result::Result<T, Error>;

/// A fault of the runner, the course or the machine. The program ends with exit code 2.
#[derive(Debug)]
pub enum Error {
    /// A file or directory could not be read or written.
    Io {
        /// What was being done, as in "read", "write", "create".
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No `info.toml` in the directory or any above it.
    NoCourse {
        /// Where the search began.
        from: PathBuf,
    },
    /// A file of the course is wrong: `info.toml`, or the steps or data of an exercise.
    Course {
        /// The file at fault.
        file: PathBuf,
        /// The line, counted from 1, where it is known.
        line: Option<usize>,
        /// What is wrong.
        what: String,
        /// What to do about it.
        help: String,
    },
    /// No exercise, chapter or step has this name.
    UnknownName {
        /// What kind of thing was looked for, as in "exercise".
        what: &'static str,
        /// The name as typed.
        name: String,
        /// The most similar known name.
        nearest: Option<String>,
    },
    /// The progress file holds something that this program cannot read.
    Progress {
        /// The progress file.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A program that is needed is not installed or cannot be started.
    MissingProgram {
        /// Its name, as in "cargo".
        program: String,
        /// The command or step that installs it.
        help: String,
    },
    /// A program that the runner depends on did something unexpected.
    Tool {
        /// What happened.
        what: String,
        /// What to do about it.
        help: String,
    },
    /// The command cannot be done as asked.
    Usage {
        /// Why not.
        what: String,
        /// What to type instead.
        help: String,
    },
    /// The check was stopped by a newer save or by the learner.
    Cancelled,
}

impl Error {
    /// An [`Error::Io`] as a closure for `map_err`.
    ///
    /// `doing` completes the sentence "could not … PATH".
    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    /// An [`Error::Tool`] from two sentences.
    pub fn tool(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Tool {
            what: what.into(),
            help: help.into(),
        }
    }

    /// What to do next, as one or two sentences.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => {
                    Some("Give yourself the permission to it, then try again.".into())
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("Free some disk space, then try again.".into())
                }
                io::ErrorKind::ReadOnlyFilesystem => Some(
                    "Copy the course to a place where you may write, then try again there.".into(),
                ),
                _ if is_too_many_files(source) => Some(TOO_MANY_FILES.into()),
                _ => None,
            },
            Self::NoCourse { .. } => {
                Some("Go to the directory that holds info.toml, or name it with --root DIR.".into())
            }
            Self::UnknownName { what, nearest, .. } => Some(match nearest {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None => format!("`{}` shows every {what}.", crate::called::command("list")),
            }),
            Self::Progress { file, .. } => Some(format!(
                "Nothing was changed. Correct that line, or move {} away to begin anew.",
                file.display()
            )),
            Self::Course { help, .. }
            | Self::MissingProgram { help, .. }
            | Self::Tool { help, .. }
            | Self::Usage { help, .. } => Some(help.clone()),
            Self::Cancelled => None,
        }
    }
}

/// What to do about too many open files.
pub const TOO_MANY_FILES: &str = "Too many files are open. Allow more of them, as with `ulimit -n 4096`, or end other programs; then try again.";

/// True if the system refused because too many files are open, in this program or in all.
pub fn is_too_many_files(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                doing,
                path,
                source,
            } => write!(f, "could not {doing} {}: {source}", path.display()),
            Self::NoCourse { from } => write!(
                f,
                "no course here: found no info.toml in {} or any directory above it",
                from.display()
            ),
            Self::Course {
                file, line, what, ..
            } => match line {
                Some(line) => write!(f, "{}:{line}: {what}", file.display()),
                None => write!(f, "{}: {what}", file.display()),
            },
            Self::UnknownName { what, name, .. } => write!(f, "there is no {what} `{name}`"),
            Self::Progress { file, line, what } => {
                write!(f, "{}:{line}: {what}", file.display())
            }
            Self::MissingProgram { program, .. } => write!(f, "could not start `{program}`"),
            Self::Tool { what, .. } | Self::Usage { what, .. } => f.write_str(what),
            Self::Cancelled => f.write_str("stopped before the end"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
