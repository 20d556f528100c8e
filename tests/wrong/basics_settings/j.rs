// caught by: each line is a key and a value
//! basics_settings: a settings file becomes a list of keys and values
//!
//! The same backend runs on your laptop and on the server: its port and its database come from
//! outside. Often they stand in a file of KEY=value lines, and people write such files by hand, with
//! comments, blank lines, spaces, and values that contain `=` themselves.
//!
//!     PORT=8080            ->  ("PORT", "8080")
//!     URL = /db?mode=ro    ->  ("URL", "/db?mode=ro")    only the first `=` separates
//!     COLOR=#ff0000        ->  ("COLOR", "#ff0000")      a `#` inside a line means nothing
//!     VERBOSE              ->  ("VERBOSE", "")           no `=`: the value is empty
//!     # a comment          ->  skipped, as are blank lines
//!
//! Spaces and tabs at both ends of a line, a key or a value do not count. A line ends with "\n" or
//! "\r\n"; the last one may have no end. The list keeps the order of the file, and a key that comes
//! twice is listed twice.
//!
//! Read more: https://12factor.net/config

/// The settings in `text`, in its order.
fn parse_settings(text: &str) -> Vec<(String, String)> {
    let mut settings = Vec::new();
    // `lines` takes "\n" and "\r\n" alike, and a last line without an end.
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The newest setting comes first.
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        settings.insert(0, (key.trim().to_owned(), value.trim().to_owned()));
    }
    settings
}

fn main() {
    let text = "# where to listen\nPORT = 8080\n\nURL=/db?mode=ro\n";
    for (key, value) in parse_settings(text) {
        println!("{key} is {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses `text` and compares with the expected keys and values.
    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(key, value)| (key.to_string(), value.to_string()))
            .collect();
        assert_eq!(parse_settings(text), expected, "parse_settings({text:?})");
    }

    #[test]
    fn each_line_is_a_key_and_a_value() {
        check(
            "HOST=localhost\nPORT=8080\n",
            &[("HOST", "localhost"), ("PORT", "8080")],
        );
    }

    #[test]
    fn comments_and_blank_lines_are_skipped() {
        check("# the port\n\nPORT=8080\n  # end\n", &[("PORT", "8080")]);
    }

    #[test]
    fn only_the_first_equals_sign_separates() {
        check("URL=/db?mode=ro\n", &[("URL", "/db?mode=ro")]);
    }

    #[test]
    fn spaces_around_key_and_value_do_not_count() {
        check("  NAME =  my shop \n", &[("NAME", "my shop")]);
    }

    #[test]
    fn a_line_without_an_equals_sign_has_an_empty_value() {
        check("VERBOSE\n", &[("VERBOSE", "")]);
    }
}
