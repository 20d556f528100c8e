//! TOML files of a course, read so that a mistake is told with file, line and the nearest known word.

use super::{course_error, nearest};
use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads `text`, the contents of `file`, as a `T`.
///
/// `T` should deny unknown fields; then a mistyped key is answered with the nearest key that is known there.
///
/// # Errors
/// [`Error::Course`].
pub fn parse_toml<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        let what = error.message().trim();
        match mistyped(what) {
            Some((wrong, known)) => {
                let help = match nearest(wrong, known.iter().copied()) {
                    Some(nearest) => format!("Did you mean `{nearest}`?"),
                    None => format!("Known here: {}.", known.join(", ")),
                };
                course_error(file, line, format!("`{wrong}` is not known here"), help)
            }
            None => course_error(file, line, what, "Correct that line, then try again."),
        }
    })
}

/// The line, counted from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&b| b == b'\n').count() + 1
}

/// The wrong word and the right ones, out of serde's "unknown field `x`, expected one of `a`, `b`".
fn mistyped(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message
        .strip_prefix("unknown field `")
        .or_else(|| message.strip_prefix("unknown variant `"))?;
    let (wrong, known) = rest.split_once("`, expected ")?;
    Some((wrong, known.split('`').skip(1).step_by(2).collect()))
}

/// An error at a place that a [`toml::Spanned`] value names.
pub fn error_at(
    file: &Path,
    text: &str,
    span: std::ops::Range<usize>,
    what: impl Into<String>,
    help: impl Into<String>,
) -> Error {
    course_error(file, Some(line_of(text, span.start)), what, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(rename = "name")]
        _name: String,
        #[serde(rename = "hints")]
        _hints: Vec<String>,
    }

    fn error(text: &str) -> (String, String) {
        let error = parse_toml::<Sample>(Path::new("a.toml"), text).expect_err("it is wrong");
        (error.to_string(), error.help().expect("help"))
    }

    #[test]
    fn a_mistyped_key_names_line_and_nearest_key() {
        let (what, help) = error("name = 'a'\nhinst = []\n");
        assert_eq!(what, "a.toml:2: `hinst` is not known here");
        assert_eq!(help, "Did you mean `hints`?");
    }

    #[test]
    fn a_key_like_no_other_lists_the_known_ones() {
        assert_eq!(error("zzz = 1").1, "Known here: name, hints.");
    }

    #[test]
    fn a_wrong_type_names_its_line() {
        let (what, _) = error("name = 'a'\nhints = 3\n");
        assert!(what.starts_with("a.toml:2: "), "{what}");
    }
}
