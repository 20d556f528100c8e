//! The machine-readable results, for `--format json`: the model of [`crate::outcome`] as it stands, and the list.
//!
//! A report: `{ "exercise", "outcome": "passed" | "failed" | "skipped", "reason" (only of a skipped one), "badge",
//! "checks": [{ "claim", "state" }], "findings": [...], "notes": [...], "advice": [...], "output", "timings" }`.
//! A list entry: `{ "name", "chapter", "title", "kind", "state": "pending" | "done" | "skipped", "path" }`.
//! No text holds colour codes.

use super::{clean::without_ansi, list::Entry};
use crate::outcome::{Detail, Report};
use serde_json::{Value, json};

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
                "state": entry.state.name(),
                "path": entry.path.display().to_string(),
            })
        })
        .collect()
}
