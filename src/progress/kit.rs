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
use std::path::PathBuf;

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
        let copy = course.workspace.pristine(&shown);
        let here = workspace::read_bytes_if_there(&file)?.map(text_of);
        let is_shipped = |text: &String| digest_of(text) == *digest;
        if !here.as_ref().is_some_and(is_shipped) {
            kit.changed.push(shown.clone());
        }
        let kept = workspace::read_bytes_if_there(&copy)?.map(text_of);
        if let Some(text) = kept.filter(is_shipped) {
            kit.files.push((shown, text));
            continue;
        }
        let shipped = here.clone().filter(is_shipped).or_else(|| {
            let text = text_of(committed(course.workspace.root(), &shown)?);
            is_shipped(&text).then_some(text)
        });
        let Some(text) = shipped else {
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
        workspace::write_atomic(&copy, text.as_bytes())?;
        kit.files.push((shown, text));
    }
    Ok(kit)
}

/// The digest of a file of the kit, as [kit] in `info.toml` has it.
pub fn digest_of(text: &str) -> String {
    sha256(text.as_bytes())
}

/// Git on Windows writes `\r\n`; the file is the same one.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}
