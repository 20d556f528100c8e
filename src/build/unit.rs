//! What is to be compiled, and what follows from it for the way to do it. It starts nothing.

use super::{Linking, Manner, Panic, dependencies::SharedCrates};
use std::{
    borrow::Cow,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// What to compile.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The name of the program and the crate.
    pub name: &'a str,
    /// The text to compile.
    pub source: &'a str,
    /// The path that messages show; the text is written there below `dir`.
    pub shown: &'a Path,
    /// A directory of its own, kept from one compile to the next.
    pub dir: &'a Path,
    /// Which program to make of it.
    pub harness: Harness,
    /// How its crates become known to it; see [`super::Dependencies`].
    pub linking: &'a Linking,
    /// Further files that the text names as its modules, by paths as in `shown`.
    pub beside: &'a [(PathBuf, String)],
    /// How much of it stays the same from save to save.
    pub constancy: Constancy,
    /// How the course wants it compiled.
    pub manner: &'a Manner,
}

/// How much of a source stays the same from one compile to the next, apart from its crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constancy {
    /// A part worth remembering, such as a check program beside the exercise.
    Much,
    /// Little: it is one small file.
    Little,
}

/// Which program a source is made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harness {
    /// The one with its `main`.
    Main,
    /// The one that runs its `#[test]` functions.
    Tests,
}

impl<'a> Unit<'a> {
    /// True if a compile gains by what rustc remembers of the one before: with crates a quarter (160 of 220 ms), and a third with a
    /// check program (95 of 140 ms). For one small file it costs disk and gives nothing.
    pub(super) fn remembers(&self) -> bool {
        !self.externs().is_empty() || self.constancy == Constancy::Much
    }

    /// rustc's arguments for the crates; none where cargo compiles.
    pub(super) fn externs(&self) -> &'a [OsString] {
        match self.linking {
            Linking::Rustc(externs) => &externs.args,
            Linking::Cargo { .. } => &[],
        }
    }

    /// The shared library with the crates, if there is one and the program can use it.
    pub(super) fn shared(&self) -> Option<&'a SharedCrates> {
        match self.linking {
            Linking::Rustc(externs) => externs.shared.as_ref().filter(|_| !self.aborts()),
            Linking::Cargo { .. } => None,
        }
    }

    /// True if a panic ends the program. The shared libraries unwind, so such a program is linked without them.
    pub(super) fn aborts(&self) -> bool {
        self.harness == Harness::Main && self.manner.panic == Panic::Aborts
    }

    /// The source with a mention of the shared library: rustc links what the program names. It stands on the first empty line, which
    /// follows the text at the top, so that every line keeps its number and nothing is shown that the learner did not write.
    pub(super) fn source_naming_shared(&self) -> Cow<'a, str> {
        let source = self.source;
        let Some(shared) = self.shared() else {
            return source.into();
        };
        let named = format!(
            "#[allow(unused_extern_crates)] extern crate {} as _;",
            shared.name
        );
        let mut start = 0;
        for line in source.split_inclusive('\n') {
            let text = line.trim();
            if text.is_empty() && start > 0 {
                return format!("{}{named}{}", &source[..start], &source[start..]).into();
            }
            // Past the text at the top, a line in the middle of something could be empty too.
            if !text.starts_with("//") && !text.starts_with("#![") {
                break;
            }
            start += line.len();
        }
        format!("{source}\n{named}\n").into()
    }
}
