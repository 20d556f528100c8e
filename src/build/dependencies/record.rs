//! What was learnt from cargo, kept until something that it depends on changes.

use super::Crates;
use crate::{error::Result, workspace};
use serde::{Deserialize, Serialize};
use std::{ffi::OsString, path::Path};

#[derive(Deserialize, Serialize)]
struct Record {
    key: String,
    args: Vec<String>,
}

/// Everything that decides what the crates of a tier are: manifest, lock file, compiler.
pub(super) fn key(crates: &Crates, compiler: &str) -> String {
    let lock = crates.lock.as_deref().unwrap_or("");
    format!("{compiler}\n{}\n{lock}", crates.sections)
}

/// The arguments that were written for this key, if all files they name are there.
pub(super) fn read(dir: &Path, key: &str) -> Option<Vec<OsString>> {
    let text = workspace::read_if_there(&dir.join("externs.json")).ok()??;
    let record: Record = serde_json::from_str(&text).ok()?;
    let file_of = |arg: &String| arg.split_once('=').map(|(_, file)| file.to_owned());
    let mut named = record.args.iter().skip_while(|arg| *arg != "--extern");
    let complete = named.all(|arg| {
        arg == "--extern" || file_of(arg).is_some_and(|file| Path::new(&file).is_file())
    });
    (record.key == key && complete).then(|| record.args.into_iter().map(OsString::from).collect())
}

/// Writes them down. Arguments that are no text (a path that is not UTF-8) are learnt again each time.
pub(super) fn write(dir: &Path, key: &str, args: &[OsString]) -> Result<()> {
    let Some(args) = args
        .iter()
        .map(|arg| Some(arg.to_str()?.to_owned()))
        .collect()
    else {
        return Ok(());
    };
    let record = Record {
        key: key.to_owned(),
        args,
    };
    let text = serde_json::to_string_pretty(&record).unwrap_or_default();
    workspace::write_atomic(&dir.join("externs.json"), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates() -> Crates {
        Crates {
            sections: "[dependencies]".into(),
            lock: Some("version = 4".into()),
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
        let args: Vec<OsString> = vec![
            "-Ldependency=/t".into(),
            "--extern".into(),
            format!("a={}", library.display()).into(),
        ];
        write(dir.path(), "key", &args).expect("written");
        assert_eq!(read(dir.path(), "key"), Some(args));
        assert_eq!(read(dir.path(), "other"), None);
        std::fs::remove_file(&library).expect("removed");
        assert_eq!(read(dir.path(), "key"), None);
    }
}
