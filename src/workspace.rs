//! Every path of a course, and how files are read and written. The only room that spells directory names.
//!
//! It knows where things lie, not what is in them.

pub mod packed;

use crate::error::{Error, Result};
use std::{
    ffi::OsStr,
    fs,
    io::{self, Write as _},
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

mod build_dir;
mod handed_out;
mod listing;
pub mod project;
mod scratch;

pub use build_dir::BuildDir;
pub use listing::{files_below, list_dir};
pub use scratch::{Scratch, remove_scratch, scratch, sweep};

/// The directory of what several exercises share, below `exercises/`.
pub const KIT: &str = "kit";

/// A course directory: the one that holds `info.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
    /// Where to keep what nobody needs afterwards, if not in the course.
    scratch: Option<PathBuf>,
}

impl Workspace {
    /// The course in `from` or the nearest directory above it.
    ///
    /// # Errors
    /// [`Error::NoCourse`] if there is none.
    pub fn find(from: &Path) -> Result<Self> {
        from.ancestors()
            .find(|dir| dir.join("info.toml").is_file())
            .map(Self::at)
            .ok_or_else(|| Error::NoCourse {
                from: from.to_owned(),
            })
    }

    /// The course in this directory.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            scratch: None,
        }
    }

    /// The course directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `info.toml`: order, titles, kinds, hints.
    pub fn info(&self) -> PathBuf {
        self.root.join("info.toml")
    }

    /// The texts of the course in a language: `info.de.toml`.
    pub fn info_in(&self, language: &str) -> PathBuf {
        self.root.join(format!("info.{language}.toml"))
    }

    /// `exercises/`.
    pub fn exercises(&self) -> PathBuf {
        self.root.join("exercises")
    }

    /// The directory of a chapter: `exercises/DIR`, or `exercises/` for no directory.
    pub fn chapter(&self, dir: Option<&str>) -> PathBuf {
        join_dir(self.exercises(), dir)
    }

    /// Files that several exercises share: `exercises/kit/`.
    pub fn kit(&self) -> PathBuf {
        self.exercises().join(KIT)
    }

    /// A file of the learner's or beside it: `exercises/DIR/FILE`.
    pub fn exercise_file(&self, dir: Option<&str>, file: &str) -> PathBuf {
        self.chapter(dir).join(file)
    }

    /// The same file, solved: `solutions/DIR/FILE`.
    pub fn solution_file(&self, dir: Option<&str>, file: &str) -> PathBuf {
        join_dir(self.solutions(), dir).join(file)
    }

    /// The directory of an exercise's wrong answers: `tests/wrong/NAME`.
    pub fn wrong_answers(&self, exercise: &str) -> PathBuf {
        self.root.join("tests").join("wrong").join(exercise)
    }

    /// The directory of right answers written another way: `tests/right/NAME`.
    pub fn right_answers(&self, exercise: &str) -> PathBuf {
        self.root.join("tests").join("right").join(exercise)
    }

    /// The manifest that the learner's editor reads: `exercises/Cargo.toml`.
    pub fn editor_manifest(&self) -> PathBuf {
        self.exercises().join("Cargo.toml")
    }

    /// The lock file beside [`Workspace::editor_manifest`].
    pub fn editor_lock(&self) -> PathBuf {
        self.exercises().join("Cargo.lock")
    }

    /// A manifest that the course brings itself, as courses for rustlings do: `Cargo.toml`.
    pub fn own_manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// The lock file beside [`Workspace::own_manifest`].
    pub fn own_lock(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    /// Where cargo looks for settings of the course.
    pub fn own_cargo_config(&self) -> [PathBuf; 2] {
        ["config.toml", "config"].map(|file| self.root.join(".cargo").join(file))
    }

    /// What is done, skipped and current.
    pub fn progress(&self) -> PathBuf {
        self.root.join(".backendlings-progress.txt")
    }

    /// The file whose lock is held while the progress file is rewritten.
    pub fn progress_lock(&self) -> PathBuf {
        self.private().join("progress.lock")
    }

    /// The copy, as shipped, of a file of the course. `file` is relative to the course.
    pub fn pristine(&self, file: &Path) -> PathBuf {
        self.private().join("pristine").join(file)
    }

    /// Which text of each starting file is the shipped one: `exercises/digests.txt`.
    pub fn digests(&self) -> PathBuf {
        self.root.join(packed::DIGESTS)
    }

    /// Where files go before they are overwritten.
    pub fn backups(&self) -> PathBuf {
        self.private().join("backups")
    }

    /// Where running programs are written down, so that what a killed runner left is found.
    pub fn running(&self) -> PathBuf {
        self.transient().join("running")
    }

    /// Where the exercise is compiled.
    pub fn build(&self, exercise: &str) -> PathBuf {
        self.transient().join("build").join(exercise)
    }

    /// Where this check of the exercise is compiled: nobody else works there at the same time.
    pub fn own_build(&self, exercise: &str) -> Arc<BuildDir> {
        BuildDir::take(&self.build(exercise))
    }

    /// Where the crates that exercises use are built.
    pub fn dependencies(&self) -> PathBuf {
        self.private().join("dependencies")
    }

    /// The lock file of the crates that exercises use: `exercises/dependencies.lock`.
    pub fn dependencies_lock(&self) -> PathBuf {
        self.exercises().join("dependencies.lock")
    }

    /// The remembered verdict on an exercise.
    pub fn verdict(&self, exercise: &str) -> PathBuf {
        self.private()
            .join("verdicts")
            .join(format!("{exercise}.json"))
    }

    /// The same course, where what comes and goes while it is checked lies in `scratch`.
    pub fn with_scratch(self, scratch: impl Into<PathBuf>) -> Self {
        Self {
            scratch: Some(scratch.into()),
            ..self
        }
    }

    /// A path as the learner reads it: relative to the course if it is inside.
    pub fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    fn transient(&self) -> PathBuf {
        self.scratch.clone().unwrap_or_else(|| self.private())
    }

    /// The directories that files are written to, besides the chapters and the course's own.
    pub fn written(&self) -> Vec<PathBuf> {
        let private = [
            "pristine",
            "backups",
            "running",
            "build",
            "dependencies",
            "verdicts",
        ];
        let below = private.map(|dir| self.private().join(dir));
        let mut all = vec![self.exercises(), self.private()];
        all.extend(below);
        all
    }

    fn private(&self) -> PathBuf {
        self.root.join(".backendlings")
    }
}

