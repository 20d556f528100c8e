//! A first look at a file while the crates of its chapter are still being built: what is wrong with it anyway can be said at once.
//!
//! It looks as soon as every crate that the file names is ready, so that nothing it says is about a crate that is missing.
//! It gives no verdict.

use super::Means;
use crate::build::{self, Diagnostic, Externs, Level, Linking, Unit, dependencies::SoFar};
use std::cell::Cell;

/// A file that waits for crates. It is looked at once.
pub(super) struct EarlyLook<'a> {
    unit: Unit<'a>,
    means: Means<'a>,
    is_done: Cell<bool>,
}

impl<'a> EarlyLook<'a> {
    /// Of this unit; its linking is not used.
    pub(super) fn at(unit: Unit<'a>, means: Means<'a>) -> Self {
        Self {
            unit,
            means,
            is_done: Cell::new(false),
        }
    }

    /// The first error, if the file has one and this is the first time that it can be known.
    pub(super) fn first_error(&self, so_far: &SoFar) -> Option<Diagnostic> {
        let source = self.unit.source;
        if self.is_done.get() || so_far.missing.iter().any(|name| names(source, name)) {
            return None;
        }
        self.is_done.set(true);
        let linking = Linking::Rustc(Externs {
            args: so_far.args.clone(),
            shared: None,
        });
        let unit = Unit {
            dir: &self.unit.dir.join("early"),
            linking: &linking,
            ..self.unit
        };
        // If the compiler itself fails, the check says so when the crates are there.
        let looked = build::type_check(self.means.toolchain, unit, self.means.cancel).ok()?;
        looked.of(Level::Error).next().cloned()
    }
}

/// True if the name stands in the text as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(of_a_word) && !text[at + name.len()..].starts_with(of_a_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word_only() {
        assert!(names("use serde::Serialize;", "serde"));
        assert!(names("serde", "serde"));
        assert!(!names("use serde_json::json; // a_serde", "serde"));
        assert!(names("use serde_json; use serde;", "serde"));
    }
}
