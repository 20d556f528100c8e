//! A course as it is handed out: its files, from inside the program, from a directory or from an archive.
//!
//! It reads and writes nothing of a learner's; `init` and `update` do.

use crate::{
    error::{Error, Result},
    workspace::{self, packed},
};
use std::{
    collections::BTreeMap,
    io::Read,
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
}

impl Package {
    /// The course inside this program, if there is one.
    pub fn embedded() -> Option<Self> {
        let files = packed::unpack(EMBEDDED)?;
        let files: BTreeMap<_, _> = files
            .into_iter()
            .map(|(path, bytes)| (PathBuf::from(path), bytes.to_vec()))
            .collect();
        (!files.is_empty()).then_some(Self { files })
    }

    /// The course in a directory, or in an archive that ends in `.tar.gz` or `.tgz`.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is none, or if the archive names a path outside of itself.
    pub fn open(from: &Path) -> Result<Self> {
        let package = match from.is_dir() {
            true => Self::from_dir(from)?,
            false => Self::from_archive(from)?,
        };
        if !package.files.contains_key(Path::new("info.toml")) {
            return Err(Error::Usage {
                what: format!("{} holds no course: it has no info.toml", from.display()),
                help: "Name a directory with an info.toml, or a .tar.gz of one.".into(),
            });
        }
        Ok(package)
    }

    fn from_dir(dir: &Path) -> Result<Self> {
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
        Ok(Self { files })
    }

    /// GitHub and others put one directory around everything; that is passed over.
    fn from_archive(archive: &Path) -> Result<Self> {
        let broken = |error| Error::io("read", archive)(error);
        let file = std::fs::File::open(archive).map_err(broken)?;
        let unpacked = flate2::read::GzDecoder::new(file).take(MOST_BYTES);
        let mut all = BTreeMap::new();
        for entry in tar::Archive::new(unpacked).entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            let path = entry.path().map_err(broken)?.into_owned();
            let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
            if path.as_os_str().is_empty() || entry.header().entry_type().is_pax_global_extensions()
            {
                continue;
            }
            if !workspace::stays_inside(&path) {
                return Err(Error::Usage {
                    what: format!(
                        "{} names a path outside of itself: {}",
                        archive.display(),
                        path.display()
                    ),
                    help: "Do not use this archive. Nothing was written.".into(),
                });
            }
            if entry.header().entry_type().is_file() {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).map_err(broken)?;
                all.insert(path, bytes);
            }
        }
        let around = match all.contains_key(Path::new("info.toml")) {
            true => PathBuf::new(),
            false => all
                .keys()
                .find(|path| path.ends_with("info.toml") && path.components().count() == 2)
                .and_then(|path| path.parent())
                .unwrap_or(Path::new(""))
                .to_owned(),
        };
        let mut files = BTreeMap::new();
        for (path, bytes) in all {
            if let Ok(path) = path.strip_prefix(&around) {
                take(&mut files, path.to_owned(), bytes);
            }
        }
        Ok(Self { files })
    }
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
