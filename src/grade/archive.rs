//! Archives that learners hand in, read in memory: nothing is ever unpacked to the disk.
//!
//! An archive with a path that leads out of it (`../`, an absolute path) is refused as a whole: nobody packs that by accident. Links are
//! no files here. One directory around everything, as in what GitHub packs, is passed over.

use super::submission::{LONGEST, too_long};
use crate::{check::Source, workspace};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

/// How the names of archives end.
pub(super) const ENDINGS: [&str; 4] = [".tar.gz", ".tgz", ".tar", ".zip"];

/// More entries than this no submission has.
const MOST_ENTRIES: usize = 50_000;

/// More than this is not unpacked on the way to the exercises, in bytes.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

pub(super) fn is_archive(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.is_file() && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The wanted files, by their paths in the course; or why the archive is refused.
pub(super) fn read(path: &Path, wanted: &[PathBuf]) -> Result<Vec<Source>, String> {
    let mut found = Found {
        wanted,
        sources: HashMap::new(),
        entries: 0,
    };
    let open = || File::open(path).map(BufReader::new).map_err(broken);
    match workspace::extension(path) {
        "zip" => from_zip(open()?, &mut found)?,
        "tar" => from_tar(open()?, &mut found)?,
        _ => from_tar(flate2::read::GzDecoder::new(open()?), &mut found)?,
    }
    let mut sources = found.sources;
    Ok(wanted
        .iter()
        .map(|file| sources.remove(file).unwrap_or(Source::Missing))
        .collect())
}

struct Found<'a> {
    wanted: &'a [PathBuf],
    sources: HashMap<PathBuf, Source>,
    entries: usize,
}

impl Found<'_> {
    /// The exercise that an entry is, if it is one. An entry that leads out of the archive is an error.
    fn exercise(&mut self, name: &str) -> Result<Option<PathBuf>, String> {
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(format!("the archive has more than {MOST_ENTRIES} entries"));
        }
        let name = name.replace('\\', "/");
        let name = name.trim_start_matches("./").trim_end_matches('/');
        if name.is_empty() || name == "." {
            return Ok(None);
        }
        let path = Path::new(name);
        let has_drive = name.get(1..2) == Some(":");
        if has_drive || !workspace::stays_inside(path) {
            return Err(format!(
                "the archive has the path `{name}`, which leads out of it"
            ));
        }
        let inner: PathBuf = path.components().skip(1).collect();
        let is = |path: &Path| self.wanted.iter().any(|file| file == path);
        Ok([path.to_owned(), inner].into_iter().find(|path| is(path)))
    }

    fn take(&mut self, file: PathBuf, size: u64, mut contents: impl Read) -> Result<(), String> {
        let source = if size > LONGEST {
            too_long()
        } else {
            let mut bytes = Vec::new();
            // What an entry says of its size need not be true.
            contents
                .by_ref()
                .take(LONGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(broken)?;
            match bytes.len() as u64 > LONGEST {
                true => too_long(),
                false => Source::from_bytes(bytes),
            }
        };
        self.sources.insert(file, source);
        Ok(())
    }

    fn link(&mut self, file: PathBuf) {
        let source = Source::Unreadable("a link, and links are not followed".into());
        self.sources.insert(file, source);
    }
}

fn from_tar(packed: impl Read, found: &mut Found<'_>) -> Result<(), String> {
    let mut archive = tar::Archive::new(packed.take(MOST_BYTES));
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(file) = found.exercise(&name)? else {
            continue;
        };
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            found.link(file);
        } else if kind.is_file() {
            found.take(file, entry.size(), entry)?;
        }
    }
    Ok(())
}

fn from_zip(packed: BufReader<File>, found: &mut Found<'_>) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(packed).map_err(broken)?;
    for position in 0..archive.len() {
        let entry = archive.by_index(position).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        let Some(file) = found.exercise(&name)? else {
            continue;
        };
        if entry.is_symlink() {
            found.link(file);
        } else if entry.is_file() {
            let size = entry.size();
            found.take(file, size, entry)?;
        }
    }
    Ok(())
}

fn broken(error: impl Into<io::Error>) -> String {
    format!("the archive cannot be read: {}", error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const WANTED: &str = "exercises/a.rs";

    fn dir() -> workspace::Scratch {
        workspace::scratch().expect("a directory")
    }

    fn read_one(path: &Path) -> Result<Source, String> {
        read(path, &[PathBuf::from(WANTED)]).map(|mut all| all.remove(0))
    }

    /// A tar file with these entries, written without the looks that a packer takes at paths.
    fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, text) in entries {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, text.as_bytes()).expect("appended");
        }
        builder.into_inner().expect("packed")
    }

    fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, text) in entries {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options).expect("begun");
            writer.write_all(text.as_bytes()).expect("written");
        }
        writer.finish().expect("packed").into_inner()
    }

    fn packed(entries: &[(&str, &str)]) -> (workspace::Scratch, Vec<PathBuf>) {
        let dir = dir();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(&tar(entries)).expect("written");
        let files = [
            ("a.tar", tar(entries)),
            ("a.tar.gz", gz.finish().expect("packed")),
            ("a.zip", zip(entries)),
        ];
        let paths = files.map(|(name, bytes)| {
            let path = dir.path().join(name);
            workspace::write_atomic(&path, &bytes).expect("written");
            path
        });
        (dir, paths.into())
    }

    #[test]
    fn the_file_is_found_with_and_without_a_directory_around_it() {
        for name in [WANTED, "course-main/exercises/a.rs", "./exercises/a.rs"] {
            let (_dir, paths) = packed(&[("info.toml", "theirs"), (name, "mine")]);
            for path in paths {
                assert_eq!(
                    read_one(&path),
                    Ok(Source::text("mine")),
                    "{name} in {path:?}"
                );
            }
        }
    }

    #[test]
    fn a_path_that_leads_out_refuses_the_archive() {
        for name in [
            "../a.rs",
            "x/../../a.rs",
            "/etc/passwd",
            "C:/a.rs",
            "..\\a.rs",
        ] {
            let (_dir, paths) = packed(&[(WANTED, "mine"), (name, "theirs")]);
            for path in paths {
                let why = read_one(&path).expect_err(name);
                assert!(why.contains("leads out"), "{why}");
            }
        }
    }

    #[test]
    fn a_link_is_no_file() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder
            .append_link(&mut header, WANTED, "/etc/passwd")
            .expect("appended");
        let dir = dir();
        let path = dir.path().join("a.tar");
        let bytes = builder.into_inner().expect("packed");
        workspace::write_atomic(&path, &bytes).expect("written");
        let source = read_one(&path).expect("read");
        assert!(matches!(source, Source::Unreadable(why) if why.contains("link")));
    }

    #[test]
    fn what_is_no_archive_is_told() {
        let dir = dir();
        for name in ["a.zip", "a.tar.gz"] {
            let path = dir.path().join(name);
            workspace::write_atomic(&path, b"nothing of the kind").expect("written");
            assert!(read_one(&path).expect_err(name).contains("cannot be read"));
        }
    }

    #[test]
    fn a_long_file_is_not_read() {
        let long = "x".repeat(LONGEST as usize + 1);
        let (_dir, paths) = packed(&[(WANTED, &long)]);
        for path in paths {
            assert_eq!(read_one(&path), Ok(too_long()));
        }
    }
}
