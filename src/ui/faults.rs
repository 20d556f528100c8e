//! What `dev check` found, for the author: file and line first, so that an editor can jump there; then what to do.

use super::{
    clean::harmless,
    line::Line,
    report::to_text,
    theme::{Theme, Tone},
};
use crate::outcome::{Fault, Weight};

/// The faults as lines, errors and warnings in the order they are given.
pub fn text(faults: &[Fault], theme: Theme) -> String {
    let lines: Vec<Line> = faults.iter().flat_map(lines).collect();
    to_text(&lines, theme)
}

fn lines(fault: &Fault) -> [Line; 3] {
    let place = match fault.line {
        Some(line) => format!("{}:{line}", fault.file.display()),
        None => fault.file.display().to_string(),
    };
    let (word, tone) = match fault.weight {
        Weight::Error => ("error: ", Tone::Fail),
        Weight::Warning => ("warning: ", Tone::Label),
    };
    [
        Line::new()
            .push(tone, word)
            .push(Tone::Strong, &harmless(&place))
            .push(Tone::Plain, &harmless(&format!(": {}", fault.what))),
        Line::indented(2)
            .push(Tone::Label, "help: ")
            .push(Tone::Plain, &harmless(&fault.help)),
        Line::new(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_what_and_what_to_do() {
        let fault = Fault {
            weight: Weight::Error,
            rule: "wrong-answer-passes",
            exercise: Some("a".into()),
            file: "tests/wrong/a/a.rs".into(),
            line: Some(1),
            what: "this wrong answer passes".into(),
            help: "Make the check ask for it.".into(),
        };
        assert_eq!(
            text(&[fault], Theme::PLAIN),
            "error: tests/wrong/a/a.rs:1: this wrong answer passes\n  help: Make the check ask for it.\n\n"
        );
    }
}
