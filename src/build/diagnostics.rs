//! What rustc and Clippy say, read from their JSON lines.
//!
//! The format: <https://doc.rust-lang.org/rustc/json.html>.

use crate::outcome::Location;
use serde::Deserialize;

/// One message of the compiler, as it renders it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub level: Level,
    /// The first line, without place and decoration.
    pub message: String,
    /// The whole message with ANSI colours.
    pub rendered: String,
    /// Where the fault is.
    pub location: Option<Location>,
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not compile.
    Error,
    /// It compiles.
    Warning,
}

#[derive(Deserialize)]
struct Raw {
    message: String,
    level: String,
    rendered: Option<String>,
    #[serde(default)]
    spans: Vec<RawSpan>,
}

#[derive(Deserialize)]
struct RawSpan {
    file_name: String,
    line_start: usize,
    column_start: usize,
    is_primary: bool,
}

/// The messages in rustc's standard error, in its order. Its closing summary ("aborting due to …") is left out.
pub(super) fn parse(stderr: &str) -> Vec<Diagnostic> {
    stderr
        .lines()
        .filter_map(|line| serde_json::from_str::<Raw>(line).ok())
        .filter_map(diagnostic)
        .collect()
}

fn diagnostic(raw: Raw) -> Option<Diagnostic> {
    let level = match raw.level.as_str() {
        "error" | "error: internal compiler error" => Level::Error,
        "warning" => Level::Warning,
        _ => return None,
    };
    let summary = raw.spans.is_empty()
        && (raw.message.starts_with("aborting due to") || raw.message.ends_with("emitted"));
    if summary {
        return None;
    }
    let location = raw.spans.iter().find(|span| span.is_primary);
    Some(Diagnostic {
        level,
        rendered: raw.rendered.unwrap_or_else(|| raw.message.clone()),
        message: raw.message,
        location: location.map(|span| Location {
            file: span.file_name.clone().into(),
            line: span.line_start,
            column: span.column_start,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_place_and_the_summary_is_dropped() {
        let lines = concat!(
            r#"{"$message_type":"diagnostic","message":"cannot find value `x`","level":"error","spans":[{"file_name":"a.rs","line_start":3,"column_start":5,"is_primary":true}],"rendered":"error: x"}"#,
            "\n",
            r#"{"$message_type":"diagnostic","message":"aborting due to 1 previous error","level":"error","spans":[],"rendered":"error: aborting"}"#,
            "\nnot json\n",
        );
        let found = parse(lines);
        assert_eq!(found.len(), 1);
        let place = found[0].location.as_ref().expect("a place");
        assert_eq!((place.line, place.column), (3, 5));
    }
}
