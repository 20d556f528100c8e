//! A course as it is handed out: its files, from inside the program, from a directory or from an archive.
//!
//! Whoever has solved exercises there hands out the starting files all the same. It writes nothing of a learner's; `init` and `update` do.

use super::shipped;
use crate::{
    called,
    course::Course,
    error::{Error, Result},
    progress::starting_files,
    workspace::{self, Workspace, packed},
};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read as _},
    path::{Path, PathBuf},
};

/// The course inside this program; nothing in one that was not built to be installed.
const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/course.packed"));

/// No course is longer than this, unpacked.
const MOST_BYTES: u64 = 200 * 1024 * 1024;

/// The files of a course, by their paths relative to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Path and contents.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Files that were changed where the course was taken from; those that are shipped are here in their place.
    pub put_right: Vec<PathBuf>,
    /// Files that somebody has added to a project there; they are not here.
    pub left_out: Vec<PathBuf>,
    /// Files that may have been solved there: nothing says which text is shipped, so they are here as they lay there.
    pub unsure: Vec<PathBuf>,
}

impl Package {
    /// The course inside this program, if there is one.
    pub fn embedded() -> Option<Self> {
        let files = packed::unpack(EMBEDDED)?;
        let files: BTreeMap<_, _> = files
            .into_iter()
            .map(|(path, bytes)| (PathBuf::from(path), bytes.to_vec()))
            .collect();
        (!files.is_empty()).then_some(Self {
            files,
            ..Self::default()
        })
    }

    /// The course in a directory, or in an archive: a `.zip`, or a `.tar.gz`.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is none, or if the archive names a path outside of itself.
    pub fn open(from: &Path) -> Result<Self> {
        match from.is_dir() {
            true => Self::from_dir(from, from),
            false => Self::from_archive(from),
        }
    }

    /// The course in `dir`; `from` is what the user has named.
    fn from_dir(dir: &Path, from: &Path) -> Result<Self> {
        let workspace = Workspace::at(dir);
        if !workspace.info().is_file() {
            return Err(Error::Usage {
                what: format!("{} holds no course: it has no info.toml", from.display()),
                help: "Name a directory with an info.toml, or a .tar.gz or .zip of one.".into(),
            });
        }
        let mut files = BTreeMap::new();
        for part in workspace::list_dir(dir)? {
            let is_part = |name: &str| part.file_name().is_some_and(|own| own == name);
            let inside = match part.is_dir() {
                false => vec![part],
                true if packed::PARTS.into_iter().any(is_part) => workspace::files_below(&part)?,
                true => continue,
            };
            for file in inside {
                let path = file.strip_prefix(dir).unwrap_or(&file).to_owned();
                if let Some(bytes) = workspace::read_bytes_if_there(&file)? {
                    take(&mut files, path, bytes);
                }
            }
        }
        Self::as_shipped(files, &Course::load(workspace)?, from)
    }

    /// Nobody is given what somebody has solved.
    fn as_shipped(files: BTreeMap<PathBuf, Vec<u8>>, course: &Course, from: &Path) -> Result<Self> {
        let found = starting_files(course, &shipped::read(&course.workspace)?)?;
        if let Some(first) = found.lost.first() {
            return Err(Error::Usage {
                what: format!(
                    "{} was changed in {}, and the one that learners begin with is not to be found there{}",
                    first.display(),
                    from.display(),
                    match found.lost.len() - 1 {
                        0 => String::new(),
                        more => format!(", and so are {more} more"),
                    }
                ),
                help: format!(
                    "In a clone git may have it: git fetch --unshallow. Or name a directory in which nothing was solved. If you write this course and the file is as you want it: {}",
                    called::command("dev check")
                ),
            });
        }
        let mut package = Self {
            files,
            unsure: found.unsure,
            ..Self::default()
        };
        for (file, instead) in found.instead {
            match instead {
                Some(bytes) => {
                    package.files.insert(file.clone(), bytes);
                    package.put_right.push(file);
                }
                None => {
                    package.files.remove(&file);
                    package.left_out.push(file);
                }
            }
        }
        Ok(package)
    }

