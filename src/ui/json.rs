//! The machine-readable results, for `--format json`: the model of [`crate::outcome`] as it stands, and the list.
//!
//! A report: `{ "exercise", "outcome": "passed" | "failed" | "skipped", "reason" (only of a skipped one), "badge",
//! "checks": [{ "claim", "state" }], "findings": [...], "notes": [...], "advice": [...], "output", "timings" }`.
//! A list entry: `{ "name", "chapter", "title", "kind", "state": "pending" | "done" | "skipped", "path" }`.
//! No text holds colour codes.

use super::{clean::without_ansi, list::Entry};
use crate::outcome::{Detail, Report};
use serde_json::{Value, json};

/// A value as text. Characters that a terminal would obey, or that hide others, are written as escapes: in JSON they stand in strings
/// only, where that means the same.
pub fn text(value: &Value) -> String {
    let mut text = String::new();
    for c in format!("{value:#}\n").chars() {
        match c {
            '\n' => text.push(c),
            c if c.is_control() || super::clean::reorders(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => text.push(c),
        }
    }
    text
}

/// A report as one JSON value.
pub fn report(report: &Report) -> Value {
    let mut plain = report.clone();
    for finding in &mut plain.findings {
        if let Some(Detail::Compiler { rendered }) = &mut finding.detail {
            *rendered = without_ansi(rendered);
        }
    }
    for advice in &mut plain.advice {
        *advice = without_ansi(advice);
    }
    // Plain data of strings and numbers always becomes JSON.
    serde_json::to_value(plain).unwrap_or(Value::Null)
}

/// The exercises as one JSON array, in the order of the course.
pub fn list(entries: &[Entry]) -> Value {
    entries
        .iter()
        .map(|entry| {
            json!({
                "name": entry.name,
                "chapter": entry.chapter,
                "title": entry.title,
                "kind": entry.kind.name(),
                "state": entry.state.word(),
                "path": entry.path.display().to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::samples;

    #[test]
    fn a_report_is_one_object_without_colour_codes() {
        let value = report(&samples::compile_error());
        assert_eq!(value["exercise"], "hello_types");
        assert_eq!(value["outcome"], "failed");
        assert_eq!(value["checks"][0]["state"], "failed");
        assert_eq!(value["findings"][0]["detail"]["kind"], "compiler");
        assert!(!value.to_string().contains("\\u001b"));
        assert!(value["timings"]["total_ms"].is_number());
    }

    #[test]
    fn a_skipped_report_has_its_reason() {
        let value = report(&samples::skipped());
        assert_eq!(value["outcome"], "skipped");
        assert_eq!(value["reason"], "needs postgres");
    }

    #[test]
    fn a_list_entry_has_the_promised_fields() {
        let value = list(&samples::entries());
        let entry = value[0].as_object().expect("an object");
        let fields: Vec<_> = entry.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            ["name", "chapter", "title", "kind", "state", "path"]
        );
        assert_eq!(value[0]["state"], "done");
    }
}
