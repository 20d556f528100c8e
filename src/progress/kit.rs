//! The kit: small files that several exercises share, `exercises/kit/*.rs`. Learners may read them and change them;
//! what is compiled is always the file as shipped.
//!
//! `info.toml` names each file with its digest, so a file is known to be the shipped one wherever it is found: in our own
//! copy, in the course, or in git's last commit. An update of the course brings a new digest, and the old copy is then let go.

use super::pristine::committed;
use crate::{
    course::{Course, course_error},
    digest::sha256,
    error::Result,
    workspace,
};
use std::path::{Path, PathBuf};

/// The kit as shipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kit {
    /// Paths relative to the course, with the texts.
    pub files: Vec<(PathBuf, String)>,
    /// The files whose text in the course is another one.
    pub changed: Vec<PathBuf>,
}

/// Finds the shipped text of every file of the kit, and keeps a copy of each.
///
/// # Errors
/// [`crate::error::Error::Course`] if the shipped text of a file is nowhere to be found.
pub fn kit(course: &Course) -> Result<Kit> {
    let mut kit = Kit::default();
    for (name, digest) in &course.kit {
        let file = course.workspace.kit().join(name);
        let shown = course.workspace.shown(&file).to_owned();
        let here = workspace::read_bytes_if_there(&file)?.map(text_of);
        let Some(text) = shipped_text(course, &shown, digest, here.as_ref())? else {
            let now = here.map_or("it is missing".into(), |text| {
                format!("its digest is {}", digest_of(&text))
            });
            return Err(course_error(
                &shown,
                None,
                format!("this is not the file that [kit] in info.toml names: {now}"),
                format!(
                    "Bring it back, as in: git checkout -- {}. If you write the course and meant to change it, put its digest into info.toml.",
                    shown.display()
                ),
            ));
        };
        if here.as_ref() != Some(&text) {
            kit.changed.push(shown.clone());
        }
        workspace::write_if_changed(&course.workspace.pristine(&shown), text.as_bytes())?;
        kit.files.push((shown, text));
    }
    Ok(kit)
}

/// The text with this digest, out of the file as it lies `here`, our own copy of it, or git; `None` if it is in none of them.
///
/// # Errors
/// [`crate::error::Error::Io`].
pub(super) fn shipped_text(
    course: &Course,
    file: &Path,
    digest: &str,
    here: Option<&String>,
) -> Result<Option<String>> {
    let is_shipped = |text: &String| digest_of(text) == digest;
    if let Some(text) = here.filter(|text| is_shipped(text)) {
        return Ok(Some(text.clone()));
    }
    let copy = workspace::read_bytes_if_there(&course.workspace.pristine(file))?;
    let copy = copy.map(text_of).filter(is_shipped);
    Ok(copy.or_else(|| {
        committed(course.workspace.root(), file)
            .map(text_of)
            .filter(is_shipped)
    }))
}

/// The digest of a file of the kit, as [kit] in `info.toml` has it.
pub fn digest_of(text: &str) -> String {
    sha256(text.as_bytes())
}

/// Git on Windows writes `\r\n`; the file is the same one.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}
