//! Places in the learner's file: where a statement begins, and the line and column of a byte.

use crate::outcome::Location;
use std::path::Path;

/// The first byte at or after `from` that is neither a blank, a comment nor a lone semicolon.
pub(super) fn begin(script: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &script[at..];
        let blank = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_whitespace() || c == ';')
                .len();
        let comment = match &rest[blank..] {
            text if text.starts_with("--") => text.find('\n').map_or(text.len(), |end| end + 1),
            text if text.starts_with("/*") => text.find("*/").map_or(text.len(), |end| end + 2),
            _ => 0,
        };
        at += blank + comment;
        if comment == 0 {
            return at;
        }
    }
}

/// The line and column of a byte of `script`.
pub(super) fn location(file: &Path, script: &str, byte: usize) -> Location {
    let mut byte = byte.min(script.len());
    while !script.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = &script[..byte];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Location {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_begins_after_its_comments() {
        let script = "-- one\n /* two; */ ;\nSELECT 1";
        assert_eq!(&script[begin(script, 0)..], "SELECT 1");
        assert_eq!(begin("-- only", 0), "-- only".len());
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let script = "-- é\nSELECT 'é', x";
        let place = location(
            Path::new("a.sql"),
            script,
            script.rfind('x').expect("there"),
        );
        assert_eq!((place.line, place.column), (2, 13));
    }
}
