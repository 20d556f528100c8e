//! The files in the server's directory: what lies there before it starts, and what has to lie there afterwards.

use super::{
    escape::show,
    expect::{About, Problem},
    matcher::{Matcher, Presence},
    pieces::{self, Piece},
    template::Values,
};
use crate::{
    error::{Error, Result},
    workspace,
};
use std::path::{Path, PathBuf};

/// One file that lies there before the start.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    /// Below the server's directory.
    pub(super) path: PathBuf,
    pub(super) what: What,
}

/// What a file is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// These bytes.
    Bytes(Vec<Piece>),
    /// A symbolic link; where it points is relative to the link's own directory.
    Link(PathBuf),
    /// A copy of a file or directory of the course.
    Copy(PathBuf),
}

/// Lays the files into the directory.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn lay(files: &[Laid], dir: &Path, values: &Values) -> Result<()> {
    for file in files {
        let path = dir.join(&file.path);
        match &file.what {
            What::Bytes(bytes) => workspace::write_atomic(&path, &pieces::join(bytes, values))?,
            What::Link(target) => link(target, &path)?,
            What::Copy(from) => copy(from, &path)?,
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        let bytes = workspace::read_bytes_if_there(from)?.unwrap_or_default();
        return workspace::write_atomic(to, &bytes);
    }
    for entry in workspace::list_dir(from)? {
        if let Some(name) = entry.file_name() {
            copy(&entry, &to.join(name))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> Result<()> {
    if let Some(dir) = path.parent() {
        workspace::create_dir(dir)?;
    }
    std::os::unix::fs::symlink(target, path).map_err(Error::io("create", path))
}

/// Symbolic links need rights on other systems that a learner may not have; there, what would be behind it is not there.
#[cfg(not(unix))]
fn link(_target: &Path, _path: &Path) -> Result<()> {
    Ok(())
}

/// What does not hold of a file that the server had to write, to change or to leave alone.
///
/// # Errors
/// [`Error::Io`] if it cannot be read.
pub(super) fn judge(
    path: &str,
    matcher: &Matcher,
    dir: &Path,
    values: &Values,
) -> Result<Option<Problem>> {
    let what = format!("file {path}");
    let bytes = workspace::read_bytes_if_there(&dir.join(path))?;
    Ok(match (bytes, matcher.presence) {
        (None, Presence::Absent) => None,
        (None, Presence::Required) => Some(Problem {
            about: About::Else,
            expected: format!("a file {path} in the directory in which the server runs"),
            actual: "there is no such file".into(),
            explain: None,
        }),
        (Some(_), Presence::Absent) => Some(Problem {
            about: About::Else,
            expected: format!("no file {path}"),
            actual: "it is there".into(),
            explain: None,
        }),
        (Some(bytes), Presence::Required) => {
            let text = String::from_utf8_lossy(&bytes);
            let problem = matcher.judge(&what, &text, values);
            match bytes.contains(&0) {
                // Nobody reads a data file: what was looked for is told, and not all that there is.
                true => problem.map(|problem| Problem {
                    actual: in_data((path, bytes.len()), &text, matcher, values),
                    ..problem
                }),
                false => problem,
            }
        }
    })
}

/// What is wrong with a file that is no text.
fn in_data(
    (path, length): (&str, usize),
    text: &str,
    matcher: &Matcher,
    values: &Values,
) -> String {
    let Some((found, before)) = matcher.unwanted(text, values) else {
        return format!("nothing of that kind in {path}, in its {length} bytes");
    };
    let readable = |letter: &char| !letter.is_control() && *letter != char::REPLACEMENT_CHARACTER;
    let mut before: Vec<char> = before.chars().rev().take_while(readable).take(40).collect();
    before.reverse();
    let behind = match before.is_empty() {
        true => String::new(),
        false => format!(", behind {}", before.iter().collect::<String>()),
    };
    format!("{path} has {} in it{behind}", show(found.as_bytes()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::{super::template::Template, *};

    #[test]
    fn files_links_and_copies_are_laid() {
        let dir = workspace::scratch().expect("a directory");
        let course = workspace::scratch().expect("a directory");
        workspace::write_atomic(&course.path().join("site/a/b.txt"), b"copied").expect("written");
        let laid = |path: &str, what| Laid {
            path: path.into(),
            what,
        };
        let text = vec![Piece::Text(Template::new("hi ${random.word}"))];
        let files = [
            laid("public/index.html", What::Bytes(text)),
            laid("public/out", What::Link("../secret.txt".into())),
            laid("secret.txt", What::Bytes(vec![Piece::Bytes(vec![1, 2])])),
            laid("copy", What::Copy(course.path().join("site"))),
        ];
        lay(&files, dir.path(), &Values::new(1)).expect("laid");
        let read = |path: &str| workspace::read(&dir.path().join(path)).expect("readable");
        assert!(read("public/index.html").starts_with("hi "));
        assert_eq!(read("public/out"), "\u{1}\u{2}");
        assert_eq!(read("copy/a/b.txt"), "copied");
    }

    #[test]
    fn what_the_server_left_behind_is_judged() {
        let dir = workspace::scratch().expect("a directory");
        workspace::write_atomic(&dir.path().join("notes.txt"), b"one\n").expect("written");
        let values = Values::new(1);
        let told = |path: &str, matcher: &Matcher| {
            let problem = judge(path, matcher, dir.path(), &values).expect("readable");
            problem.map(|problem| problem.actual)
        };
        let equals = |text: &str| Matcher {
            equals: Some(Template::new(text)),
            ..Matcher::default()
        };
        let absent = Matcher {
            presence: Presence::Absent,
            ..Matcher::default()
        };
        assert_eq!(told("notes.txt", &equals("one\n")), None);
        assert_eq!(
            told("notes.txt", &equals("two")).as_deref(),
            Some("file notes.txt one\\n")
        );
        assert_eq!(
            told("gone.txt", &equals("")).as_deref(),
            Some("there is no such file")
        );
        assert_eq!(told("gone.txt", &absent), None);
        assert_eq!(told("notes.txt", &absent).as_deref(), Some("it is there"));
        workspace::write_atomic(&dir.path().join("a.db"), b"\0\x01ann@x.testpass word\0")
            .expect("written");
        let lacks = Matcher {
            lacks: vec![Template::new("secret"), Template::new("pass word")],
            ..Matcher::default()
        };
        assert_eq!(
            told("a.db", &lacks).as_deref(),
            Some("a.db has pass word in it, behind ann@x.test")
        );
        let matches = Matcher {
            matches: Some(Template::new("argon")),
            ..Matcher::default()
        };
        assert_eq!(
            told("a.db", &matches).as_deref(),
            Some("nothing of that kind in a.db, in its 22 bytes")
        );
    }
}
