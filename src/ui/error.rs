//! How a fault of the runner, the course or the machine is told: clearly not as a learner's failure.

use super::{
    line::{Line, paragraphs},
    theme::{Theme, Tone},
};
use crate::error::Error;

/// Said under every fault, so that nobody looks for it in their own code.
const NOT_YOU: &str = "This is not about your code.";

/// The error as lines of text: `error: …`, what to do as `help: …`.
pub fn text(error: &Error, theme: Theme) -> String {
    lines(error, super::terminal::NO_WIDTH)
        .iter()
        .map(|line| line.render(theme) + "\n")
        .collect()
}

pub(super) fn lines(error: &Error, columns: usize) -> Vec<Line> {
    let mut lines = labelled("error: ", Tone::Fail, &error.to_string(), columns);
    if let Some(help) = error.help() {
        lines.extend(labelled("help: ", Tone::Label, &help, columns));
    }
    if is_a_fault(error) {
        lines.extend(paragraphs(NOT_YOU, 0, columns));
    }
    lines
}

/// A mistyped name or command is the learner's to correct; saying that it is not about the code would puzzle.
fn is_a_fault(error: &Error) -> bool {
    !matches!(
        error,
        Error::UnknownName { .. } | Error::Usage { .. } | Error::Cancelled
    )
}

fn labelled(label: &str, tone: Tone, text: &str, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (position, part) in text.trim_end().lines().enumerate() {
        let start = match position {
            0 => Line::new().push(tone, label),
            _ => Line::indented(label.len()),
        };
        lines.extend(start.push(Tone::Plain, part).wrapped(columns, label.len()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_help_and_is_not_about_the_code() {
        let error = Error::tool("the disk is full", "Free some space.");
        assert_eq!(
            text(&error, Theme::PLAIN),
            "error: the disk is full\nhelp: Free some space.\nThis is not about your code.\n"
        );
    }

    #[test]
    fn a_mistyped_name_is_told_with_the_nearest() {
        let error = Error::UnknownName {
            what: "exercise",
            name: "htpp".into(),
            nearest: Some("http".into()),
        };
        assert_eq!(
            text(&error, Theme::PLAIN),
            "error: there is no exercise `htpp`\nhelp: Did you mean `http`?\n"
        );
    }
}