fn join_dir(base: PathBuf, dir: Option<&str>) -> PathBuf {
    match dir {
        Some(dir) => base.join(dir),
        None => base,
    }
}

/// True for a directory that has a directory of exercises.
pub fn has_exercises(dir: &Path) -> bool {
    Workspace::at(dir).exercises().is_dir()
}

/// True if `path` stays below the directory it is joined to: relative, and without `..`.
pub fn stays_inside(path: &Path) -> bool {
    path.components()
        .all(|component| matches!(component, Component::Normal(_)))
        && path.components().next().is_some()
}

/// Reads a whole text file.
///
/// # Errors
/// [`Error::Io`]; a file that is not UTF-8 is one.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::io("read", path))
}

/// Reads a whole text file, or `None` if there is no such file.
///
/// # Errors
/// [`Error::Io`] for any other reason.
pub fn read_if_there(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// Reads the bytes of a file, or `None` if there is no such file.
///
/// # Errors
/// [`Error::Io`] for any other reason.
pub fn read_bytes_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// Makes a directory and all above it.
///
/// # Errors
/// [`Error::Io`].
pub fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::io("create", path))
}

/// Writes a file so that a reader, or a crash, sees the old contents or the new ones, never a part.
///
/// The directory is made if it is not there.
///
/// # Errors
/// [`Error::Io`].
pub fn write_atomic(path: &Path, contents: &[u8]) -> Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    create_dir(dir)?;
    let write = || -> io::Result<()> {
        let mut file = scratch::unfinished(dir)?;
        file.write_all(contents)?;
        file.as_file().sync_data()?;
        keep_permissions(path, &file)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(Error::io("write", path))
}

