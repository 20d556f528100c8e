//! Archives that learners hand in, read in memory: nothing is ever unpacked to the disk.
//!
//! An archive with a path that leads out of it (`../`, an absolute path) is refused as a whole: nobody packs that by accident. Links are
//! no files here. One directory around everything, as in what GitHub packs, is passed over.

use super::{
    submission::{LONGEST, Place, too_long},
    work::{Files, Mode, Work, read_at_most},
};
use crate::{
    check::Source,
    workspace::{self, project},
};
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

/// What lies in each of these places, which are relative to the course; or why the archive is refused.
pub(super) fn read(path: &Path, wanted: &[Place]) -> Result<Vec<Work>, String> {
    let mut found = Found {
        wanted,
        works: HashMap::new(),
        entries: 0,
    };
    let open = || File::open(path).map(BufReader::new).map_err(broken);
    match workspace::extension(path) {
        "zip" => from_zip(open()?, &mut found)?,
        "tar" => from_tar(open()?, &mut found)?,
        _ => from_tar(flate2::read::GzDecoder::new(open()?), &mut found)?,
    }
    let mut works = found.works;
    Ok((0..wanted.len())
        .map(|position| works.remove(&position).unwrap_or(Work::Missing))
        .collect())
}

struct Found<'a> {
    wanted: &'a [Place],
    /// By their positions in `wanted`.
    works: HashMap<usize, Work>,
    entries: usize,
}

/// What an entry of an archive belongs to.
struct Part {
    /// The position of the exercise.
    of: usize,
    /// The path in the project's directory, if it is a project.
    file: Option<PathBuf>,
}

/// What an entry is, besides a directory.
struct Entry<R> {
    contents: R,
    size: u64,
    mode: Mode,
}

impl Found<'_> {
    /// The exercise that an entry belongs to, if it is one. An entry that leads out of the archive is an error.
    fn part(&mut self, name: &str) -> Result<Option<Part>, String> {
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
        Ok([path, &inner].into_iter().find_map(|path| self.place(path)))
    }

    fn place(&self, path: &Path) -> Option<Part> {
        self.wanted.iter().enumerate().find_map(|(of, place)| {
            let file = match place {
                Place::File(file) => (path == file).then_some(None),
                Place::Project(dir) => {
                    let below = path.strip_prefix(dir).ok()?;
                    let is_file = below.file_name().is_some() && project::is_written(below);
                    is_file.then(|| Some(below.to_owned()))
                }
            };
            file.map(|file| Part { of, file })
        })
    }

    fn take(&mut self, part: Part, entry: Entry<impl Read>) -> Result<(), String> {
        let work = match part.file {
            None if entry.size > LONGEST => too_long(),
            None => {
                // What an entry says of its size need not be true.
                let bytes = read_at_most(entry.contents, LONGEST + 1).map_err(broken)?;
                match bytes.len() as u64 > LONGEST {
                    true => too_long(),
                    false => Source::from_bytes(bytes).into(),
                }
            }
            Some(file) => {
                let mut files = match self.works.remove(&part.of) {
                    Some(Work::Project(files)) => files,
                    None => Files::default(),
                    // It is known already that it is not judged.
                    Some(other) => {
                        self.works.insert(part.of, other);
                        return Ok(());
                    }
                };
                let bytes = read_at_most(entry.contents, files.room() + 1).map_err(broken)?;
                match files.add(file, bytes, entry.mode) {
                    Ok(()) => Work::Project(files),
                    Err(why) => Work::Unreadable(why),
                }
            }
        };
        self.works.insert(part.of, work);
        Ok(())
    }

    /// In a project a link is left out, as it is while somebody learns.
    fn link(&mut self, part: &Part) {
        if part.file.is_none() {
            let why = "a link, and links are not followed".into();
            self.works.insert(part.of, Work::Unreadable(why));
        }
    }
}

fn from_tar(packed: impl Read, found: &mut Found<'_>) -> Result<(), String> {
    let mut archive = tar::Archive::new(packed.take(MOST_BYTES));
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(part) = found.part(&name)? else {
            continue;
        };
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            found.link(&part);
        } else if kind.is_file() {
            let entry = Entry {
                size: entry.size(),
                mode: Mode::of_bits(entry.header().mode().unwrap_or(0)),
                contents: entry,
            };
            found.take(part, entry)?;
        }
    }
    Ok(())
}

fn from_zip(packed: BufReader<File>, found: &mut Found<'_>) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(packed).map_err(broken)?;
    for position in 0..archive.len() {
        let entry = archive.by_index(position).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        let Some(part) = found.part(&name)? else {
            continue;
        };
        if entry.is_symlink() {
            found.link(&part);
        } else if entry.is_file() {
            let entry = Entry {
                size: entry.size(),
                mode: Mode::of_bits(entry.unix_mode().unwrap_or(0)),
                contents: entry,
            };
            found.take(part, entry)?;
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

    fn read_one(path: &Path) -> Result<Work, String> {
        read(path, &[Place::File(WANTED.into())]).map(|mut all| all.remove(0))
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
                    Ok(Work::Text("mine".into())),
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
    fn of_a_project_every_written_file_is_found_and_nothing_that_tools_made() {
        let entries = [
            ("me/exercises/notes/main.rs", "mod a;"),
            ("me/exercises/notes/web/a.rs", "// a"),
            ("me/exercises/notes/target/x", "x"),
            ("me/exercises/notes/.env", "x"),
            ("me/exercises/notes.toml", "theirs"),
        ];
        let mut expected = Files::default();
        for (file, text) in [("main.rs", "mod a;"), ("web/a.rs", "// a")] {
            let bytes = text.as_bytes().to_vec();
            expected.add(file.into(), bytes, Mode::Read).expect("room");
        }
        let (_dir, paths) = packed(&entries);
        for path in paths {
            let read = read(&path, &[Place::Project("exercises/notes".into())]);
            assert_eq!(read, Ok(vec![Work::Project(expected.clone())]), "{path:?}");
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
        assert!(matches!(source, Work::Unreadable(why) if why.contains("link")));
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
