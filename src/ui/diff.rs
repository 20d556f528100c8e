//! The learner's file against our solution, as a difference that reads from one to the other.

use super::{
    line::Line,
    report::{spaced, to_text},
    theme::{Theme, Tone},
};
use similar::{ChangeTag, TextDiff};

/// So many equal lines are shown around a change.
const AROUND: usize = 3;

/// The difference as text. Every line ends with a line end.
pub fn text(mine: &str, ours: &str, columns: usize, theme: Theme) -> String {
    to_text(&lines(mine, ours, columns), theme)
}

pub(super) fn lines(mine: &str, ours: &str, columns: usize) -> Vec<Line> {
    let mine = mine.replace("\r\n", "\n");
    let diff = TextDiff::from_lines(mine.as_str(), ours);
    let mut blocks = vec![heading(columns)];
    for group in diff.grouped_ops(AROUND) {
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        blocks.push(
            changes
                .flat_map(|change| line(change.tag(), change.value(), columns))
                .collect(),
        );
    }
    if blocks.len() == 1 {
        return vec![Line::plain("Your file is the same as our solution.")];
    }
    spaced(blocks)
}

fn heading(columns: usize) -> Vec<Line> {
    Line::new()
        .push(Tone::Fail, "-")
        .push(Tone::Plain, " your file   ")
        .push(Tone::Pass, "+")
        .push(Tone::Plain, " our solution")
        .wrapped(columns, 2)
}

fn line(tag: ChangeTag, text: &str, columns: usize) -> Vec<Line> {
    let (sign, tone) = match tag {
        ChangeTag::Equal => ("  ", Tone::Plain),
        ChangeTag::Delete => ("- ", Tone::Fail),
        ChangeTag::Insert => ("+ ", Tone::Pass),
    };
    let text = text.trim_end_matches(['\n', '\r']);
    let depth = text.len() - text.trim_start().len();
    Line::new()
        .push(tone, sign)
        .push(tone, text)
        .wrapped(columns, depth + 6)
}