/// Temporary files are private to their owner; a file that replaces another takes over its permissions instead.
fn keep_permissions(old: &Path, new: &tempfile::NamedTempFile) -> io::Result<()> {
    if let Ok(metadata) = fs::metadata(old) {
        return new.as_file().set_permissions(metadata.permissions());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        new.as_file()
            .set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Writes a file only if its contents would change, so that nobody who watches it is woken for nothing.
///
/// # Errors
/// [`Error::Io`].
pub fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    // A link is replaced, not followed: it may lead to a pipe, whose end nobody will see.
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_file && fs::read(path).is_ok_and(|old| old == contents) {
        return Ok(());
    }
    write_atomic(path, contents)
}

/// What a program finds its own standard input under.
const INPUT: &str = "/dev/stdin";

/// Puts a link to the standard input of whoever opens it in the place of a file.
///
/// # Errors
/// [`Error::Io`]; always where the system has no such links.
pub fn link_to_input(path: &Path) -> Result<()> {
    if is_link_to_input(path) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_dir(parent)?;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("replace", path)(error));
        }
        _ => {}
    }
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(INPUT, path);
    #[cfg(not(unix))]
    let linked = Err(io::ErrorKind::Unsupported.into());
    linked.map_err(Error::io("write", path))
}

/// True for what [`link_to_input`] makes.
pub fn is_link_to_input(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|target| target == Path::new(INPUT))
}

/// Makes `own` the file that is `made` now, whatever becomes of `made` later.
///
/// # Errors
/// [`Error::Io`].
pub fn take_over(made: &Path, own: &Path) -> Result<()> {
    match fs::remove_file(own) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("replace", own)(error));
        }
        _ => {}
    }
    // No link: the other one may be written over in place.
    fs::copy(made, own).map_err(Error::io("write", own))?;
    Ok(())
}

/// Removes a file; one that is not there is removed already.
///
/// # Errors
/// [`Error::Io`].
pub fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Leaves a program that can be started and not read. On Linux the memory of such a program cannot be read either, by itself
/// or by what it starts; but nothing is hidden from root.
///
/// # Errors
/// If the system refuses.
pub fn hide_program(path: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // It can be written to, so that the next compile can put another one in its place.
        const STARTED_AND_WRITTEN: u32 = 0o311;
        fs::set_permissions(path, fs::Permissions::from_mode(STARTED_AND_WRITTEN))
            .map_err(Error::io("change", path))?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = path;
    Ok(())
}

/// Lets a file be started, by everybody.
///
/// # Errors
/// If the system refuses.
pub fn let_start(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .map_err(Error::io("change", path))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// When a file was written, if that can be told.
pub fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// The ending of a file's name after the last dot, or nothing.
pub fn extension(path: &Path) -> &str {
    path.extension().and_then(OsStr::to_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_is_found_from_a_directory_below_it() {
        let dir = scratch().expect("a directory");
        let below = dir.path().join("exercises/03_http");
        create_dir(&below).expect("created");
        write_atomic(&dir.path().join("info.toml"), b"").expect("written");
        let found = Workspace::find(&below).expect("found");
        assert_eq!(found.root(), dir.path());
    }

    #[test]
    fn no_course_is_an_error_that_names_where_the_search_began() {
        let dir = scratch().expect("a directory");
        let error = Workspace::find(dir.path()).expect_err("nothing there");
        assert!(
            error
                .to_string()
                .contains(&dir.path().display().to_string())
        );
    }

    #[test]
    fn only_plain_relative_paths_stay_inside() {
        assert!(stays_inside(Path::new("03_http/a.rs")));
        for outside in ["../a", "/a", "a/../../b", "", "./a"] {
            assert!(!stays_inside(Path::new(outside)), "{outside}");
        }
    }

    #[test]
    fn an_atomic_write_leaves_no_other_file_behind() {
        let dir = scratch().expect("a directory");
        let path = dir.path().join("a.txt");
        write_atomic(&path, b"one").expect("written");
        write_atomic(&path, b"two").expect("written");
        assert_eq!(read(&path).expect("read"), "two");
        assert_eq!(list_dir(dir.path()).expect("listed"), [path]);
    }
}
