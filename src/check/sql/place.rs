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

/// How much of `script` a statement takes, told from its text in which SQLite has written NULL for each parameter.
pub(super) fn length(script: &str, unfilled: &str) -> usize {
    const UNFILLED: &str = "NULL";
    let (mut at, mut rest) = (0, unfilled);
    loop {
        let same = script[at..].chars().zip(rest.chars());
        let same: usize = same
            .take_while(|(ours, theirs)| ours == theirs)
            .map(|(letter, _)| letter.len_utf8())
            .sum();
        at += same;
        rest = &rest[same..];
        // Where the two differ, a parameter stands: a sign such as `:`, then its name.
        let Some(after) = rest.strip_prefix(UNFILLED) else {
            return at;
        };
        rest = after;
        let mut letters = script[at..].char_indices().skip(1);
        let end = letters.find(|(_, letter)| !letter.is_alphanumeric() && *letter != '_');
        at += end.map_or(script.len() - at, |(end, _)| end);
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
    fn the_length_of_a_statement_counts_its_parameters_as_they_are_written() {
        let script = "SELECT ':é', :né, ?1, NULL; SELECT 2";
        let length = length(script, "SELECT ':é', NULL, NULL, NULL;");
        assert_eq!(&script[length..], " SELECT 2");
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