    /// GitHub and others put one directory around everything; that is passed over.
    fn from_archive(archive: &Path) -> Result<Self> {
        let all = match workspace::extension(archive) {
            "zip" => unzipped(archive)?,
            _ => untarred(archive)?,
        };
        let around = match all.contains_key(Path::new("info.toml")) {
            true => PathBuf::new(),
            false => all
                .keys()
                .find(|path| path.ends_with("info.toml") && path.components().count() == 2)
                .and_then(|path| path.parent())
                .unwrap_or(Path::new(""))
                .to_owned(),
        };
        // Into a directory, with what tells solved files from shipped ones.
        let scratch = workspace::scratch()?;
        let workspace = Workspace::at(scratch.path());
        let records = [workspace.pristine(Path::new("")), workspace.shipped()];
        let is_record = |path: &Path| records.iter().any(|record| path.starts_with(record));
        let mut files = BTreeMap::new();
        for (path, bytes) in all {
            let Ok(path) = path.strip_prefix(&around) else {
                continue;
            };
            let file = scratch.path().join(path);
            match is_record(&file) {
                true => workspace::write_atomic(&file, &bytes)?,
                false => take(&mut files, path.to_owned(), bytes),
            }
        }
        for (path, bytes) in &files {
            workspace::write_atomic(&scratch.path().join(path), bytes)?;
        }
        Self::from_dir(scratch.path(), archive)
    }
}

/// The files of a `.tar.gz`.
fn untarred(archive: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let broken = |error| Error::io("read", archive)(error);
    let file = File::open(archive).map_err(broken)?;
    let unpacked = flate2::read::GzDecoder::new(file).take(MOST_BYTES);
    let mut all = BTreeMap::new();
    for entry in tar::Archive::new(unpacked).entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.into_owned();
        let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        let kind = entry.header().entry_type();
        if path.as_os_str().is_empty() || kind.is_pax_global_extensions() {
            continue;
        }
        stays_inside(archive, &path)?;
        if kind.is_file() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(broken)?;
            all.insert(path, bytes);
        }
    }
    Ok(all)
}

/// The files of a `.zip`.
fn unzipped(archive: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let broken = |error: io::Error| Error::io("read", archive)(error);
    let unreadable = |error: zip::result::ZipError| broken(error.into());
    let file = File::open(archive).map_err(broken)?;
    let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    let (mut all, mut left) = (BTreeMap::new(), MOST_BYTES);
    for position in 0..zip.len() {
        let entry = zip.by_index(position).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.replace('\\', "/");
        let path = PathBuf::from(name.trim_start_matches("./"));
        if path.as_os_str().is_empty() {
            continue;
        }
        stays_inside(archive, &path)?;
        if entry.is_file() {
            let mut bytes = Vec::new();
            // What an entry says of its size need not be true.
            let read = entry.take(left + 1).read_to_end(&mut bytes);
            read.map_err(broken)?;
            left = left
                .checked_sub(bytes.len() as u64)
                .ok_or_else(|| too_large(archive))?;
            all.insert(path, bytes);
        }
    }
    Ok(all)
}

fn too_large(archive: &Path) -> Error {
    Error::Usage {
        what: format!(
            "{} is larger than {} MiB unpacked",
            archive.display(),
            MOST_BYTES >> 20
        ),
        help: "Take out what is no part of the course. Nothing was written.".into(),
    }
}

fn stays_inside(archive: &Path, path: &Path) -> Result<()> {
    if workspace::stays_inside(path) {
        return Ok(());
    }
    Err(Error::Usage {
        what: format!(
            "{} names a path outside of itself: {}",
            archive.display(),
            path.display()
        ),
        help: "Do not use this archive. Nothing was written.".into(),
    })
}

/// The manifest of a course whose exercises are programs of one package.
const OWN_MANIFEST: &str = "Cargo.toml";

fn take(files: &mut BTreeMap<PathBuf, Vec<u8>>, path: PathBuf, bytes: Vec<u8>) {
    let name = path.to_string_lossy().replace('\\', "/");
    let is_courses_manifest =
        name == OWN_MANIFEST && String::from_utf8_lossy(&bytes).contains("[[bin]]");
    if packed::is_shipped(&name) || is_courses_manifest {
        files.insert(path, bytes);
    }
}
