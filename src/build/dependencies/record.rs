//! What was learnt from cargo, kept until something that it depends on changes.

use super::{Crates, Externs};
use crate::{error::Result, workspace};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file, in the tier's own directory.
const FILE: &str = "externs.json";

/// Another number whenever something else is learnt of the same messages.
const LEARNT_AS: u8 = 2;

#[derive(Deserialize, Serialize)]
struct Record {
    key: String,
    externs: Externs,
}

/// Everything that decides what the crates of a tier are: manifest, lock file, compiler.
pub(super) fn key(crates: &Crates, compiler: &str) -> String {
    let lock = crates.lock.as_deref().unwrap_or("");
    format!("{LEARNT_AS}\n{compiler}\n{}\n{lock}", crates.sections)
}

/// What was written for this key, if all files it names are there.
pub(super) fn read(dir: &Path, key: &str) -> Option<Externs> {
    let text = workspace::read_if_there(&dir.join(FILE)).ok()??;
    let record: Record = serde_json::from_str(&text).ok()?;
    let Externs { args, shared } = &record.externs;
    let mut named = args.iter().skip_while(|arg| *arg != "--extern");
    let has_file = |arg: &str| {
        arg.split_once('=')
            .is_some_and(|(_, file)| Path::new(file).is_file())
    };
    let complete = named.all(|arg| arg == "--extern" || arg.to_str().is_some_and(has_file));
    let is_there = shared
        .as_ref()
        .is_none_or(|shared| shared.library.is_file());
    (record.key == key && complete && is_there).then_some(record.externs)
}

/// Writes it down. What JSON cannot hold (a path of the library that is not UTF-8) is learnt again each time.
pub(super) fn write(dir: &Path, key: &str, externs: &Externs) -> Result<()> {
    let record = Record {
        key: key.to_owned(),
        externs: externs.clone(),
    };
    match serde_json::to_string_pretty(&record) {
        Ok(text) => workspace::write_atomic(&dir.join(FILE), text.as_bytes()),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::SharedCrates, *};

    fn crates() -> Crates {
        Crates {
            sections: "[dependencies]".into(),
            lock: Some("version = 4".into()),
            package: None,
        }
    }

    #[test]
    fn crates_lock_file_and_compiler_are_each_part_of_the_key() {
        let base = key(&crates(), "rustc 1");
        assert_ne!(base, key(&crates(), "rustc 2"));
        let mut other = crates();
        other.sections.push('x');
        assert_ne!(base, key(&other, "rustc 1"));
        let mut other = crates();
        other.lock = None;
        assert_ne!(base, key(&other, "rustc 1"));
    }

    #[test]
    fn a_record_whose_files_are_gone_or_whose_key_is_another_is_not_used() {
        let dir = workspace::scratch().expect("a directory");
        let library = dir.path().join("liba.rlib");
        workspace::write_atomic(&library, b"").expect("written");
        let shared = dir.path().join("liball.so");
        workspace::write_atomic(&shared, b"").expect("written");
        let externs = Externs {
            args: vec![
                "-Ldependency=/t".into(),
                "--extern".into(),
                format!("a={}", library.display()).into(),
            ],
            shared: Some(SharedCrates {
                name: "all".into(),
                library: shared.clone(),
            }),
        };
        write(dir.path(), "key", &externs).expect("written");
        assert_eq!(read(dir.path(), "key"), Some(externs));
        assert_eq!(read(dir.path(), "other"), None);
        std::fs::remove_file(&library).expect("removed");
        assert_eq!(read(dir.path(), "key"), None);
        workspace::write_atomic(&library, b"").expect("written");
        assert!(read(dir.path(), "key").is_some());
        std::fs::remove_file(&shared).expect("removed");
        assert_eq!(read(dir.path(), "key"), None);
    }
}
